// What the readers allocate at their highest, for documents of many megabytes of which nobody reads much: measured from
// inside by counting what operator new hands out. model.h promises three times the input and 16 MiB.
#include <criterion/criterion.h>
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <new>

#include "gguf_writer.hpp"
#include "model_case.hpp"

using namespace farspan_test;

namespace {

std::atomic<size_t> in_use, highest;

void* counted(size_t size) {
    void* const memory = std::malloc(size);
    if (!memory) throw std::bad_alloc();
    const size_t now = in_use += malloc_usable_size(memory);
    for (size_t before = highest; now > before && !highest.compare_exchange_weak(before, now);) {
    }
    return memory;
}

void give_back(void* memory) noexcept {
    if (memory) in_use -= malloc_usable_size(memory);
    std::free(memory);
}

constexpr size_t megabyte = size_t{1} << 20;

// What a call allocates above what was there before.
size_t peak_of(const std::function<farspan_status(farspan_model**, farspan_error*)>& read, farspan_status status,
               const char* what) {
    const size_t before = in_use;
    highest = before;
    farspan_model* model = nullptr;
    farspan_error error = FARSPAN_ERROR_INIT;
    const farspan_status got = read(&model, &error);
    const size_t result = highest - before;
    cr_expect(got == status, "%s: status %d, %s", what, got, error.message);
    farspan_model_destroy(model);
    cr_expect(in_use == before, "%s: %zu bytes are left", what, in_use - before);
    return result;
}

void expect_config_within(const char* what, const std::string& text, double factor,
                          farspan_status status = FARSPAN_OK) {
    const size_t peak = peak_of(
        [&](farspan_model** model, farspan_error* error) {
            return farspan_model_from_config(nullptr, text.data(), static_cast<int64_t>(text.size()), nullptr, model,
                                             error);
        },
        status, what);
    cr_expect(static_cast<double>(peak) <= factor * static_cast<double>(text.size()) + 16.0 * megabyte,
              "%s: %zu bytes of memory for %zu", what, peak, text.size());
}

void expect_gguf_within(const char* what, const std::string& file, double factor, farspan_status status = FARSPAN_OK) {
    const size_t peak = peak_of(
        [&](farspan_model** model, farspan_error* error) {
            return farspan_model_from_gguf(nullptr, file.data(), static_cast<int64_t>(file.size()), nullptr, model,
                                           error);
        },
        status, what);
    cr_expect(static_cast<double>(peak) <= factor * static_cast<double>(file.size()) + 16.0 * megabyte,
              "%s: %zu bytes of memory for %zu", what, peak, file.size());
}

// `unit` again and again, up to `bytes`.
std::string repeated(const std::string& unit, size_t bytes) {
    std::string result;
    result.reserve(bytes + unit.size());
    while (result.size() + unit.size() < bytes) result += unit;
    return result;
}

std::string list_of(const std::string& unit, size_t bytes) { return "[" + repeated(unit + ",", bytes) + unit + "]"; }

std::string numbered(const char* format, size_t count) {
    std::string result;
    for (size_t n = 0; n < count; ++n) {
        char text[64];
        std::snprintf(text, sizeof text, format, n);
        result += text;
    }
    return result;
}

file_writer small_llama_file(uint64_t tensors, uint64_t keys) {
    file_writer out = header(tensors, keys + 4);
    out.string("general.architecture", "llama").u32("llama.block_count", 2);
    return out.u32("llama.embedding_length", 64).u32("llama.attention.head_count", 4);
}

}  // namespace

