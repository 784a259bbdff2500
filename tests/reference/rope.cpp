#include "rope.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace oracle {
namespace {

int pair_count(int rotary_dim) {
    if (rotary_dim < 2 || rotary_dim % 2 != 0) throw std::invalid_argument("rotary_dim must be even and positive");
    return rotary_dim / 2;
}

void require_positive(double value, const char* message) {
    if (!(value > 0.0) || !std::isfinite(value)) throw std::invalid_argument(message);
}

// For the ramp of the first release of NTK-by-parts: 1 below low, 0 above high, linear in p between.
double falling_ramp(int p, yarn_range range) {
    return 1.0 - std::clamp((p - range.low) / (range.high - range.low), 0.0, 1.0);
}

yarn_range rounded_range(double fast, double slow, double base, int rotary_dim, double original_context) {
    yarn_parameters parameters;
    parameters.base = base;
    parameters.rotary_dim = rotary_dim;
    parameters.original_context = original_context;
    parameters.beta_fast = fast;
    parameters.beta_slow = slow;
    return yarn_bounds(parameters);
}

}  // namespace

rope_frequencies rope_base(double base, int rotary_dim) {
    require_positive(base, "base must be positive");
    rope_frequencies result;
    for (int p = 0; p < pair_count(rotary_dim); ++p) result.inv_freq.push_back(std::pow(base, -2.0 * p / rotary_dim));
    return result;
}

rope_frequencies rope_position_interpolation(double base, int rotary_dim, double factor) {
    require_positive(factor, "factor must be positive");
    rope_frequencies result = rope_base(base, rotary_dim);
    for (double& inv : result.inv_freq) inv /= factor;
    return result;
}

rope_frequencies rope_dynamic_position_interpolation(double base, int rotary_dim, double original_context,
                                                     double length) {
    return rope_position_interpolation(base, rotary_dim, std::max(1.0, length / original_context));
}

double ntk_base(double base, int rotary_dim, double factor) {
    // The exponent makes the last pair move by exactly the factor; at R = 2 there is no such base.
    if (rotary_dim <= 2) throw std::invalid_argument("NTK-aware scaling needs rotary_dim > 2");
    require_positive(factor, "factor must be positive");
    return base * std::pow(factor, static_cast<double>(rotary_dim) / (rotary_dim - 2));
}

rope_frequencies rope_ntk_aware(double base, int rotary_dim, double factor) {
    return rope_base(ntk_base(base, rotary_dim, factor), rotary_dim);
}

rope_frequencies rope_ntk_old(double base, int rotary_dim, double factor) {
    require_positive(factor, "factor must be positive");
    rope_frequencies result = rope_base(base, rotary_dim);
    for (int p = 0; p < pair_count(rotary_dim); ++p) result.inv_freq[p] *= std::pow(factor, -2.0 * p / rotary_dim);
    return result;
}

rope_frequencies rope_ntk_fixed(double base, int rotary_dim, double factor) {
    require_positive(factor, "factor must be positive");
    rope_frequencies result = rope_base(base, rotary_dim);
    for (int p = 0; p < pair_count(rotary_dim); ++p)
        result.inv_freq[p] *= std::pow(factor, -2.0 * (p + 1) / rotary_dim);
    return result;
}

rope_frequencies rope_ntk_mixed(double base, int rotary_dim, double factor, double exponent) {
    require_positive(factor, "factor must be positive");
    rope_frequencies result = rope_base(base, rotary_dim);
    const double a = std::log(factor) / std::pow(pair_count(rotary_dim), exponent);
    for (int p = 0; p < pair_count(rotary_dim); ++p) result.inv_freq[p] *= std::exp(-a * std::pow(p + 1.0, exponent));
    return result;
}

double dynamic_ntk_base(double base, int rotary_dim, double factor, double original_context, double length) {
    require_positive(original_context, "original_context must be positive");
    const double n = std::max(length, original_context);
    return ntk_base(base, rotary_dim, factor * n / original_context - (factor - 1.0));
}

rope_frequencies rope_dynamic_ntk(double base, int rotary_dim, double factor, double original_context, double length) {
    return rope_base(dynamic_ntk_base(base, rotary_dim, factor, original_context, length), rotary_dim);
}

double dynamic_ntk_cached_length(double cached_length, double length, double original_context) {
    if (length > cached_length) return length;
    if (length < original_context && cached_length > original_context) return original_context;
    return cached_length;
}

double qwen_ntk_alpha(double original_context, double length) {
    const double exponent = std::ceil(std::log2(length / original_context) + 1.0);
    return std::max(1.0, std::pow(2.0, exponent) - 1.0);
}

rope_frequencies rope_qwen_dynamic_ntk(double base, int rotary_dim, double original_context, double length) {
    return rope_ntk_aware(base, rotary_dim, qwen_ntk_alpha(original_context, length));
}

