#include "plan/tile_schedule.hpp"

#include <algorithm>
#include <limits>

namespace farspan {

std::vector<query_block> make_query_blocks(const problem& problem) {
    std::vector<query_block> blocks;
    for (int64_t s = 0; s < static_cast<int64_t>(problem.segments.size()); ++s) {
        const segment& segment = problem.segments[s];
        for (int64_t row = segment.first_query; row < segment.last_query; row += kernels::block_rows)
            blocks.push_back({row, std::min(row + kernels::block_rows, segment.last_query), s});
    }
    return blocks;
}

block_bounds make_bounds(const row_view* views, int64_t rows) {
    constexpr int64_t least = std::numeric_limits<int64_t>::min(), most = std::numeric_limits<int64_t>::max();
    block_bounds bounds;
    for (int n = 0; n < 2; ++n) {
        bounds.span[n] = {most, 0};
        bounds.common[n] = {0, most};
    }
    for (int b = 0; b < max_branches - 1; ++b) {
        bounds.older_least[b] = most;
        bounds.older_most[b] = least;
    }
    for (int64_t r = 0; r < rows; ++r) {
        for (int n = 0; n < 2; ++n) {
            const interval& visible = views[r].visible[n];
            bounds.common[n].first = std::max(bounds.common[n].first, visible.first);
            bounds.common[n].last = std::min(bounds.common[n].last, visible.last);
            if (visible.empty()) continue;
            bounds.span[n].first = std::min(bounds.span[n].first, visible.first);
            bounds.span[n].last = std::max(bounds.span[n].last, visible.last);
        }
        for (int b = 0; b < max_branches - 1; ++b) {
            bounds.older_least[b] = std::min(bounds.older_least[b], views[r].older_from[b]);
            bounds.older_most[b] = std::max(bounds.older_most[b], views[r].older_from[b]);
        }
    }
    for (interval& span : bounds.span)
        if (span.empty()) span = {0, 0};
    // Rows may split the same keys differently (one interval or two); the order of the two hulls is kept.
    if (bounds.span[1].empty()) return bounds;
    if (bounds.span[0].empty() || bounds.span[1].first < bounds.span[0].first)
        std::swap(bounds.span[0], bounds.span[1]);
    return bounds;
}

tile classify(const block_bounds& bounds, int branches, int64_t first_key, int64_t last_key) {
    tile result{first_key, last_key, true, 0, branches - 1};
    for (const interval& common : bounds.common)
        if (common.first <= first_key && last_key <= common.last) result.edge = false;
    // Branch b owns keys [older_from[b], older_from[b - 1]) of a row.
    while (result.nearest < branches - 1 && last_key <= bounds.older_least[result.nearest]) ++result.nearest;
    while (result.oldest > result.nearest && first_key >= bounds.older_most[result.oldest - 1]) --result.oldest;
    return result;
}

bool tile_in_run(const block_bounds& bounds, int branches, int64_t run, tile& result) {
    const int64_t run_first = run * kernels::tile_keys, run_last = run_first + kernels::tile_keys;
    int64_t first = run_last, last = run_first;
    for (const interval& span : bounds.span) {
        const int64_t from = std::max(span.first, run_first), to = std::min(span.last, run_last);
        if (from >= to) continue;
        first = std::min(first, from);
        last = std::max(last, to);
    }
    if (first >= last) return false;
    result = classify(bounds, branches, first / kernels::panel_keys * kernels::panel_keys, last);
    return true;
}

}  // namespace farspan
