// Windows, chunks and patterns: which layers look where.
#include <criterion/criterion.h>

#include "model_case.hpp"

using namespace farspan_test;

namespace {

// F full, S sliding, C chunked, other ".", lower case without rotation.
std::string pattern_of(const model_handle& model) {
    std::string result;
    for (int64_t n = 0; n < info_of(model).layers; ++n) {
        const model_layer layer = layer_of(model, n);
        const char letter = "FSC."[layer.kind];
        result += layer.rope && layer.rope->method == FARSPAN_ROPE_NONE ? static_cast<char>(letter + 32) : letter;
    }
    return result;
}

std::string repeated(const std::string& unit, size_t length) {
    std::string result;
    while (result.size() < length) result += unit;
    return result.substr(0, length);
}

// A model of 8 layers and heads of 64 with more keys.
std::string eight_layers(const std::string& type, const std::string& keys) {
    return R"({"num_hidden_layers": 8, "num_attention_heads": 4, "num_key_value_heads": 2, "hidden_size": 256, "head_dim": 64,
               "max_position_embeddings": 8192, "model_type": ")" +
           type + "\"" + (keys.empty() ? "" : ", " + keys) + "}";
}

std::string pattern(const std::string& type, const std::string& keys) {
    return pattern_of(read_model(eight_layers(type, keys)));
}

}  // namespace

Test(layers, published_patterns) {
    const std::pair<const char*, std::string> rows[] = {
        {"llama-3-8b", repeated("F", 32)},
        {"mistral-7b-v0.1", repeated("S", 32)},
        {"mistral-7b-v0.3", repeated("F", 32)},
        {"mixtral-8x7b", repeated("F", 32)},
        {"phi-3-mini-4k", repeated("S", 32)},
        {"gemma-2-9b", repeated("SF", 42)},
        {"gemma-3-1b", repeated("SSSSSF", 26)},
        {"gemma-3-4b", repeated("SSSSSF", 34)},
        {"gemma-3-4b-v5", repeated("SSSSSF", 34)},
        {"gpt-oss-20b", repeated("SF", 24)},
        {"olmo-3-7b", repeated("SSSF", 32)},
        {"command-r7b", repeated("SSSf", 32)},
        {"exaone-4-32b", repeated("SSSf", 64)},
        {"exaone-4-1.2b", repeated("F", 30)},
        {"smollm3-3b", repeated("FFFf", 36)},
        {"qwen2.5-7b", repeated("F", 28)},
        {"qwen3-draft", repeated("F", 5)},
        {"llama-4-scout-early", repeated("CCCf", 48)},
        {"qwen3-next", repeated("...F", 48)},
        {"gemma-4-31b", repeated("SSSSSF", 60)},
        {"gemma-4-default", repeated("SSSSSF", 30)},
        {"modernbert-base", repeated("FSS", 22)},
        {"mistral-7b-v0.1-params", repeated("S", 32)},
    };
    for (const auto& [name, expected] : rows) {
        const std::string found = pattern_of(read_fixture(name));
        cr_expect(found == expected, "%s: %s", name, found.c_str());
    }
}

Test(layers, windows_count_the_query_itself) {
    const model_layer mistral = layer_of(read_fixture("mistral-7b-v0.1"), 0);
    cr_expect(mistral.window == 4096 && mistral.mask->window_left == 4095);
    int64_t seen[4];
    cr_assert(farspan_scheme_visible(mistral.scheme, 10000, 20000, seen, nullptr) == FARSPAN_OK);
    cr_expect(seen[0] == 10000 - 4095 && seen[1] == 10001 && seen[2] == seen[3]);
    cr_expect(layer_of(read_fixture("phi-3-mini-4k"), 0).window == 2047);
    cr_expect(layer_of(read_fixture("gpt-oss-20b"), 0).window == 128 &&
              layer_of(read_fixture("gpt-oss-20b"), 1).window == 0);
    cr_expect(layer_of(read_fixture("gemma-3-1b"), 0).window == 512 &&
              layer_of(read_fixture("gemma-3-4b"), 0).window == 1024);
}

Test(layers, chunks_of_llama_4) {
    const model_handle model = read_fixture("llama-4-scout-early");
    const model_layer chunked = layer_of(model, 0), full = layer_of(model, 3);
    cr_expect(chunked.mask->chunk == 8192 && chunked.window == 8192 && full.mask->chunk == 0);
    cr_expect(chunked.score->temperature == FARSPAN_TEMPERATURE_NONE);
    cr_expect(full.score->temperature == FARSPAN_TEMPERATURE_LLAMA4 && full.score->trained_length == 8192 &&
              full.score->alpha == 0.1);
    cr_expect(pattern("llama4_text", R"("attention_chunk_size": null)") == "FFFfFFFf");
    cr_expect(layer_of(read_model(eight_layers("llama4_text", R"("attn_temperature_tuning": false)")), 3)
                  .score->temperature == FARSPAN_TEMPERATURE_NONE);
}

