// What single families have of their own: Mistral's own format, Gemma 4's two sizes of heads, ModernBERT's windows to
// both sides, Hunyuan's four axes.
#include <criterion/criterion.h>

#include <cmath>

#include "model_case.hpp"

using namespace farspan_test;

namespace {

// Mistral's params.json of a small model, with more keys.
std::string params(const std::string& keys) {
    return R"({"dim": 256, "n_layers": 8, "n_heads": 2, "n_kv_heads": 1, "head_dim": 128)" +
           (keys.empty() ? "" : ", " + keys) + "}";
}

std::string gemma4(const std::string& keys) {
    return R"({"model_type": "gemma4_text", "hidden_size": 64, "num_hidden_layers": 8)" +
           (keys.empty() ? "" : ", " + keys) + "}";
}

double query_scale(const model_layer& layer, int64_t query) {
    farspan_probe probe;
    farspan_probe_init(&probe, sizeof probe);
    cr_assert(farspan_scheme_probe(layer.scheme, 0, query, 0, 0, &probe, nullptr) == FARSPAN_OK);
    return probe.scale;
}

}  // namespace

// 1 + 0.1 ln(1 + floor(i / 16384)): steps at 16384, 32768 ..., unlike Llama 4, which counts i + 1.
Test(family_details, ministral_3_steps_at_multiples_of_its_trained_length) {
    for (const char* name : {"ministral-3-8b", "ministral-3-8b-params"}) {
        const model_handle model = read_fixture(name);
        const model_layer layer = layer_of(model, 7);
        cr_expect(query_scale(layer, 0) == 1 && query_scale(layer, 16383) == 1, "%s", name);
        cr_expect(std::abs(query_scale(layer, 16384) - 1.0693147180559946) < 1e-12, "%s", name);
        cr_expect(std::abs(query_scale(layer, 32767) - 1.0693147180559946) < 1e-12, "%s", name);
        cr_expect(std::abs(query_scale(layer, 32768) - 1.1098612288668110) < 1e-12, "%s", name);
        cr_expect(note_of(model, FARSPAN_NOTE_INCOMPLETE).empty(), "%s", name);
    }
}

// One model in two formats: all is equal but the order of the features, which Hugging Face's converter permutes.
Test(family_details, both_formats_of_ministral_3_mean_the_same) {
    const model_layer one = layer_of(read_fixture("ministral-3-8b"), 0),
                      other = layer_of(read_fixture("ministral-3-8b-params"), 0);
    const frequencies a = frequencies_of(one), b = frequencies_of(other);
    cr_expect(a.inv_freq == b.inv_freq && a.magnitude == 1 && b.magnitude == 1);
    cr_expect(one.attention_scale == other.attention_scale && one.window == other.window);
}

Test(family_details, params_json_yarn) {
    const std::string yarn = R"("rope_theta": 1e6, "yarn": {"factor": 16, "original_max_position_embeddings": 16384)";
    const model_layer scaled = layer_of(read_model(params(yarn + "}")), 0);
    cr_expect(std::abs(frequencies_of(scaled).magnitude - 1.2772588722239782) < 1e-12);  // 0.1 ln 16 + 1
    cr_expect(scaled.rope->beta_fast == 32 && scaled.rope->beta_slow == 1);
    const model_layer plain =
        layer_of(read_model(params(yarn + R"(, "apply_scale": false, "beta": 8, "alpha": 2})")), 0);
    cr_expect(frequencies_of(plain).magnitude == 1 && plain.rope->beta_fast == 8 && plain.rope->beta_slow == 2);
    const model_handle unknown = read_model(params(yarn + R"(, "gamma": 2})"));
    cr_expect(note_of(unknown, FARSPAN_NOTE_UNKNOWN_FIELD).find("$.yarn.gamma") == 0);

    // Latent attention (Mistral Large 3) without apply_scale: neither cos and sin nor the logits are scaled.
    const model_layer large = layer_of(read_fixture("mistral-large-3-params"), 0);
    cr_expect(frequencies_of(large).magnitude == 1 && large.score->multiplier == 1);
    const std::string latent = R"(, "qk_rope_head_dim": 64, "qk_nope_head_dim": 128, "v_head_dim": 128)";
    const model_layer with_scale = layer_of(read_model(params(yarn + "}" + latent)), 0);
    cr_expect(frequencies_of(with_scale).magnitude == 1);
    cr_expect(std::abs(with_scale.score->multiplier - 1.2772588722239782 * 1.2772588722239782) < 1e-12);
}

