#include "plan/bias_ceiling.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <numbers>

namespace farspan {
namespace {

constexpr double least_fall = 25;  // as attention/bound.hpp's part of the weights
constexpr double unknown = std::numeric_limits<double>::infinity();

}  // namespace

bias_ceiling::bias_ceiling(const bias_part& bias) : symmetric_(bias.symmetric) {
    for (const double slope : bias.slopes) slopes_.push_back(slope * std::numbers::log2e);
}

bias_ceiling::bias_ceiling(std::vector<int64_t> blocks, std::vector<float> largest, interval settled)
    : blocks_(std::move(blocks)), settled_(settled) {
    const std::size_t count = blocks_.size();
    largest_.push_back(std::move(largest));
    for (std::size_t half = 1; 2 * half <= count; half *= 2) {
        const std::vector<float>& below = largest_.back();
        std::vector<float> level(below.size());
        for (std::size_t n = 0; n < level.size(); ++n)
            level[n] = n % count + 2 * half <= count ? std::max(below[n], below[n + half]) : below[n];
        largest_.push_back(std::move(level));
    }
}

bool bias_ceiling::falls(int64_t head, int64_t first, int64_t last) const {
    const double most = over(head, first, last);
    const double least = std::min(over(head, first, std::min(first + width - 1, last)),
                                  over(head, std::max(last - width + 1, first), last));
    return most < unknown && most - least >= least_fall;
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
    if (blocks_.empty()) return unknown;
    const auto within = [&](int64_t distance) { return std::clamp(distance, settled_.first, settled_.last); };
    const std::size_t from = find(block_of(within(first))), behind = find(block_of(within(last)) + 1);
    if (from >= behind) return unknown;
    const auto level = static_cast<std::size_t>(std::bit_width(behind - from) - 1);
    const float* largest = largest_[level].data() + static_cast<std::size_t>(head) * blocks_.size();
    return std::max(largest[from], largest[behind - (std::size_t{1} << level)]);
}

std::size_t bias_ceiling::find(int64_t block) const {
    const auto count = static_cast<int64_t>(blocks_.size());
    if (blocks_.back() - blocks_.front() == count - 1)  // without gaps
        return static_cast<std::size_t>(std::clamp<int64_t>(block - blocks_.front(), 0, count));
    return static_cast<std::size_t>(std::lower_bound(blocks_.begin(), blocks_.end(), block) - blocks_.begin());
}

}  // namespace farspan
