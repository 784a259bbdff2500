// Proportional partial rotation (Hugging Face "proportional", Gemma's later models): of all R/2 pairs only the first
// turn, and their exponent counts over the full width R. A partial rotary_dim instead counts over the rotated width.
#include "method/registry.hpp"
#include "method/rope.hpp"

namespace farspan {

void lower_rope_proportional(const farspan_rope_config& config, int64_t, rope_part& part) {
    const double turning = std::floor(config.rotated_fraction * config.rotary_dim / 2);
    set_frequencies(config, config.base, part, [&]<class Real>(std::size_t p, Real power) {
        return static_cast<double>(p) < turning ? Real{1} / power / static_cast<Real>(config.factor) : Real{0};
    });
}

}  // namespace farspan
