// NTK-by-parts and YaRN (Peng et al. 2023). Pairs that turn often within the trained context keep their frequency,
// pairs that do not complete a turn are interpolated, a ramp joins them. The paper's ramp is linear in the number of
// rotations (eq. 17-20); every released implementation computes one that is linear in the pair index and rounds its
// ends.
#include <algorithm>
#include <numbers>

#include "base/failure.hpp"
#include "method/registry.hpp"
#include "method/rope.hpp"

namespace farspan {
namespace {

struct ramp_ends {
    double low, high;
};

// The pair index, as a real number, that turns `rotations` times within the trained context.
double pair_of_rotations(const farspan_rope_config& config, double rotations) {
    const double wavelength = static_cast<double>(config.original_context) / (rotations * 2 * std::numbers::pi);
    return config.rotary_dim * std::log(wavelength) / (2 * std::log(config.base));
}

// The upper clamp is R - 1 and not R/2 - 1: what all releases do, although the index counts pairs.
ramp_ends ends_of(const farspan_rope_config& config) {
    double low = pair_of_rotations(config, config.beta_fast), high = pair_of_rotations(config, config.beta_slow);
    if (config.truncate) {
        low = std::floor(low);
        high = std::ceil(high);
    }
    low = std::max(low, 0.0);
    high = std::min(high, config.rotary_dim - 1.0);
    return {low, low == high ? high + 0.001 : high};
}

// kept(p, power): the share of the unscaled frequency, 0 to 1.
template <class Kept>
void blend(const farspan_rope_config& config, double factor, rope_part& part, Kept kept) {
    set_frequencies(config, config.base, part, [&]<class Real>(std::size_t p, Real power) {
        const Real share = kept(p, power) * static_cast<Real>(config.extrapolation_factor);
        const Real interpolated = Real{1} / (static_cast<Real>(factor) * power), unscaled = Real{1} / power;
        return interpolated * (Real{1} - share) + unscaled * share;
    });
}

void scale_by_parts(const farspan_rope_config& config, double factor, rope_part& part) {
    if (config.ramp == FARSPAN_RAMP_ROTATIONS) {
        const double turns = static_cast<double>(config.original_context) / (2 * std::numbers::pi);
        blend(config, factor, part, [&]<class Real>(std::size_t, Real power) {
            const double rotations = turns / static_cast<double>(power);
            const double ramp = (rotations - config.beta_slow) / (config.beta_fast - config.beta_slow);
            return static_cast<Real>(std::clamp(ramp, 0.0, 1.0));
        });
    } else {
        const ramp_ends ends = ends_of(config);
        blend(config, factor, part, [&]<class Real>(std::size_t p, Real) {
            const Real ramp =
                (static_cast<Real>(p) - static_cast<Real>(ends.low)) / static_cast<Real>(ends.high - ends.low);
            return Real{1} - std::clamp(ramp, Real{0}, Real{1});
        });
    }
}

}  // namespace

// Upstreams disagree on what an empty ramp means (no interpolation in some, full interpolation in ggml), so none is
// accepted.
void check_ramp(const farspan_rope_config& config) {
    const bool by_rotations = config.ramp == FARSPAN_RAMP_ROTATIONS;
    if (by_rotations ? config.beta_fast <= config.beta_slow : config.beta_fast < config.beta_slow)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "rope.beta_fast", "is %g: must be %s beta_slow, %g",
                      config.beta_fast, by_rotations ? "above" : "at least", config.beta_slow);
    if (by_rotations) {
        if (config.truncate != 1)
            throw failure(FARSPAN_ERROR_COMBINATION, "rope.truncate",
                          "is 0 but ramp is rotations (1), which does not use it");
        return;
    }
    const double shortest = 2 * std::numbers::pi * config.beta_slow;
    if (static_cast<double>(config.original_context) < shortest)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "rope.original_context",
                      "is %lld: must be at least 2 pi beta_slow = %g, or the ramp is empty",
                      static_cast<long long>(config.original_context), shortest);
    const ramp_ends ends = ends_of(config);
    if (ends.high < ends.low)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "rope.original_context",
                      "is %lld: with base %g the ramp begins at pair %g, after its end at %g",
                      static_cast<long long>(config.original_context), config.base, ends.low, ends.high);
}

void check_yarn(const farspan_rope_config& config) {
    check_ramp(config);
    const bool set = config.mscale != 0, set_all = config.mscale_all_dim != 0;
    if (set != set_all)
        throw failure(FARSPAN_ERROR_COMBINATION, "rope.mscale", "is %g and mscale_all_dim is %g: set both or neither",
                      config.mscale, config.mscale_all_dim);
    if (set && config.magnitude != FARSPAN_MAGNITUDE_DEFAULT)
        throw failure(FARSPAN_ERROR_COMBINATION, "rope.mscale", "is %g but magnitude %d does not use it", config.mscale,
                      config.magnitude);
}

void lower_rope_ntk_by_parts(const farspan_rope_config& config, int64_t, rope_part& part) {
    scale_by_parts(config, config.factor, part);
}

void lower_rope_yarn(const farspan_rope_config& config, int64_t, rope_part& part) {
    scale_by_parts(config, config.factor, part);
    if (config.magnitude == FARSPAN_MAGNITUDE_UNCLAMPED)
        part.magnitude = 0.1 * std::log(config.factor) + 1;
    else if (config.mscale != 0)
        part.magnitude =
            yarn_magnitude(config.factor, config.mscale) / yarn_magnitude(config.factor, config.mscale_all_dim);
    else
        part.magnitude = yarn_magnitude(config.factor);
}

void lower_rope_dynamic_yarn(const farspan_rope_config& config, int64_t length, rope_part& part) {
    const double factor = length_growth(config, length);
    if (factor > 1)
        scale_by_parts(config, factor, part);
    else
        set_plain_frequencies(config, config.base, part);
    part.magnitude = yarn_magnitude(factor);
}

}  // namespace farspan
