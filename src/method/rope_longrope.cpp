// LongRoPE (Ding et al. 2024, section 3): divisors per pair, of two lists by the length.
#include "method/rope.hpp"

#include "method/validate.hpp"

namespace farspan {
namespace {

bool is_long(const farspan_rope_config& config, int64_t length) {
    switch (config.length_switch) {
        case FARSPAN_SWITCH_AT:
            return length >= config.original_context;
        case FARSPAN_SWITCH_ALWAYS_LONG:
            return true;
        default:
            return length > config.original_context;
    }
}

}  // namespace

void check_longrope(const farspan_rope_config& config) {
    check_absent(config.short_factors, config.short_factors_count, "rope.short_factors");
    if (config.short_factors || config.length_switch != FARSPAN_SWITCH_ALWAYS_LONG)
        check_divisors(config, "rope.short_factors", config.short_factors, config.short_factors_count);
    check_divisors(config, "rope.long_factors", config.long_factors, config.long_factors_count);
    if (config.magnitude == FARSPAN_MAGNITUDE_DEFAULT && config.factor > 1 && config.original_context < 2)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "rope.original_context",
                      "is %lld: must be at least 2 for longrope", static_cast<long long>(config.original_context));
}

// The magnitude is that of the whole extension (sqrt(1 + ln s / ln L) in the release of microsoft/LongRoPE) whichever
// list is in use, except that Hugging Face 4.46 and 4.47, which SWITCH_AT follows, apply it only together with the long
// list.
void lower_rope_longrope(const farspan_rope_config& config, int64_t length, rope_part& part) {
    const bool use_long = is_long(config, length);
    const double* divisors = use_long ? config.long_factors : config.short_factors;
    set_frequencies(config, config.base, part, [&]<class Real>(std::size_t p, Real power) {
        return Real{1} / (static_cast<Real>(divisors[p]) * power);
    });
    if (config.length_switch == FARSPAN_SWITCH_AT && !use_long) return;
    if (config.magnitude == FARSPAN_MAGNITUDE_YARN)
        part.magnitude = yarn_magnitude(config.factor);
    else if (config.factor > 1)
        part.magnitude =
            std::sqrt(1 + std::log(config.factor) / std::log(static_cast<double>(config.original_context)));
}

}  // namespace farspan
