// Integer arithmetic that is defined for every operand: floor division, and sums that stop at the ends of int64.
#pragma once

#include <cstdint>
#include <limits>

namespace farspan {

// divisor > 0
constexpr int64_t floor_divide(int64_t value, int64_t divisor) {
    return value / divisor - (value % divisor < 0 ? 1 : 0);
}
constexpr int64_t floor_modulo(int64_t value, int64_t divisor) {
    const int64_t rest = value % divisor;
    return rest < 0 ? rest + divisor : rest;
}

constexpr int64_t saturating_add(int64_t a, int64_t b) {
    constexpr int64_t least = std::numeric_limits<int64_t>::min(), largest = std::numeric_limits<int64_t>::max();
    if (b > 0) return a > largest - b ? largest : a + b;
    return a < least - b ? least : a + b;
}

// b > 0
constexpr int64_t saturating_multiply(int64_t a, int64_t b) {
    constexpr int64_t least = std::numeric_limits<int64_t>::min(), largest = std::numeric_limits<int64_t>::max();
    if (a > largest / b) return largest;
    return a < least / b ? least : a * b;
}

}  // namespace farspan
