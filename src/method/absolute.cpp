#include "method/absolute.hpp"

#include <algorithm>
#include <cmath>

namespace farspan {

// Interleaved and blocks: base^(-2p/dim) (Vaswani et al. 2017, section 3.5). tensor2tensor: base^(-p / (dim/2 - 1)), so
// that the last frequency is exactly 1/base; a single pair then has frequency 1.
sinusoidal_encoding::sinusoidal_encoding(int32_t layout, int64_t dim, double base) : layout_(layout), dim_(dim) {
    const int64_t half = dim / 2;
    const bool tensor2tensor = layout == FARSPAN_SINUSOIDAL_TENSOR2TENSOR;
    const int64_t count = tensor2tensor ? half : (dim + 1) / 2;
    for (int64_t p = 0; p < count; ++p) {
        const double exponent = tensor2tensor
                                    ? static_cast<double>(p) / static_cast<double>(std::max<int64_t>(half - 1, 1))
                                    : 2.0 * static_cast<double>(p) / static_cast<double>(dim);
        frequency_.push_back(std::pow(base, -exponent));
    }
}

void sinusoidal_encoding::fill(int64_t position, float* row, pacer& pace) const {
    const auto count = static_cast<int64_t>(frequency_.size());
    if (layout_ == FARSPAN_SINUSOIDAL_TENSOR2TENSOR && dim_ % 2 == 1) row[dim_ - 1] = 0;
    for (int64_t p = 0; p < count; ++p) {
        pace.step(4);
        const double angle = static_cast<double>(position) * frequency_[p];
        const bool interleaved = layout_ == FARSPAN_SINUSOIDAL_INTERLEAVED;
        const int64_t sine = interleaved ? 2 * p : p, cosine = interleaved ? 2 * p + 1 : count + p;
        row[sine] = static_cast<float>(std::sin(angle));
        if (cosine < dim_) row[cosine] = static_cast<float>(std::cos(angle));
    }
}

void fire_bias(const farspan_fire_config& config, int64_t query, int64_t key, float* out, int64_t head_stride,
               pacer& pace) {
    const auto distance = static_cast<double>(query - key);
    const double normaliser = std::max(static_cast<double>(query), std::fabs(config.threshold));
    const double x = std::log(std::fabs(config.c * distance) + 1) /
                     (std::log(std::fabs(config.c * normaliser) + 1) + config.epsilon);
    for (int32_t head = 0; head < config.heads; ++head) {
        pace.step(config.hidden / 4 + 1);
        double value = config.b2[head];
        for (int32_t n = 0; n < config.hidden; ++n)
            value += config.w2[head * config.hidden + n] * std::max(0.0, config.w1[n] * x + config.b1[n]);
        out[head * head_stride] = static_cast<float>(value);
    }
}

}  // namespace farspan
