// A plan: everything about one problem under one scheme that does not depend on the data. Immutable after make_plan.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "kernels/kernel_table.hpp"
#include "method/scheme.hpp"
#include "plan/bias_table.hpp"
#include "plan/key_intervals.hpp"
#include "plan/problem.hpp"
#include "plan/rotary_table.hpp"
#include "plan/tile_schedule.hpp"

namespace farspan {

// What depends on positions; one per distinct position row.
struct row_tables {
    std::vector<row_view> views;             // [queries], of all keys, also of those that a batch entry hides
    std::vector<float> query_scale;          // [queries], log2(e) included
    std::vector<rotary_table> query_angles;  // [branch]
    std::vector<rotary_table> key_angles;    // [copy]
    std::vector<uint8_t> keys_consecutive;   // [segment]
    // Decaying rotations only: per key, and per query, the position that its decay is counted from.
    std::vector<int64_t> key_centre, query_centre;
};

// What depends on the keys that a batch entry hides.
struct entry_tables {
    std::size_t row;                               // of its positions
    interval valid_keys;                           // the others are padding
    std::vector<std::vector<uint8_t>> run_needed;  // [copy][keys / tile_keys]: some block reads it
    double pairs = 0;                              // of a query and a key that its block visits
};

struct plan {
    problem shape;
    const kernels::kernel_table* kernels;
    int32_t threads;

    lowered_scheme scheme;  // at the problem's length
    int copies;             // packed copies of K: one per distinct key map
    int copy_of_branch[max_branches];
    bias_table distance_bias;    // bias.kind == table
    bias_ceiling ceiling;        // of a slope or table; nothing is left out beside a decaying rotation
    std::vector<uint8_t> falls;  // [query_heads]: the bias alone may say that keys do not matter

    std::vector<query_block> blocks;
    std::vector<row_tables> rows;       // parallel to shape.rows
    std::vector<entry_tables> entries;  // [batch], or one for all

    int64_t head_ld, value_ld;  // row strides of f32 scratch

    // Multiply-adds of the products in a run.
    double work() const;

    bool any_falls(int64_t first_head, int64_t heads) const {
        return std::any_of(&falls[first_head], &falls[first_head] + heads, [](uint8_t one) { return one != 0; });
    }
    const entry_tables& entry(int64_t b) const {
        return entries[entries.size() == 1 ? 0 : static_cast<std::size_t>(b)];
    }
    // The views of a block's rows in one batch entry.
    void load_views(const entry_tables& entry, const query_block& block, row_view* views) const;
};

// Throws failure naming parts of the scheme or fields of the problem, or failure(FARSPAN_ERROR_CANCELLED).
std::unique_ptr<plan> make_plan(const scheme& scheme, problem shape, const kernels::kernel_table& kernels,
                                int32_t threads, const volatile int32_t* cancel = nullptr);

// Over the tiles of one batch entry and head: {skipped, inside, edge, crossed by a branch boundary}.
void count_tiles(const plan& plan, int64_t counts[4]);

}  // namespace farspan
