// Encodings that are added rather than rotated, and the bias that depends on more than the distance.
#pragma once

#include <cstdint>
#include <vector>

#include "base/pacer.hpp"
#include "farspan/farspan.h"

namespace farspan {

// Writes dim values: the sinusoidal encoding of one position. Layouts: FARSPAN_SINUSOIDAL_*.
class sinusoidal_encoding {
public:
    sinusoidal_encoding(int32_t layout, int64_t dim, double base);
    void fill(int64_t position, float* row, pacer& pace) const;
    double work() const { return 40 * static_cast<double>(frequency_.size()); }  // of a row, in multiply-adds

private:
    int32_t layout_;
    int64_t dim_;
    std::vector<double> frequency_;
};

// FIRE's normalised distance (Li et al. 2024, eq. 7 and 8) and its small network. One value per head is written with
// the given stride. The config is checked by the caller.
void fire_bias(const farspan_fire_config& config, int64_t query, int64_t key, float* out, int64_t head_stride,
               pacer& pace);

}  // namespace farspan
