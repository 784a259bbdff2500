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
    explicit bias_ceiling(const bias_part& slopes);
    // `blocks` of 64 distances, ascending, and largest[head][block]: the largest bias of those that occur, base 2.
    // Distances beyond `settled` have the bias of the nearest one within.
    bias_ceiling(std::vector<int64_t> blocks, std::vector<float> largest, interval settled);

    // At least the bias, base 2, of all distances in [first, last] that occur.
    double over(int64_t head, int64_t first, int64_t last) const;
    // Of the distances in [first, last], the bias alone makes some weights 2^25 times smaller than others: it is worth
    // asking.
    bool falls(int64_t head, int64_t first, int64_t last) const;

private:
    double of_slope(int64_t head, int64_t distance) const;
    double of_blocks(int64_t head, int64_t first, int64_t last) const;
    // The first block at or behind this one.
    std::size_t find(int64_t block) const;

    std::vector<double> slopes_;  // [heads], base 2
    bool symmetric_ = false;
    std::vector<int64_t> blocks_;
    std::vector<std::vector<float>> largest_;  // [level][heads][blocks]: of the 2^level blocks from one on
    interval settled_;
};

// Of the bias of a scheme whose values by distance are in `table`, if it is one. Beside a rotation that decays there is
// none: then keys may grow with the distance.
template <class Table>
bias_ceiling ceiling_of(const bias_part& bias, const rope_part& rope, const Table& table) {
    if (!rope.log2_decay.empty()) return {};
    if (bias.kind == bias_part::table) return table.ceiling();
    return bias.kind == bias_part::slope ? bias_ceiling(bias) : bias_ceiling();
}

}  // namespace farspan
