#include "attention/block_scores.hpp"

#include <cmath>
#include <numbers>

namespace farspan {

using kernels::block_rows;
using kernels::panel_keys;
using kernels::tile_keys;

namespace {

int32_t lane(const region& where, int64_t key) {
    return static_cast<int32_t>(std::clamp<int64_t>(key - where.first_key, 0, where.count));
}

}  // namespace

block_views::block_views(const plan& plan, int64_t batch, const query_block& block) {
    const int64_t count = block.last_row - block.first_row;
    plan.load_views(plan.entry(batch), block, rows);
    whole = make_bounds(rows, count);
    for (int64_t r = 0; r < count; r += edge_rows)
        part[r / edge_rows] = make_bounds(rows + r, std::min(edge_rows, count - r));
}

bool block_views::edge_region(const plan& plan, int64_t first_row, int64_t count, const tile& t, region& where) const {
    int64_t first = t.last_key, last = t.first_key;
    for (int64_t r = first_row; r < first_row + count; ++r)
        for (const interval& visible : rows[r].visible) {
            const int64_t from = std::max(visible.first, t.first_key), to = std::min(visible.last, t.last_key);
            if (from >= to) continue;
            first = std::min(first, from);
            last = std::max(last, to);
        }
    if (first >= last) return false;
    first = first / panel_keys * panel_keys;
    where = make_region(first_row, count, first, classify(part[first_row / edge_rows], plan.branches, first, last));
    return true;
}

block_scores::block_scores(const plan& plan, const strided& bias, const score_scratch& scratch, const head_task& task,
                           const query_block& block, const row_view* views)
    : plan_(plan),
      kernels_(*plan.kernels),
      bias_(bias),
      scratch_(scratch),
      task_(task),
      block_(block),
      views_(views),
      tables_(plan.rows[plan.entry(task.batch).row]),
      positions_(plan.shape.rows[plan.entry(task.batch).row]) {}

void block_scores::older_lanes(const region& where, int b, int32_t* threshold) const {
    for (int64_t r = 0; r < where.rows; ++r) threshold[r] = lane(where, views_[where.first_row + r].older_from[b - 1]);
}

void block_scores::add_bias(const region& where, float* scores) const {
    switch (plan_.bias.kind) {
        case bias_part::none:
            return;
        case bias_part::slope:
            return add_slope(where, scores);
        case bias_part::table:
            return add_table(where, scores);
        case bias_part::dense:
            return add_dense(where, scores);
    }
}

// Distances are taken from where the region's keys come nearest to its queries, so that small ones are exact in float
// also if gaps between the keys are wide. (Lanes outside the segment are masked.)
void block_scores::add_slope(const region& where, float* scores) const {
    const segment& s = plan_.shape.segments[block_.segment];
    const int64_t first = std::max(where.first_key, s.first_key),
                  last = std::min(where.first_key + where.count, s.last_key) - 1;
    const int64_t base = std::clamp(positions_.query[row(where, 0)], positions_.key[first], positions_.key[last]);
    for (int64_t r = 0; r < where.rows; ++r)
        scratch_.row_position[r] = static_cast<float>(positions_.query[row(where, r)] - base);
    for (int64_t c = 0; c < where.cols; ++c)
        scratch_.key_position[c] = c < where.count ? static_cast<float>(positions_.key[where.first_key + c] - base) : 0;
    kernels_.bias_slope(scores, tile_keys, where.rows, where.cols,
                        static_cast<float>(plan_.bias.slopes[task_.query_head] * std::numbers::log2e),
                        plan_.bias.symmetric, scratch_.row_position, scratch_.key_position);
}

void block_scores::add_table(const region& where, float* scores) const {
    const float* bias[block_rows];
    const segment& s = plan_.shape.segments[block_.segment];
    const bias_table& table = plan_.distance_bias;
    if (table.tabulated() && tables_.keys_consecutive[block_.segment]) {
        const int64_t first_position = positions_.key[s.first_key] + where.first_key - s.first_key;
        for (int64_t r = 0; r < where.rows; ++r)
            bias[r] = table.entry(task_.query_head, positions_.query[row(where, r)] - first_position);
    } else {
        for (int64_t r = 0; r < where.rows; ++r) {
            float* values = scratch_.bias + r * tile_keys;
            for (int64_t c = 0; c < where.count; ++c) {
                const int64_t key = where.first_key + c;
                const bool own = key >= s.first_key && key < s.last_key;  // other lanes are masked
                values[c] =
                    own ? table.value(task_.query_head, positions_.query[row(where, r)] - positions_.key[key]) : 0;
            }
            bias[r] = values;
        }
    }
    kernels_.bias_rows(scores, tile_keys, where.rows, where.count, bias, 1.0f);
}

void block_scores::add_dense(const region& where, float* scores) const {
    const int64_t b = bias_.shape[0] == 1 ? 0 : task_.batch, h = bias_.shape[1] == 1 ? 0 : task_.query_head;
    const void* first = bias_.at(b, h, row(where, 0), where.first_key);
    const float* bias[block_rows];
    if (bias_.dtype == FARSPAN_F32 && bias_.stride[3] == 1) {
        for (int64_t r = 0; r < where.rows; ++r) bias[r] = static_cast<const float*>(first) + r * bias_.stride[2];
    } else {
        loader(kernels_, bias_.dtype)(first, bias_.stride[2], bias_.stride[3], where.rows, where.count, scratch_.bias,
                                      tile_keys, where.count);
        for (int64_t r = 0; r < where.rows; ++r) bias[r] = scratch_.bias + r * tile_keys;
    }
    kernels_.bias_rows(scores, tile_keys, where.rows, where.count, bias, std::numbers::log2e_v<float>);
}

void block_scores::mask(const region& where, float* scores) const {
    int32_t first[2][block_rows], last[2][block_rows];
    bool second = false;
    for (int64_t r = 0; r < where.rows; ++r)
        for (int n = 0; n < 2; ++n) {
            const interval& visible = views_[where.first_row + r].visible[n];
            first[n][r] = lane(where, visible.first);
            last[n][r] = lane(where, visible.last);
            second |= n == 1 && first[n][r] < last[n][r];
        }
    kernels_.mask(scores, tile_keys, where.rows, where.cols, first[0], last[0], second ? first[1] : nullptr,
                  second ? last[1] : nullptr);
}

void fill_decay(const plan& plan, const row_tables& tables, const query_block& block, int64_t first_key,
                float* factor) {
    const segment& s = plan.shape.segments[block.segment];
    const int64_t key = std::clamp(first_key, s.first_key, s.last_key - 1);
    const auto distance = static_cast<double>(tables.query_centre[block.first_row] - tables.key_centre[key]);
    const rope_part& rope = plan.rope;
    const int64_t pairs = rope.rotary_dim / 2;
    const bool half = rope.layout == pair_layout::half;
    std::fill(factor, factor + plan.head_ld, 1.0f);
    float* features = factor + rope.rotary_offset;
    for (int64_t p = 0; p < pairs; ++p) {
        const auto decay = static_cast<float>(std::exp2(rope.log2_decay[p] * distance));
        features[half ? p : 2 * p] = decay;
        features[half ? p + pairs : 2 * p + 1] = decay;
    }
}

}  // namespace farspan
