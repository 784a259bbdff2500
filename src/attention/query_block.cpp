// One block of query rows against its visible keys, tile by tile:
//   S = Q K^T (a second product and a select where a branch boundary crosses), cap, bias, mask on edges, online
//   softmax, O += P V.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>
#include <optional>

#include "attention/block_scores.hpp"
#include "attention/negligible_tiles.hpp"
#include "attention/rows.hpp"
#include "attention/run.hpp"
#include "base/aligned.hpp"
#include "base/parallel.hpp"

namespace farspan {
namespace {

using kernels::block_rows;
using kernels::panel_keys;
using kernels::tile_keys;

class block_runner {
public:
    block_runner(const plan& plan, const attention_tensors& tensors, const workspace& space,
                 const worker_scratch& scratch, const head_task& task, const query_block& block,
                 const run_options& options)
        : plan_(plan),
          kernels_(*plan.kernels),
          tensors_(tensors),
          space_(space),
          scratch_(scratch),
          task_(task),
          block_(block),
          options_(options),
          rows_(block.last_row - block.first_row),
          tables_(plan.rows[plan.entry(task.batch).row]),
          views_(plan, task.batch, block),
          passes_(plan, tensors.bias, scratch.passes, task, block, views_.rows) {}

    void run() {
        start();
        if (plan_.ceiling.falls(task_.query_head))
            run_nearest_first();
        else
            visit_tiles(views_.whole, plan_.branches, [&](const tile& t) { run_tile(t); });
        finish();
    }

private:
    void run_tile(const tile& t) {
        stop_if_set(options_.cancel);
        views_.visit_regions(plan_, rows_, t, [&](const region& where) { run_region(where); });
    }

    // The weights of the nearest keys tell which others need not be read.
    void run_nearest_first() {
        if (!options_.exhaustive) negligible_.emplace(plan_, task_, block_, views_, scratch_.query);
        const int64_t start = negligible_tiles::nearest_run(plan_, task_, block_);
        visit_tiles_outwards(views_.whole, plan_.branches, start, [&](const tile& t) {
            const int64_t run = t.first_key / tile_keys;
            if (may_leave_out(run) && negligible_->leave_out(t, space_.key_norm(task_.slot, run))) return;
            run_tile(t);
            if (negligible_) negligible_->found(scratch_.maximum, scratch_.sum);
        });
    }

    bool may_leave_out(int64_t run) const { return negligible_ && !space_.values_not_finite(task_.slot, run); }

    void start() {
        load_rows(plan_, tensors_.q, task_.batch, task_.query_head, block_.first_row, rows_, plan_.shape.head_dim,
                  scratch_.query, plan_.head_ld);
        kernels_.scale_rows(scratch_.query, plan_.head_ld, rows_, plan_.head_ld,
                            &tables_.query_scale[block_.first_row]);
        std::fill(branch_ready_, branch_ready_ + max_branches, false);
        std::memset(scratch_.output, 0, static_cast<std::size_t>(rows_ * plan_.value_ld) * sizeof(float));
        const bool sink = !plan_.score.sink_logits.empty();
        std::fill(
            scratch_.maximum, scratch_.maximum + rows_,
            sink ? in_base_2(plan_.score.sink_logits[task_.query_head]) : -std::numeric_limits<float>::infinity());
        std::fill(scratch_.sum, scratch_.sum + rows_, sink ? 1.0f : 0.0f);
    }

    void run_region(const region& where) {
        products(where);
        if (plan_.score.softcap > 0)
            kernels_.softcap(scores(where), tile_keys, where.rows, where.cols,
                             static_cast<float>(plan_.score.softcap * std::numbers::log2e));
        passes_.add_bias(where, scores(where));
        if (where.shape.edge || where.cols != where.count) passes_.mask(where, scores(where));
        if (may_leave_out(where.first_key / tile_keys) && negligible_->leave_out(where, scores(where))) return;
        (plain(where) ? kernels_.softmax_products : kernels_.softmax)(
            scores(where), tile_keys, where.rows, where.cols, scratch_.maximum + where.first_row,
            scratch_.sum + where.first_row, output(where), plan_.value_ld, plan_.value_ld);
        accumulate(where);
    }

