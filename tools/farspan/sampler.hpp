// Choosing the next byte from logits.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace tool {

class sampler {
public:
    // temperature 0: always the likeliest byte, the first of equals. Otherwise byte b with probability softmax(logits /
    // temperature)[b]; the same seed draws the same bytes everywhere.
    sampler(double temperature, uint64_t seed) : temperature_(temperature), generator_(seed) {}

    // Throws failure if the logits are no distribution.
    uint8_t pick(const std::vector<float>& logits);

private:
    double temperature_;
    std::mt19937_64 generator_;
};

}  // namespace tool
