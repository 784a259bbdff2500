// Angles with the roundings of published float code, for callers who need the same bits, not the
// right ones. Everything here is float on purpose.
#pragma once

#include "rope.hpp"

namespace oracle {

// Hugging Face default: 1 / base^(arange/R), each step rounded to float.
std::vector<float> hf_float32_inv_freq(double base, int rotary_dim);
// Hugging Face linear: the above, divided by the factor in float.
std::vector<float> hf_float32_linear(double base, int rotary_dim, double factor);
// Hugging Face yarn: pos_freqs, both reciprocals, ramp and blend in float; bounds in double.
std::vector<float> hf_float32_yarn(const yarn_parameters& parameters);
// Angle: float position times float inv_freq, rounded to float.
std::vector<float> hf_float32_angles(double position, const std::vector<float>& inv_freq);
// rotate_half of a whole head with those angles; cos, sin, products and sums in float.
std::vector<float> hf_float32_rotate_half(const std::vector<double>& x, double position,
                                          const std::vector<float>& inv_freq);
// max over pairs of |cos(float angle) - cos(exact angle)| (methods specification, section 7).
double hf_float32_max_cos_error(double position, double base, int rotary_dim);

// ggml: theta_{p+1} = theta_p * powf(base, -2/R), a running product in float, and its own YaRN blend
// whose factor 1 + 0.1 ln(1/freq_scale) is not clamped (ggml rope_yarn, commit d99724f).
struct ggml_rope_parameters {
    double base = 10000.0;
    int rotary_dim = 128;
    double original_context = 4096.0;
    double freq_scale = 1.0;  // 1 / factor
    double ext_factor = 0.0;  // 1 turns the YaRN blend on
    double attn_factor = 1.0;
    double beta_fast = 32.0;
    double beta_slow = 1.0;
};
struct ggml_rope_row {
    std::vector<float> cosine;  // magnitude included
    std::vector<float> sine;
};
ggml_rope_row ggml_float32_row(double position, const ggml_rope_parameters& parameters);
// The factor that row carries: attn_factor, or attn_factor * (1 + 0.1 ln(1/freq_scale)) with the blend on.
double ggml_magnitude(const ggml_rope_parameters& parameters);

}  // namespace oracle
