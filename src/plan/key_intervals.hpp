// What each query row sees, as key indices: the one source for tile skipping, edge masks and branch selection.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "method/parts.hpp"
#include "plan/problem.hpp"

namespace farspan {

constexpr int max_branches = 3;

struct row_view {
    std::array<interval, 2> visible;  // key indices, ordered, disjoint; empty ones have first == last
    // Keys at index < older_from[b] belong to a branch older than b. Non-increasing in b.
    std::array<int64_t, max_branches - 1> older_from;
};

// Finds key indices by position within one segment.
class key_finder {
public:
    key_finder(const position_row& row, const segment& segment);
    bool consecutive() const { return consecutive_; }
    // The first index of the segment whose position is >= `position`.
    int64_t lower_bound(int64_t position) const;

private:
    const int64_t* positions_;
    int64_t first_, last_;
    bool consecutive_;
};

std::vector<row_view> make_row_views(const problem& problem, const position_row& row, const mask_part& mask,
                                     const remap_part& remap, const volatile int32_t* cancel = nullptr);

}  // namespace farspan
