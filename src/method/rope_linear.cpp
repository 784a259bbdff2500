// Position Interpolation (Chen et al. 2023, eq. 4): positions, hence all frequencies, divided by the factor. The
// dynamic form takes length / original_context as its factor once the length exceeds the trained context.
#include "method/registry.hpp"
#include "method/rope.hpp"

namespace farspan {
namespace {

void interpolate(const farspan_rope_config& config, double factor, rope_part& part) {
    set_frequencies(config, config.base, part,
                    [&]<class Real>(std::size_t, Real power) { return Real{1} / power / static_cast<Real>(factor); });
}

}  // namespace

void lower_rope_linear(const farspan_rope_config& config, int64_t, rope_part& part) {
    interpolate(config, config.factor, part);
}

void lower_rope_dynamic_linear(const farspan_rope_config& config, int64_t length, rope_part& part) {
    interpolate(config, length_growth(config, length), part);
}

}  // namespace farspan