Test(family_details, params_json_windows) {
    const auto window = [](const std::string& value, int64_t layer) {
        return layer_of(read_model(params("\"sliding_window\": " + value)), layer).window;
    };
    for (const char* none : {"null", "[null]", "0", "[null, null]"}) cr_expect(window(none, 3) == 0, "%s", none);
    cr_expect(window("64", 0) == 64 && window("[64]", 7) == 64);
    cr_expect(window("[null, 64, 32, 64]", 0) == 0 && window("[null, 64, 32, 64]", 5) == 64 &&
              window("[null, 64, 32, 64]", 6) == 32);
    expect_model_refused("three do not divide eight", params(R"("sliding_window": [1, 2, 3])"), FARSPAN_ERROR_SHAPE,
                         {"$.sliding_window has 3 entries", "8"});
    expect_model_refused("a text", params(R"("sliding_window": [null, "64"])"), FARSPAN_ERROR_FORMAT,
                         {"$.sliding_window[1] is \"64\""});
}

// The base that the file leaves out follows from the window, as in the first releases of Mistral's own code.
Test(family_details, params_json_without_a_base) {
    const auto base = [](const std::string& keys) { return layer_of(read_model(params(keys)), 0).rope->base; };
    cr_expect(base(R"("sliding_window": 4096)") == 1e4 && base("") == 1e6 && base(R"("rope_theta": 5e5)") == 5e5);
    cr_expect(note_of(read_model(params("")), FARSPAN_NOTE_DEFAULT).find("$.rope_theta: absent: 1000000") == 0);
}

Test(family_details, gemma_4_has_heads_of_two_sizes) {
    const model_handle model = read_fixture("gemma-4-31b");
    const model_layer sliding = layer_of(model, 0), full = layer_of(model, 5);
    cr_expect(sliding.head_dim == 256 && sliding.value_dim == 256 && sliding.key_heads == 16 && sliding.window == 1024);
    cr_expect(full.head_dim == 512 && full.value_dim == 512 && full.key_heads == 4 && full.window == 0);
    cr_expect(sliding.attention_scale == 1 && full.attention_scale == 1 && info_of(model).final_softcap == 30);
    // A quarter of the 256 pairs rotates, with exponents over the whole head.
    const frequencies found = frequencies_of(full);
    cr_assert(found.inv_freq.size() == 256);
    cr_expect(std::abs(found.inv_freq[63] / std::pow(1e6, -126.0 / 512) - 1) < 1e-12 && found.inv_freq[64] == 0);
}

