// Which tiles a block of query rows visits, and what each one needs. Computed block by block from the row views: a
// stored list would be quadratic in the length.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/kernel_table.hpp"
#include "plan/key_intervals.hpp"

namespace farspan {

// At most block_rows query rows of one segment, with bounds over their views.
struct query_block {
    int64_t first_row, last_row;
    int64_t segment;
};

struct block_bounds {
    interval span[2];    // keys that some row sees: hull of the first intervals, hull of the second
    interval common[2];  // keys that every row sees in its first (second) interval
    int64_t older_least[max_branches - 1], older_most[max_branches - 1];  // over the rows, of row_view::older_from
};

struct tile {
    int64_t first_key, last_key;  // [first, last) within one run of tile_keys, clipped to the block's span
    bool edge;                    // some row does not see some key: mask
    int nearest, oldest;          // branches that own some key of the tile for some row
};

std::vector<query_block> make_query_blocks(const problem& problem);
block_bounds make_bounds(const row_view* views, int64_t rows);

// The tile of keys [first_key, last_key) for a block.
tile classify(const block_bounds& bounds, int branches, int64_t first_key, int64_t last_key);

// The tile of a block in the keys [run * tile_keys, ...) as visit_tiles visits it. False: it visits none there.
bool tile_in_run(const block_bounds& bounds, int branches, int64_t run, tile& result);

// Calls visit(tile) for every tile with a key in the block's span, in ascending order. Tiles begin at a multiple of
// panel_keys and do not cross a multiple of tile_keys; keys in front of the span that this brings in are masked like
// any other.
template <class Visit>
void visit_tiles(const block_bounds& bounds, int branches, Visit&& visit) {
    using kernels::panel_keys;
    using kernels::tile_keys;
    int64_t done = 0;  // keys below are finished
    for (int n = 0; n < 2; ++n) {
        const interval& span = bounds.span[n];
        int64_t key = span.first > done ? span.first : done;
        while (key < span.last) {
            key = key / panel_keys * panel_keys;
            const int64_t run_end = (key / tile_keys + 1) * tile_keys;
            int64_t last = span.last < run_end ? span.last : run_end;
            // A second hull that starts in the same run joins this tile, so that no key is visited twice.
            if (n == 0 && bounds.span[1].first < run_end && bounds.span[1].last > last)
                last = bounds.span[1].last < run_end ? bounds.span[1].last : run_end;
            visit(classify(bounds, branches, key, last));
            key = done = last;
        }
    }
}

// The same tiles, from the one in run `start` down and then from there up.
template <class Visit>
void visit_tiles_outwards(const block_bounds& bounds, int branches, int64_t start, Visit&& visit) {
    const auto run_of = [](int64_t key) { return key / kernels::tile_keys; };
    const interval &a = bounds.span[0], &b = bounds.span[1];
    if (a.empty() && b.empty()) return;
    const int64_t newest = run_of((a.last > b.last ? a.last : b.last) - 1);
    const int64_t oldest = run_of(a.empty() || (!b.empty() && b.first < a.first) ? b.first : a.first);
    tile t;
    const auto visit_run = [&](int64_t run) {
        if (tile_in_run(bounds, branches, run, t)) visit(t);
    };
    start = start < oldest ? oldest : start < newest ? start : newest;
    for (int64_t run = start; run >= oldest; --run) visit_run(run);
    for (int64_t run = start + 1; run <= newest; ++run) visit_run(run);
}

}  // namespace farspan
