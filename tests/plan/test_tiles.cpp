// Row views, bounds and tiles against brute force over all pairs.
#include <criterion/criterion.h>

#include "plan/key_intervals.hpp"
#include "plan/tile_schedule.hpp"
#include "plan_case.hpp"

using namespace farspan;
using namespace farspan_test;

namespace {

using number = long long;

constexpr uint64_t seeds = 400;

std::vector<row_view> views_of(const plan_case& one) {
    return make_row_views(one.shape, one.shape.rows[0], one.mask, one.remap);
}

// check(seed, one, block, bounds, branches) for every block of every random case.
template <class Check>
void for_each_block(const Check& check) {
    for (uint64_t seed = 1; seed <= seeds; ++seed) {
        const plan_case one = random_case(seed);
        const std::vector<row_view> views = views_of(one);
        const int branches = static_cast<int>(one.remap.branches.size());
        for (const query_block& block : make_query_blocks(one.shape)) {
            const row_view* first = &views[static_cast<size_t>(block.first_row)];
            check(seed, one, block, make_bounds(first, block.last_row - block.first_row), branches);
        }
    }
}

bool inside(const row_view& view, int64_t j) {
    for (const interval& visible : view.visible)
        if (visible.first <= j && j < visible.last) return true;
    return false;
}

}  // namespace

Test(plan_tiles, lower_bound_is_the_first_not_below) {
    for (uint64_t seed = 1; seed <= 100; ++seed) {
        const plan_case one = random_case(seed);
        const position_row& row = one.shape.rows[0];
        for (const segment& s : one.shape.segments) {
            const key_finder finder(row, s);
            bool consecutive = true;
            for (int64_t j = s.first_key + 1; j < s.last_key; ++j)
                consecutive &= row.key[static_cast<size_t>(j)] == row.key[static_cast<size_t>(j - 1)] + 1;
            cr_assert(finder.consecutive() == consecutive, "seed %llu", static_cast<unsigned long long>(seed));
            for (const int64_t position : {INT64_MIN, int64_t{-1}, int64_t{0}, int64_t{1}, int64_t{5}, int64_t{64},
                                           int64_t{99}, int64_t{100}, int64_t{333}, INT64_MAX}) {
                int64_t should = s.first_key;
                while (should < s.last_key && row.key[static_cast<size_t>(should)] < position) ++should;
                cr_assert(finder.lower_bound(position) == should, "seed %llu, position %lld: %lld, must be %lld",
                          static_cast<unsigned long long>(seed), static_cast<number>(position),
                          static_cast<number>(finder.lower_bound(position)), static_cast<number>(should));
            }
        }
    }
}

Test(plan_tiles, row_views_are_the_rule) {
    for (uint64_t seed = 1; seed <= seeds; ++seed) {
        const plan_case one = random_case(seed);
        const std::vector<row_view> views = views_of(one);
        const int branches = static_cast<int>(one.remap.branches.size());
        for (int64_t i = 0; i < one.shape.queries; ++i) {
            const row_view& view = views[static_cast<size_t>(i)];
            cr_assert(view.visible[0].first <= view.visible[0].last && view.visible[0].last <= view.visible[1].first &&
                          view.visible[1].first <= view.visible[1].last,
                      "seed %llu, i %lld: intervals out of order", static_cast<unsigned long long>(seed),
                      static_cast<number>(i));
            for (int64_t j = 0; j < one.shape.keys; ++j) {
                cr_assert(inside(view, j) == one.visible(i, j), "seed %llu, i %lld, j %lld: view %d, rule %d",
                          static_cast<unsigned long long>(seed), static_cast<number>(i), static_cast<number>(j),
                          inside(view, j), one.visible(i, j));
                if (!one.visible(i, j)) continue;
                int branch = 0;
                while (branch < branches - 1 && j < view.older_from[static_cast<size_t>(branch)]) ++branch;
                cr_assert(branch == one.branch(i, j), "seed %llu, i %lld, j %lld: branch %d, must be %d",
                          static_cast<unsigned long long>(seed), static_cast<number>(i), static_cast<number>(j), branch,
                          one.branch(i, j));
            }
        }
    }
}

