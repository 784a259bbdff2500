// What the rope methods share.
#pragma once

#include <cmath>

#include "farspan/farspan.h"
#include "method/parts.hpp"

namespace farspan {

// Sets inv_freq[p] = formula(p, base^(2p/R)). The formula is generic in its real type: it runs in double, or for
// float32 angles in float, where it then takes the same roundings as Hugging Face's modeling_rope_utils, step by step.
template <class Formula>
void set_frequencies(const farspan_rope_config& config, double base, rope_part& part, Formula formula) {
    const auto fill = [&]<class Real>(Real) {
        for (std::size_t p = 0; p < part.inv_freq.size(); ++p) {
            const Real exponent = static_cast<Real>(2 * p) / static_cast<Real>(config.rotary_dim);
            part.inv_freq[p] = formula(p, std::pow(static_cast<Real>(base), exponent));
        }
    };
    if (config.angle == FARSPAN_ANGLE_FLOAT32)
        fill(float{});
    else
        fill(double{});
}

// RoPE with another base.
inline void set_plain_frequencies(const farspan_rope_config& config, double base, rope_part& part) {
    set_frequencies(config, base, part, []<class Real>(std::size_t, Real power) { return Real{1} / power; });
}

// length / original_context beyond the trained context, 1 up to it.
inline double length_growth(const farspan_rope_config& config, int64_t length) {
    return length > config.original_context ? static_cast<double>(length) / static_cast<double>(config.original_context)
                                            : 1;
}

// YaRN's g(s, c) = 0.1 c ln s + 1, without scaling 1 (Peng et al. 2023, eq. 22; c is DeepSeek's mscale).
inline double yarn_magnitude(double factor, double mscale = 1) {
    return factor > 1 ? 0.1 * mscale * std::log(factor) + 1 : 1;
}

// Divisors per pair, as many as pairs: in use by longrope, and by any other method that reads short_factors.
void check_divisors(const farspan_rope_config& config, const char* path, const double* divisors, int64_t count);
void divide_frequencies(const farspan_rope_config& config, rope_part& part);

// Axis per pair of M-RoPE.
void check_axes(const farspan_rope_config& config);
void set_axes(const farspan_rope_config& config, rope_part& part);

}  // namespace farspan
