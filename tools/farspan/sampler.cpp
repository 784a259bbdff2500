#include "sampler.hpp"

#include <algorithm>
#include <cmath>

#include "failure.hpp"

namespace tool {

uint8_t sampler::pick(const std::vector<float>& logits) {
    const auto likeliest = std::max_element(logits.begin(), logits.end());
    const auto most = static_cast<double>(*likeliest);
    std::vector<double> sums;  // cumulative
    double sum = 0;
    for (const float logit : logits) {
        const double above = static_cast<double>(logit) - most;
        sum += temperature_ > 0 ? std::exp(above / temperature_) : above;
        sums.push_back(sum);
    }
    if (std::isnan(sum)) throw failure("the model's logits are not numbers, so there is no next byte");
    if (temperature_ == 0) return static_cast<uint8_t>(likeliest - logits.begin());
    const double drawn = static_cast<double>(generator_() >> 11) * 0x1p-53 * sum;
    const auto found = std::upper_bound(sums.begin(), sums.end(), drawn);
    return static_cast<uint8_t>(std::min<int64_t>(found - sums.begin(), static_cast<int64_t>(sums.size()) - 1));
}

}  // namespace tool
