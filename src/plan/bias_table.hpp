// Biases that are functions of the distance, tabulated per head in base-2 units. Stored by falling distance, so that
// consecutive keys read consecutive memory: one unaligned load and one add per vector of keys.
#pragma once

#include <cstdint>
#include <vector>

#include "method/parts.hpp"
#include "plan/bias_ceiling.hpp"
#include "plan/cached_page.hpp"
#include "plan/problem.hpp"

namespace farspan {

// Ascending and apart: [first, last) of distances.
using distance_set = std::vector<interval>;

// Every distance of a problem, and `margin` more at both ends for the lanes of edge tiles. If gaps between positions
// would make that more than linear in the problem's size, only blocks of distances that occur, and if that is too much
// as well, none.
distance_set distances_of(const problem& problem, int64_t margin);
// Of some queries and the keys of some pages.
distance_set distances_of(const std::vector<int64_t>& queries, const std::vector<cached_page>& pages);
// Both.
distance_set united(distance_set some, const distance_set& more);

class bias_table {
public:
    static constexpr int64_t reach = 128;  // distances that are asked for at once, at most

    bias_table() = default;
    // Of `heads` heads at these distances; where the bias has settled, a few stand for all. What is not tabulated is
    // computed when it is asked for. `bias` outlives the table; what `known`, a table of it, has is taken from there.
    bias_table(const bias_part& bias, int64_t heads, distance_set distances, const volatile int32_t* cancel = nullptr,
               const bias_table* known = nullptr);

    // The biases of distance, distance - 1 ..., count <= reach in all: in the table or, if it has not all of them, in
    // `staging`.
    const float* falling(int64_t head, int64_t distance, int64_t count, float* staging) const;
    float value(int64_t head, int64_t distance) const;
    bool covers(const distance_set& distances) const;
    bias_ceiling ceiling() const;

private:
    struct stretch {
        int64_t first, last;  // distances
        int64_t end;          // behind its values: that of distance d is at end - 1 - (d - first)
    };
    distance_set within(distance_set distances) const;
    int64_t within(int64_t distance, int64_t count) const;
    const stretch* find(int64_t distance) const;  // NULL: not tabulated
    const float* at(int64_t head, const stretch& in, int64_t distance) const {
        return values_.data() + head * total_ + (in.end - 1 - (distance - in.first));
    }
    void fill(const stretch& to, int64_t heads, const volatile int32_t* cancel, const bias_table* known);

    const bias_part* definition_ = nullptr;
    std::vector<stretch> stretches_;
    std::vector<float> values_;  // [heads][total]
    int64_t total_ = 0;
};

}  // namespace farspan