std::vector<double> rotations_in_context(double base, int rotary_dim, double original_context) {
    std::vector<double> rotations = rope_base(base, rotary_dim).inv_freq;
    for (double& value : rotations) value *= original_context / (2.0 * std::numbers::pi);
    return rotations;
}

std::vector<double> ntk_by_parts_ramp(double base, int rotary_dim, double original_context, double slow_rotations,
                                      double fast_rotations) {
    require_positive(fast_rotations - slow_rotations, "fast_rotations must exceed slow_rotations");
    std::vector<double> ramp;
    for (double rotations : rotations_in_context(base, rotary_dim, original_context))
        ramp.push_back(std::clamp((rotations - slow_rotations) / (fast_rotations - slow_rotations), 0.0, 1.0));
    return ramp;
}

rope_frequencies rope_ntk_by_parts(double base, int rotary_dim, double factor, double original_context,
                                   double slow_rotations, double fast_rotations) {
    require_positive(factor, "factor must be positive");
    rope_frequencies result = rope_base(base, rotary_dim);
    const auto gamma = ntk_by_parts_ramp(base, rotary_dim, original_context, slow_rotations, fast_rotations);
    for (size_t p = 0; p < gamma.size(); ++p) result.inv_freq[p] *= (1.0 - gamma[p]) / factor + gamma[p];
    return result;
}

rope_frequencies rope_part_ntk(double base, int rotary_dim, double factor, double original_context, double ntk_factor,
                               double extrapolation_factor) {
    const auto plain = rope_base(base, rotary_dim).inv_freq;
    const auto linear = rope_position_interpolation(base, rotary_dim, factor).inv_freq;
    const auto ntk = rope_ntk_aware(base, rotary_dim, factor).inv_freq;
    const yarn_range ntk_range = rounded_range(1.25, 0.75, base, rotary_dim, original_context);
    const yarn_range plain_range = rounded_range(16.0, 2.0, base, rotary_dim, original_context);
    rope_frequencies result;
    for (int p = 0; p < pair_count(rotary_dim); ++p) {
        const double ntk_share = falling_ramp(p, ntk_range) * ntk_factor;
        const double plain_share = falling_ramp(p, plain_range) * extrapolation_factor;
        const double blended = linear[p] * (1.0 - ntk_share) + ntk[p] * ntk_share;
        result.inv_freq.push_back(blended * (1.0 - plain_share) + plain[p] * plain_share);
    }
    return result;
}

rope_frequencies rope_longrope(double base, int rotary_dim, const std::vector<double>& short_factor,
                               const std::vector<double>& long_factor, double original_context, double length,
                               double magnitude) {
    const std::vector<double>& factors = length > original_context ? long_factor : short_factor;
    rope_frequencies result = rope_freq_factors(base, rotary_dim, factors);
    result.magnitude = magnitude;
    return result;
}

double longrope_magnitude(double factor, double original_context) {
    return factor > 1.0 ? std::sqrt(1.0 + std::log(factor) / std::log(original_context)) : 1.0;
}

std::vector<double> longrope_dynamic_factors(const std::vector<double>& factors, double factor, double original_context,
                                             double length) {
    std::vector<double> result;
    for (double lambda : factors)
        result.push_back(1.0 + (lambda - 1.0) * ((length / original_context - 1.0) / (factor - 1.0)));
    return result;
}

rope_frequencies rope_llama3(double base, int rotary_dim, double factor, double original_context,
                             double low_freq_factor, double high_freq_factor) {
    require_positive(high_freq_factor - low_freq_factor, "high_freq_factor must exceed low_freq_factor");
    rope_frequencies result = rope_base(base, rotary_dim);
    for (double& inv : result.inv_freq) {
        const double wavelength = 2.0 * std::numbers::pi / inv;
        if (wavelength < original_context / high_freq_factor) continue;
        if (wavelength > original_context / low_freq_factor) {
            inv /= factor;
            continue;
        }
        const double smooth = (original_context / wavelength - low_freq_factor) / (high_freq_factor - low_freq_factor);
        inv = (1.0 - smooth) * inv / factor + smooth * inv;
    }
    return result;
}

rope_frequencies rope_proportional(double base, int head_dim, double partial_rotary_factor, double factor) {
    require_positive(factor, "factor must be positive");
    rope_frequencies result = rope_base(base, head_dim);
    const int turning = static_cast<int>(std::floor(partial_rotary_factor * head_dim / 2.0));
    for (int p = 0; p < head_dim / 2; ++p) result.inv_freq[p] = p < turning ? result.inv_freq[p] / factor : 0.0;
    return result;
}

rope_frequencies rope_freq_factors(double base, int rotary_dim, const std::vector<double>& freq_factors) {
    rope_frequencies result = rope_base(base, rotary_dim);
    if (freq_factors.size() != result.inv_freq.size())
        throw std::invalid_argument("one frequency factor per pair is needed");
    for (size_t p = 0; p < freq_factors.size(); ++p) result.inv_freq[p] /= freq_factors[p];
    return result;
}

}  // namespace oracle
