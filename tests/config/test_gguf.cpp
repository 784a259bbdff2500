// GGUF metadata given key by key. (test_gguf_file.cpp reads whole files.)
#include <criterion/criterion.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <variant>

#include "expect_failure.hpp"
#include "model_case.hpp"

using namespace farspan_test;

namespace {

using integers = std::vector<int64_t>;
using reals = std::vector<double>;
using value = std::variant<int64_t, double, std::string, integers, reals>;
using metadata = std::vector<std::pair<std::string, value>>;

struct entry_list {
    std::vector<farspan_metadata> entries;
    std::vector<farspan_text> texts;
};

template <class Value>
void add(std::vector<farspan_metadata>& entries, const std::string& key, const Value& given) {
    if constexpr (!std::is_same_v<Value, std::string>) entries.push_back(entry_of(key, given));
}

entry_list entries_of(const metadata& keys) {
    entry_list result;
    result.texts.reserve(keys.size());
    for (const auto& [key, v] : keys) {
        if (const auto* text = std::get_if<std::string>(&v)) {
            result.entries.push_back(entry_of(key, result.texts.emplace_back(text_of(*text))));
            continue;
        }
        std::visit([&](const auto& given) { add(result.entries, key, given); }, v);
    }
    return result;
}

metadata base(const std::string& architecture, const metadata& more = {}) {
    metadata keys = {{"general.architecture", architecture},
                     {architecture + ".block_count", int64_t{8}},
                     {architecture + ".context_length", int64_t{8192}},
                     {architecture + ".embedding_length", int64_t{256}},
                     {architecture + ".attention.head_count", int64_t{4}},
                     {architecture + ".attention.head_count_kv", int64_t{2}},
                     {"tokenizer.ggml.model", std::string("gpt2")}};
    for (const auto& [key, v] : more) keys.emplace_back(architecture + "." + key, v);
    return keys;
}

model_handle read(const metadata& keys, const farspan_model_options* options = nullptr) {
    const entry_list list = entries_of(keys);
    farspan_model* model = nullptr;
    farspan_error error = FARSPAN_ERROR_INIT;
    const farspan_status status = farspan_model_from_metadata(
        nullptr, list.entries.data(), static_cast<int64_t>(list.entries.size()), options, &model, &error);
    cr_assert(status == FARSPAN_OK, "status %d: %s", status, error.message);
    return own(model);
}

void expect_refused(const char* what, const metadata& keys, farspan_status status,
                    std::initializer_list<const char*> words, int32_t argument = 2,
                    const farspan_model_options* options = nullptr) {
    const entry_list list = entries_of(keys);
    expect_failure(what, status, argument, words, [&](farspan_error* error) {
        farspan_model* model = nullptr;
        const farspan_status got = farspan_model_from_metadata(
            nullptr, list.entries.data(), static_cast<int64_t>(list.entries.size()), options, &model, error);
        cr_expect(model == nullptr, "%s: made a model", what);
        return got;
    });
}

std::string kinds_of(const model_handle& model) {
    std::string result;
    for (int64_t n = 0; n < info_of(model).layers; ++n) {
        const model_layer layer = layer_of(model, n);
        const char letter = "FSC."[layer.kind];
        result += layer.rope->method == FARSPAN_ROPE_NONE ? static_cast<char>(letter + 32) : letter;
    }
    return result;
}

}  // namespace

Test(gguf, sizes_and_defaults) {
    const model_handle model = read(base("llama"));
    const farspan_model_info info = info_of(model);
    cr_expect(info.layers == 8 && info.query_heads == 4 && info.key_heads == 2 && info.head_dim == 64 &&
              info.context == 8192);
    const model_layer layer = layer_of(model, 0);
    cr_expect(layer.rope->layout == FARSPAN_LAYOUT_INTERLEAVED && layer.rope->rotary_dim == 64 &&
              layer.rope->base == 10000);
    cr_expect(layer.rope->method == FARSPAN_ROPE_BASE && std::strcmp(info.family, "llama") == 0);
    const model_layer qwen =
        layer_of(read(base("qwen2", {{"rope.dimension_count", int64_t{32}}, {"rope.freq_base", 1e6}})), 0);
    cr_expect(qwen.rope->layout == FARSPAN_LAYOUT_HALF && qwen.rope->rotary_dim == 32 && qwen.rope->base == 1e6);
}

