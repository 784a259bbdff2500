// YaRN (Peng et al. 2023), as jquesnelle/yarn 995db5b, Hugging Face, DeepSeek and gpt-oss compute it.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "rope.hpp"

namespace oracle {
namespace {

double magnitude_of(const yarn_parameters& parameters) {
    if (parameters.attention_factor) return *parameters.attention_factor;
    if (parameters.mscale != 0.0 && parameters.mscale_all_dim != 0.0)
        return yarn_magnitude(parameters.factor, parameters.mscale) /
               yarn_magnitude(parameters.factor, parameters.mscale_all_dim);
    return yarn_magnitude(parameters.factor);
}

}  // namespace

double yarn_correction_dim(double rotations, double base, int rotary_dim, double original_context) {
    return rotary_dim * std::log(original_context / (rotations * 2.0 * std::numbers::pi)) / (2.0 * std::log(base));
}

yarn_range yarn_bounds(const yarn_parameters& y) {
    double low = yarn_correction_dim(y.beta_fast, y.base, y.rotary_dim, y.original_context);
    double high = yarn_correction_dim(y.beta_slow, y.base, y.rotary_dim, y.original_context);
    if (y.truncate) {
        low = std::floor(low);
        high = std::ceil(high);
    }
    // R - 1, not R/2 - 1: all published code clamps to the feature count although p counts pairs.
    low = std::max(low, 0.0);
    high = std::min(high, y.rotary_dim - 1.0);
    if (low == high) high += 0.001;
    // A trained context shorter than one wavelength of pair 0: upstreams disagree here, so refuse.
    if (!(low < high)) throw std::invalid_argument("the YaRN ramp is empty: original_context is too short");
    return {low, high};
}

std::vector<double> yarn_ramp(const yarn_parameters& parameters) {
    const yarn_range range = yarn_bounds(parameters);
    std::vector<double> kept;
    for (int p = 0; p < parameters.rotary_dim / 2; ++p)
        kept.push_back(1.0 - std::clamp((p - range.low) / (range.high - range.low), 0.0, 1.0));
    return kept;
}

rope_frequencies rope_yarn(const yarn_parameters& parameters) {
    if (!(parameters.factor > 0.0)) throw std::invalid_argument("factor must be positive");
    rope_frequencies result = rope_base(parameters.base, parameters.rotary_dim);
    const std::vector<double> kept = yarn_ramp(parameters);
    for (size_t p = 0; p < kept.size(); ++p) {
        const double share = kept[p] * parameters.extrapolation_factor;
        result.inv_freq[p] = result.inv_freq[p] / parameters.factor * (1.0 - share) + result.inv_freq[p] * share;
    }
    result.magnitude = magnitude_of(parameters);
    return result;
}

double yarn_magnitude(double factor, double mscale) {
    return factor > 1.0 ? 0.1 * mscale * std::log(factor) + 1.0 : 1.0;
}

rope_frequencies rope_dynamic_yarn(const yarn_parameters& parameters, double max_position, double length,
                                   bool finetuned) {
    if (length <= max_position && !finetuned) return rope_base(parameters.base, parameters.rotary_dim);
    yarn_parameters grown = parameters;
    grown.factor = std::max(length, max_position) / parameters.original_context;
    return rope_yarn(grown);
}

}  // namespace oracle
