// Sandwich (Chi et al. 2023, section 5): the inner product of two sinusoidal encodings, as a bias of the distance with one
// compression per head: (sum over k = 1 .. dim/2 of cos(d 10000^(-2k/dim)) - dim/2) / (8 h / heads), h = 1 .. heads. Keys ahead
// of the query have bias 0, as released.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <vector>

#include "method/registry.hpp"

namespace farspan {
namespace {

// The sum minus dim/2, without the head's compression. A sum costs dim/2 sines and all heads ask for the same distances, so it is
// kept once known; which thread fills an entry makes no difference.
class sandwich_sum {
public:
    sandwich_sum(int32_t dim, int64_t distances) : known_(static_cast<std::size_t>(distances)) {
        for (int32_t k = 1; k <= dim / 2; ++k) frequency_.push_back(std::pow(10000.0, -2.0 * k / dim));
    }

    double operator()(int64_t distance) const {
        if (distance >= static_cast<int64_t>(known_.size())) return compute(distance);
        std::atomic<double>& known = known_[distance];
        double sum = known.load(std::memory_order_relaxed);
        if (sum == 0) known.store(sum = compute(distance), std::memory_order_relaxed);
        return sum;
    }

private:
    // cos x - 1 = -2 sin^2(x/2) keeps the digits at small angles.
    double compute(int64_t distance) const {
        double sum = 0;
        for (const double f : frequency_) {
            const double sine = std::sin(static_cast<double>(distance) * f / 2);
            sum -= 2 * sine * sine;
        }
        return sum;
    }

    std::vector<double> frequency_;
    mutable std::vector<std::atomic<double>> known_;  // 0: not yet, as no sum at a positive distance is
};

}  // namespace

void lower_bias_sandwich(const farspan_bias_config& config, int64_t length, bias_part& part) {
    part.kind = bias_part::table;
    const auto sum = std::make_shared<const sandwich_sum>(config.dim, std::min<int64_t>(length, 1 << 17));
    const int32_t offset = config.head_offset;
    const double heads = config.heads;
    part.value = [sum, offset, heads](int32_t head, int64_t distance) {
        return distance > 0 ? (*sum)(distance) * heads / (8.0 * (offset + head + 1)) : 0.0;
    };
}

}  // namespace farspan
