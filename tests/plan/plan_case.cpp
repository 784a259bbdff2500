#include "plan_case.hpp"

#include <cmath>

namespace farspan_test {
namespace {

using namespace farspan;

mask_part random_mask(generator& random) {
    mask_part mask;
    mask.causal = random.coin();
    if (random.coin()) mask.window_left = random.whole(0, 300);
    if (random.coin() && !mask.causal) mask.window_right = random.whole(0, 300);
    if (random.coin()) mask.sinks = random.whole(0, 200);
    if (random.whole(0, 3) == 0) mask.chunk = random.whole(1, 300);
    if (random.whole(0, 3) == 0) mask.prefix = random.whole(0, 300);
    return mask;
}

branch_start random_start(generator& random) {
    branch_start start;
    start.kind =
        random.pick<branch_start::kind_t>({branch_start::distance, branch_start::chunk, branch_start::position});
    start.value = random.whole(1, 200);
    return start;
}

// Fills in place: GCC 12 warns, wrongly, of a default part that is returned.
void choose_remap(generator& random, remap_part& remap) {
    const int64_t kind = random.whole(0, 3);
    if (kind == 0) return;
    remap.branches.clear();
    remap_branch branch;
    if (kind == 3) {  // dual chunk: the query's own chunk, the one before it, all others
        const int64_t size = random.whole(1, 150);
        for (int64_t back = 0; back < 2; ++back) {
            branch.start = {branch_start::chunk, size, back};
            remap.branches.push_back(branch);
        }
    } else {
        branch.start = random_start(random);
        remap.branches.push_back(branch);
    }
    branch.start = {};
    remap.branches.push_back(branch);
}

void make_segments(generator& random, problem& shape) {
    if (random.coin()) {
        shape.queries = random.whole(1, 400);
        shape.keys = random.whole(1, 600);
        shape.segments = {{0, shape.queries, 0, shape.keys}};
        return;
    }
    int64_t query = 0, key = 0;
    for (int64_t s = random.whole(1, 6); s > 0; --s) {
        const int64_t queries = random.pick<int64_t>({0, 1, 30, 64, 65, 150}),
                      keys = random.pick<int64_t>({0, 1, 20, 64, 128, 200});
        shape.segments.push_back({query, query + queries, key, key + keys});
        query += queries;
        key += keys;
    }
    shape.segments.push_back({query, query + 5, key, key + 5});
    shape.queries = query + 5;
    shape.keys = key + 5;
}

}  // namespace

plan_case random_case(uint64_t seed) {
    generator random(seed);
    plan_case result;
    problem& shape = result.shape;
    result.mask = random_mask(random);
    choose_remap(random, result.remap);
    make_segments(random, shape);
    shape.batch = shape.query_heads = shape.key_heads = 1;
    shape.head_dim = shape.value_dim = 16;
    position_row row;
    row.query.resize(static_cast<size_t>(shape.queries));
    row.key.resize(static_cast<size_t>(shape.keys));
    const bool gaps = random.coin();
    for (const segment& s : shape.segments) {
        int64_t position = gaps ? random.whole(0, 100) : -1;
        for (int64_t j = s.first_key; j < s.last_key; ++j)
            row.key[static_cast<size_t>(j)] = position += gaps ? random.pick<int64_t>({0, 0, 1, 1, 1, 2, 30}) : 1;
        for (int64_t i = s.first_query; i < s.last_query; ++i)
            row.query[static_cast<size_t>(i)] =
                gaps ? random.whole(0, position + 20) : i - s.last_query + s.last_key - s.first_key;
    }
    row.last_valid_key = shape.keys;
    if (random.whole(0, 2) == 0) {
        row.first_valid_key = random.whole(0, shape.keys);
        row.last_valid_key = random.whole(row.first_valid_key, shape.keys);
    }
    shape.rows = {row};
    shape.length = 1000;
    return result;
}

int64_t plan_case::segment_of_query(int64_t i) const {
    for (size_t s = 0; s < shape.segments.size(); ++s)
        if (shape.segments[s].first_query <= i && i < shape.segments[s].last_query) return static_cast<int64_t>(s);
    return -1;
}

bool plan_case::visible(int64_t i, int64_t j) const {
    const segment& s = shape.segments[static_cast<size_t>(segment_of_query(i))];
    const position_row& row = shape.rows[0];
    if (j < s.first_key || j >= s.last_key || j < row.first_valid_key || j >= row.last_valid_key) return false;
    const int64_t p = row.query[static_cast<size_t>(i)], k = row.key[static_cast<size_t>(j)];
    if (k < mask.prefix) return true;
    if (mask.causal && k > p) return false;
    if (k < mask.sinks) return true;
    if (mask.window_left != unlimited && p - k > mask.window_left) return false;
    if (mask.window_right != unlimited && k - p > mask.window_right) return false;
    const auto chunk_of = [&](int64_t x) {
        return std::floor(static_cast<double>(x) / static_cast<double>(mask.chunk));
    };
    return mask.chunk == 0 || chunk_of(p) == chunk_of(k);
}

int plan_case::branch(int64_t i, int64_t j) const {
    const position_row& row = shape.rows[0];
    const int64_t p = row.query[static_cast<size_t>(i)], k = row.key[static_cast<size_t>(j)];
    const auto floor_divide = [](int64_t x, int64_t y) { return x >= 0 ? x / y : -((-x + y - 1) / y); };
    int b = 0;
    for (; b + 1 < static_cast<int>(remap.branches.size()); ++b) {
        const branch_start& start = remap.branches[static_cast<size_t>(b)].start;
        bool owns = true;
        if (start.kind == branch_start::distance) owns = p - k < start.value;
        if (start.kind == branch_start::chunk)
            owns = floor_divide(k, start.value) >= floor_divide(p, start.value) - start.back;
        if (start.kind == branch_start::position) owns = k >= start.value;
        if (owns) return b;
    }
    return b;
}

}  // namespace farspan_test
