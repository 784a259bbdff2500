// A part of the pages of a sequence against some rows and heads, page by page.
#include "attention/decode.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include "attention/decode_scratch.hpp"
#include "attention/int8_rows.hpp"
#include "attention/negligible.hpp"
#include "attention/rows.hpp"
#include "base/aligned.hpp"
#include "base/parallel.hpp"
#include "farspan/cache.h"
#include "plan/tile_schedule.hpp"

namespace farspan {
namespace {

using kernels::panel_keys;

int type_index(int32_t dtype) {
    return dtype == FARSPAN_F32 ? 0 : dtype == FARSPAN_F16 ? 1 : dtype == FARSPAN_BF16 ? 2 : 3;
}

tile_lines lines_of(const cached_task& task, const cached_sequence& sequence) {
    const auto row = static_cast<std::size_t>(task.first_row);
    return {task.first_head, task.heads, task.rows, &sequence.views[row], &sequence.positions[row]};
}

class decode_runner : public tile_pipeline<decode_runner> {
public:
    decode_runner(const cache_plan& plan, const cached_tensors& tensors, const decode_scratch& scratch,
                  const cached_task& task, const line_sums& sums, const line_sums* newest, const run_options& options)
        : decode_runner(plan, tensors, scratch, task, plan.sequences[static_cast<std::size_t>(task.sequence)], sums,
                        newest, options) {}

    void run() {
        begin(tensors_.q, 0, sequence_.first_row + task_.first_row, lines_of(task_, sequence_), plan_.shape.head_dim,
              &sequence_.query_scale[static_cast<std::size_t>(task_.first_row)], task_.part == 0);
        for (std::size_t b = 0; b < sequence_.turns.size(); ++b)
            cursors_[b].start(*sequence_.scheme->turns, static_cast<int>(b), sequence_.turns[b], task_.first_row,
                              task_.rows, scratch_.turns[b]);
        const block_bounds bounds =
            make_bounds(&sequence_.views[static_cast<std::size_t>(task_.first_row)], task_.rows);
        if (sequence_.newest_first) return visit_newest_first(bounds);
        for (int64_t page = task_.first_page; page < task_.last_page; ++page)
            if (meets(bounds, page)) visit(bounds, page, std::min(page + 1, task_.last_page - 1));
    }

private:
    friend tile_pipeline;

    decode_runner(const cache_plan& plan, const cached_tensors& tensors, const decode_scratch& scratch,
                  const cached_task& task, const cached_sequence& sequence, const line_sums& sums,
                  const line_sums* newest, const run_options& options)
        : tile_pipeline(*plan.kernels, sequence.scheme->parts,
                        tile_scores(*plan.kernels, sequence.scheme->parts, sequence.scheme->distance_bias,
                                    lines_of(task, sequence), {}, scratch.passes, panel_keys),
                        scratch, sums, panel_keys, plan.head_ld, plan.value_ld),
          plan_(plan),
          tensors_(tensors),
          scratch_(scratch),
          task_(task),
          sequence_(sequence),
          lines_(task.heads * task.rows),
          type_(type_index(plan.shape.dtype)),
          newest_(newest),
          options_(options) {}

    // The weights of the newest keys tell which older pages need not be read.
    void visit_newest_first(const block_bounds& bounds) {
        if (!options_.exhaustive) negligible_.emplace(plan_, task_, scratch_.query, newest_);
        for (int64_t page = task_.last_page - 1; page >= task_.first_page; --page) {
            if (!meets(bounds, page)) continue;
            if (negligible_) left_out_ = negligible_->leave_out(page_of(page), *slice_of(page).summary, sums_);
            if (left_out_ != all_lines()) visit(bounds, page, std::max(page - 1, task_.first_page));
        }
    }

    uint64_t all_lines() const { return ~uint64_t{0} >> (kernels::block_rows - lines_); }

