// One block of query rows, of one head or of several with few rows each, against its visible packed keys, tile by tile.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

#include "attention/negligible_tiles.hpp"
#include "attention/rows.hpp"
#include "attention/run.hpp"
#include "attention/tile_pipeline.hpp"
#include "base/parallel.hpp"

namespace farspan {
namespace {

using kernels::panel_keys;
using kernels::tile_keys;

class block_runner : public tile_pipeline<block_runner> {
public:
    block_runner(const plan& plan, const attention_tensors& tensors, const workspace& space,
                 const worker_scratch& scratch, const head_task& task, const query_block& block,
                 const block_views& views, const run_options& options)
        : tile_pipeline(*plan.kernels, plan.scheme,
                        block_scores(plan, tensors.bias, scratch.passes, task, block, views.rows), scratch,
                        scratch.sums, tile_keys, plan.head_ld, plan.value_ld),
          plan_(plan),
          tensors_(tensors),
          space_(space),
          scratch_(scratch),
          task_(task),
          block_(block),
          options_(options),
          rows_(block.last_row - block.first_row),
          lines_(task.heads * rows_),
          tables_(plan.rows[plan.entry(task.batch).row]),
          views_(views) {}

    void run() {
        begin(tensors_.q, task_.batch, block_.first_row, own_lines(), plan_.shape.head_dim,
              &tables_.query_scale[block_.first_row], true);
        if (plan_.falls[task_.query_head])
            run_nearest_first();
        else
            visit_tiles(views_.whole, plan_.scheme.branches(), [&](const tile& t) { run_tile(t); });
        finish();
    }

private:
    friend tile_pipeline;

    void run_tile(const tile& t) {
        stop_if_set(options_.cancel);
        views_.visit_regions(plan_, rows_, t, [&](const region& where) { run_region(where); });
    }

    // The weights of the nearest keys tell which others need not be read.
    void run_nearest_first() {
        if (!options_.exhaustive) negligible_.emplace(plan_, task_, block_, views_, scratch_.query);
        const int64_t start = negligible_tiles::nearest_run(plan_, task_, block_);
        visit_tiles_outwards(views_.whole, plan_.scheme.branches(), start, [&](const tile& t) {
            const int64_t run = t.first_key / tile_keys;
            if (may_leave_out(run) && negligible_->leave_out(t, space_.key_norm(task_.slot, run))) return;
            run_tile(t);
            if (negligible_) negligible_->found(sums_.maximum, sums_.sum);
        });
    }

    bool may_leave_out(int64_t run) const { return negligible_ && !space_.values_not_finite(task_.slot, run); }

    // Queries as branch b shows them; made when a tile first asks.
    const float* branch_queries(int b, int64_t first_key) {
        float* rows = scratch_.branch[b];
        if (!branch_ready_[b]) {
            std::memcpy(rows, scratch_.query, static_cast<std::size_t>(lines_ * plan_.head_ld) * sizeof(float));
            for (int64_t line = 0; line < lines_ && tables_.query_angles[b].needed; line += rows_)
                rotate_rows(plan_, tables_.query_angles[b], block_.first_row, rows_, rows + line * plan_.head_ld);
            branch_ready_[b] = true;
        }
        return tables_.key_centre.empty() ? rows : decayed_queries(rows, first_key);
    }

    const float* decayed_queries(const float* rows, int64_t first_key) {
        fill_decay(plan_, tables_, block_, first_key, scratch_.factor);
        kernels_.scale_columns(rows, plan_.head_ld, lines_, plan_.head_ld, scratch_.factor, scratch_.decayed);
        return scratch_.decayed;
    }

    // --- what the pipeline asks for

    void multiply(const region& where, int b, float* scores) {
        const float* queries = branch_queries(b, where.first_key) + where.first_row * plan_.head_ld;
        for (int64_t col = 0; col < where.cols; col += panel_keys)
            kernels_.qk_packed(queries, plan_.head_ld, passes_.lines(where),
                               space_.panel(task_.slot, plan_.copy_of_branch[b], (where.first_key + col) / panel_keys),
                               plan_.shape.head_dim, scores + col, tile_keys, std::min(panel_keys, where.cols - col));
    }

    void hide(const region&, float*) const {}
    bool nothing_hidden() const { return true; }

    bool leave_out(const region& where, const float* scores) {
        return may_leave_out(where.first_key / tile_keys) && negligible_->leave_out(where, scores);
    }

    void accumulate(const region& where, const float* weights, float* output) {
        const int64_t run = where.first_key / tile_keys;
        if (space_.values_in_place(task_.slot, run)) {
            const float_rows rows =
                rows_in_place(tensors_.v, task_.batch, task_.query_head / plan_.shape.group(), where.first_key);
            kernels_.pv(weights, tile_keys, passes_.lines(where), rows.first, rows.ld, where.count, output,
                        plan_.value_ld, plan_.value_ld);
            return;
        }
        kernels_.pv_packed(weights, tile_keys, passes_.lines(where), space_.values(task_.slot, where.first_key),
                           where.count, output, plan_.value_ld, plan_.value_ld);
        if (space_.values_not_finite(task_.slot, run)) add_not_finite(where, weights, output);
    }

    // Packed values hold 0 in place of an infinity or a NaN, because the zero weight of a hidden key would not keep
    // those out. Rows that see such a value get it here; all other sums keep their bits.
    void add_not_finite(const region& where, const float* weights, float* output) {
        const int64_t key_head = task_.query_head / plan_.shape.group();
        for (int64_t c = 0; c < where.count; ++c) {
            load_values(plan_, tensors_, task_.batch, key_head, where.first_key + c, 1, scratch_.staging);
            for (int64_t d = 0; d < plan_.shape.value_dim; ++d) {
                const float value = scratch_.staging[d];
                if (std::isfinite(value)) continue;
                for (int64_t line = 0; line < passes_.lines(where); ++line)
                    if (const float weight = weights[line * tile_keys + c]; weight != 0)
                        output[line * plan_.value_ld + d] += weight * value;
            }
        }
    }

    void finish() {
        const int64_t stride = tensors_.lse_stride;
        finish_lines(kernels_, sums_, plan_.value_ld, own_lines(), plan_.shape.value_dim, tensors_.out, task_.batch,
                     block_.first_row,
                     tensors_.lse ? tensors_.lse + task_.batch * plan_.shape.query_heads * stride : nullptr, stride);
    }

    // Without views: for rows in and out.
    tile_lines own_lines() const { return {task_.query_head, task_.heads, rows_, nullptr, nullptr}; }

    const plan& plan_;
    const attention_tensors& tensors_;
    const workspace& space_;
    const worker_scratch& scratch_;
    const head_task& task_;
    const query_block& block_;
    const run_options& options_;
    const int64_t rows_, lines_;  // of a head, of all heads
    const row_tables& tables_;
    const block_views& views_;
    std::optional<negligible_tiles> negligible_;
    bool branch_ready_[max_branches] = {};
};

}  // namespace

void run_query_block(const plan& plan, const attention_tensors& tensors, const workspace& space,
                     const worker_scratch& scratch, const head_task& task, const query_block& block,
                     const run_options& options) {
    const block_views views(plan, task.batch, block);
    block_runner(plan, tensors, space, scratch, task, block, views, options).run();
}

}  // namespace farspan
