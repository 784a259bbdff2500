// NTK-aware scaling (Peng et al. 2023, eq. 16): a larger base, chosen so that the slowest pair is interpolated by
// exactly the factor while the fastest stays: base' = base * factor^(R/(R-2)). The dynamic forms derive the factor from
// the current length; up to the trained context they change nothing.
#include "base/failure.hpp"
#include "method/registry.hpp"
#include "method/rope.hpp"

namespace farspan {
namespace {

void stretch_base(const farspan_rope_config& config, double factor, rope_part& part) {
    const double dim = config.rotary_dim;
    set_plain_frequencies(config, config.base * std::pow(factor, dim / (dim - 2)), part);
}

}  // namespace

void check_ntk(const farspan_rope_config& config) {
    if (config.rotary_dim < 4)
        throw failure(FARSPAN_ERROR_ROTARY_DIM, "rope.rotary_dim", "is %d: must be even and between 4 and 512 for %s",
                      config.rotary_dim, methods_of(config)[config.method].name);
}

void lower_rope_ntk(const farspan_rope_config& config, int64_t, rope_part& part) {
    stretch_base(config, config.factor, part);
}

// Dynamic NTK (Peng et al. 2023, section 3.3; Hugging Face "dynamic"): factor * n/L - (factor - 1), which is n/L at
// factor 1.
void lower_rope_dynamic_ntk(const farspan_rope_config& config, int64_t length, rope_part& part) {
    const double growth = length_growth(config, length);
    stretch_base(config, growth > 1 ? config.factor * growth - (config.factor - 1) : 1, part);
}

// Qwen-1: 2^ceil(log2(n/L) + 1) - 1, that is 3 up to twice the trained context, 7 up to four times ...
void lower_rope_dynamic_ntk_qwen(const farspan_rope_config& config, int64_t length, rope_part& part) {
    const double doublings = std::ceil(std::log2(length_growth(config, length)) + 1);
    stretch_base(config, std::exp2(doublings) - 1, part);
}

}  // namespace farspan