    bool meets(const block_bounds& bounds, int64_t number) const {
        const int64_t first = page_of(number).base, last = first + block_tokens;
        return std::any_of(bounds.span, bounds.span + 2,
                           [&](const interval& span) { return span.first < last && first < span.last; });
    }

    // `next`: what to prefetch meanwhile.
    void visit(const block_bounds& bounds, int64_t number, int64_t next) {
        stop_if_set(options_.cancel);
        page_ = &page_of(number);
        from_ = slice_of(number);
        next_ = slice_of(next);
        __builtin_prefetch(next_.summary);
        __builtin_prefetch(next_.wide);
        if (plan_.shape.has_scales() && are_few()) read_wide(from_, page_->present, scratch_.wide, wide_);
        const int64_t base = page_->base;
        run_region({0, task_.rows, base, block_tokens, block_tokens,
                    classify(bounds, scheme_.branches(), base, base + block_tokens)});
    }

    const cached_page& page_of(int64_t number) const { return sequence_.pages[static_cast<std::size_t>(number)]; }
    slice slice_of(int64_t number) const {
        return page_of(number).data->at(plan_.shape, tensors_.layer, task_.key_head);
    }

    // Stored keys and values then go straight into the products. A running sum over a wider head would lose too much.
    bool are_few() const { return lines_ <= few_lines && plan_.shape.head_dim <= 256; }

    // --- what the pipeline asks for

    void multiply(const region& where, int b, float* scores) {
        const float* queries = scratch_.query;
        kernels::panel_rotation turn{};
        if (!sequence_.turns.empty()) {
            turn = rotation_of(sequence_.scheme->turns->lanes(b, where.first_key));
            queries = turned_queries(b, where.first_key);
        }
        if (are_few()) {
            kernels_.cached_qk[type_](queries, plan_.head_ld, lines_, from_.keys, plan_.shape.head_dim, &turn, scores,
                                      panel_keys, next_.keys, plan_.shape.key_bytes());
            if (wide_.count > 0)
                kernels_.cached_qk_wide(queries, plan_.head_ld, lines_, wide_.feature, wide_.high, wide_.count, &turn,
                                        scores, panel_keys);
        } else {
            load_panel();
            kernels_.rotate_panel(scratch_.panel, &turn);
            kernels_.qk(queries, plan_.head_ld, lines_, scratch_.panel, plan_.shape.head_dim, scores, panel_keys,
                        panel_keys);
        }
        if (!plan_.shape.has_scales()) return;
        kernels_.scale_columns(scores, panel_keys, lines_, panel_keys, from_.key_scales, scores);
        prefetch_wide(next_);
    }

    // Lanes without a token, whatever the views say.
    void hide(const region& where, float* scores) const {
        if (nothing_hidden()) return;
        if (!where.shape.edge) passes_.mask(where, scores);
        for (uint64_t absent = ~page_->present; absent != 0; absent &= absent - 1)
            for (int64_t line = 0; line < lines_; ++line)
                scores[line * panel_keys + __builtin_ctzll(absent)] = -std::numeric_limits<float>::infinity();
    }

    bool nothing_hidden() const { return page_->present == ~uint64_t{0}; }

    bool leave_out(const region&, float* scores) {
        if (!negligible_) return false;
        left_out_ = negligible_->leave_out(scores, *from_.summary, left_out_, sums_);
        if (left_out_ == all_lines()) return true;
        for (uint64_t left = left_out_; left != 0; left &= left - 1)
            std::fill_n(scores + __builtin_ctzll(left) * panel_keys, panel_keys,
                        -std::numeric_limits<float>::infinity());
        return false;
    }

