// The parts of farspan explain.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "failure.hpp"
#include "farspan/farspan.hpp"
#include "model_file.hpp"

namespace tool {

// The command line. An option that is not given keeps the library's default.
struct explain_options {
    std::string rope = "none", layout, ramp = "pair_index", remap = "none", bias = "none", temperature = "none";
    std::optional<int32_t> rotary_dim;
    std::optional<int64_t> original_context;
    std::optional<double> base, factor, beta_fast, beta_slow, extrapolation_factor, mscale, mscale_all_dim,
        attention_factor, mixed_exponent, low_freq_factor, high_freq_factor, rotated_fraction, xpos_scale_base,
        xpos_gamma;
    std::vector<double> short_factors, long_factors;
    std::optional<int64_t> window, recent, group, chunk, local_window, limit;
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
    std::string scheme;  // a file in the form of farspan_scheme_from_json, or
    std::string config;  // a model's file, in place of all parts above
    model_options model;
    bool has_length = false;
};

struct explained_scheme {
    farspan::scheme scheme;
    int64_t length = 0, row = 0;
    int32_t head = 0;
    bool values_are_buckets = false;  // in place of T5's trained table, which belongs to a model
};

// T5's table with the number of the bucket in place of each trained value.
std::vector<float> bucket_numbers(const farspan_bias_config& bias);

// Everything that can be said, as JSON; the text is a rendering of it.
nlohmann::ordered_json explain_scheme(const explained_scheme& s);
std::string explain_text(const nlohmann::ordered_json& found);

std::string value_text(const nlohmann::ordered_json& value);
// The parts of a scheme, or a layer's settings, a line each; long lists as their number.
std::string settings_text(const nlohmann::ordered_json& settings);

}  // namespace tool
