// Biases that are functions of the distance, tabulated per head in base-2 units. Stored by falling distance, so that
// consecutive keys read consecutive memory: one unaligned load and one add per vector of keys.
#pragma once

#include <cstdint>
#include <vector>

#include "method/parts.hpp"
#include "plan/bias_ceiling.hpp"
#include "plan/problem.hpp"

namespace farspan {

// Blocks of 64 distances, only those that are asked for: tokens may lie far apart, as sinks and a window do.
class bias_blocks {
public:
    static constexpr int64_t width = bias_ceiling::width;
    static int64_t block_of(int64_t distance) { return bias_ceiling::block_of(distance); }

    bias_blocks() = default;
    // `blocks` in any order, repeated or not. Throws failure(FARSPAN_ERROR_CANCELLED), looking at the flag for every
    // distance.
    bias_blocks(const bias_part& bias, int64_t heads, std::vector<int64_t> blocks, const volatile int32_t* cancel);

    bool empty() const { return blocks_.empty(); }
    // The place of a block among those that are stored; -1: it is not.
    int64_t find(int64_t block) const;
    // The entry of a distance of the stored block or of the next one; entry + n belongs to distance - n, down to the
    // block's first.
    const float* entry(int64_t head, int64_t place, int64_t distance) const {
        const int64_t last = (blocks_[static_cast<std::size_t>(place)] + 2) * width - 1;
        return values_.data() + (head * static_cast<int64_t>(blocks_.size()) + place) * 2 * width + (last - distance);
    }
    bias_ceiling ceiling() const;

private:
    std::vector<int64_t> blocks_;  // ascending
    // [heads][blocks][2 width]: each with the next one, so that any 64 distances are consecutive
    std::vector<float> values_;
};

class bias_table {
public:
    bias_table() = default;
    // Covers every distance of the problem, and `margin` more at both ends for the lanes of edge tiles. If gaps between
    // positions would make it more than linear in the problem's size, only blocks of distances that occur are stored,
    // and if that is too much as well, values are computed one by one.
    bias_table(const bias_part& bias, const problem& problem, int64_t margin, const volatile int32_t* cancel = nullptr);

    bool tabulated() const { return !values_.empty(); }
    // The entry of `distance`; entry + n belongs to distance - n.
    const float* entry(int64_t head, int64_t distance) const {
        return values_.data() + head * span_ + (largest_ - distance);
    }
    float value(int64_t head, int64_t distance) const;
    bias_ceiling ceiling() const;

private:
    void tabulate(int64_t heads, int64_t smallest, int64_t largest, const volatile int32_t* cancel);

    bias_part definition_;
    std::vector<float> values_;  // [heads][span]
    int64_t largest_ = 0;
    int64_t span_ = 0;
    bias_blocks blocks_;
};

}  // namespace farspan
