// Upper bounds of a bias over intervals of distances: from the slope, or from the table's largest values, whatever the
// method and whether it falls all the way or rises again. What attention/bound.hpp needs to know of a bias.
#pragma once

#include <cstdint>
#include <vector>

#include "method/parts.hpp"

namespace farspan {

class bias_ceiling {
public:
    static constexpr int64_t width = 64;
    static int64_t block_of(int64_t distance) { return distance >> 6; }  // rounds down

    bias_ceiling() = default;  // infinity: no bias, or none that is known by its distance
    // Of slopes; no distance is beyond `farthest`.
    bias_ceiling(const bias_part& bias, int64_t farthest);
    // `blocks` of 64 distances, ascending, and largest[head][block]: the largest bias of those that occur, base 2.
    bias_ceiling(std::vector<int64_t> blocks, std::vector<float> largest);

    // At least the bias, base 2, of all distances in [first, last] that occur.
    double over(int64_t head, int64_t first, int64_t last) const;
    // The bias alone makes some weights 2^25 times smaller than others: it is worth asking.
    bool falls(int64_t head) const { return any_falls(head, 1); }
    bool any_falls(int64_t first_head, int64_t heads) const;

private:
    double of_slope(int64_t head, int64_t distance) const;
    double of_blocks(int64_t head, int64_t first, int64_t last) const;
    // The first block at or behind this one.
    std::size_t find(int64_t block) const;

    std::vector<uint8_t> falls_;  // [heads]; empty: no bias
    std::vector<double> slopes_;  // [heads], base 2
    bool symmetric_ = false;
    std::vector<int64_t> blocks_;
    std::vector<std::vector<float>> largest_;  // [level][heads][blocks]: of the 2^level blocks from one on
};

// Of the bias of a scheme whose values by distance are in `table`, if it is one; `farthest()`: the largest distance, for
// slopes. Beside a rotation that decays there is none: then keys may grow with the distance.
template <class Table, class Farthest>
bias_ceiling ceiling_of(const bias_part& bias, const rope_part& rope, const Table& table, const Farthest& farthest) {
    if (!rope.log2_decay.empty()) return {};
    if (bias.kind == bias_part::table) return table.ceiling();
    if (bias.kind != bias_part::slope) return {};
    return {bias, farthest()};
}

}  // namespace farspan
