// What the bounds of negligible.hpp and negligible_tiles.hpp are made of.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

namespace farspan {

constexpr double rounding_margin = 1.00001;  // for norms that are rounded

// At least the norm of a row.
inline double norm_bound(const float* row, int64_t dim) {
    double square = 0;
    for (int64_t d = 0; d < dim; ++d) square += static_cast<double>(row[d]) * row[d];
    return std::sqrt(square) * rounding_margin;
}

// A lower bound of log2(sum 2^maximum), the weights found so far.
inline double least_log2(float maximum, float sum) {
    return sum > 0 ? maximum + static_cast<double>(std::ilogb(sum)) : -std::numeric_limits<double>::infinity();
}

}  // namespace farspan