Test(layers, an_absent_window_is_the_class_default_and_null_is_none) {
    const model_handle absent = read_model(eight_layers("mistral", ""));
    cr_expect(pattern_of(absent) == "SSSSSSSS" && layer_of(absent, 0).window == 4096);
    cr_expect(note_of(absent, FARSPAN_NOTE_DEFAULT).find("absent") != std::string::npos);
    for (const char* none : {"null", "0", "-1"})
        cr_expect(pattern("mistral", std::string("\"sliding_window\": ") + none) == "FFFFFFFF", "%s", none);
    cr_expect(pattern("mixtral", "") == "FFFFFFFF" && pattern("phi3", "") == "FFFFFFFF");
}

Test(layers, layer_types_win_over_patterns) {
    const std::string types =
        R"("layer_types": ["full_attention", "full_attention", "sliding_attention", "full_attention", "full_attention",
                                  "sliding_attention", "full_attention", "full_attention"], "sliding_window": 16)";
    for (const char* type : {"gemma2", "gemma3_text", "gpt_oss", "mistral", "qwen2", "llama"})
        cr_expect(pattern(type, types) == "FFSFFSFF", "%s: %s", type, pattern(type, types).c_str());
    expect_model_refused("too few", eight_layers("gemma2", R"("layer_types": ["full_attention"])"), FARSPAN_ERROR_SHAPE,
                         {"$.layer_types", "1 entries", "8 layers"});
    expect_model_refused("unknown", eight_layers("llama", R"("layer_types": ["a", "b", "c", "d", "e", "f", "g", "h"])"),
                         FARSPAN_ERROR_METHOD, {"$.layer_types[0]", "\"a\""});
}

Test(layers, patterns_as_numbers_and_letters) {
    cr_expect(pattern("cohere2", R"("sliding_window_pattern": 2)") == "SfSfSfSf");
    cr_expect(pattern("exaone4", R"("sliding_window_pattern": "LG")") == "SfSfSfSf");
    cr_expect(pattern("exaone4", R"("sliding_window_pattern": null, "sliding_window": null)") == "FFFFFFFF");
    cr_expect(pattern("exaone4", R"("sliding_window": null)") == "FFFFFFFF");
    cr_expect(pattern("gemma3_text", R"("sliding_window_pattern": 1)") == "FFFFFFFF");
    expect_model_refused("letters", eight_layers("exaone4", R"("sliding_window_pattern": "LLX")"), FARSPAN_ERROR_FORMAT,
                         {"$.sliding_window_pattern", "LLX"});
}

// The code of the class, not its documentation: layers from max_window_layers on.
Test(layers, qwen_windows) {
    cr_expect(pattern("qwen2", R"("use_sliding_window": true, "sliding_window": 64, "max_window_layers": 5)") ==
              "FFFFFSSS");
    const model_handle unused =
        read_model(eight_layers("qwen2", R"("use_sliding_window": true, "max_window_layers": 28)"));
    cr_expect(pattern_of(unused) == "FFFFFFFF");
    cr_expect(note_of(unused, FARSPAN_NOTE_NO_EFFECT).find("$.max_window_layers") == 0);
    const model_handle draft = read_fixture("qwen3-draft");
    cr_expect(note_of(draft, FARSPAN_NOTE_NO_EFFECT).find("$.sliding_window: is 2048") == 0);
    cr_expect(note_of(read_fixture("qwen2.5-7b"), FARSPAN_NOTE_NO_EFFECT).empty(),
              "switched off by name is no warning");
}

Test(layers, rotation_lists) {
    cr_expect(pattern("smollm3", R"("no_rope_layers": [1, 0, 1, 0, 1, 1, 1, 1])") == "FfFfFFFF");
    cr_expect(pattern("smollm3", R"("no_rope_layer_interval": 2)") == "FfFfFfFf");
    cr_expect(pattern("smollm3", R"("use_sliding_window": true, "sliding_window": 32)") == "FFFsFFFs");
    expect_model_refused("length", eight_layers("smollm3", R"("no_rope_layers": [1, 0])"), FARSPAN_ERROR_SHAPE,
                         {"$.no_rope_layers"});
}

Test(layers, nested_rotations_per_layer_type) {
    const std::string types =
        R"("layer_types": ["full_attention", "sliding_attention", "full_attention", "sliding_attention",
        "full_attention", "sliding_attention", "full_attention", "sliding_attention"], "sliding_window": 16, )";
    const model_handle model = read_model(eight_layers("gemma3_text", types + R"("rope_parameters": {"full_attention":
        {"rope_type": "linear", "factor": 2, "rope_theta": 7000}, "sliding_attention": {"rope_type": "default", "rope_theta": 300}})"));
    cr_expect(layer_of(model, 0).rope->base == 7000 && layer_of(model, 0).rope->factor == 2);
    cr_expect(layer_of(model, 1).rope->base == 300 && layer_of(model, 1).rope->method == FARSPAN_ROPE_BASE);
    const std::string null = R"("rope_parameters": {"full_attention": null, "sliding_attention": {"rope_theta": 300}})";
    cr_expect(pattern("cohere2", types + null) == "fSfSfSfS");
}