// Every visible pair in exactly one tile; no hidden pair in a tile without an edge; tiles where the kernels want them;
// and the branches of a tile are those that own its visible pairs, or a superset within [nearest, oldest].
Test(plan_tiles, tiles_cover_what_is_visible_once) {
    for_each_block([](uint64_t seed, const plan_case& one, const query_block& block, const block_bounds& bounds,
                      int branches) {
        const int64_t rows = block.last_row - block.first_row;
        std::vector<int> covered(static_cast<size_t>(rows * one.shape.keys), 0);
        int64_t previous = 0;
        visit_tiles(bounds, branches, [&](const tile& t) {
            cr_assert(previous <= t.first_key && t.first_key < t.last_key && t.last_key <= one.shape.keys,
                      "seed %llu: tile [%lld, %lld) after %lld", static_cast<unsigned long long>(seed),
                      static_cast<number>(t.first_key), static_cast<number>(t.last_key), static_cast<number>(previous));
            cr_assert(t.first_key % kernels::panel_keys == 0 &&
                          t.first_key / kernels::tile_keys == (t.last_key - 1) / kernels::tile_keys,
                      "seed %llu: tile [%lld, %lld) lies across panels or runs", static_cast<unsigned long long>(seed),
                      static_cast<number>(t.first_key), static_cast<number>(t.last_key));
            cr_assert(0 <= t.nearest && t.nearest <= t.oldest && t.oldest < branches);
            previous = t.last_key;
            for (int64_t r = 0; r < rows; ++r)
                for (int64_t j = t.first_key; j < t.last_key; ++j) {
                    const int64_t i = block.first_row + r;
                    ++covered[static_cast<size_t>(r * one.shape.keys + j)];
                    const bool visible = one.visible(i, j);
                    cr_assert(t.edge || visible, "seed %llu, i %lld, j %lld: hidden inside a tile without an edge",
                              static_cast<unsigned long long>(seed), static_cast<number>(i), static_cast<number>(j));
                    const int branch = visible ? one.branch(i, j) : t.nearest;
                    cr_assert(t.nearest <= branch && branch <= t.oldest,
                              "seed %llu, i %lld, j %lld: branch %d outside [%d, %d]",
                              static_cast<unsigned long long>(seed), static_cast<number>(i), static_cast<number>(j),
                              branch, t.nearest, t.oldest);
                }
        });
        for (int64_t r = 0; r < rows; ++r)
            for (int64_t j = 0; j < one.shape.keys; ++j) {
                const int times = covered[static_cast<size_t>(r * one.shape.keys + j)];
                cr_assert(times <= 1 && (times == 1 || !one.visible(block.first_row + r, j)),
                          "seed %llu, i %lld, j %lld: visited %d times", static_cast<unsigned long long>(seed),
                          static_cast<number>(block.first_row + r), static_cast<number>(j), times);
            }
    });
}

// A gradient asks for the tiles of one run after the other.
Test(plan_tiles, tiles_by_run_are_those_that_are_visited) {
    for_each_block(
        [](uint64_t seed, const plan_case& one, const query_block&, const block_bounds& bounds, int branches) {
            std::vector<tile> visited;
            visit_tiles(bounds, branches, [&](const tile& t) { visited.push_back(t); });
            size_t next = 0;
            for (int64_t run = 0; run * kernels::tile_keys < one.shape.keys; ++run) {
                tile t{};
                if (!tile_in_run(bounds, branches, run, t)) continue;
                cr_assert(next < visited.size(), "seed %llu: a tile too many in run %lld",
                          static_cast<unsigned long long>(seed), static_cast<number>(run));
                const tile& should = visited[next++];
                cr_assert(t.first_key == should.first_key && t.last_key == should.last_key && t.edge == should.edge &&
                              t.nearest == should.nearest && t.oldest == should.oldest,
                          "seed %llu: tile [%lld, %lld), must be [%lld, %lld)", static_cast<unsigned long long>(seed),
                          static_cast<number>(t.first_key), static_cast<number>(t.last_key),
                          static_cast<number>(should.first_key), static_cast<number>(should.last_key));
            }
            cr_assert(next == visited.size(), "seed %llu: %zu tiles of %zu", static_cast<unsigned long long>(seed),
                      next, visited.size());
        });
}