Test(gguf, head_counts_per_layer) {
    const model_handle model = read(base("deci", {}));
    metadata keys = base("deci");
    keys[4].second = integers{4, 4, 4, 4, 8, 8, 8, 8};
    keys[5].second = integers{2, 2, 1, 1, 8, 8, 4, 4};
    keys.emplace_back("deci.attention.key_length", int64_t{64});
    const model_handle listed = read(keys);
    cr_expect(layer_of(listed, 7).query_heads == 8 && layer_of(listed, 7).key_heads == 4 &&
              layer_of(listed, 2).key_heads == 1);
    keys[5].second = integers{2, 2};
    expect_refused("too short a list", keys, FARSPAN_ERROR_SHAPE, {"deci.attention.head_count_kv", "2 entries"});
}

Test(gguf, scaling) {
    const auto rope = [](const metadata& more) { return *layer_of(read(base("llama", more)), 0).rope; };
    cr_expect(rope({{"rope.scaling.factor", 4.0}}).method == FARSPAN_ROPE_LINEAR,
              "linear is what an absent type means");
    cr_expect(rope({{"rope.scale_linear", 4.0}}).factor == 4);
    cr_expect(rope({{"rope.scaling.factor", 0.0}}).method == FARSPAN_ROPE_BASE);
    cr_expect(rope({{"rope.scaling.type", std::string("none")}, {"rope.scaling.factor", 4.0}}).method ==
              FARSPAN_ROPE_BASE);
    const farspan_rope_config yarn = rope({{"rope.scaling.type", std::string("yarn")},
                                           {"rope.scaling.factor", 4.0},
                                           {"rope.scaling.original_context_length", int64_t{2048}},
                                           {"rope.scaling.yarn_beta_fast", 16.0}});
    cr_expect(yarn.method == FARSPAN_ROPE_YARN && yarn.factor == 4 && yarn.original_context == 2048 &&
              yarn.beta_fast == 16);
    expect_refused("unknown type", base("llama", {{"rope.scaling.type", std::string("ntk")}}), FARSPAN_ERROR_METHOD,
                   {"llama.rope.scaling.type", "ntk"});
}

// The converter writes the config's attention_factor as yarn_attn_factor, which llama.cpp does not read; attn_factor,
// which it reads for every type, multiplies.
Test(gguf, magnitude_of_yarn) {
    const metadata yarn = {{"rope.scaling.type", std::string("yarn")},
                           {"rope.scaling.factor", 4.0},
                           {"rope.scaling.original_context_length", int64_t{2048}}};
    const auto layer = [&](const char* architecture, const metadata& more, int32_t release) {
        farspan_model_options options = model_options();
        options.release = release;
        metadata keys = yarn;
        keys.insert(keys.end(), more.begin(), more.end());
        return read(base(architecture, keys), &options);
    };
    const auto magnitude = [&](const model_handle& model) { return frequencies_of(layer_of(model, 0)).magnitude; };
    const double usual = 0.1 * std::log(4.0) + 1;
    constexpr int32_t reference = FARSPAN_RELEASE_REFERENCE, llama_cpp = FARSPAN_RELEASE_LLAMA_CPP;
    cr_expect(std::abs(magnitude(layer("qwen2", {}, reference)) - usual) < 1e-12);
    cr_expect(std::abs(magnitude(layer("qwen2", {{"rope.scaling.attn_factor", 0.5}}, reference)) - usual / 2) < 1e-12);
    const metadata written = {{"rope.scaling.yarn_attn_factor", 0.75}, {"rope.scaling.yarn_beta_fast", 16.0}};
    const model_handle obeyed = layer("qwen2", written, reference), ignored = layer("qwen2", written, llama_cpp);
    cr_expect(magnitude(obeyed) == 0.75 && layer_of(obeyed, 0).rope->beta_fast == 16);
    cr_expect(std::abs(magnitude(ignored) - usual) < 1e-12 && layer_of(ignored, 0).rope->beta_fast == 32);
    for (const model_handle* model : {&obeyed, &ignored})
        cr_expect(note_of(*model, FARSPAN_NOTE_RELEASE).find("beta_fast: llama.cpp does not read it") !=
                  std::string::npos);
    cr_expect(layer_of(layer("mistral3", written, llama_cpp), 0).rope->beta_fast == 16);
}

