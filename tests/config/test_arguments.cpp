// Every argument of the model functions wrong in turn.
#include <criterion/criterion.h>

#include <cmath>
#include <functional>

#include "calls.hpp"
#include "expect_failure.hpp"
#include "farspan/api_table.h"
#include "model_case.hpp"

using namespace farspan_test;

namespace {

void expect_options_refused(const char* what, farspan_status status, std::initializer_list<const char*> words,
                            const std::function<void(farspan_model_options&)>& change) {
    farspan_model_options options = model_options();
    change(options);
    const std::string text = small_llama("");
    expect_failure(what, status, 4, words, [&](farspan_error* error) {
        auto* const untouched = reinterpret_cast<farspan_model*>(&options);
        farspan_model* model = untouched;
        const farspan_status got =
            farspan_model_from_config(nullptr, text.data(), static_cast<int64_t>(text.size()), &options, &model, error);
        cr_expect(model == untouched, "%s: wrote to model", what);
        return got;
    });
}

}  // namespace

Test(model_arguments, pointers) {
    const std::string text = small_llama("");
    farspan_model* model = nullptr;
    const farspan_text architecture = text_of(text);
    const farspan_metadata entry = entry_of("general.architecture", architecture);
    expect_failure("no text", FARSPAN_ERROR_NULL_ARGUMENT, 2, {"text"}, [&](farspan_error* e) {
        return farspan_model_from_config(nullptr, nullptr, 3, nullptr, &model, e);
    });
    expect_failure("no model", FARSPAN_ERROR_NULL_ARGUMENT, 5, {"model"}, [&](farspan_error* e) {
        return farspan_model_from_config(nullptr, text.data(), static_cast<int64_t>(text.size()), nullptr, nullptr, e);
    });
    expect_failure("no file", FARSPAN_ERROR_NULL_ARGUMENT, 2, {"file"},
                   [&](farspan_error* e) { return farspan_model_from_gguf(nullptr, nullptr, 3, nullptr, &model, e); });
    expect_failure("no entries", FARSPAN_ERROR_NULL_ARGUMENT, 2, {"entries"}, [&](farspan_error* e) {
        return farspan_model_from_metadata(nullptr, nullptr, 3, nullptr, &model, e);
    });
    for (const int64_t bytes : {int64_t{-1}, INT64_MIN}) {
        expect_failure("text_bytes", FARSPAN_ERROR_SHAPE, 3, {"text_bytes"}, [&](farspan_error* e) {
            return farspan_model_from_config(nullptr, text.data(), bytes, nullptr, &model, e);
        });
        expect_failure("file_bytes", FARSPAN_ERROR_SHAPE, 3, {"file_bytes"}, [&](farspan_error* e) {
            return farspan_model_from_gguf(nullptr, text.data(), bytes, nullptr, &model, e);
        });
    }
    for (const int64_t count : {int64_t{0}, int64_t{-1}, INT64_MAX})
        expect_failure("count", FARSPAN_ERROR_SHAPE, 3, {"entries_count"}, [&](farspan_error* e) {
            return farspan_model_from_metadata(nullptr, &entry, count, nullptr, &model, e);
        });
    cr_expect(model == nullptr);
    farspan_model_destroy(nullptr);
}

Test(model_arguments, options) {
    constexpr int32_t method = FARSPAN_ERROR_METHOD, range = FARSPAN_ERROR_PARAMETER_RANGE,
                      combination = FARSPAN_ERROR_COMBINATION;
    expect_options_refused("size 0", FARSPAN_ERROR_STRUCT_SIZE, {"options.struct_size is 0"},
                           [](auto& o) { o.struct_size = 0; });
    expect_options_refused("release", method, {"options.release is 3"}, [](auto& o) { o.release = 3; });
    expect_options_refused("angle", method, {"options.angle is -1"}, [](auto& o) { o.angle = -1; });
    expect_options_refused("extension", method, {"options.extension is 10"}, [](auto& o) { o.extension = 10; });
    expect_options_refused("target alone", combination, {"target_length is 9000"},
                           [](auto& o) { o.target_length = 9000; });
    expect_options_refused("extension alone", combination, {"target_length is 0"},
                           [](auto& o) { o.extension = FARSPAN_EXTENSION_YARN; });
    expect_options_refused("negative target", range, {"target_length is -5"}, [](auto& o) { o.target_length = -5; });
    expect_options_refused("huge target", range, {"target_length", "2^40"},
                           [](auto& o) { o.target_length = INT64_MAX; });
    expect_options_refused("window without use", combination, {"options.window"}, [](auto& o) {
        o.extension = FARSPAN_EXTENSION_YARN;
        o.target_length = 9000;
        o.window = 5;
    });
    expect_options_refused("group without use", combination, {"options.group"}, [](auto& o) {
        o.extension = FARSPAN_EXTENSION_REROPE;
        o.target_length = 9000;
        o.group = 5;
    });
    expect_options_refused("negative window", range, {"options.window is -1"}, [](auto& o) { o.window = -1; });
    expect_options_refused("negative count", FARSPAN_ERROR_SHAPE, {"options.t5_encoder_count is -1"},
                           [](auto& o) { o.t5_encoder_count = -1; });
    expect_options_refused("a count without an array", FARSPAN_ERROR_SHAPE, {"options.rope_long_count is 4"},
                           [](auto& o) { o.rope_long_count = 4; });
    float table[3] = {};
    farspan_model_options short_table = model_options();
    short_table.t5_encoder = table;
    short_table.t5_encoder_count = 3;
    expect_model_refused("a short table", fixture("t5-base"), FARSPAN_ERROR_SHAPE,
                         {"options.t5_encoder_count is 3", "384"}, &short_table);
}