    void accumulate(const region&, const float* weights, float* output) const {
        const int64_t dim = plan_.shape.value_dim, ld = plan_.value_ld, groups = plan_.shape.value_groups();
        const bool scaled = plan_.shape.has_scales(), finite = !from_.summary->values_not_finite;
        if (are_few() && dim == ld && finite) {
            const int64_t ldw = scaled ? groups * panel_keys : panel_keys;
            if (scaled)
                kernels_.group_weights(weights, panel_keys, lines_, from_.value_scales, groups, scratch_.weights, ldw);
            kernels_.cached_pv[type_](scaled ? scratch_.weights : weights, ldw, lines_, from_.values, dim, output, ld,
                                      next_.values, plan_.shape.value_and_scale_bytes());
            return;
        }
        if (scaled)
            load_int8_values(kernels_, plan_.shape, from_, 0, block_tokens, scratch_.values, ld);
        else
            loader(kernels_, plan_.shape.dtype)(from_.values, dim, 1, block_tokens, dim, scratch_.values, ld, ld);
        if (!finite) take_out_not_finite(weights, output);
        kernels_.pv(weights, panel_keys, lines_, scratch_.values, ld, block_tokens, output, ld, ld);
    }

    // --- its parts

    kernels::panel_rotation rotation_of(const lane_table& lanes) const {
        const rope_part& rope = scheme_.rope;
        const bool half = rope.layout == pair_layout::half;
        const int64_t pairs = rope.rotary_dim / 2;
        return {rope.rotary_offset, pairs, half ? 1 : 2, half ? pairs : 1, lanes.cosine.data(), lanes.sine.data()};
    }

    void load_panel() const {
        const int64_t dim = plan_.shape.head_dim;
        if (plan_.shape.has_scales())
            load_int8_keys(kernels_, plan_.shape, from_, 0, dim, scratch_.panel);
        else
            loader(kernels_, plan_.shape.dtype)(from_.keys, panel_keys, 1, dim, panel_keys, scratch_.panel, panel_keys,
                                                panel_keys);
    }

    // Queries as branch b shows them to a page; kept while the turn is the same, as it is for constant maps.
    const float* turned_queries(int b, int64_t base) {
        float* rows = scratch_.turned[b];
        const rope_part& rope = scheme_.rope;
        const int64_t pairs = rope.rotary_dim / 2, ld = round_up(pairs, kernels::pad);
        if (!cursors_[b].turn_to(base, scratch_.cosine, scratch_.sine, ld)) return rows;
        std::memcpy(rows, scratch_.query, static_cast<std::size_t>(lines_ * plan_.head_ld) * sizeof(float));
        const auto rotate = rope.layout == pair_layout::half ? kernels_.rotate_half : kernels_.rotate_interleaved;
        if (task_.rows == 1) {  // the same turn for all heads
            rotate(rows + rope.rotary_offset, plan_.head_ld, task_.heads, pairs, scratch_.cosine, scratch_.sine, 0);
            return rows;
        }
        for (int64_t h = 0; h < task_.heads; ++h)
            rotate(rows + h * task_.rows * plan_.head_ld + rope.rotary_offset, plan_.head_ld, task_.rows, pairs,
                   scratch_.cosine, scratch_.sine, ld);
        return rows;
    }

    // The zero weight of a hidden key would not keep an infinity or a NaN out: only the rows that see it get it, and
    // the product then meets a 0.
    void take_out_not_finite(const float* weights, float* output) const {
        for (int64_t lane = 0; lane < block_tokens; ++lane)
            for (int64_t d = 0; d < plan_.value_ld; ++d) {
                float& value = scratch_.values[lane * plan_.value_ld + d];
                if (std::isfinite(value)) continue;
                for (int64_t line = 0; line < lines_; ++line)
                    if (const float weight = weights[line * panel_keys + lane]; weight != 0)
                        output[line * plan_.value_ld + d] += weight * value;
                value = 0;
            }
    }