// DeepSeek-V2 Lite: latent attention, and 0.1 * mscale_all_dim in the file.
Test(gguf, latent_attention) {
    const metadata keys = {{"general.architecture", std::string("deepseek2")},
                           {"deepseek2.block_count", int64_t{27}},
                           {"deepseek2.context_length", int64_t{163840}},
                           {"deepseek2.embedding_length", int64_t{2048}},
                           {"deepseek2.attention.head_count", int64_t{16}},
                           {"deepseek2.attention.head_count_kv", int64_t{1}},
                           {"deepseek2.attention.key_length", int64_t{576}},
                           {"deepseek2.attention.value_length", int64_t{512}},
                           {"deepseek2.attention.key_length_mla", int64_t{192}},
                           {"deepseek2.attention.value_length_mla", int64_t{128}},
                           {"deepseek2.rope.dimension_count", int64_t{64}},
                           {"deepseek2.rope.scaling.type", std::string("yarn")},
                           {"deepseek2.rope.scaling.factor", 40.0},
                           {"deepseek2.rope.scaling.original_context_length", int64_t{4096}},
                           {"deepseek2.rope.scaling.yarn_log_multiplier", 0.0707}};
    const model_handle model = read(keys);
    const model_layer layer = layer_of(model, 0), json = layer_of(read_fixture("deepseek-v2-lite"), 0);
    cr_expect(layer.head_dim == 192 && layer.value_dim == 128 && layer.key_heads == 16 &&
              layer.rope->rotary_offset == 128);
    cr_expect(std::abs(layer.attention_scale / json.attention_scale - 1) < 1e-12, "%.12g", layer.attention_scale);
    const frequencies a = frequencies_of(layer), b = frequencies_of(json);
    cr_expect(a.magnitude == 1 && b.magnitude == 1);
    for (size_t p = 0; p < 32; ++p) cr_expect(std::abs(a.inv_freq[p] / b.inv_freq[p] - 1) < 1e-12, "pair %zu", p);
}

Test(gguf, windows) {
    cr_expect(kinds_of(read(base("gemma2", {{"attention.sliding_window", int64_t{4096}}}))) == "SFSFSFSF");
    cr_expect(kinds_of(read(base("gemma2"))) == "SFSFSFSF", "its code has a window of 4096");
    cr_expect(kinds_of(read(base("gemma3"))) == "FFFFFFFF");
    cr_expect(kinds_of(read(base("cohere2", {{"attention.sliding_window", int64_t{4096}}}))) == "SSSfSSSf");
    cr_expect(kinds_of(read(base("llama4"))) == "CCCfCCCf");
    cr_expect(kinds_of(read(base("phi3", {{"attention.sliding_window", int64_t{2047}}}))) == "SSSSSSSS");
    cr_expect(kinds_of(read(base("gemma3", {{"attention.sliding_window", int64_t{512}},
                                            {"attention.sliding_window_pattern", int64_t{3}}}))) == "SSFSSFSS");
    cr_expect(kinds_of(read(base(
                  "gpt-oss", {{"attention.sliding_window", int64_t{128}},
                              {"attention.sliding_window_pattern", integers{1, 1, 0, 1, 1, 0, 1, 1}}}))) == "SSFSSFSS");
    const model_handle gemma3 = read(base(
        "gemma3", {{"attention.sliding_window", int64_t{512}}, {"rope.freq_base", 1e6}, {"rope.scaling.factor", 8.0}}));
    cr_expect(layer_of(gemma3, 0).rope->base == 10000 && layer_of(gemma3, 0).rope->method == FARSPAN_ROPE_BASE);
    cr_expect(layer_of(gemma3, 5).rope->base == 1e6 && layer_of(gemma3, 5).rope->factor == 8);
}

Test(gguf, layers_without_rotation) {
    cr_expect(kinds_of(read(base("smollm3"))) == "FFFfFFFf");
    cr_expect(kinds_of(read(base("granite"))) == "FFFFFFFF");
    cr_expect(kinds_of(read(base("granite", {{"rope.scaling.finetuned", int64_t{0}}}))) == "ffffffff");
    cr_expect(kinds_of(read(base("llama4", {{"attention.sliding_window", int64_t{0}}}))) == "FFFFFFFF");
}

