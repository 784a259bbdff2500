// The NTK variants of Su, kexue.fm 9675 and 9706, which see a position as a number in radix base^(2/R). All three
// divide the slowest pair by the factor or nearly so; unlike NTK-aware, -fixed and -mixed also slow the fastest pair.
#include "method/registry.hpp"
#include "method/rope.hpp"

namespace farspan {
namespace {

// inv_freq[p] = base^(-2p/R) * multiplier(p). No published float code exists, so the multiplier is always formed in
// double.
template <class Multiplier>
void multiply(const farspan_rope_config& config, rope_part& part, Multiplier multiplier) {
    set_frequencies(config, config.base, part, [&]<class Real>(std::size_t p, Real power) {
        return Real{1} / power * static_cast<Real>(multiplier(static_cast<double>(p + 1)));
    });
}

}  // namespace

// A wider radix: each step of the pair index divides by base^(2/R) * factor^(2/R).
void lower_rope_ntk_old(const farspan_rope_config& config, int64_t, rope_part& part) {
    set_plain_frequencies(config, config.base * config.factor, part);
}

void lower_rope_ntk_fixed(const farspan_rope_config& config, int64_t, rope_part& part) {
    multiply(config, part, [&](double digit) { return std::pow(config.factor, -2 * digit / config.rotary_dim); });
}

// exp(-a digit^b) with a chosen so that the last pair is divided by the factor. b = 1 is -fixed, b = 0 is
// interpolation.
void lower_rope_ntk_mixed(const farspan_rope_config& config, int64_t, rope_part& part) {
    const double a = std::log(config.factor) / std::pow(config.rotary_dim / 2, config.mixed_exponent);
    multiply(config, part, [&](double digit) { return std::exp(-a * std::pow(digit, config.mixed_exponent)); });
}

}  // namespace farspan
