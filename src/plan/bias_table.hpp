// A distance bias, tabulated per head in base-2 units. Stored by falling distance, so that consecutive keys read consecutive
// memory: one unaligned load and one add per vector of keys.
#pragma once

#include <cstdint>
#include <vector>

#include "method/parts.hpp"
#include "plan/problem.hpp"

namespace farspan {

class bias_table {
public:
    bias_table() = default;
    // Covers every distance of the problem, and `margin` more at both ends for the lanes of edge tiles. Positions with gaps
    // so wide that the table would not be linear in the problem's size are evaluated one by one instead.
    bias_table(const bias_part& bias, const problem& problem, int64_t margin);
    // Covers the distances [smallest, largest] of `heads` heads.
    bias_table(const bias_part& bias, int64_t heads, int64_t smallest, int64_t largest);

    bool tabulated() const { return !values_.empty(); }
    // The entry of `distance`; entry + n belongs to distance - n.
    const float* entry(int64_t head, int64_t distance) const {
        return values_.data() + head * span_ + (largest_ - distance);
    }
    float value(int64_t head, int64_t distance) const;

private:
    void tabulate(int64_t heads, int64_t smallest, int64_t largest);

    std::function<double(int32_t, int64_t)> definition_;
    std::vector<float> values_;  // [heads][span]
    int64_t largest_ = 0;
    int64_t span_ = 0;
};

}  // namespace farspan
