// Sandwich (Chi et al. 2023, section 5): the inner product of two sinusoidal encodings, as a bias of the distance with one
// compression per head: (sum over k = 1 .. dim/2 of cos(d 10000^(-2k/dim)) - dim/2) / (8 h / heads), h = 1 .. heads. Keys ahead
// of the query have bias 0, as released.
#include <cmath>
#include <vector>

#include "method/registry.hpp"

namespace farspan {

void lower_bias_sandwich(const farspan_bias_config& config, int64_t, bias_part& part) {
    part.kind = bias_part::table;
    std::vector<double> frequency;
    for (int32_t k = 1; k <= config.dim / 2; ++k) frequency.push_back(std::pow(10000.0, -2.0 * k / config.dim));
    const int32_t offset = config.head_offset;
    const double heads = config.heads;
    part.value = [frequency = std::move(frequency), offset, heads](int32_t head, int64_t distance) {
        if (distance <= 0) return 0.0;
        double sum = 0;  // of cos - 1 = -2 sin^2(x/2), which keeps the digits at small angles
        for (const double f : frequency) {
            const double sine = std::sin(static_cast<double>(distance) * f / 2);
            sum -= 2 * sine * sine;
        }
        return sum * heads / (8.0 * (offset + head + 1));
    };
}

}  // namespace farspan
