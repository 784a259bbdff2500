#include "attention/tile_scores.hpp"

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
    where = make_region(first_row, count, first,
                        classify(part[first_row / edge_rows], plan.scheme.branches(), first, last));
    return true;
}

tile_scores block_scores(const plan& plan, const strided& bias, const score_scratch& scratch, const head_task& task,
                         const query_block& block, const row_view* views) {
    const auto row = plan.entry(task.batch).row;
    const position_row& positions = plan.shape.rows[row];
    const segment& s = plan.shape.segments[static_cast<std::size_t>(block.segment)];
    const tile_lines lines{task.query_head, task.heads, block.last_row - block.first_row, views,
                           positions.query.data() + block.first_row};
    const bool consecutive = plan.rows[row].keys_consecutive[static_cast<std::size_t>(block.segment)] != 0;
    return {*plan.kernels,
            plan.scheme,
            plan.distance_bias,
            lines,
            {positions.key.data(), s.first_key, s.last_key, consecutive},
            scratch,
            tile_keys,
            {&bias, task.batch, block.first_row}};
}

void tile_scores::older_lanes(const region& where, int b, int32_t* threshold) const {
    visit_lines(where, [&](int64_t line, int64_t, int64_t row) {
        threshold[line] = lane(where, lines_.views[row].older_from[b - 1]);
    });
}

void tile_scores::add_bias(const region& where, float* scores) const {
    switch (scheme_.bias.kind) {
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
void tile_scores::add_slope(const region& where, float* scores) const {
    const int64_t first = std::max(where.first_key, keys_.first),
                  last = std::min(where.first_key + where.count, keys_.last) - 1;
    const int64_t* positions = lines_.positions + where.first_row;
    const int64_t base = std::clamp(positions[0], keys_[first], keys_[last]);
    for (int64_t r = 0; r < where.rows; ++r) scratch_.row_position[r] = static_cast<float>(positions[r] - base);
    for (int64_t c = 0; c < where.cols; ++c)
        scratch_.key_position[c] = c < where.count ? static_cast<float>(keys_[where.first_key + c] - base) : 0;
    for (int64_t h = 0; h < lines_.heads; ++h)
        kernels_.bias_slope(scores + h * where.rows * ld_, ld_, where.rows, where.cols,
                            static_cast<float>(scheme_.bias.slopes[static_cast<std::size_t>(lines_.first_head + h)] *
                                               std::numbers::log2e),
                            scheme_.bias.symmetric, scratch_.row_position, scratch_.key_position);
}

void tile_scores::add_table(const region& where, float* scores) const {
    const float* bias[block_rows];
    const int64_t own = std::max(where.first_key, keys_.first),
                  end = std::min(where.first_key + where.count, keys_.last);  // the other lanes are masked
    const int64_t first_position = keys_[own] - (own - where.first_key);
    visit_lines(where, [&](int64_t line, int64_t head, int64_t row) {
        float* values = scratch_.bias + line * ld_;
        bias[line] = values;
        if (keys_.consecutive) {
            bias[line] = table_.falling(head, lines_.positions[row] - first_position, where.count, values);
            return;
        }
        std::fill_n(values, where.count, 0.0f);
        for (int64_t key = own; key < end; ++key)
            values[key - where.first_key] = table_.value(head, lines_.positions[row] - keys_[key]);
    });
    kernels_.bias_rows(scores, ld_, lines(where), where.count, bias, 1.0f);
}

void tile_scores::add_dense(const region& where, float* scores) const {
    const strided& tensor = *dense_.tensor;
    const int64_t b = tensor.shape[0] == 1 ? 0 : dense_.batch, h = tensor.shape[1] == 1 ? 0 : lines_.first_head;
    const void* first = tensor.at(b, h, dense_.first_row + where.first_row, where.first_key);
    const float* bias[block_rows];
    if (tensor.dtype == FARSPAN_F32 && tensor.stride[3] == 1) {
        for (int64_t r = 0; r < where.rows; ++r) bias[r] = static_cast<const float*>(first) + r * tensor.stride[2];
    } else {
        loader(kernels_, tensor.dtype)(first, tensor.stride[2], tensor.stride[3], where.rows, where.count,
                                       scratch_.bias, ld_, where.count);
        for (int64_t r = 0; r < where.rows; ++r) bias[r] = scratch_.bias + r * ld_;
    }
    kernels_.bias_rows(scores, ld_, where.rows, where.count, bias, std::numbers::log2e_v<float>);
}

void tile_scores::mask(const region& where, float* scores) const {
    int32_t first[2][block_rows], last[2][block_rows];
    bool second = false;
    visit_lines(where, [&](int64_t line, int64_t, int64_t row) {
        for (int n = 0; n < 2; ++n) {
            const interval& visible = lines_.views[row].visible[n];
            first[n][line] = lane(where, visible.first);
            last[n][line] = lane(where, visible.last);
            second |= n == 1 && first[n][line] < last[n][line];
        }
    });
    kernels_.mask(scores, ld_, lines(where), where.cols, first[0], last[0], second ? first[1] : nullptr,
                  second ? last[1] : nullptr);
}

void fill_decay(const plan& plan, const row_tables& tables, const query_block& block, int64_t first_key,
                float* factor) {
    const segment& s = plan.shape.segments[block.segment];
    const int64_t key = std::clamp(first_key, s.first_key, s.last_key - 1);
    const auto distance = static_cast<double>(tables.query_centre[block.first_row] - tables.key_centre[key]);
    const rope_part& rope = plan.scheme.rope;
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
