// The rope dictionary: types, spellings, precedence, releases. Numbers come from the published implementations (see the
// comments) or from the equations, worked out apart from this library.
#include <criterion/criterion.h>

#include <cmath>
#include <cstring>

#include "model_case.hpp"

using namespace farspan_test;

namespace {

bool near(double value, double expected, double relative = 1e-6) { return std::abs(value / expected - 1) < relative; }

// Heads of 128, base 10000, context 4096 unless the keys say otherwise.
farspan_rope_config rope_of(const model_handle& model) { return *layer_of(model, 0).rope; }

model_handle scaled(const std::string& dictionary, const std::string& more = "",
                    const farspan_model_options* options = nullptr) {
    return read_model(small_llama((more.empty() ? "" : more + ", ") + "\"rope_scaling\": " + dictionary), options);
}

constexpr const char* yarn_4 = R"({"rope_type": "yarn", "factor": 4, "original_max_position_embeddings": 1024})";

}  // namespace

Test(rope_types, none_in_every_spelling) {
    for (const char* dictionary :
         {"null", "{}", R"({"rope_type": "default"})", R"({"type": "default"})", R"({"type": "no_scaling"})"}) {
        const farspan_rope_config rope = rope_of(scaled(dictionary));
        cr_expect(rope.method == FARSPAN_ROPE_BASE && rope.base == 10000 && rope.rotary_dim == 128, "%s", dictionary);
    }
}