// Wherever they start: down from there, then up.
Test(plan_tiles, tiles_outwards_are_those_that_are_visited) {
    for_each_block(
        [](uint64_t seed, const plan_case& one, const query_block&, const block_bounds& bounds, int branches) {
            std::vector<int64_t> visited;
            visit_tiles(bounds, branches, [&](const tile& t) { visited.push_back(t.first_key); });
            const auto run_of = [](int64_t key) { return key / kernels::tile_keys; };
            const int64_t runs = run_of(one.shape.keys) + 1;
            for (const int64_t start : {int64_t{0}, runs / 2, runs}) {
                std::vector<int64_t> outwards, down, should;
                visit_tiles_outwards(bounds, branches, start, [&](const tile& t) { outwards.push_back(t.first_key); });
                for (const int64_t key : visited)
                    (run_of(key) <= std::max(start, run_of(visited.front())) ? down : should).push_back(key);
                should.insert(should.begin(), down.rbegin(), down.rend());
                cr_assert(outwards == should, "seed %llu from run %lld: %zu tiles of %zu, or in another order",
                          static_cast<unsigned long long>(seed), static_cast<number>(start), outwards.size(),
                          visited.size());
            }
        });
}

Test(plan_tiles, blocks_are_the_rows_in_order) {
    for (uint64_t seed = 1; seed <= 100; ++seed) {
        const plan_case one = random_case(seed);
        int64_t next = 0;
        for (const query_block& block : make_query_blocks(one.shape)) {
            cr_assert(block.first_row == next && block.last_row > block.first_row &&
                      block.last_row - block.first_row <= kernels::block_rows);
            cr_assert(one.segment_of_query(block.first_row) == block.segment &&
                      one.segment_of_query(block.last_row - 1) == block.segment);
            next = block.last_row;
        }
        cr_assert(next == one.shape.queries);
    }
}

// A causal window leaves few tiles with an edge, and most tiles unvisited: skipping is not only correct but happens.
Test(plan_tiles, a_window_visits_few_tiles) {
    plan_case one;
    one.shape.queries = one.shape.keys = 8192;
    one.shape.segments = {{0, 8192, 0, 8192}};
    one.shape.rows.resize(1);
    for (int64_t n = 0; n < 8192; ++n) {
        one.shape.rows[0].query.push_back(n);
        one.shape.rows[0].key.push_back(n);
    }
    one.shape.rows[0].last_valid_key = 8192;
    one.mask.window_left = 511;
    one.mask.sinks = 4;
    const std::vector<row_view> views = views_of(one);
    for (const query_block& block : make_query_blocks(one.shape)) {
        int tiles = 0, edges = 0;
        visit_tiles(make_bounds(&views[static_cast<size_t>(block.first_row)], 64), 1, [&](const tile& t) {
            ++tiles;
            edges += t.edge;
        });
        // Where the window leaves the sinks, rows of one block differ in the number of their intervals: all its tiles
        // count as edges.
        const bool leaves = block.first_row == 512;
        cr_assert(tiles <= 7 && (edges <= 4 || leaves), "block at %lld: %d tiles, %d with an edge",
                  static_cast<number>(block.first_row), tiles, edges);
    }
}
