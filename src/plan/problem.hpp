// A checked problem: sizes, and the positions and segments of every row, with all defaults written out.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "farspan/farspan.h"
#include "method/scheme.hpp"

namespace farspan {

// One packed sequence: its queries and keys as index ranges. An unpacked problem is one segment.
struct segment {
    int64_t first_query, last_query;
    int64_t first_key, last_key;
};

// The positions of one batch entry; batch entries with equal positions and ranges share one.
struct position_row {
    std::vector<int64_t> query;  // [queries]
    std::vector<int64_t> key;    // [keys], not decreasing within a segment
    int64_t first_valid_key = 0, last_valid_key = 0;
    std::vector<uint8_t> blind;  // [queries], 1: padding that sees nothing; empty: none

    bool same_positions(const position_row& other) const {
        return query == other.query && key == other.key && blind == other.blind;
    }
};

struct problem {
    bool rotated = false;
    int64_t batch, query_heads, key_heads, queries, keys, head_dim, value_dim;
    int64_t length;           // current length n
    int64_t head_offset = 0;  // head 0 is this head of the layer
    std::vector<segment> segments;
    std::vector<position_row> rows;             // 1 or batch; in a plan, those that differ
    std::vector<int64_t> query_axes, key_axes;  // empty, or [axes][queries] and [axes][keys]

    // What a caller calls the heads and the positions.
    const char* heads_path = "problem.query_heads";
    const char* query_path = "problem.query_positions";
    const char* key_path = "problem.key_positions";

    int64_t group() const { return query_heads / key_heads; }
    // The smallest and the largest distance between a query and a key of its segment; the first is larger: there is none.
    std::pair<int64_t, int64_t> distances() const;
};

// Throws failure naming fields of "problem". `axes` is the number of position axes of the scheme.
// The flag is looked at for every batch entry.
problem check_problem(const farspan_problem& given, int32_t axes, const volatile int32_t* cancel = nullptr);

// Heads head_offset .. head_offset + query_heads - 1 are among those of the scheme's bias and sink logits; else failure.
void check_heads(const scheme& scheme, int64_t query_heads, int64_t head_offset, const char* heads_path);

}  // namespace farspan
