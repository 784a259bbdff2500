#include "plan/bias_ceiling.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>

namespace farspan {
namespace {

constexpr double least_fall = 25;  // as attention/bound.hpp's part of the weights
constexpr double unknown = std::numeric_limits<double>::infinity();

}  // namespace

bias_ceiling::bias_ceiling(const bias_part& bias, int64_t farthest) : symmetric_(bias.symmetric) {
    for (const double slope : bias.slopes) {
        slopes_.push_back(slope * std::numbers::log2e);
        falls_.push_back(slopes_.back() * static_cast<double>(farthest) >= least_fall);
    }
}

bias_ceiling::bias_ceiling(std::vector<int64_t> blocks, std::vector<float> largest) : blocks_(std::move(blocks)) {
    const std::size_t count = blocks_.size(), heads = largest.size() / count;
    for (std::size_t head = 0; head < heads; ++head) {
        const auto first = largest.begin() + static_cast<std::ptrdiff_t>(head * count);
        const auto [least, most] = std::minmax_element(first, first + static_cast<std::ptrdiff_t>(count));
        falls_.push_back(*most - *least >= static_cast<float>(least_fall));
    }
    largest_.push_back(std::move(largest));
    for (std::size_t half = 1; 2 * half <= count; half *= 2) {
        const std::vector<float>& below = largest_.back();
        std::vector<float> level(below.size());
        for (std::size_t n = 0; n < level.size(); ++n)
            level[n] = n % count + 2 * half <= count ? std::max(below[n], below[n + half]) : below[n];
        largest_.push_back(std::move(level));
    }
}

bool bias_ceiling::any_falls(int64_t first_head, int64_t heads) const {
    if (falls_.empty()) return false;
    const auto first = falls_.begin() + first_head;
    return std::any_of(first, first + heads, [](uint8_t falls) { return falls != 0; });
}

double bias_ceiling::over(int64_t head, int64_t first, int64_t last) const {
    if (slopes_.empty()) return of_blocks(head, first, last);
    // Two lines that meet at 0, or one: the largest value is at an end or there.
    return std::max({of_slope(head, first), of_slope(head, std::clamp<int64_t>(0, first, last)), of_slope(head, last)});
}

double bias_ceiling::of_slope(int64_t head, int64_t distance) const {
    return -slopes_[static_cast<std::size_t>(head)] * static_cast<double>(symmetric_ ? std::abs(distance) : distance);
}

double bias_ceiling::of_blocks(int64_t head, int64_t first, int64_t last) const {
    const std::size_t from = find(block_of(first)), behind = find(block_of(last) + 1);
    if (from >= behind) return unknown;
    const auto level = static_cast<std::size_t>(std::bit_width(behind - from) - 1);
    const float* largest = largest_[level].data() + static_cast<std::size_t>(head) * blocks_.size();
    return std::max(largest[from], largest[behind - (std::size_t{1} << level)]);
}

std::size_t bias_ceiling::find(int64_t block) const {
    if (blocks_.empty()) return 0;
    const auto count = static_cast<int64_t>(blocks_.size());
    if (blocks_.back() - blocks_.front() == count - 1)  // without gaps
        return static_cast<std::size_t>(std::clamp<int64_t>(block - blocks_.front(), 0, count));
    return static_cast<std::size_t>(std::lower_bound(blocks_.begin(), blocks_.end(), block) - blocks_.begin());
}

}  // namespace farspan