Test(rope_types, old_and_new_spellings) {
    for (const char* dictionary : {R"({"type": "linear", "factor": 4})", R"({"rope_type": "linear", "factor": 4.0})",
                                   R"({"type": "yarn", "rope_type": "linear", "factor": 4})"}) {
        const model_handle model = scaled(dictionary);
        cr_expect(rope_of(model).method == FARSPAN_ROPE_LINEAR && rope_of(model).factor == 4, "%s", dictionary);
        cr_expect((std::strstr(dictionary, "yarn") != nullptr) == !note_of(model, FARSPAN_NOTE_TWICE).empty(), "%s",
                  dictionary);
    }
    const model_handle fresh =
        read_model(small_llama(R"("rope_parameters": {"rope_type": "linear", "factor": 3, "rope_theta": 5e5})"));
    cr_expect(rope_of(fresh).factor == 3 && rope_of(fresh).base == 5e5);
    cr_expect(note_of(fresh, FARSPAN_NOTE_DEFAULT).find("rope_theta") == std::string::npos);
    const model_handle both = read_model(small_llama(R"("rope_scaling": {"type": "linear", "factor": 2},
                                                        "rope_parameters": {"rope_type": "linear", "factor": 3})"));
    cr_expect(rope_of(both).factor == 2 && note_of(both, FARSPAN_NOTE_TWICE).find("$.rope_parameters") == 0);
}

Test(rope_types, the_dictionary_wins_over_the_top_level) {
    const model_handle model = read_model(small_llama(R"("rope_theta": 10000, "partial_rotary_factor": 1.0,
        "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "partial_rotary_factor": 0.5})"));
    cr_expect(rope_of(model).base == 1e6 && rope_of(model).rotary_dim == 64);
    cr_expect(note_of(model, FARSPAN_NOTE_TWICE).find("$.rope_parameters.") == 0);
}

// Llama 3.1 (base 5e5, L 8192, factor 8): values of Meta's formula for R = 128.
Test(rope_types, llama3_numbers) {
    const frequencies found = frequencies_of(layer_of(read_fixture("llama-3.1-8b"), 0));
    cr_expect(near(found.inv_freq[28], 0.0032114461) && near(found.inv_freq[29], 0.0021665706) &&
              near(found.inv_freq[34], 0.0001785078));
    cr_expect(near(found.inv_freq[35], 9.556212171e-05) && near(found.inv_freq[63], 3.068925878e-07) &&
              found.magnitude == 1);
    // Llama 3.2 1B (R = 64, factor 32): pairs 0..14 unchanged, 18..31 divided.
    const frequencies small = frequencies_of(layer_of(read_fixture("llama-3.2-1b"), 0));
    for (size_t p = 0; p < 32; ++p) {
        const double ratio = small.inv_freq[p] * std::pow(5e5, 2.0 * static_cast<double>(p) / 64);
        cr_expect(p <= 14   ? near(ratio, 1)
                  : p >= 18 ? near(ratio, 1 / 32.0)
                            : ratio < 0.999999 && ratio > 1.000001 / 32,
                  "pair %zu: %g", p, ratio);
    }
}

// Llama 4 Scout's low_freq_factor = high_freq_factor = 1: a step, no band in between.
Test(rope_types, llama3_step) {
    const model_handle model = read_model(small_llama(R"("max_position_embeddings": 10485760, "rope_theta": 500000,
        "rope_scaling": {"rope_type": "llama3", "factor": 16, "low_freq_factor": 1, "high_freq_factor": 1, "original_max_position_embeddings": 8192})"));
    const frequencies found = frequencies_of(layer_of(model, 0));
    for (size_t p = 0; p < 64; ++p) {
        const double ratio = found.inv_freq[p] * std::pow(5e5, static_cast<double>(p) / 64);
        cr_expect(near(ratio, p <= 34 ? 1 : 1 / 16.0), "pair %zu: %g", p, ratio);
    }
}

// Kimi K2: both betas 1, hence a step between the pairs 19 and 20; magnitude 1.
Test(rope_types, yarn_of_kimi_k2) {
    const frequencies found = frequencies_of(layer_of(read_fixture("kimi-k2"), 0));
    cr_expect(near(found.inv_freq[12], 0.01729363) && near(found.inv_freq[16], 0.00447214) &&
              near(found.inv_freq[19], 1.621760e-3));
    cr_expect(near(found.inv_freq[20] * std::pow(50000, 20.0 / 32), 1 / 32.0) && found.magnitude == 1);
}

// gpt-oss: real ends of the ramp, 8.0928 and 17.3980.
Test(rope_types, yarn_of_gpt_oss) {
    const frequencies found = frequencies_of(layer_of(read_fixture("gpt-oss-20b"), 0));
    cr_expect(near(found.inv_freq[9], 0.0317056962) && near(found.inv_freq[12], 0.00679495949) &&
              near(found.inv_freq[17], 1.29318701e-4));
    cr_expect(near(found.magnitude, 1.346573590, 1e-9));
    farspan_model_options options = model_options();
    options.release = FARSPAN_RELEASE_LLAMA_CPP;  // has no truncate = false
    const model_handle rounded = read_fixture("gpt-oss-20b", &options);
    cr_expect(near(frequencies_of(layer_of(rounded, 0)).inv_freq[12], 0.00701571391));
    cr_expect(note_of(rounded, FARSPAN_NOTE_RELEASE).find("$.rope_scaling.truncate") == 0);
}

// Qwen3 with yarn: L is the dictionary's 32768, not max_position_embeddings, 40960, unless the release is old.
Test(rope_types, yarn_of_qwen3) {
    const model_handle model = read_fixture("qwen3-8b-yarn");
    cr_expect(near(frequencies_of(layer_of(model, 0)).inv_freq[36], 1.798412e-4));
    cr_expect(
        note_of(model, FARSPAN_NOTE_LENGTHS).find("$.rope_scaling.factor: 4 times the original 32768 is 131072") == 0);
    farspan_model_options options = model_options();
    options.release = FARSPAN_RELEASE_TRANSFORMERS_4_48;
    const model_handle old = read_fixture("qwen3-8b-yarn", &options);
    cr_expect(near(frequencies_of(layer_of(old, 0)).inv_freq[36], 1.984454e-4));
    cr_expect(note_of(old, FARSPAN_NOTE_RELEASE).find("40960") != std::string::npos);
}

Test(rope_types, yarn_magnitudes) {
    const auto magnitude = [](const std::string& more, const farspan_model_options* options = nullptr) {
        return frequencies_of(
                   layer_of(
                       scaled(R"({"type": "yarn", "factor": 40, "original_max_position_embeddings": 1024)" + more + "}",
                              "", options),
                       0))
            .magnitude;
    };
    cr_expect(near(magnitude(""), 1.3688879454113936, 1e-12));
    cr_expect(magnitude(R"(, "mscale": 1.0, "mscale_all_dim": 1.0)") == 1);
    cr_expect(
        near(magnitude(R"(, "mscale": 1.0, "mscale_all_dim": 0.707)"), 1.3688879454113936 / 1.2608037774058751, 1e-9));
    cr_expect(near(magnitude(R"(, "mscale": 1.0)"), 1.3688879454113936, 1e-12), "one of the two does not count");
    cr_expect(near(magnitude(R"(, "mscale": 0, "mscale_all_dim": 0)"), 1.3688879454113936, 1e-12), "0 is unset");
    cr_expect(magnitude(R"(, "attention_factor": 1.5)") == 1.5);
    cr_expect(magnitude(R"(, "attention_factor": 1.5, "mscale": 1.0, "mscale_all_dim": 1.0)") == 1.5);
    cr_expect(near(magnitude(R"(, "attn_factor": 2)"), 2 * 1.3688879454113936, 1e-12));
    farspan_model_options old = model_options();
    old.release = FARSPAN_RELEASE_TRANSFORMERS_4_48;
    cr_expect(near(magnitude(R"(, "mscale": 1.0, "mscale_all_dim": 1.0)", &old), 1.3688879454113936, 1e-12));
}

Test(rope_types, yarn_lengths_and_factors) {
    cr_expect(rope_of(scaled(R"({"type": "yarn", "factor": 2})")).original_context == 4096);
    cr_expect(note_of(scaled(R"({"type": "yarn", "factor": 2})"), FARSPAN_NOTE_LENGTHS).find("absent") !=
              std::string::npos);
    const model_handle ratio = scaled(R"({"type": "yarn", "factor": null, "original_max_position_embeddings": 1024})");
    cr_expect(rope_of(ratio).factor == 4 && note_of(ratio, FARSPAN_NOTE_DERIVED).find("$.rope_scaling.factor") == 0);
    const model_handle outside = scaled(yarn_4, R"("original_max_position_embeddings": 2048)");
    cr_expect(rope_of(outside).original_context == 2048 && !note_of(outside, FARSPAN_NOTE_TWICE).empty());
    const farspan_rope_config unset =
        rope_of(scaled(R"({"type": "yarn", "factor": 4, "original_max_position_embeddings": 1024,
                                                         "beta_fast": 0, "beta_slow": 0})"));
    cr_expect(unset.beta_fast == 32 && unset.beta_slow == 1);
    const farspan_rope_config given =
        rope_of(scaled(R"({"type": "deepseek_yarn", "factor": 4, "original_max_position_embeddings": 1024,
                                                         "beta_fast": 16, "beta_slow": 2, "extrapolation_factor": 0.5, "truncate": false})"));
    cr_expect(given.beta_fast == 16 && given.beta_slow == 2 && given.extrapolation_factor == 0.5 &&
              given.truncate == 0);
}

// Phi-4-mini: short factors up to 4096 tokens, long ones beyond, the same magnitude in both.
Test(rope_types, longrope_of_phi) {
    const model_layer layer = layer_of(read_fixture("phi-4-mini"), 0);
    cr_expect(layer.rope->original_context == 4096 && layer.rope->factor == 32 && layer.rope->long_factors_count == 48);
    const frequencies near_end = frequencies_of(layer, 4096), beyond = frequencies_of(layer, 4097);
    cr_expect(near(near_end.magnitude, 1.190238, 1e-6) && beyond.magnitude == near_end.magnitude);
    for (size_t p = 0; p < 48; ++p)
        cr_expect(near(near_end.inv_freq[p] / beyond.inv_freq[p], layer.rope->long_factors[p]), "pair %zu", p);
    const model_layer moe = layer_of(read_fixture("phi-3.5-moe"), 0);
    cr_expect(frequencies_of(moe, 100).magnitude == 1.243163121016122);
    // Phi-3's class reads the name yarn as longrope.
    std::string text = fixture("phi-3-mini-128k");
    text.replace(text.find("\"su\""), 4, "\"yarn\"");
    cr_expect(layer_of(read_model(text), 0).rope->method == FARSPAN_ROPE_LONGROPE);
}

Test(rope_types, longrope_lists) {
    const std::string half = R"({"type": "longrope", "short_factor": [1, 1], "long_factor": [1, 2]})";
    expect_model_refused("two for 64", small_llama("\"rope_scaling\": " + half), FARSPAN_ERROR_SHAPE,
                         {"$.rope_scaling.short_factor", "2 entries", "64"});
    const std::string head = R"("head_dim": 4, "original_max_position_embeddings": 1024, "rope_scaling": )";
    const model_layer layer = layer_of(read_model(small_llama(head + half)), 0);
    cr_expect(layer.rope->factor == 4 && layer.rope->short_factors[1] == 1 && layer.rope->long_factors[1] == 2);
    expect_model_refused("zero", small_llama(head + R"({"type": "su", "short_factor": [1, 0], "long_factor": [1, 2]})"),
                         FARSPAN_ERROR_PARAMETER_RANGE, {"$.rope_scaling.short_factor[1]"});
    expect_model_refused("two magnitudes",
                         small_llama(head + R"({"type": "su", "short_factor": [1, 1], "long_factor": [1, 2],
                                                                  "short_mscale": 1.1, "long_mscale": 1.2})"),
                         FARSPAN_ERROR_COMBINATION, {"short_mscale", "1.1", "1.2"});
    // A factor beside the two lengths: it holds, except in transformers 4.48.
    const std::string both =
        head + R"({"type": "longrope", "factor": 8, "short_factor": [1, 1], "long_factor": [1, 2]})";
    farspan_model_options old = model_options();
    old.release = FARSPAN_RELEASE_TRANSFORMERS_4_48;
    cr_expect(rope_of(read_model(small_llama(both))).factor == 8 &&
              rope_of(read_model(small_llama(both), &old)).factor == 4);
}

// Hunyuan: alpha 1000 whatever the length; base' = 1e4 * 1000^(128/126) = 11158839.925.
Test(rope_types, constant_alpha) {
    const model_layer layer = layer_of(read_fixture("hunyuan-a13b"), 0);
    for (const int64_t length : {int64_t{1}, int64_t{200000}})
        cr_expect(near(frequencies_of(layer, length).inv_freq[1], std::pow(11158839.925, -2.0 / 128), 1e-9));
}

Test(rope_types, dynamic_counts_from_the_context) {
    const model_handle model = scaled(R"({"type": "dynamic", "factor": 4, "original_max_position_embeddings": 77})",
                                      R"("max_position_embeddings": 2048)");
    cr_expect(rope_of(model).original_context == 2048 && !note_of(model, FARSPAN_NOTE_IGNORED).empty());
    // base 1e4, L 2048, alpha 4, n 4096: base' 51293.787268152, last pair 2.309563752e-05.
    cr_expect(near(frequencies_of(layer_of(model, 0), 4096).inv_freq[63], 2.309563752e-05));
    farspan_model_options ggml = model_options();
    ggml.release = FARSPAN_RELEASE_LLAMA_CPP;
    cr_expect(rope_of(scaled(R"({"type": "dynamic", "factor": 4})", "", &ggml)).method == FARSPAN_ROPE_BASE);
}

Test(rope_types, proportional) {
    const model_handle model = read_model(small_llama(R"("head_dim": 16, "rope_theta": 1e6,
        "rope_parameters": {"rope_type": "proportional", "partial_rotary_factor": 0.25})"));
    const frequencies found = frequencies_of(layer_of(model, 0));
    cr_expect(found.inv_freq.size() == 8 && near(found.inv_freq[1], 0.177827941) && found.inv_freq[2] == 0);
}

Test(rope_types, unread_fields_are_reported) {
    const model_handle model =
        scaled(R"({"type": "linear", "factor": 2, "beta_fast": 32, "facotr": 3, "finetuned": true})");
    cr_expect(note_of(model, FARSPAN_NOTE_UNKNOWN_FIELD).find("$.rope_scaling.beta_fast") == 0);
    cr_expect(info_of(model).notes == 3, "rope_theta's default, beta_fast and the misspelling: %ld",
              long(info_of(model).notes));
    cr_expect(note_of(scaled(yarn_4), FARSPAN_NOTE_UNKNOWN_FIELD).empty());
    expect_model_refused("unknown type", small_llama(R"("rope_scaling": {"rope_type": "yarm", "factor": 2})"),
                         FARSPAN_ERROR_METHOD, {"$.rope_scaling.rope_type", "yarm", "longrope"});
}

Test(rope_types, float32_angles) {
    farspan_model_options options = model_options();
    options.angle = FARSPAN_ANGLE_FLOAT32;
    const frequencies found = frequencies_of(layer_of(read_fixture("llama-2-7b", &options), 0));
    cr_expect(found.inv_freq[1] == static_cast<double>(static_cast<float>(found.inv_freq[1])));
}
