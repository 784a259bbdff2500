// Llama 3.1's scaling (Dubey et al. 2024; Meta's llama-models and Hugging Face "llama3"): three bands by wavelength.
// Short waves keep their frequency, long ones are divided by the factor, in between a blend that is linear in the
// rotations within the trained context: NTK-by-parts with its own bounds.
#include <numbers>

#include "base/failure.hpp"
#include "method/registry.hpp"
#include "method/rope.hpp"

namespace farspan {

void check_llama3(const farspan_rope_config& config) {
    if (config.high_freq_factor < config.low_freq_factor)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "rope.high_freq_factor",
                      "is %g: must be at least low_freq_factor, %g", config.high_freq_factor, config.low_freq_factor);
}

void lower_rope_llama3(const farspan_rope_config& config, int64_t, rope_part& part) {
    set_frequencies(config, config.base, part, [&]<class Real>(std::size_t, Real power) {
        const auto context = static_cast<Real>(config.original_context), factor = static_cast<Real>(config.factor);
        const auto low = static_cast<Real>(config.low_freq_factor), high = static_cast<Real>(config.high_freq_factor);
        const Real unscaled = Real{1} / power;
        const Real wavelength = static_cast<Real>(2 * std::numbers::pi) / unscaled;
        if (wavelength < context / high) return unscaled;
        // equal factors: a step without a band
        if (wavelength > context / low || low == high) return unscaled / factor;
        const Real smooth = (context / wavelength - low) / (high - low);
        return (Real{1} - smooth) * unscaled / factor + smooth * unscaled;
    });
}

}  // namespace farspan