void* operator new(size_t size) { return counted(size); }
// of the buffers that the standard library sorts with
void* operator new(size_t size, const std::nothrow_t&) noexcept {
    try {
        return counted(size);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}
void operator delete(void* memory) noexcept { give_back(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { give_back(memory); }
void operator delete(void* memory, size_t) noexcept { give_back(memory); }

Test(reader_memory, json_that_nobody_reads_takes_none) {
    constexpr size_t size = 63 * megabyte;
    const std::pair<const char*, std::string> unread[] = {
        {"numbers", list_of("0", size)},
        {"texts", list_of("\"a\"", size)},
        {"lists", list_of("[]", size)},
        {"objects", list_of("{}", size)},
        {"objects within", list_of("{\"a\":{\"b\":[1]}}", size)},
        {"a text", "\"" + repeated("text ", size) + "\""},
        {"keys", "{" + repeated("\"a\":0,", size) + "\"b\":0}"},
    };
    for (const auto& [what, value] : unread) expect_config_within(what, small_llama("\"unread\": " + value), 0);
}

Test(reader_memory, json_of_many_keys_takes_an_index) {
    expect_config_within("a million keys", small_llama(numbered("\"k%zu\":0,", 1000000) + "\"last\": 0"), 2);
    expect_config_within(
        "a million fields of a rope dictionary",
        small_llama("\"rope_scaling\": {" + numbered("\"k%zu\":0,", 1000000) + "\"type\": \"default\"}"), 3);
    expect_config_within("more keys than the limit", small_llama(repeated("\"a\":0,", 63 * megabyte) + "\"b\":0"), 0,
                         FARSPAN_ERROR_FORMAT);
}

Test(reader_memory, json_that_is_read_is_bounded) {
    const std::string zeros = list_of("0", 16 * megabyte);
    expect_config_within("a list that is read", small_llama("\"layer_types\": " + zeros), 1, FARSPAN_ERROR_SHAPE);
    expect_config_within("a list of the table", small_llama("\"no_rope_layers\": " + zeros), 1);
    expect_config_within("lists within", small_llama("\"attention_types\": " + list_of("[0,0,0]", 16 * megabyte)), 1);
    expect_config_within("a name", "{\"model_type\": \"" + repeated("long ", 63 * megabyte) + "\"}", 3,
                         FARSPAN_ERROR_METHOD);
    std::string many;
    for (const char* key : {"no_rope_layers", "attention_types", "attn_type_list", "layers_block_type", "block_types",
                            "indexer_types", "layer_rope_theta", "mrope_section", "cross_attention_layers",
                            "block_configs", "full_attn_idxs", "attn_layer_indices", "full_attention_layers",
                            "attention_window", "sliding_windows", "rope_scaling_layers", "hybrid_layer_pattern"})
        many += "\"" + std::string(key) + "\": " + list_of("1", 10000) + ", ";
    expect_config_within("lists of the table", small_llama(many + "\"last\": 0"), 1, FARSPAN_ERROR_FORMAT);
}

Test(reader_memory, gguf_that_nobody_reads_takes_none) {
    constexpr size_t size = 16 * megabyte;
    file_writer tokens = small_llama_file(0, 2);
    const uint64_t count = size / 9;
    tokens.text("tokenizer.ggml.tokens").number(uint32_t{9}).number(uint32_t{8}).number(count);
    for (uint64_t n = 0; n < count; ++n) tokens.text("t");
    tokens.text("tokenizer.ggml.scores").number(uint32_t{9}).number(uint32_t{6}).number(uint64_t{1000000});
    tokens.bytes.resize(tokens.bytes.size() + 4000000);
    expect_gguf_within("a vocabulary", tokens.bytes, 0);

    constexpr uint64_t keys = size / 18;
    file_writer many = small_llama_file(0, keys);
    for (uint64_t n = 0; n < keys; ++n) many.u32("k", 1);
    expect_gguf_within("keys of another architecture", many.bytes, 0);

    constexpr uint64_t tensors = size / 33;
    file_writer places = small_llama_file(tensors, 0);
    for (uint64_t n = 0; n < tensors; ++n) places.tensor("t", 1, 0);
    expect_gguf_within("tensors", places.align(32).bytes, 0);
}

Test(reader_memory, gguf_of_the_architecture_is_bounded) {
    file_writer numbers = small_llama_file(0, 1);
    numbers.text("llama.attention.list").number(uint32_t{9}).number(uint32_t{0}).number(uint64_t{16 * megabyte});
    numbers.bytes.resize(numbers.bytes.size() + 16 * megabyte);
    expect_gguf_within("a list", numbers.bytes, 0);

    file_writer keys = small_llama_file(0, 100000);
    for (int n = 0; n < 100000; ++n) keys.u32("llama.k" + std::to_string(n), 1);
    expect_gguf_within("keys", keys.bytes, 0, FARSPAN_ERROR_FORMAT);

    file_writer lists = small_llama_file(0, 1000);
    for (int n = 0; n < 1000; ++n) {
        lists.text("llama.l" + std::to_string(n)).number(uint32_t{9}).number(uint32_t{0}).number(uint64_t{5000});
        lists.bytes.resize(lists.bytes.size() + 5000);
    }
    expect_gguf_within("lists", lists.bytes, 0, FARSPAN_ERROR_FORMAT);
}
