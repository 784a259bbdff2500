// The beginning of GGUF files, made here byte by byte after ggml's description of the format.
#include <criterion/criterion.h>

#include <cmath>

#include "expect_failure.hpp"
#include "gguf_writer.hpp"
#include "model_case.hpp"

using namespace farspan_test;

namespace {

// Six keys of a small llama.
void write_keys(file_writer& out) {
    out.string("general.architecture", "llama").u32("llama.block_count", 2).u32("llama.context_length", 131072);
    out.u32("llama.embedding_length", 64).u32("llama.attention.head_count", 4).f32("llama.rope.freq_base", 500000.0f);
}

// A llama with one rotary tensor of eight divisors, 1 to 8.
std::string small_file() {
    file_writer out = header(2, 8);
    write_keys(out);
    out.text("tokenizer.ggml.tokens")
        .number(uint32_t{9})
        .number(uint32_t{8})
        .number(uint64_t{3})
        .text("a")
        .text("bc")
        .text("");
    out.text("tokenizer.ggml.scores")
        .number(uint32_t{9})
        .number(uint32_t{6})
        .number(uint64_t{2})
        .number(1.0f)
        .number(2.0f);
    out.tensor("token_embd.weight", 64, 32).tensor("rope_freqs.weight", 8, 0).align(32);
    for (int n = 1; n <= 8; ++n) out.number(static_cast<float>(n));
    return out.bytes;
}

farspan_status read_file(const std::string& bytes, model_handle& made, farspan_error* error,
                         const farspan_model_options* options = nullptr) {
    // A block of exactly this size: a sanitizer or valgrind sees any byte beyond it.
    const std::vector<char> block(bytes.begin(), bytes.end());
    farspan_model* model = nullptr;
    const farspan_status status = farspan_model_from_gguf(nullptr, block.empty() ? "" : block.data(),
                                                          static_cast<int64_t>(block.size()), options, &model, error);
    made = own(model);
    return status;
}

void expect_file_refused(const char* what, const std::string& bytes, farspan_status status,
                         std::initializer_list<const char*> words, int32_t argument = 2) {
    expect_failure(what, status, argument, words, [&](farspan_error* error) {
        model_handle model;
        return read_file(bytes, model, error);
    });
}

}  // namespace

Test(gguf_file, file_with_a_rotary_tensor) {
    model_handle model;
    farspan_error error = FARSPAN_ERROR_INIT;
    cr_assert(read_file(small_file(), model, &error) == FARSPAN_OK, "%s", error.message);
    const model_layer layer = layer_of(model, 1);
    cr_expect(layer.rope->method == FARSPAN_ROPE_PAIR_FACTORS && layer.rope->base == 500000 && layer.head_dim == 16);
    const frequencies found = frequencies_of(layer);
    for (size_t p = 0; p < 8; ++p)
        cr_expect(std::abs(found.inv_freq[p] * std::pow(5e5, static_cast<double>(p) / 8) * static_cast<double>(p + 1) -
                           1) < 1e-12,
                  "pair %zu", p);
}

Test(gguf_file, file_cut_before_its_tensors) {
    const std::string whole = small_file();
    const std::string cut = whole.substr(0, whole.size() - 1);
    expect_file_refused("one byte short", cut, FARSPAN_ERROR_FORMAT, {"rope_freqs.weight", "beyond the bytes given"},
                        3);
    const std::vector<double> divisors(8, 1.0);
    farspan_model_options options = model_options();
    options.rope_freqs = divisors.data();
    options.rope_freqs_count = 8;
    model_handle model;
    cr_expect(read_file(cut, model, nullptr, &options) == FARSPAN_OK, "the options give what the bytes do not reach");
}

Test(gguf_file, every_truncation_of_a_file) {
    const std::string whole = small_file();
    for (size_t length = 0; length < whole.size(); ++length) {
        model_handle model;
        const farspan_status status = read_file(whole.substr(0, length), model, nullptr);
        cr_assert(status == FARSPAN_ERROR_FORMAT && !model, "%zu bytes: status %d", length, status);
    }
}

Test(gguf_file, changed_bytes_of_a_file) {
    const std::string whole = small_file();
    for (size_t at = 0; at < whole.size(); ++at)
        for (const char byte : {'\0', '\x01', '\x09', '\x7f', '\xff'}) {
            std::string changed = whole;
            changed[at] = byte;
            model_handle model;
            const farspan_status status = read_file(changed, model, nullptr);
            cr_assert((status == FARSPAN_OK) == (model != nullptr) && status != FARSPAN_ERROR_INTERNAL, "byte %zu", at);
        }
}

Test(gguf_file, files_that_lie) {
    expect_file_refused("no magic", std::string(64, 'x'), FARSPAN_ERROR_FORMAT, {"does not begin with GGUF"});
    expect_file_refused("version 1", header(0, 0, 1).bytes, FARSPAN_ERROR_FORMAT, {"version 1"});
    expect_file_refused("2^60 keys", header(0, uint64_t{1} << 60).bytes, FARSPAN_ERROR_FORMAT, {"reaches beyond"});
    file_writer long_key = header(0, 1);
    long_key.number(UINT64_MAX);
    expect_file_refused("a key of 2^64 bytes", long_key.bytes, FARSPAN_ERROR_FORMAT, {"a key has"});
    file_writer long_array = header(0, 1);
    long_array.text("a").number(uint32_t{9}).number(uint32_t{10}).number(uint64_t{1} << 62);
    expect_file_refused("an array of 2^62", long_array.bytes, FARSPAN_ERROR_FORMAT, {"reaches beyond"});
    file_writer nested = header(0, 1);
    nested.text("a").number(uint32_t{9}).number(uint32_t{9}).number(uint64_t{1});
    expect_file_refused("an array of arrays", nested.bytes, FARSPAN_ERROR_FORMAT, {"a is an array of type 9"});
    file_writer type = header(0, 1);
    type.text("a").number(uint32_t{13});
    expect_file_refused("type 13", type.bytes, FARSPAN_ERROR_FORMAT, {"type 13"});
    file_writer many = header(1, 6);
    write_keys(many);
    many.text("t").number(uint32_t{2}).number(UINT64_MAX).number(UINT64_MAX).number(uint32_t{0}).number(uint64_t{0});
    expect_file_refused("2^128 elements", many.bytes, FARSPAN_ERROR_FORMAT, {"tensor t is too large"});
    file_writer half_type = header(1, 6);
    write_keys(half_type);
    half_type.tensor("rope_freqs.weight", 8, 0, 1);
    expect_file_refused("F16 divisors", half_type.bytes, FARSPAN_ERROR_FORMAT, {"rope_freqs.weight", "type 1"});
    file_writer far = header(1, 6);
    write_keys(far);
    far.tensor("rope_freqs.weight", 8, UINT64_MAX - 3);
    expect_file_refused("an offset of 2^64", far.bytes, FARSPAN_ERROR_FORMAT, {"rope_freqs.weight"}, 3);
}
