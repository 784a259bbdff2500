// What the library says of itself: status texts, versions, names, contexts and the diagnosis.
#include <criterion/criterion.h>

#include <cstddef>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "expect_failure.hpp"
#include "farspan/model.h"
#include "handles.hpp"

using namespace farspan_test;

Test(api_information, status_texts) {
    std::set<std::string> texts;
    for (farspan_status status = 0; status <= FARSPAN_ERROR_FORMAT; ++status) {
        const char* text = farspan_status_text(status);
        cr_assert(text != nullptr && *text != 0, "status %d has no text", status);
        cr_expect(texts.insert(text).second, "'%s' is used twice", text);
    }
    for (const farspan_status status : {-1, FARSPAN_ERROR_FORMAT + 1, 1000, INT32_MAX, INT32_MIN})
        cr_expect(std::strcmp(farspan_status_text(status), "unknown status") == 0, "status %d", status);
}

// Documents may hold any bytes, and messages quote them.
Test(api_information, messages_are_utf8) {
    std::string longer = R"({"a)";
    for (int n = 0; n < 90; ++n) longer += "\u4e2d";  // the message ends within one of them
    const std::pair<std::string, const char*> documents[] = {
        {"{\"a\": \"x\xff\"}", "$.a: error at line 1, column 9: no UTF-8"},
        {"{\"\xc0\x80\": 1}", "no UTF-8"},
        {"{\"\xed\xa0\x80\": 1}", "no UTF-8"},
        {"{\"\xf4\x90\x80\x80\": 1}", "no UTF-8"},
        {"{\"\xe4\xb8\": 1}", "no UTF-8"},
        {"{\"\xf0\x9f\x98\x80\": x}", "\xf0\x9f\x98\x80"},
        {"{\"\xc3\xa9\": x}", "$.\xc3\xa9:"},
        {longer + "\": {\"b\": x}}", ""}};
    for (const auto& [document, part] : documents)
        for (uint32_t size = offsetof(farspan_error, message) + 1; size <= sizeof(farspan_error); ++size) {
            farspan_error error = FARSPAN_ERROR_INIT;
            error.struct_size = size;
            farspan_model* model = nullptr;
            cr_assert(farspan_model_from_config(nullptr, document.data(), static_cast<int64_t>(document.size()),
                                                nullptr, &model, &error) == FARSPAN_ERROR_FORMAT);
            try {
                nlohmann::json(error.message).dump();  // throws unless it is UTF-8
            } catch (const nlohmann::json::exception&) {
                cr_expect(false, "%u bytes: %s", size, error.message);
            }
            cr_expect(std::strlen(error.message) + offsetof(farspan_error, message) < size);
            if (size == sizeof error) cr_expect(std::strstr(error.message, part) != nullptr, "%s", error.message);
        }
}

Test(api_information, versions) {
    cr_expect(farspan_version() == FARSPAN_VERSION && farspan_abi_version() == FARSPAN_ABI_VERSION);
    const std::string text = std::to_string(FARSPAN_VERSION_MAJOR) + "." + std::to_string(FARSPAN_VERSION_MINOR) + "." +
                             std::to_string(FARSPAN_VERSION_PATCH);
    cr_expect(text == farspan_version_text(), "%s", farspan_version_text());
}

Test(api_information, method_names) {
    for (int32_t part = FARSPAN_PART_ROPE; part <= FARSPAN_PART_TEMPERATURE; ++part) {
        const int32_t count = farspan_method_count(part);
        cr_assert(count > 0, "part %d", part);
        std::set<std::string> names;
        for (int32_t method = 0; method < count; ++method) {
            const char* name = farspan_method_name(part, method);
            cr_assert(name != nullptr, "part %d, method %d", part, method);
            cr_expect(names.insert(name).second, "'%s' is used twice", name);
            cr_expect(farspan_method_find(part, name) == method, "'%s' finds %d", name,
                      farspan_method_find(part, name));
        }
        cr_expect(farspan_method_name(part, count) == nullptr && farspan_method_name(part, -1) == nullptr);
        for (const char* name : {"", "nope", "YARN", "alib"})
            cr_expect(farspan_method_find(part, name) == -1, "'%s'", name);
        cr_expect(farspan_method_find(part, nullptr) == -1);
    }
    for (const int32_t part : {-1, 4, 1000}) {
        cr_expect(farspan_method_count(part) == 0 && farspan_method_name(part, 0) == nullptr);
        cr_expect(farspan_method_find(part, "none") == -1);
    }
    cr_expect(farspan_method_count(FARSPAN_PART_ROPE) == FARSPAN_ROPE_PAIR_FACTORS + 1);
    cr_expect(farspan_method_count(FARSPAN_PART_REMAP) == FARSPAN_REMAP_STREAMING + 1);
    cr_expect(farspan_method_count(FARSPAN_PART_BIAS) == FARSPAN_BIAS_DENSE + 1);
    cr_expect(farspan_method_count(FARSPAN_PART_TEMPERATURE) == FARSPAN_TEMPERATURE_MINISTRAL3 + 1);
    cr_expect(farspan_method_find(FARSPAN_PART_ROPE, "yarn") == FARSPAN_ROPE_YARN);
    cr_expect(farspan_method_find(FARSPAN_PART_REMAP, "self_extend") == FARSPAN_REMAP_SELF_EXTEND);
    cr_expect(farspan_method_find(FARSPAN_PART_BIAS, "alibi") == FARSPAN_BIAS_ALIBI);
}

