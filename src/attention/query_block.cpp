// One block of query rows against its visible keys, tile by tile:
//   S = Q K^T (a second product and a select where a branch boundary crosses), cap, bias, mask on edges, online softmax, O += P V.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>

#include "attention/rows.hpp"
#include "attention/run.hpp"
#include "base/aligned.hpp"
#include "base/parallel.hpp"

namespace farspan {
namespace {

using kernels::block_rows;
using kernels::panel_keys;
using kernels::tile_keys;

// Rows of an edge tile are taken in groups of this many, each with its own run of keys: on the diagonal, half of the tile is
// never computed.
constexpr int64_t edge_rows = 32;

// A group of rows against keys [first_key, first_key + count).
struct region {
    int64_t first_row, rows;  // within the block
    int64_t first_key, count, cols;
    tile shape;
};

class block_runner {
public:
    block_runner(const plan& plan, const attention_tensors& tensors, const workspace& space, const worker_scratch& scratch,
                 const head_task& task, const query_block& block)
        : plan_(plan), kernels_(*plan.kernels), tensors_(tensors), space_(space), scratch_(scratch), task_(task),
          block_(block), rows_(block.last_row - block.first_row), tables_(plan.rows[plan.entry(task.batch).row]),
          positions_(plan.shape.rows[plan.entry(task.batch).row]) {
        plan.load_views(plan.entry(task.batch), block, views_);
    }

    void run(const volatile int32_t* cancel) {
        start();
        const block_bounds whole = make_bounds(views_, rows_);
        block_bounds part[block_rows / edge_rows];
        for (int64_t r = 0; r < rows_; r += edge_rows)
            part[r / edge_rows] = make_bounds(views_ + r, std::min(edge_rows, rows_ - r));
        visit_tiles(whole, plan_.branches, [&](const tile& t) {
            stop_if_set(cancel);
            if (!t.edge && t.nearest == t.oldest)
                run_region(make_region(0, rows_, t.first_key, t));
            else
                for (int64_t r = 0; r < rows_; r += edge_rows) run_part(part[r / edge_rows], r, t);
        });
        finish();
    }

private:
    void start() {
        load_rows(plan_, tensors_.q, task_.batch, task_.query_head, block_.first_row, rows_, plan_.shape.head_dim,
                  scratch_.query, plan_.head_ld);
        kernels_.scale_rows(scratch_.query, plan_.head_ld, rows_, plan_.head_ld, &tables_.query_scale[block_.first_row]);
        std::fill(branch_ready_, branch_ready_ + max_branches, false);
        std::memset(scratch_.output, 0, static_cast<std::size_t>(rows_ * plan_.value_ld) * sizeof(float));
        const bool sink = !plan_.score.sinks.empty();
        std::fill(scratch_.maximum, scratch_.maximum + rows_,
                  sink ? in_base_2(plan_.score.sinks[task_.query_head]) : -std::numeric_limits<float>::infinity());
        std::fill(scratch_.sum, scratch_.sum + rows_, sink ? 1.0f : 0.0f);
    }

    // The part's own stretch of an edge tile: from the first key that one of its rows sees to the last.
    void run_part(const block_bounds& bounds, int64_t first_row, const tile& t) {
        const int64_t rows = std::min(edge_rows, rows_ - first_row);
        int64_t first = t.last_key, last = t.first_key;
        for (int64_t r = first_row; r < first_row + rows; ++r)
            for (const interval& visible : views_[r].visible) {
                const int64_t from = std::max(visible.first, t.first_key), to = std::min(visible.last, t.last_key);
                if (from >= to) continue;
                first = std::min(first, from);
                last = std::max(last, to);
            }
        if (first >= last) return;
        first = first / panel_keys * panel_keys;
        run_region(make_region(first_row, rows, first, classify(bounds, plan_.branches, first, last)));
    }

    static region make_region(int64_t first_row, int64_t rows, int64_t first_key, const tile& t) {
        const int64_t count = t.last_key - first_key;
        return {first_row, rows, first_key, count, round_up(count, 16), t};
    }

    void run_region(const region& where) {
        products(where);
        if (plan_.score.softcap > 0)
            kernels_.softcap(scores(where), tile_keys, where.rows, where.cols,
                             static_cast<float>(plan_.score.softcap * std::numbers::log2e));
        add_bias(where);
        if (where.shape.edge || where.cols != where.count) mask(where);
        kernels_.softmax(scores(where), tile_keys, where.rows, where.cols, scratch_.maximum + where.first_row,
                         scratch_.sum + where.first_row, output(where), plan_.value_ld, plan_.value_ld);
        accumulate(where);
    }

