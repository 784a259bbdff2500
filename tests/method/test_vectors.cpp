// Every published or worked number that lowering can answer, through the library. What it cannot answer is listed with
// the reason, so that no case is lost: a case that is neither answered nor listed fails.
#include <criterion/criterion.h>

#include <cmath>
#include <map>
#include <set>

#include "vector_library.hpp"

using namespace oracle_test;

namespace {

const std::map<std::string, const char*> outside = {
    // Properties of a method, not outputs of a library.
    {"leaky_rerope/max_length", "derived"},
    {"self_extend/max_length", "derived"},
    {"rotations_in_context/rotations", "an intermediate of NTK-by-parts, whose ramp is compared"},
    {"deepseek/multiplier", "score.multiplier is given by the caller"},
    // Other algorithms, which the specification describes to set them apart.
    {"self_extend_llama_cpp/positions", "not the paper's Self-Extend"},
    {"part_ntk/inv_freq", "YaRN's first release"},
    {"dynamic_ntk/cached_length", "state of Hugging Face's cache; the library takes the length"},
    {"longrope_dynamic/factors", "microsoft/LongRoPE's extra; divisors are given by the caller"},
    {"hf_yarn_resolve/factor", "reading of config.json"},
    {"hf_yarn_resolve/original_context", "reading of config.json"},
    {"ggml_rope/cos", "running product in float"},
    {"ggml_rope/sin", "running product in float"},
    {"mrope_ggml/pair_positions", "contiguous sections that start again; sections must cover all pairs"},
    {"vision/angles", "2-D rotation of image patches"},
    {"kerple_weight/weight", "a factor on the logit by distance"},
    {"log_n_longlm_squared/scale", "commented out upstream"},
    // Forms that the library does not use, equal to its own under softmax or worse in half precision.
    {"alibi_key_only/bias", "relative form here"},
    {"alibi_key_only/bias_bfloat16", "relative form here"},
    {"alibi_key_only/max_error_bfloat16", "relative form here"},
    {"alibi_key_only/max_error_float16", "relative form here"},
    {"alibi_relative/max_error_bfloat16", "biases are float"},
    {"alibi_bloom/bias", "padding is the problem's key_ranges and positions"},
    {"xpos/largest_scaled_value", "the overflow that re-centring avoids"},
    // Answered above lowering: tests/api and tests/attention.
    {"rotate_undo/y", "farspan_rope_apply"},
    {"rotate_backward/y", "farspan_rope_apply"},
    {"rotate_delta/y", "farspan_rope_apply"},
    {"learned/row", "farspan_position_lookup"},
    {"packed/visible", "segments of a problem"},
    {"key_head/key_heads", "attention"},
    {"softcap/score", "attention"},
    {"softmax/probability", "attention"},
    {"softmax/probability_sum", "attention"},
    {"softmax/lse", "attention"},
    {"weighted_values/out", "attention"},
    {"weighted_values/lse", "attention"},
    {"merge/out", "farspan_attention_merge"},
    {"merge/lse", "farspan_attention_merge"},
    {"attention_fully_masked/out", "attention"},
};

// Single cases whose parameters the library refuses, or whose answer no frequency shows.
const std::map<std::string, const char*> outside_cases = {
    {"kerple.log_clamps_a", "a must be positive: clamping belongs to training"},
    {"kerple.power_clamps_p", "p must be at most 2: clamping belongs to training"},
    {"rope_scaling.yarn_mscale_zero_counts_as_unset", "one mscale without the other is refused, not ignored"},
    {"rope_scaling.yarn_bounds_8_1000000000_beyond_the_last_pair", "a ramp beyond the last pair changes no frequency"},
};

// What an answer may be off by, beyond the case's own tolerance.
double slack(const std::string& key, double expected) {
    if (key == "fire/input" || key == "fire/bias" || key == "sinusoidal/row")
        return 6e-8 * std::max(1.0, std::fabs(expected));
    // recovered from frequencies
    if (key == "yarn/bounds" || key == "yarn/ramp" || key == "ntk_by_parts/ramp") return 1e-9;
    if (key == "qwen_dynamic_ntk/alpha") return 1e-14 * std::fabs(expected);  // recovered likewise
    return 1e-15 * std::fabs(expected);
}

int check(const vector_case& one) {
    const std::string key = one.method + "/" + one.output;
    const auto found = answers().find(key);
    if (found == answers().end()) {
        cr_expect(outside.count(key) == 1, "%s: the library neither answers %s nor is excused", one.name.c_str(),
                  key.c_str());
        return 0;
    }
    if (outside_cases.count(one.name) == 1) return 0;
    numbers got;
    try {
        got = found->second(one.given);
    } catch (const std::exception& e) {
        cr_expect(false, "%s: %s", one.name.c_str(), e.what());
        return 0;
    }
    for (std::size_t n = 0; n < one.expected.size(); ++n) {
        const std::size_t at = one.at.empty() ? n : one.at[n];
        cr_assert_lt(at, got.size(), "%s", one.name.c_str());
        const double error = std::fabs(got[at] - one.expected[n]),
                     allowed = one.tolerance[n] + slack(key, one.expected[n]);
        cr_expect(error <= allowed, "%s[%zu]: got %.17g, expected %.17g, error %.3g > %.3g", one.name.c_str(), at,
                  got[at], one.expected[n], error, allowed);
    }
    if (one.at.empty()) cr_expect_eq(got.size(), one.expected.size(), "%s", one.name.c_str());
    return static_cast<int>(one.expected.size());
}

int check_file(const char* name) {
    int compared = 0;
    const auto cases = load_vectors(std::string(FARSPAN_VECTORS_DIR) + "/" + name);
    cr_assert(!cases.empty(), "%s holds no case", name);
    for (const vector_case& one : cases) compared += check(one);
    return compared;
}

}  // namespace