Test(family_details, gemma_4_options) {
    const model_handle ungated = read_model(gemma4(R"("num_global_key_value_heads": 2)"));
    cr_expect(layer_of(ungated, 5).key_heads == 4, "only with attention_k_eq_v");
    cr_expect(note_of(ungated, FARSPAN_NOTE_NO_EFFECT).find("$.num_global_key_value_heads") == 0);
    const model_layer last = layer_of(ungated, 7);  // by the pattern a sliding layer
    cr_expect(last.kind == FARSPAN_LAYER_FULL && last.window == 0 && last.head_dim == 512 &&
              last.rope->rotary_dim == 512);
    const model_layer both = layer_of(read_model(gemma4(R"("use_bidirectional_attention": "all")")), 0);
    cr_expect(both.mask->causal == 0 && both.mask->window_left == 256 && both.mask->window_right == 256);
    cr_expect(both.window == 513);
    expect_model_refused("some", gemma4(R"("use_bidirectional_attention": "some")"), FARSPAN_ERROR_METHOD,
                         {"$.use_bidirectional_attention is \"some\"", "all or vision"});
    expect_model_refused("groups", gemma4(R"("attention_k_eq_v": true, "num_global_key_value_heads": 3)"),
                         FARSPAN_ERROR_HEAD_GROUPS, {"8 query heads", "3 key heads"});
    cr_expect(note_of(read_model(gemma4(R"("num_kv_shared_layers": 2)")), FARSPAN_NOTE_INCOMPLETE)
                  .find("$.num_kv_shared_layers: is 2") == 0);
}

// local_attention 128: 64 keys to each side, and the query's own.
Test(family_details, modernbert_looks_to_both_sides) {
    const model_handle model = read_fixture("modernbert-base");
    const model_layer local = layer_of(model, 1), full = layer_of(model, 3);
    cr_expect(local.window == 129 && full.window == 0 && local.mask->causal == 0 && full.mask->causal == 0);
    int64_t seen[4];
    cr_assert(farspan_scheme_visible(local.scheme, 1000, 8192, seen, nullptr) == FARSPAN_OK);
    cr_expect(seen[0] == 936 && seen[1] == 1065 && seen[2] == seen[3]);
    cr_assert(farspan_scheme_visible(full.scheme, 1000, 8192, seen, nullptr) == FARSPAN_OK);
    cr_expect(seen[0] == 0 && seen[1] == 8192);
    const model_handle newer = read_model(R"({"model_type": "modernbert", "hidden_size": 64, "num_attention_heads": 2,
        "num_hidden_layers": 6, "rope_parameters": {"full_attention": {"rope_theta": 80000}, "sliding_attention": {}}})");
    cr_expect(layer_of(newer, 0).rope->base == 80000 && layer_of(newer, 1).rope->base == 10000);
}

// base 10000 * 1000^(128/126), the pairs in four runs of 16 with an axis each.
Test(family_details, hunyuan_ocr_has_four_axes) {
    const model_handle model = read_fixture("hunyuan-ocr");
    const model_layer layer = layer_of(model, 0);
    cr_expect(farspan_scheme_axes(layer.scheme) == 4 && layer.rope->axis_sections[3] == 16);
    const frequencies found = frequencies_of(layer);
    cr_expect(std::abs(found.inv_freq[32] / std::pow(11158839.925, -0.5) - 1) < 1e-9);
    cr_expect(note_of(model, FARSPAN_NOTE_RELEASE).find("$.rope_scaling.xdrope_section") == 0);
    // transformers 5 writes the same as "dynamic" with mrope_section.
    const model_handle newer =
        read_model(R"({"model_type": "hunyuan_vl", "text_config": {"model_type": "hunyuan_vl_text",
        "num_hidden_layers": 1, "num_attention_heads": 2, "head_dim": 128, "max_position_embeddings": 32768,
        "rope_parameters": {"rope_type": "dynamic", "alpha": 1000, "rope_theta": 10000, "mrope_section": [16, 16, 16, 16]}}})");
    cr_expect(frequencies_of(layer_of(newer, 0)).inv_freq == found.inv_freq);
    expect_model_refused("a half",
                         small_llama(R"("rope_scaling": {"type": "mrope", "mrope_section": [16.5, 24, 23.5]})"),
                         FARSPAN_ERROR_FORMAT, {"$.rope_scaling.mrope_section[0] is 16.5", "whole"});
    expect_model_refused("no alpha", small_llama(R"("rope_scaling": {"type": "xdrope"})"), FARSPAN_ERROR_FORMAT,
                         {"$.rope_scaling.alpha is absent"});
}