    float* scores(const region& where) const { return scratch_.scores + where.first_row * tile_keys; }
    float* output(const region& where) const { return scratch_.output + where.first_row * plan_.value_ld; }
    const row_view* views(const region& where) const { return views_ + where.first_row; }

    // Queries as branch b shows them; made when a tile first asks.
    const float* branch_queries(int b, int64_t first_key) {
        float* rows = scratch_.branch[b];
        if (!branch_ready_[b]) {
            std::memcpy(rows, scratch_.query, static_cast<std::size_t>(rows_ * plan_.head_ld) * sizeof(float));
            if (tables_.query_angles[b].needed) rotate_rows(plan_, tables_.query_angles[b], block_.first_row, rows_, rows);
            branch_ready_[b] = true;
        }
        return tables_.key_centre.empty() ? rows : decayed_queries(rows, first_key);
    }

    // The decay from the block's centre to the tile's, one factor per pair. Keys carry theirs to the tile's centre.
    const float* decayed_queries(const float* rows, int64_t first_key) {
        const segment& s = plan_.shape.segments[block_.segment];
        const int64_t key = std::clamp(first_key, s.first_key, s.last_key - 1);
        const auto distance = static_cast<double>(tables_.query_centre[block_.first_row] - tables_.key_centre[key]);
        const rope_part& rope = plan_.rope;
        const int64_t pairs = rope.rotary_dim / 2;
        std::fill(scratch_.factor, scratch_.factor + plan_.head_ld, 1.0f);
        for (int64_t p = 0; p < pairs; ++p) {
            const auto factor = static_cast<float>(std::exp2(rope.log2_decay[p] * distance));
            const bool half = rope.layout == pair_layout::half;
            float* features = scratch_.factor + rope.rotary_offset;
            features[half ? p : 2 * p] = factor;
            features[half ? p + pairs : 2 * p + 1] = factor;
        }
        kernels_.scale_columns(rows, plan_.head_ld, rows_, plan_.head_ld, scratch_.factor, scratch_.decayed);
        return scratch_.decayed;
    }

    void multiply(const region& where, int b, float* s) {
        const float* queries = branch_queries(b, where.first_key) + where.first_row * plan_.head_ld;
        for (int64_t col = 0; col < where.cols; col += panel_keys)
            kernels_.qk(queries, plan_.head_ld, where.rows,
                        space_.panel(task_.slot, plan_.copy_of_branch[b], (where.first_key + col) / panel_keys),
                        plan_.shape.head_dim, s + col, tile_keys, std::min(panel_keys, where.cols - col));
        kernels_.mark_overflow(s, tile_keys, where.rows, where.cols);
    }

    void products(const region& where) {
        multiply(where, where.shape.nearest, scores(where));
        for (int b = where.shape.nearest + 1; b <= where.shape.oldest; ++b) {
            float* older = scratch_.older + where.first_row * tile_keys;
            multiply(where, b, older);
            int32_t threshold[block_rows];
            for (int64_t r = 0; r < where.rows; ++r)
                threshold[r] = lane(where, views(where)[r].older_from[b - 1]);
            kernels_.select_older(scores(where), older, tile_keys, where.rows, where.cols, threshold);
        }
    }

    static int32_t lane(const region& where, int64_t key) {
        return static_cast<int32_t>(std::clamp<int64_t>(key - where.first_key, 0, where.count));
    }

    void add_bias(const region& where) {
        switch (plan_.bias.kind) {
            case bias_part::none: return;
            case bias_part::slope: return add_slope(where);
            case bias_part::table: return add_table(where);
            case bias_part::dense: return add_dense(where);
        }
    }

    // Distances are taken from where the region's keys come nearest to its queries, so that small ones are exact in float also if gaps
    // between the keys are wide. (Lanes outside the segment are masked.)
    void add_slope(const region& where) {
        const segment& s = plan_.shape.segments[block_.segment];
        const int64_t first = std::max(where.first_key, s.first_key), last = std::min(where.first_key + where.count, s.last_key) - 1;
        const int64_t base = std::clamp(positions_.query[row(where, 0)], positions_.key[first], positions_.key[last]);
        for (int64_t r = 0; r < where.rows; ++r)
            scratch_.row_position[r] = static_cast<float>(positions_.query[row(where, r)] - base);
        for (int64_t c = 0; c < where.cols; ++c)
            scratch_.key_position[c] = c < where.count ? static_cast<float>(positions_.key[where.first_key + c] - base) : 0;
        kernels_.bias_slope(scores(where), tile_keys, where.rows, where.cols,
                            static_cast<float>(plan_.bias.slopes[task_.query_head] * std::numbers::log2e),
                            plan_.bias.symmetric, scratch_.row_position, scratch_.key_position);
    }

