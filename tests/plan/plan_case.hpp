// Random problems for the internal layers: positions, segments, padding, and what each query sees by brute force.
#pragma once

#include <vector>

#include "generator.hpp"
#include "method/parts.hpp"
#include "plan/problem.hpp"

namespace farspan_test {

struct plan_case {
    farspan::problem shape;
    farspan::mask_part mask;
    farspan::remap_part remap;

    bool visible(int64_t i, int64_t j) const;  // by the header's rule, segments and padding included
    int branch(int64_t i, int64_t j) const;    // the branch that owns the pair
    int64_t segment_of_query(int64_t i) const;
};

// Masks, segments, positions and branch starts of every kind.
plan_case random_case(uint64_t seed);

}  // namespace farspan_test