Test(model_arguments, answers) {
    const model_handle model = read_model(small_llama(""));
    farspan_model_info info;
    farspan_model_info_init(&info, sizeof info);
    farspan_model_layer layer;
    farspan_model_layer_init(&layer, sizeof layer);
    farspan_model_note note;
    farspan_model_note_init(&note, sizeof note);
    expect_failure("no model", FARSPAN_ERROR_NULL_ARGUMENT, 1, {"model"},
                   [&](farspan_error* e) { return farspan_model_describe(nullptr, &info, e); });
    expect_failure("no info", FARSPAN_ERROR_NULL_ARGUMENT, 2, {"info"},
                   [&](farspan_error* e) { return farspan_model_describe(model.get(), nullptr, e); });
    for (const int64_t index : {int64_t{-1}, int64_t{1}, INT64_MAX, INT64_MIN}) {
        expect_failure("layer", FARSPAN_ERROR_PARAMETER_RANGE, 2, {"index"},
                       [&](farspan_error* e) { return farspan_model_layer_at(model.get(), index, &layer, e); });
        expect_failure("note", FARSPAN_ERROR_PARAMETER_RANGE, 2, {"index"}, [&](farspan_error* e) {
            return farspan_model_note_at(model.get(), index == 1 ? 100 : index, &note, e);
        });
    }
    expect_failure("no layer", FARSPAN_ERROR_NULL_ARGUMENT, 3, {"layer"},
                   [&](farspan_error* e) { return farspan_model_layer_at(model.get(), 0, nullptr, e); });
    expect_failure("no note", FARSPAN_ERROR_NULL_ARGUMENT, 3, {"note"},
                   [&](farspan_error* e) { return farspan_model_note_at(model.get(), 0, nullptr, e); });
    farspan_model_info unset{};
    expect_failure("info.struct_size 0", FARSPAN_ERROR_STRUCT_SIZE, 2, {"info.struct_size is 0"},
                   [&](farspan_error* e) { return farspan_model_describe(model.get(), &unset, e); });
    cr_expect(info.layers == 0 && layer.scheme == nullptr && note.text == nullptr, "failures wrote an answer");
}

Test(model_arguments, the_schemes_serve_attention) {
    const model_handle model = read_fixture("llama-3.2-1b");
    std::vector<float> q(2 * 4 * 64, 0.5f), k(1 * 4 * 64, 0.25f), v(1 * 4 * 64, 1), out(q.size(), 9);
    farspan_tensor tq, tk, tv, to;
    farspan_tensor_contiguous(&tq, q.data(), FARSPAN_F32, 1, 2, 4, 64);
    farspan_tensor_contiguous(&tk, k.data(), FARSPAN_F32, 1, 1, 4, 64);
    farspan_tensor_contiguous(&tv, v.data(), FARSPAN_F32, 1, 1, 4, 64);
    farspan_tensor_contiguous(&to, out.data(), FARSPAN_F32, 1, 2, 4, 64);
    farspan_error error = FARSPAN_ERROR_INIT;
    cr_assert(attention(nullptr, layer_of(model, 0).scheme, &tq, &tk, &tv, &to, &error) == FARSPAN_OK, "%s",
              error.message);
    for (const float value : out) cr_expect(std::abs(value - 1) < 1e-6f);
}

Test(model_arguments, the_table_has_the_functions) {
    const farspan_api* api = farspan_get_api(FARSPAN_ABI_VERSION);
    cr_assert(api != nullptr);
    cr_expect(api->model_from_config == farspan_model_from_config && api->model_note_at == farspan_model_note_at);
}
