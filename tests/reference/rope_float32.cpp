#include "rope_float32.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace oracle {
namespace {

// base ** (arange(0, R, 2) / R)
std::vector<float> hf_powers(double base, int rotary_dim) {
    std::vector<float> powers;
    for (int p = 0; p < rotary_dim / 2; ++p) {
        const float exponent = static_cast<float>(2 * p) / static_cast<float>(rotary_dim);
        powers.push_back(std::pow(static_cast<float>(base), exponent));
    }
    return powers;
}

float ggml_correction_dim(double rotations, const ggml_rope_parameters& g) {
    const float turns = static_cast<float>(rotations) * 2.0f * std::numbers::pi_v<float>;
    return static_cast<float>(g.rotary_dim) * std::log(static_cast<float>(g.original_context) / turns) /
           (2.0f * std::log(static_cast<float>(g.base)));
}

// Share of the unscaled angle: (1 - clamp((p - low)/max(0.001, high - low), 0, 1)) * ext_factor.
float ggml_mix(int p, const ggml_rope_parameters& g) {
    const float low = std::max(0.0f, std::floor(ggml_correction_dim(g.beta_fast, g)));
    const float high = std::min(static_cast<float>(g.rotary_dim - 1), std::ceil(ggml_correction_dim(g.beta_slow, g)));
    const float ramp = (static_cast<float>(p) - low) / std::max(0.001f, high - low);
    return (1.0f - std::clamp(ramp, 0.0f, 1.0f)) * static_cast<float>(g.ext_factor);
}

}  // namespace

std::vector<float> hf_float32_inv_freq(double base, int rotary_dim) {
    std::vector<float> inv_freq = hf_powers(base, rotary_dim);
    for (float& value : inv_freq) value = 1.0f / value;
    return inv_freq;
}

std::vector<float> hf_float32_linear(double base, int rotary_dim, double factor) {
    std::vector<float> inv_freq = hf_float32_inv_freq(base, rotary_dim);
    for (float& value : inv_freq) value /= static_cast<float>(factor);
    return inv_freq;
}

std::vector<float> hf_float32_yarn(const yarn_parameters& parameters) {
    const yarn_range range = yarn_bounds(parameters);
    const float low = static_cast<float>(range.low);
    const float width = static_cast<float>(range.high - range.low);
    std::vector<float> inv_freq;
    const std::vector<float> powers = hf_powers(parameters.base, parameters.rotary_dim);
    for (size_t p = 0; p < powers.size(); ++p) {
        const float extrapolated = 1.0f / powers[p];
        const float interpolated = 1.0f / (static_cast<float>(parameters.factor) * powers[p]);
        const float ramp = std::clamp((static_cast<float>(p) - low) / width, 0.0f, 1.0f);
        const float kept = 1.0f - ramp;
        inv_freq.push_back(interpolated * (1.0f - kept) + extrapolated * kept);
    }
    return inv_freq;
}

std::vector<float> hf_float32_angles(double position, const std::vector<float>& inv_freq) {
    std::vector<float> angles;
    for (float inv : inv_freq) angles.push_back(static_cast<float>(position) * inv);
    return angles;
}

std::vector<float> hf_float32_rotate_half(const std::vector<double>& x, double position,
                                          const std::vector<float>& inv_freq) {
    const std::vector<float> angles = hf_float32_angles(position, inv_freq);
    std::vector<float> y(x.begin(), x.end());
    const size_t pairs = angles.size();
    for (size_t p = 0; p < pairs; ++p) {
        const float first = static_cast<float>(x.at(p)), second = static_cast<float>(x.at(p + pairs));
        const float cosine = std::cos(angles[p]), sine = std::sin(angles[p]);
        y[p] = first * cosine - second * sine;
        y[p + pairs] = second * cosine + first * sine;
    }
    return y;
}

double hf_float32_max_cos_error(double position, double base, int rotary_dim) {
    const std::vector<float> angles = hf_float32_angles(position, hf_float32_inv_freq(base, rotary_dim));
    const std::vector<double> exact = rope_base(base, rotary_dim).inv_freq;
    double worst = 0.0;
    for (size_t p = 0; p < exact.size(); ++p)
        worst = std::max(worst, std::abs(std::cos(static_cast<double>(angles[p])) - std::cos(position * exact[p])));
    return worst;
}

double ggml_magnitude(const ggml_rope_parameters& parameters) {
    if (parameters.ext_factor == 0.0) return parameters.attn_factor;
    return parameters.attn_factor * (1.0 + 0.1 * std::log(1.0 / parameters.freq_scale));
}

ggml_rope_row ggml_float32_row(double position, const ggml_rope_parameters& g) {
    const float step = std::pow(static_cast<float>(g.base), -2.0f / static_cast<float>(g.rotary_dim));
    const float scale = static_cast<float>(g.freq_scale);
    float magnitude = static_cast<float>(g.attn_factor);
    if (g.ext_factor != 0.0) magnitude *= 1.0f + 0.1f * std::log(1.0f / scale);
    float extrapolated = static_cast<float>(position);
    ggml_rope_row row;
    for (int p = 0; p < g.rotary_dim / 2; ++p) {
        float theta = scale * extrapolated;
        if (g.ext_factor != 0.0) {
            const float mix = ggml_mix(p, g);
            theta = theta * (1.0f - mix) + extrapolated * mix;
        }
        row.cosine.push_back(std::cos(theta) * magnitude);
        row.sine.push_back(std::sin(theta) * magnitude);
        extrapolated *= step;
    }
    return row;
}

}  // namespace oracle