// Olmo 3: sliding layers keep the plain rotation; gpt-oss scales all of them.
Test(gguf, scaling_of_sliding_layers) {
    const metadata yarn = {{"attention.sliding_window", int64_t{128}},
                           {"rope.scaling.type", std::string("yarn")},
                           {"rope.scaling.factor", 8.0},
                           {"rope.scaling.original_context_length", int64_t{1024}}};
    const model_handle olmo = read(base("olmo2", yarn)), oss = read(base("gpt-oss", yarn));
    cr_expect(kinds_of(olmo) == "SSSFSSSF" && kinds_of(oss) == "SFSFSFSF");
    cr_expect(layer_of(olmo, 0).rope->method == FARSPAN_ROPE_BASE &&
              layer_of(olmo, 3).rope->method == FARSPAN_ROPE_YARN);
    cr_expect(layer_of(oss, 0).rope->method == FARSPAN_ROPE_YARN && layer_of(oss, 1).rope->method == FARSPAN_ROPE_YARN);
    metadata other_base = yarn;
    other_base.emplace_back("rope.freq_base_swa", 5000.0);
    const model_handle both = read(base("gpt-oss", other_base));
    cr_expect(layer_of(both, 0).rope->base == 5000 && layer_of(both, 0).rope->method == FARSPAN_ROPE_YARN &&
              layer_of(both, 1).rope->base == 10000);
}

// Gemma 4: sliding layers have heads of another size, and the file lists which they are.
Test(gguf, sizes_of_sliding_layers) {
    metadata keys = {{"attention.key_length", int64_t{128}},     {"attention.value_length", int64_t{128}},
                     {"attention.key_length_swa", int64_t{64}},  {"attention.value_length_swa", int64_t{64}},
                     {"rope.dimension_count_swa", int64_t{32}},  {"rope.freq_base", 1e6},
                     {"attention.sliding_window", int64_t{512}}, {"final_logit_softcapping", 30.0}};
    expect_refused("no list", base("gemma4", keys), FARSPAN_ERROR_FORMAT,
                   {"gemma4.attention.sliding_window_pattern is absent"});
    keys.emplace_back("attention.sliding_window_pattern", integers{1, 1, 0, 1, 1, 0, 1, 0});
    expect_refused("more rotary features than a sliding head has",
                   base("gemma4", {{"attention.key_length_swa", int64_t{32}}}), FARSPAN_ERROR_PARAMETER_RANGE,
                   {"gemma4.rope.dimension_count is 64: must be between 2 and 32"});
    std::vector<double> divisors(64, static_cast<double>(1e30f));
    divisors[0] = 1;
    farspan_model_options options = model_options();
    options.rope_freqs = divisors.data();
    options.rope_freqs_count = 64;
    const model_handle model = read(base("gemma4", keys), &options);
    cr_expect(kinds_of(model) == "SSFSSFSF" && info_of(model).final_softcap == 30);
    const model_layer sliding = layer_of(model, 0), full = layer_of(model, 2);
    cr_expect(sliding.head_dim == 64 && sliding.value_dim == 64 && full.head_dim == 128 && full.value_dim == 128);
    cr_expect(sliding.rope->rotary_dim == 32 && sliding.rope->base == 10000 &&
              sliding.rope->method == FARSPAN_ROPE_BASE);
    cr_expect(full.rope->rotary_dim == 128 && full.rope->base == 1e6 && frequencies_of(full).inv_freq[1] < 1e-29);
    cr_expect(sliding.attention_scale == 1 && full.attention_scale == 1);
}

// ModernBERT: every third layer, from the first on, sees everything; the others half of the window to each side.
Test(gguf, windows_to_both_sides) {
    const model_handle model = read(base(
        "modern-bert",
        {{"attention.causal", int64_t{0}}, {"attention.sliding_window", int64_t{128}}, {"rope.freq_base", 160000.0}}));
    cr_expect(kinds_of(model) == "FSSFSSFS");
    const farspan_mask_config mask = *layer_of(model, 1).mask;
    cr_expect(mask.causal == 0 && mask.window_left == 64 && mask.window_right == 64);
    cr_expect(layer_of(model, 0).rope->base == 160000 && layer_of(model, 1).rope->base == 10000);
}

