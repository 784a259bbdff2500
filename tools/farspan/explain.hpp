// The parts of farspan explain.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "handles.hpp"
#include "model_file.hpp"

namespace tool {

// The command line. An option that is not given keeps the library's default.
struct explain_options {
    std::string rope = "none", layout, ramp = "pair_index", remap = "none", bias = "none", temperature = "none";
    std::optional<int32_t> rotary_dim;
    std::optional<int64_t> original_context;
    std::optional<double> base, factor, beta_fast, beta_slow, extrapolation_factor, mscale, mscale_all_dim, attention_factor,
        mixed_exponent, low_freq_factor, high_freq_factor, rotated_fraction, xpos_scale_base, xpos_gamma;
    std::vector<double> short_factors, long_factors;
    std::optional<int64_t> window, group, chunk, local_window, limit;
    std::optional<double> leak, position_scale;
    std::optional<int32_t> heads, buckets, sandwich_dim;
    std::optional<int64_t> max_distance;
    std::optional<double> max_bias;
    std::vector<double> kerple_a, kerple_p;
    std::optional<int64_t> mask_window, sinks, mask_chunk, prefix;
    std::optional<double> log_n, trained_length, alpha, power, scale, softcap;
    int64_t length = 4096, row = -1;
    int32_t head = 0;
    bool no_truncate = false, not_causal = false, json = false;
    std::string config;  // a model's file in place of all parts above
    model_options model;
    bool has_length = false;
};

struct explained_scheme {
    farspan_rope_config rope;
    farspan_remap_config remap;
    farspan_bias_config bias;
    farspan_mask_config mask;
    farspan_score_config score;
    std::vector<float> t5_buckets;
    int64_t length = 0, row = 0;
    int32_t head = 0;
};

// Everything that can be said, as JSON; the text is a rendering of it.
nlohmann::ordered_json explain_scheme(const explained_scheme& s);
std::string explain_text(const nlohmann::ordered_json& found);

}  // namespace tool
