// Frequencies of rotary position encodings, one function per paper, in double precision.
//
// Every function returns the same two things: inv_freq[p] for the pairs p = 0 .. rotary_dim/2 - 1, so
// that the angle of pair p at position x is x * inv_freq[p], and the magnitude that multiplies cos and
// sin (1 unless a method says otherwise; logits of rotated channels grow by its square).
//
// Names: base (theta), rotary_dim (R), factor (s = target context / trained context),
// original_context (L), length (current number of tokens, n).
// Inputs for which a method is not defined throw std::invalid_argument.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace oracle {

struct rope_frequencies {
    std::vector<double> inv_freq;
    double magnitude = 1.0;
};

// RoPE (Su et al. 2021, section 3.2.2): inv_freq[p] = base^(-2p/R).
rope_frequencies rope_base(double base, int rotary_dim);

// Position Interpolation (Chen et al. 2023, eq. 4): every frequency divided by the factor.
rope_frequencies rope_position_interpolation(double base, int rotary_dim, double factor);

// Dynamic PI (jquesnelle/yarn): factor = length / original_context once that exceeds 1.
rope_frequencies rope_dynamic_position_interpolation(double base, int rotary_dim, double original_context,
                                                     double length);

// NTK-aware (bloc97 2023): base' = base * factor^(R/(R-2)). Needs R > 2.
double ntk_base(double base, int rotary_dim, double factor);
rope_frequencies rope_ntk_aware(double base, int rotary_dim, double factor);

// NTK-RoPE-old, -fixed, -mixed (Su, kexue.fm 9706). Mixed: exp(-a (p+1)^b), a = ln(factor)/(R/2)^b;
// b = 1 is -fixed and b = 0 is Position Interpolation.
rope_frequencies rope_ntk_old(double base, int rotary_dim, double factor);
rope_frequencies rope_ntk_fixed(double base, int rotary_dim, double factor);
rope_frequencies rope_ntk_mixed(double base, int rotary_dim, double factor, double exponent);

// Dynamic NTK (emozilla 2023): base' = base * (factor*n/L - (factor-1))^(R/(R-2)), n = max(length, L).
double dynamic_ntk_base(double base, int rotary_dim, double factor, double original_context, double length);
rope_frequencies rope_dynamic_ntk(double base, int rotary_dim, double factor, double original_context, double length);
// Hugging Face's state machine: the length whose table is in use after a step that needs `length`.
double dynamic_ntk_cached_length(double cached_length, double length, double original_context);

// Qwen-1: alpha = max(1, 2^ceil(log2(n/L) + 1) - 1), then NTK-aware with that alpha.
double qwen_ntk_alpha(double original_context, double length);
rope_frequencies rope_qwen_dynamic_ntk(double base, int rotary_dim, double original_context, double length);

// r[p] = L * inv_freq[p] / (2 pi): full turns of each pair within the trained context.
std::vector<double> rotations_in_context(double base, int rotary_dim, double original_context);
// NTK-by-parts as the YaRN paper defines it (eq. 17-20): ramp linear in rotations r = L*inv_freq/(2 pi).
rope_frequencies rope_ntk_by_parts(double base, int rotary_dim, double factor, double original_context,
                                   double slow_rotations = 1.0, double fast_rotations = 32.0);
// The ramp gamma of that definition, one value per pair (1 keeps the frequency, 0 divides it).
std::vector<double> ntk_by_parts_ramp(double base, int rotary_dim, double original_context, double slow_rotations = 1.0,
                                      double fast_rotations = 32.0);

// NTK-by-parts, first release (jquesnelle/yarn, LlamaPartNTKScaledRotaryEmbedding).
rope_frequencies rope_part_ntk(double base, int rotary_dim, double factor, double original_context,
                               double ntk_factor = 1.0, double extrapolation_factor = 1.0);

// YaRN (Peng et al. 2023) as every published implementation computes it: ramp linear in pair index.
struct yarn_parameters {
    double base = 10000.0;
    int rotary_dim = 128;
    double factor = 1.0;
    double original_context = 2048.0;
    double beta_fast = 32.0;
    double beta_slow = 1.0;
    bool truncate = true;                    // floor and ceil of the bounds; gpt-oss does not
    double mscale = 0.0;                     // 0 = unset
    double mscale_all_dim = 0.0;             // 0 = unset
    std::optional<double> attention_factor;  // replaces the magnitude when given
    double extrapolation_factor = 1.0;       // original code only
};
struct yarn_range {
    double low;
    double high;
};
// c(rot) = R ln(L / (2 pi rot)) / (2 ln base): the (real) pair index that turns `rotations` times in L.
double yarn_correction_dim(double rotations, double base, int rotary_dim, double original_context);
yarn_range yarn_bounds(const yarn_parameters& parameters);
// The index ramp as kept share per pair: 1 keeps the frequency, 0 divides it by the factor.
std::vector<double> yarn_ramp(const yarn_parameters& parameters);
rope_frequencies rope_yarn(const yarn_parameters& parameters);
// g(s, c) = 0.1 c ln(s) + 1 for s > 1, else 1.
double yarn_magnitude(double factor, double mscale = 1.0);

// Dynamic YaRN (jquesnelle/yarn): factor = length / original_context once length exceeds max_position;
// before that no scaling, or max_position / original_context for a fine-tuned model.
// parameters.factor is ignored.
rope_frequencies rope_dynamic_yarn(const yarn_parameters& parameters, double max_position, double length,
                                   bool finetuned);

// LongRoPE (Ding et al. 2024): inv_freq[p] / factors[p], the long list when length > original_context.
// magnitude is given by one of the policies below (the same for both lists), or is a literal number.
rope_frequencies rope_longrope(double base, int rotary_dim, const std::vector<double>& short_factor,
                               const std::vector<double>& long_factor, double original_context, double length,
                               double magnitude);
// Policy "su": sqrt(1 + ln(s)/ln(L)) for s > 1, else 1. Policy "yarn" is yarn_magnitude(s).
double longrope_magnitude(double factor, double original_context);
// microsoft/LongRoPE "dynamic": 1 + (lambda - 1) * ((n/L - 1)/(s - 1)).
std::vector<double> longrope_dynamic_factors(const std::vector<double>& factors, double factor, double original_context,
                                             double length);

// Llama 3.1: keep, blend or divide by wavelength.
rope_frequencies rope_llama3(double base, int rotary_dim, double factor, double original_context,
                             double low_freq_factor, double high_freq_factor);

// Proportional (Gemma 4): all head_dim/2 pairs, exponent over head_dim, the trailing pairs do not turn.
rope_frequencies rope_proportional(double base, int head_dim, double partial_rotary_factor, double factor = 1.0);

// ggml freq_factors: inv_freq[p] / freq_factors[p].
rope_frequencies rope_freq_factors(double base, int rotary_dim, const std::vector<double>& freq_factors);

}  // namespace oracle