Test(gguf, sections_of_glm4) {
    const metadata sections = {{"rope.dimension_sections", integers{8, 12, 12, 0}}};
    const model_handle images = read(base("glm4", sections)), text = read(base("glm4"));
    cr_expect(layer_of(images, 0).rope->layout == FARSPAN_LAYOUT_HALF &&
              layer_of(images, 0).rope->axes == FARSPAN_AXES_SECTIONS);
    cr_expect(layer_of(text, 0).rope->layout == FARSPAN_LAYOUT_INTERLEAVED &&
              layer_of(text, 0).rope->axes == FARSPAN_AXES_NONE);
    expect_refused("Qwen2-VL needs them", base("qwen2vl"), FARSPAN_ERROR_FORMAT,
                   {"qwen2vl.rope.dimension_sections is absent"});
}

// Not in the file: the query scale of the 27B models, which llama.cpp knows by their number of layers.
Test(gguf, scale_of_27b) {
    for (const auto& [architecture, layers] : {std::pair{"gemma2", 46}, {"gemma3", 62}}) {
        metadata keys = base(architecture, {{"attention.key_length", int64_t{128}}});
        cr_expect(layer_of(read(keys), 0).attention_scale == 1 / std::sqrt(128.0));
        keys[1].second = int64_t{layers};
        cr_expect(layer_of(read(keys), 0).attention_scale == 1 / std::sqrt(64.0), "%s", architecture);
    }
}

Test(gguf, biases_and_scores) {
    cr_expect(layer_of(read(base("bloom")), 0).bias->max_bias == 8);
    cr_expect(layer_of(read(base("mpt", {{"attention.max_alibi_bias", 16.0}})), 0).bias->max_bias == 16);
    cr_expect(layer_of(read(base("mpt", {{"attention.max_alibi_bias", 0.0}})), 0).bias->method == FARSPAN_BIAS_NONE);
    cr_expect(layer_of(read(base("gemma2")), 0).score->softcap == 50 &&
              layer_of(read(base("llama")), 0).score->softcap == 0);
    cr_expect(layer_of(read(base("granite", {{"attention.scale", 0.015625}})), 0).attention_scale == 0.015625);
    cr_expect(layer_of(read(base("baichuan")), 0).bias->method == FARSPAN_BIAS_NONE);
    const auto temperature = [](const char* architecture) {
        return layer_of(read(base(architecture, {{"attention.temperature_scale", 0.1},
                                                 {"rope.scaling.original_context_length", int64_t{16384}}})),
                        1)
            .score->temperature;
    };
    cr_expect(temperature("mistral3") == FARSPAN_TEMPERATURE_MINISTRAL3);
    const model_layer latent = layer_of(read(base("deepseek2", {{"attention.temperature_scale", 0.1},
                                                                {"attention.temperature_length", int64_t{8192}}})),
                                        0);
    cr_expect(latent.score->temperature == FARSPAN_TEMPERATURE_MINISTRAL3 && latent.score->trained_length == 8192);
    cr_expect(temperature("llama") == FARSPAN_TEMPERATURE_NONE, "only where the architecture's code reads the keys");
    expect_refused("a scale without a length", base("mistral3", {{"attention.temperature_scale", 0.1}}),
                   FARSPAN_ERROR_FORMAT, {"mistral3.rope.scaling.original_context_length is absent"});
    metadata big = base("baichuan");
    big[1].second = int64_t{40};
    cr_expect(layer_of(read(big), 0).bias->method == FARSPAN_BIAS_ALIBI);
}

Test(gguf, divisors_from_the_options) {
    const std::vector<double> divisors(32, 2.0);
    farspan_model_options options = model_options();
    options.rope_freqs = divisors.data();
    options.rope_freqs_count = 32;
    const frequencies found = frequencies_of(layer_of(read(base("llama"), &options), 0));
    cr_expect(std::abs(found.inv_freq[0] - 0.5) < 1e-15);
    const frequencies scaled =
        frequencies_of(layer_of(read(base("llama", {{"rope.scaling.factor", 4.0}}), &options), 0));
    cr_expect(std::abs(scaled.inv_freq[0] - 0.125) < 1e-15, "both divide, as in llama.cpp");
    const metadata yarn = {{"rope.scaling.type", std::string("yarn")}, {"rope.scaling.factor", 4.0}};
    const frequencies plain = frequencies_of(layer_of(read(base("llama", yarn)), 0));
    const frequencies both = frequencies_of(layer_of(read(base("llama", yarn), &options), 0));
    for (std::size_t p = 0; p < 32; ++p)
        cr_expect(both.inv_freq[p] == plain.inv_freq[p] / 2, "beside yarn, pair %zu", p);
    options.rope_freqs_count = 31;
    expect_refused("31 of 32", base("llama"), FARSPAN_ERROR_SHAPE, {"options.rope_freqs_count is 31", "32"}, 4,
                   &options);
}