// An init function never writes past the caller's size, and ignores NULL.
Test(api_information, init_functions) {
    unsigned char memory[1024];
    const auto check = [&](const char* what, size_t known, auto init) {
        init(nullptr, known);
        for (const size_t size : {size_t{0}, size_t{3}, size_t{4}, size_t{8}, known - 4, known, known + 40}) {
            std::memset(memory, 0xEE, sizeof memory);
            init(memory, size);
            uint32_t written = 0;
            std::memcpy(&written, memory, sizeof written);
            cr_expect(size < 4 || written == size, "%s: struct_size is %u, must be %zu", what, written, size);
            for (size_t n = size < 4 ? 0 : size; n < sizeof memory; ++n)
                cr_assert(memory[n] == 0xEE, "%s, size %zu: wrote byte %zu", what, size, n);
            for (size_t n = known; n < size; ++n)
                cr_assert(memory[n] == 0, "%s: a field that we do not know must be 0", what);
        }
    };
    check("rope", sizeof(farspan_rope_config), [](void* p, size_t n) {
        farspan_rope_config_init(static_cast<farspan_rope_config*>(p), n, FARSPAN_ROPE_YARN);
    });
    check("remap", sizeof(farspan_remap_config),
          [](void* p, size_t n) { farspan_remap_config_init(static_cast<farspan_remap_config*>(p), n, 1); });
    check("bias", sizeof(farspan_bias_config),
          [](void* p, size_t n) { farspan_bias_config_init(static_cast<farspan_bias_config*>(p), n, 99); });
    check("mask", sizeof(farspan_mask_config),
          [](void* p, size_t n) { farspan_mask_config_init(static_cast<farspan_mask_config*>(p), n); });
    check("score", sizeof(farspan_score_config),
          [](void* p, size_t n) { farspan_score_config_init(static_cast<farspan_score_config*>(p), n); });
    check("options", sizeof(farspan_rope_options),
          [](void* p, size_t n) { farspan_rope_options_init(static_cast<farspan_rope_options*>(p), n); });
    check("fire", sizeof(farspan_fire_config),
          [](void* p, size_t n) { farspan_fire_config_init(static_cast<farspan_fire_config*>(p), n); });
    check("problem", sizeof(farspan_problem),
          [](void* p, size_t n) { farspan_problem_init(static_cast<farspan_problem*>(p), n); });
    check("context", sizeof(farspan_context_config),
          [](void* p, size_t n) { farspan_context_config_init(static_cast<farspan_context_config*>(p), n); });
}

Test(api_information, contiguous_tensors) {
    float data[1];
    farspan_tensor tensor;
    std::memset(&tensor, 0xFF, sizeof tensor);
    farspan_tensor_contiguous(&tensor, data, FARSPAN_BF16, 2, 3, 5, 7);
    cr_expect(tensor.data == data && tensor.dtype == FARSPAN_BF16 && tensor.reserved == 0);
    const int64_t shape[4] = {2, 3, 5, 7}, stride[4] = {105, 35, 7, 1};
    cr_expect(std::memcmp(tensor.shape, shape, sizeof shape) == 0 &&
              std::memcmp(tensor.stride, stride, sizeof stride) == 0);
    farspan_tensor_contiguous(nullptr, data, FARSPAN_F32, 1, 1, 1, 1);
    farspan_tensor_contiguous(&tensor, data, FARSPAN_F32, INT64_MAX, INT64_MAX, INT64_MAX,
                              INT64_MAX);  // no overflow; refused later
}