Test(vectors, alibi) { cr_expect_geq(check_file("alibi.json"), 100); }
Test(vectors, fire) { cr_expect_eq(check_file("fire.json"), 10); }
Test(vectors, kerple) { cr_expect_eq(check_file("kerple.json"), 6); }
Test(vectors, mask) { cr_expect_geq(check_file("mask.json"), 100); }
Test(vectors, remap) { cr_expect_geq(check_file("remap.json"), 150); }
Test(vectors, rope_scaling) { cr_expect_geq(check_file("rope_scaling.json"), 150); }
Test(vectors, rotation) { cr_expect_geq(check_file("rotation.json"), 100); }
Test(vectors, sandwich) { cr_expect_geq(check_file("sandwich.json"), 8); }
Test(vectors, score) { cr_expect_geq(check_file("score.json"), 18); }
Test(vectors, sinusoidal) { cr_expect_geq(check_file("sinusoidal.json"), 20); }
Test(vectors, softmax_merge) { cr_expect_eq(check_file("softmax_merge.json"), 0); }
Test(vectors, t5) { cr_expect_geq(check_file("t5.json"), 30); }
Test(vectors, xpos) { cr_expect_geq(check_file("xpos.json"), 6); }

// Every file is read above, every case is answered or excused, and no excuse is left over.
Test(vectors, nothing_is_left_out) {
    const std::set<std::string> tested = {"alibi.json",        "fire.json",     "kerple.json", "mask.json",
                                          "remap.json",        "t5.json",       "xpos.json",   "rotation.json",
                                          "rope_scaling.json", "sandwich.json", "score.json",  "sinusoidal.json",
                                          "softmax_merge.json"};
    std::set<std::string> keys, names;
    for (const std::string& file : vector_files()) {
        cr_expect_eq(tested.count(file.substr(file.rfind('/') + 1)), 1u, "%s is not tested", file.c_str());
        for (const vector_case& one : load_vectors(file)) {
            keys.insert(one.method + "/" + one.output);
            names.insert(one.name);
        }
    }
    for (const std::string& key : keys)
        cr_expect_eq(answers().count(key) + outside.count(key), 1u, "%s is neither answered nor excused", key.c_str());
    for (const auto& [name, reason] : outside_cases)
        cr_expect_eq(names.count(name), 1u, "no case is called %s", name.c_str());
    for (const auto& [key, reason] : outside) cr_expect_eq(keys.count(key), 1u, "no case asks for %s", key.c_str());
}