Test(gguf, metadata_that_is_wrong) {
    metadata twice = base("llama");
    twice.push_back(twice[1]);
    expect_refused("a key twice", twice, FARSPAN_ERROR_FORMAT, {"llama.block_count is there twice"});
    expect_refused("no architecture", {{"llama.block_count", int64_t{1}}}, FARSPAN_ERROR_FORMAT,
                   {"general.architecture is absent"});
    expect_refused("unknown architecture", base("nonesuch"), FARSPAN_ERROR_METHOD, {"nonesuch"});
    expect_refused("a text for a number", base("llama", {{"rope.freq_base", std::string("x")}}), FARSPAN_ERROR_FORMAT,
                   {"llama.rope.freq_base is \"x\""});
    expect_refused("NaN", base("llama", {{"rope.freq_base", NAN}}), FARSPAN_ERROR_PARAMETER_RANGE,
                   {"llama.rope.freq_base is NaN"});
    expect_refused("infinite", base("llama", {{"attention.scale", INFINITY}}), FARSPAN_ERROR_PARAMETER_RANGE,
                   {"Infinity"});
    expect_refused("rotary_dim beyond the head", base("llama", {{"rope.dimension_count", int64_t{66}}}),
                   FARSPAN_ERROR_PARAMETER_RANGE, {"66"});
    expect_refused("odd", base("llama", {{"rope.dimension_count", int64_t{63}}}), FARSPAN_ERROR_ROTARY_DIM, {"63"});
    metadata no_layers = base("llama");
    no_layers.erase(no_layers.begin() + 1);
    expect_refused("no layers", no_layers, FARSPAN_ERROR_FORMAT, {"llama.block_count is absent"});
}

Test(gguf, entries_that_are_wrong) {
    constexpr int32_t integer = FARSPAN_METADATA_INTEGER, real = FARSPAN_METADATA_REAL, text = FARSPAN_METADATA_TEXT,
                      none = FARSPAN_ERROR_NULL_ARGUMENT, shape = FARSPAN_ERROR_SHAPE;
    const int64_t one = 1;
    const double half = 0.5;
    const farspan_text no_text{nullptr, 3}, short_text{"x", -1};
    const struct {
        farspan_metadata entry;
        farspan_status status;
        const char* words;
    } rows[] = {
        {{nullptr, 1, integer, 0, &one, 1, nullptr, 0, nullptr, 0}, none, "entries[0].key is NULL"},
        {{"a", -1, integer, 0, &one, 1, nullptr, 0, nullptr, 0}, shape, "entries[0].key_bytes is -1"},
        {{"a", 1, 9, 0, &one, 1, nullptr, 0, nullptr, 0}, FARSPAN_ERROR_METHOD, "entries[0].type is 9"},
        {{"a", 1, integer, 0, &one, 2, nullptr, 0, nullptr, 0}, shape, "entries[0].integers_count is 2"},
        {{"a", 1, integer, 1, &one, -1, nullptr, 0, nullptr, 0}, shape, "entries[0].integers_count is -1"},
        {{"a", 1, integer, 0, nullptr, 1, nullptr, 0, nullptr, 0}, none, "entries[0].integers is NULL"},
        {{"a", 1, integer, 0, &one, 1, &half, 1, nullptr, 0}, FARSPAN_ERROR_COMBINATION, "entries[0].reals is given"},
        {{"a", 1, real, 0, nullptr, 0, nullptr, 1, nullptr, 0}, none, "entries[0].reals is NULL"},
        {{"a", 1, text, 0, nullptr, 0, nullptr, 0, nullptr, 1}, none, "entries[0].texts is NULL"},
        {{"a", 1, text, 0, nullptr, 0, nullptr, 0, &no_text, 1}, none, "entries[0].texts[0].data is NULL"},
        {{"a", 1, text, 0, nullptr, 0, nullptr, 0, &short_text, 1}, shape, "entries[0].texts[0].bytes is -1"},
    };
    farspan_model* model = nullptr;
    for (const auto& row : rows)
        expect_failure("entry", row.status, 2, {row.words}, [&](farspan_error* e) {
            return farspan_model_from_metadata(nullptr, &row.entry, 1, nullptr, &model, e);
        });
}