    // Nothing is done to the products before softmax, which then finds those that overflowed by itself.
    bool plain(const region& where) const {
        return !where.shape.edge && where.cols == where.count && where.shape.nearest == where.shape.oldest &&
               plan_.score.softcap <= 0 && plan_.bias.kind == bias_part::none;
    }

    float* scores(const region& where) const { return scratch_.scores + where.first_row * tile_keys; }
    float* output(const region& where) const { return scratch_.output + where.first_row * plan_.value_ld; }

    // Queries as branch b shows them; made when a tile first asks.
    const float* branch_queries(int b, int64_t first_key) {
        float* rows = scratch_.branch[b];
        if (!branch_ready_[b]) {
            std::memcpy(rows, scratch_.query, static_cast<std::size_t>(rows_ * plan_.head_ld) * sizeof(float));
            if (tables_.query_angles[b].needed)
                rotate_rows(plan_, tables_.query_angles[b], block_.first_row, rows_, rows);
            branch_ready_[b] = true;
        }
        return tables_.key_centre.empty() ? rows : decayed_queries(rows, first_key);
    }

    const float* decayed_queries(const float* rows, int64_t first_key) {
        fill_decay(plan_, tables_, block_, first_key, scratch_.factor);
        kernels_.scale_columns(rows, plan_.head_ld, rows_, plan_.head_ld, scratch_.factor, scratch_.decayed);
        return scratch_.decayed;
    }

    void multiply(const region& where, int b, float* s) {
        const float* queries = branch_queries(b, where.first_key) + where.first_row * plan_.head_ld;
        for (int64_t col = 0; col < where.cols; col += panel_keys)
            kernels_.qk_packed(queries, plan_.head_ld, where.rows,
                               space_.panel(task_.slot, plan_.copy_of_branch[b], (where.first_key + col) / panel_keys),
                               plan_.shape.head_dim, s + col, tile_keys, std::min(panel_keys, where.cols - col));
        if (!plain(where)) kernels_.mark_overflow(s, tile_keys, where.rows, where.cols);
    }

    void products(const region& where) {
        multiply(where, where.shape.nearest, scores(where));
        for (int b = where.shape.nearest + 1; b <= where.shape.oldest; ++b) {
            float* older = scratch_.older + where.first_row * tile_keys;
            multiply(where, b, older);
            int32_t threshold[block_rows];
            passes_.older_lanes(where, b, threshold);
            kernels_.select_older(scores(where), older, tile_keys, where.rows, where.cols, threshold);
        }
    }

    void accumulate(const region& where) {
        kernels_.pv_packed(scores(where), tile_keys, where.rows, space_.values(task_.slot, where.first_key),
                           where.count, output(where), plan_.value_ld, plan_.value_ld);
        if (space_.values_not_finite(task_.slot, where.first_key / tile_keys)) add_not_finite(where);
    }

    // Packed values hold 0 in place of an infinity or a NaN, because the zero weight of a hidden key would not keep
    // those out. Rows that see such a value get it here; all other sums keep their bits.
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

    void finish() {
        const int64_t line =
            (task_.batch * plan_.shape.query_heads + task_.query_head) * tensors_.lse_stride + block_.first_row;
        finish_rows(kernels_, scratch_.output, plan_.value_ld, scratch_.maximum, scratch_.sum, rows_,
                    plan_.shape.value_dim, tensors_.out,
                    tensors_.out.at(task_.batch, task_.query_head, block_.first_row, 0),
                    tensors_.lse ? tensors_.lse + line : nullptr);
    }

    const plan& plan_;
    const kernels::kernel_table& kernels_;
    const attention_tensors& tensors_;
    const workspace& space_;
    const worker_scratch& scratch_;
    const head_task& task_;
    const query_block& block_;
    const run_options& options_;
    const int64_t rows_;
    const row_tables& tables_;
    const block_views views_;
    const block_scores passes_;
    std::optional<negligible_tiles> negligible_;
    bool branch_ready_[max_branches] = {};
};

}  // namespace

void run_query_block(const plan& plan, const attention_tensors& tensors, const workspace& space,
                     const worker_scratch& scratch, const head_task& task, const query_block& block,
                     const run_options& options) {
    block_runner(plan, tensors, space, scratch, task, block, options).run();
}

}  // namespace farspan