    const cache_plan& plan_;
    const cached_tensors& tensors_;
    const decode_scratch& scratch_;
    const cached_task& task_;
    const cached_sequence& sequence_;
    const int64_t lines_;            // rows of scratch: heads x rows
    const int type_;                 // of the cached kernels
    const line_sums* const newest_;  // NULL: this part has the newest keys
    const run_options& options_;
    std::optional<negligible_pages> negligible_;
    turn_cursor cursors_[max_branches];
    const cached_page* page_ = nullptr;
    slice from_{}, next_{};  // the page's, and one that is prefetched
    wide_rows wide_;         // of the page
    uint64_t left_out_ = 0;  // lines, as bits, that do not want the page
};

// Adds a later part to an earlier one. An empty part has maximum -infinity; a NaN in its sum still counts.
void merge(const line_sums& into, const line_sums& from, int64_t lines, int64_t value_ld) {
    for (int64_t line = 0; line < lines; ++line) {
        const float most = std::max(into.maximum[line], from.maximum[line]);
        const auto weight = [&](float maximum) {
            return maximum == -std::numeric_limits<float>::infinity() ? 1.0f : std::exp2(maximum - most);
        };
        const float keep = weight(into.maximum[line]), add = weight(from.maximum[line]);
        into.sum[line] = into.sum[line] * keep + from.sum[line] * add;
        into.maximum[line] = most;
        for (int64_t d = 0; d < value_ld; ++d)
            into.output[line * value_ld + d] =
                into.output[line * value_ld + d] * keep + from.output[line * value_ld + d] * add;
    }
}

void finish(const cache_plan& plan, const cached_tensors& tensors, const cached_task& task, const line_sums& result) {
    const int64_t first = plan.sequences[static_cast<std::size_t>(task.sequence)].first_row + task.first_row;
    finish_lines(*plan.kernels, result, plan.value_ld, {task.first_head, task.heads, task.rows, nullptr, nullptr},
                 plan.shape.value_dim, tensors.out, 0, first, tensors.lse, plan.rows);
}

}  // namespace

void run_cached(const cache_plan& plan, const cached_layout& layout, const cached_tensors& tensors,
                const run_options& options, void* memory) {
    const cached_workspace space(plan, layout, memory);
    const auto tasks = static_cast<int64_t>(plan.tasks.size());
    const auto run = [&](int64_t number, int32_t worker) {
        stop_if_set(options.cancel);
        const cached_task& task = plan.tasks[static_cast<std::size_t>(number)];
        const decode_scratch scratch = space.worker(worker);
        const line_sums result = task.partial < 0 ? scratch.whole : space.result(task.partial);
        const line_sums newest = task.newest < 0 ? line_sums{} : space.result(task.newest);
        decode_runner(plan, tensors, scratch, task, result, task.newest < 0 ? nullptr : &newest, options).run();
        if (task.partial < 0) finish(plan, tensors, task, result);
    };
    const auto waits = [&](int64_t number) { return plan.tasks[static_cast<std::size_t>(number)].newest >= 0; };
    const bool any_waits =
        std::any_of(plan.tasks.begin(), plan.tasks.end(), [](const cached_task& task) { return task.newest >= 0; });
    parallel_for(options.threads, tasks, plan.work, [&](int64_t number, int32_t worker) {
        if (!waits(number)) run(number, worker);
    });
    parallel_for(options.threads, any_waits ? tasks : 0, plan.work, [&](int64_t number, int32_t worker) {
        if (waits(number)) run(number, worker);
    });
    const int64_t lines = std::min(plan.group(), kernels::block_rows);
    const double merging = 8.0 * static_cast<double>(plan.partials * lines * plan.value_ld);
    parallel_for(options.threads, plan.partials > 0 ? tasks : 0, merging, [&](int64_t number, int32_t) {
        const cached_task& task = plan.tasks[static_cast<std::size_t>(number)];
        if (task.partial < 0 || task.part > 0) return;
        const line_sums result = space.result(task.partial);
        for (int64_t part = 1; part < task.parts; ++part)
            merge(result, space.result(task.partial + part), task.heads * task.rows, plan.value_ld);
        finish(plan, tensors, task, result);
    });
    for (const cached_sequence& sequence : plan.sequences)
        if (sequence.prefill) run_cached_prefill(plan, sequence, tensors, options, memory);
}

}  // namespace farspan
