#include "mask.hpp"

#include <cstdlib>

namespace oracle {

int64_t aligned_row(int64_t row, int64_t queries, int64_t keys) { return row + keys - queries; }

bool visible_causal(int64_t i, int64_t j) { return j <= i; }

bool visible_window(int64_t i, int64_t j, int64_t window) { return j <= i && j > i - window; }

bool visible_flash_window(int64_t i, int64_t j, int64_t left, int64_t right) {
    return (left < 0 || j >= i - left) && (right < 0 || j <= i + right);
}

bool visible_symmetric_window(int64_t i, int64_t j, int64_t half_width) { return std::abs(i - j) <= half_width; }

bool visible_sinks_window(int64_t i, int64_t j, int64_t sinks, int64_t window) {
    return j <= i && (j < sinks || j > i - window);
}

bool visible_chunked(int64_t i, int64_t j, int64_t chunk) { return j <= i && i / chunk == j / chunk; }

bool visible_prefix_lm(int64_t i, int64_t j, int64_t prefix) { return j < prefix || j <= i; }

bool visible_packed(int64_t i, int64_t j, const std::vector<int>& segment) {
    return j <= i && segment.at(static_cast<size_t>(i)) == segment.at(static_cast<size_t>(j));
}

bool visible_lm_infinite(int64_t i, int64_t j, int64_t sinks, int64_t window) {
    const int64_t distance = i - j;
    return distance >= 0 && (distance < window || j < sinks);
}

}  // namespace oracle
