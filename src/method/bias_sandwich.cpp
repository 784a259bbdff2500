// Sandwich (Chi et al. 2023, section 5): the inner product of two sinusoidal encodings, as a bias of the distance with
// one compression per head: (sum over k = 1 .. dim/2 of cos(d 10000^(-2k/dim)) - dim/2) / (8 h / heads), h = 1 ..
// heads. Keys ahead of the query have bias 0, as released.
#include <cmath>
#include <vector>

#include "method/registry.hpp"

namespace farspan {
namespace {

// The sum minus dim/2, without the head's compression. cos x - 1 = -2 sin^2(x/2) keeps the digits at small angles.
double sum_at(const std::vector<double>& frequencies, int64_t distance) {
    double sum = 0;
    for (const double f : frequencies) {
        const double sine = std::sin(static_cast<double>(distance) * f / 2);
        sum -= 2 * sine * sine;
    }
    return sum;
}

}  // namespace

void lower_bias_sandwich(const farspan_bias_config& config, int64_t, bias_part& part) {
    part.kind = bias_part::table;
    std::vector<double> frequencies;
    for (int32_t k = 1; k <= config.dim / 2; ++k) frequencies.push_back(std::pow(10000.0, -2.0 * k / config.dim));
    const double heads = config.heads;
    part.fill = [frequencies = std::move(frequencies), heads](int64_t distance, int32_t first, int32_t last,
                                                              double* values) {
        const double sum = distance > 0 ? sum_at(frequencies, distance) : 0;
        for (int32_t head = first; head < last; ++head) *values++ = sum * heads / (8.0 * (head + 1));
    };
}

}  // namespace farspan