Test(api_information, contexts) {
    for (const int32_t isa : usable_isas()) {
        const context_handle context = make_context(isa, 1);
        cr_expect(farspan_context_isa(context.get()) == isa && farspan_context_threads(context.get()) == 1);
        const char* name = farspan_isa_name(isa);
        cr_expect(name != nullptr && *name != 0);
    }
    cr_expect(farspan_isa_supported(FARSPAN_ISA_SCALAR) == 1, "scalar is always there");
    cr_expect(farspan_isa_supported(99) == 0 && farspan_isa_supported(-1) == 0);
    cr_expect(farspan_isa_name(99) == nullptr && farspan_isa_name(-1) == nullptr);
    cr_expect(farspan_context_threads(nullptr) >= 1 && farspan_isa_supported(farspan_context_isa(nullptr)) == 1);
    // More threads than the machine has are clamped; nobody is told.
    const context_handle many = make_context(FARSPAN_ISA_BEST, 1000000);
    cr_expect(farspan_context_threads(many.get()) >= 1 && farspan_context_threads(many.get()) < 100000);
    farspan_context* context = nullptr;
    cr_expect(farspan_context_create(nullptr, &context, nullptr) == FARSPAN_OK);
    farspan_context_destroy(context);
    farspan_context_destroy(nullptr);
}

Test(api_information, contexts_that_are_refused) {
    farspan_context_config good;
    farspan_context_config_init(&good, sizeof good);
    const auto refuse = [&](const char* what, farspan_status status, const char* word, auto change) {
        farspan_context_config config = good;
        change(config);
        farspan_context* context = nullptr;
        expect_failure(what, status, 1, {word},
                       [&](farspan_error* e) { return farspan_context_create(&config, &context, e); });
        cr_expect(context == nullptr, "%s", what);
    };
    refuse("threads", FARSPAN_ERROR_PARAMETER_RANGE, "threads", [](auto& c) { c.threads = -1; });
    refuse("isa", FARSPAN_ERROR_METHOD, "isa", [](auto& c) { c.isa = 99; });
    refuse("struct_size", FARSPAN_ERROR_STRUCT_SIZE, "struct_size", [](auto& c) { c.struct_size = 8; });
    for (const int32_t isa : {FARSPAN_ISA_AVX2, FARSPAN_ISA_AVX512, FARSPAN_ISA_NEON})
        if (farspan_isa_supported(isa) == 0)
            refuse("another machine's isa", FARSPAN_ERROR_ISA_UNSUPPORTED, farspan_isa_name(isa),
                   [&](auto& c) { c.isa = isa; });
    expect_failure("no result", FARSPAN_ERROR_NULL_ARGUMENT, 2, {"context"},
                   [&](farspan_error* e) { return farspan_context_create(&good, nullptr, e); });
}

Test(api_information, diagnosis) {
    const int64_t needed = farspan_diagnose(nullptr, 0);
    cr_assert(needed > 2 && needed < 100000);
    std::string text(static_cast<size_t>(needed + 10), '#');
    cr_expect(farspan_diagnose(text.data(), static_cast<int64_t>(text.size())) == needed);
    cr_expect(text[static_cast<size_t>(needed - 1)] == 0 && text[static_cast<size_t>(needed)] == '#',
              "ends where it said");
    text.resize(static_cast<size_t>(needed - 1));
    const auto json = nlohmann::json::parse(text, nullptr, false);
    cr_assert(json.is_object(), "not a JSON object: %s", text.c_str());
    cr_expect(json.at("version") == farspan_version_text() && json.at("abi") == farspan_abi_version());
    cr_expect(json.at("isa_used") == farspan_isa_name(farspan_context_isa(nullptr)));
    cr_expect(json.at("threads") == farspan_context_threads(nullptr));
    cr_expect(json.at("isa_usable").size() == usable_isas().size());
    for (const int64_t size : {int64_t{1}, int64_t{2}, int64_t{17}, needed - 1, needed}) {
        std::string part(static_cast<size_t>(needed + 10), '#');
        cr_expect(farspan_diagnose(part.data(), size) == needed);
        cr_expect(part[static_cast<size_t>(size - 1)] == 0 && part[static_cast<size_t>(size)] == '#' &&
                      std::strncmp(part.c_str(), text.c_str(), static_cast<size_t>(size - 1)) == 0,
                  "size %ld", static_cast<long>(size));
    }
}