    void add_table(const region& where) {
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
                    values[c] = own ? table.value(task_.query_head, positions_.query[row(where, r)] - positions_.key[key]) : 0;
                }
                bias[r] = values;
            }
        }
        kernels_.bias_rows(scores(where), tile_keys, where.rows, where.count, bias, 1.0f);
    }

    void add_dense(const region& where) {
        const strided& tensor = tensors_.bias;
        const int64_t b = tensor.shape[0] == 1 ? 0 : task_.batch, h = tensor.shape[1] == 1 ? 0 : task_.query_head;
        const void* first = tensor.at(b, h, row(where, 0), where.first_key);
        const float* bias[block_rows];
        if (tensor.dtype == FARSPAN_F32 && tensor.stride[3] == 1) {
            for (int64_t r = 0; r < where.rows; ++r) bias[r] = static_cast<const float*>(first) + r * tensor.stride[2];
        } else {
            loader(kernels_, tensor.dtype)(first, tensor.stride[2], tensor.stride[3], where.rows, where.count, scratch_.bias,
                                           tile_keys, where.count);
            for (int64_t r = 0; r < where.rows; ++r) bias[r] = scratch_.bias + r * tile_keys;
        }
        kernels_.bias_rows(scores(where), tile_keys, where.rows, where.count, bias, std::numbers::log2e_v<float>);
    }

    void mask(const region& where) {
        int32_t first[2][block_rows], last[2][block_rows];
        bool second = false;
        for (int64_t r = 0; r < where.rows; ++r)
            for (int n = 0; n < 2; ++n) {
                const interval& visible = views(where)[r].visible[n];
                first[n][r] = lane(where, visible.first);
                last[n][r] = lane(where, visible.last);
                second |= n == 1 && first[n][r] < last[n][r];
            }
        kernels_.mask(scores(where), tile_keys, where.rows, where.cols, first[0], last[0], second ? first[1] : nullptr,
                      second ? last[1] : nullptr);
    }

    void accumulate(const region& where) {
        kernels_.pv(scores(where), tile_keys, where.rows, space_.values(task_.slot, where.first_key), plan_.value_ld,
                    where.count, output(where), plan_.value_ld, plan_.value_ld);
        if (space_.values_not_finite(task_.slot, where.first_key / tile_keys)) add_not_finite(where);
    }

    // Packed values hold 0 in place of an infinity or a NaN, because the zero weight of a hidden key would not keep those out.
    // Rows that see such a value get it here; all other sums keep their bits.
    void add_not_finite(const region& where) {
        const int64_t key_head = task_.query_head / plan_.shape.group();
        for (int64_t c = 0; c < where.count; ++c) {
            load_values(plan_, tensors_, task_.batch, key_head, where.first_key + c, 1, scratch_.staging);
            for (int64_t d = 0; d < plan_.shape.value_dim; ++d) {
                const float value = scratch_.staging[d];
                if (std::isfinite(value)) continue;
                for (int64_t r = 0; r < where.rows; ++r)
                    if (const float weight = scores(where)[r * tile_keys + c]; weight != 0)
                        output(where)[r * plan_.value_ld + d] += weight * value;
            }
        }
    }

    int64_t row(const region& where, int64_t r) const { return block_.first_row + where.first_row + r; }

    void finish() {
        const int64_t line = (task_.batch * plan_.shape.query_heads + task_.query_head) * tensors_.lse_stride + block_.first_row;
        finish_rows(kernels_, scratch_.output, plan_.value_ld, scratch_.maximum, scratch_.sum, rows_, plan_.shape.value_dim, tensors_.out,
                    tensors_.out.at(task_.batch, task_.query_head, block_.first_row, 0), tensors_.lse ? tensors_.lse + line : nullptr);
    }

    const plan& plan_;
    const kernels::kernel_table& kernels_;
    const attention_tensors& tensors_;
    const workspace& space_;
    const worker_scratch& scratch_;
    const head_task& task_;
    const query_block& block_;
    const int64_t rows_;
    const row_tables& tables_;
    const position_row& positions_;
    row_view views_[block_rows];
    bool branch_ready_[max_branches] = {};
};

}  // namespace

void run_query_block(const plan& plan, const attention_tensors& tensors, const workspace& space, const worker_scratch& scratch,
                     const head_task& task, const query_block& block, const volatile int32_t* cancel) {
    block_runner(plan, tensors, space, scratch, task, block).run(cancel);
}

}  // namespace farspan
