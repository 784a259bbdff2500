// What the architectures of gguf_rows.cpp leave to llama.cpp's code, and those that are refused.
#include <criterion/criterion.h>

#include <cmath>

#include "model_case.hpp"

using namespace farspan_test;

namespace {

struct pair {
    const char* key;
    int64_t number;
};

std::vector<farspan_metadata> eight_layers(const std::string& architecture, std::vector<std::string>& names,
                                           const std::vector<pair>& pairs) {
    std::vector<farspan_metadata> result;
    names.reserve(pairs.size());
    for (const pair& p : pairs) result.push_back(entry_of(names.emplace_back(architecture + "." + p.key), p.number));
    return result;
}

// Eight layers of four heads of 64 for two keys each, with more numbers.
farspan_status open(const std::string& architecture, std::vector<pair> more, farspan_model** model,
                    farspan_error* error) {
    more.insert(more.end(), {{"block_count", 8},
                             {"context_length", 4096},
                             {"embedding_length", 256},
                             {"attention.head_count", 4},
                             {"attention.head_count_kv", 2}});
    std::vector<std::string> names;
    std::vector<farspan_metadata> entries = eight_layers(architecture, names, more);
    const farspan_text text = text_of(architecture);
    entries.push_back(entry_of("general.architecture", text));
    return farspan_model_from_metadata(nullptr, entries.data(), static_cast<int64_t>(entries.size()), nullptr, model,
                                       error);
}

model_handle read(const std::string& architecture, const std::vector<pair>& more = {}) {
    farspan_model* model = nullptr;
    farspan_error error = FARSPAN_ERROR_INIT;
    cr_assert(open(architecture, more, &model, &error) == FARSPAN_OK, "%s: %s", architecture.c_str(), error.message);
    return own(model);
}

// F full, S sliding, O none, lower case without rotation.
std::string letters_of(const model_handle& model) {
    std::string result;
    for (int64_t n = 0; n < info_of(model).layers; ++n) {
        const model_layer layer = layer_of(model, n);
        const char letter = layer.kind == FARSPAN_LAYER_OTHER ? 'O' : layer.kind == FARSPAN_LAYER_SLIDING ? 'S' : 'F';
        const bool still = letter != 'O' && layer.rope->method == FARSPAN_ROPE_NONE;
        result += still ? static_cast<char>(std::tolower(letter)) : letter;
    }
    return result;
}

}  // namespace

Test(gguf_rows, layers) {
    const pair window{"attention.sliding_window", 16};
    const struct {
        const char *architecture, *layers;
        std::vector<pair> more;
    } rows[] = {
        {"arcee", "FFFFFFFF", {}},
        {"afmoe", "SSSfSSSf", {window}},
        {"exaone-moe", "SSSfSSSf", {window}},
        {"gemma3n", "SSSSFSSS", {window}},
        {"smallthinker", "fSSSfSSS", {window}},
        {"qwen3next", "OOOFOOOF", {}},
        {"qwen3next", "OFOFOFOF", {{"full_attention_interval", 2}}},
        {"nemotron_h", "ffffffff", {}},
        {"jais", "ffffffff", {}},
        {"starcoder", "ffffffff", {}},
    };
    for (const auto& row : rows) {
        const std::string seen = letters_of(read(row.architecture, row.more));
        cr_expect(seen == row.layers, "%s: %s, must be %s", row.architecture, seen.c_str(), row.layers);
    }
}

Test(gguf_rows, scales_and_biases) {
    cr_expect(std::fabs(layer_of(read("jais"), 0).attention_scale * 64 - 1) < 1e-15);
    cr_expect(layer_of(read("gemma3n"), 0).attention_scale == 1);
    cr_expect(layer_of(read("refact"), 0).bias->method == FARSPAN_BIAS_ALIBI);
    const model_layer jina = layer_of(read("jina-bert-v2", {{"attention.causal", 0}}), 0);
    cr_expect(jina.bias->method == FARSPAN_BIAS_ALIBI && jina.bias->bidirectional == 1 && jina.mask->causal == 0);
    cr_expect(info_of(read("bert")).absolute == FARSPAN_ABSOLUTE_LEARNED);
    cr_expect(layer_of(read("xverse"), 0).rope->layout == FARSPAN_LAYOUT_INTERLEAVED);
    cr_expect(layer_of(read("orion"), 0).rope->layout == FARSPAN_LAYOUT_HALF);
}

Test(gguf_rows, refused) {
    for (const auto& [name, word] :
         {std::pair("mamba", "softmax"), {"glm-dsa", "indexer"}, {"t5", "table of weights"}}) {
        farspan_model* model = nullptr;
        farspan_error error = FARSPAN_ERROR_INIT;
        cr_expect(open(name, {}, &model, &error) == FARSPAN_ERROR_METHOD && !model, "%s", name);
        cr_expect(std::string(error.message).find(word) != std::string::npos, "%s: %s", name, error.message);
    }
}
