// A part of the pages of a sequence against some rows and heads, page by page:
//   turn Q for the page, S = Q K^T (a second product and a select where a branch boundary crosses), cap, bias, mask,
//   online softmax, O += P V.
#include "attention/decode.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>
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

class decode_runner {
public:
    decode_runner(const cache_plan& plan, const cached_tensors& tensors, const decode_scratch& scratch,
                  const cached_task& task, const partial& result, const partial* newest, const run_options& options)
        : plan_(plan),
          kernels_(*plan.kernels),
          tensors_(tensors),
          scratch_(scratch),
          task_(task),
          sequence_(plan.sequences[static_cast<std::size_t>(task.sequence)]),
          scheme_(*sequence_.scheme),
          views_(&sequence_.views[static_cast<std::size_t>(task.first_row)]),
          lines_(task.heads * task.rows),
          type_(type_index(plan.shape.dtype)),
          result_(result),
          newest_(newest),
          options_(options) {}

    void run() {
        start();
        const block_bounds bounds = make_bounds(views_, task_.rows);
        if (sequence_.newest_first) return visit_newest_first(bounds);
        for (int64_t page = task_.first_page; page < task_.last_page; ++page)
            if (meets(bounds, page)) visit(bounds, page, std::min(page + 1, task_.last_page - 1), 0);
    }

private:
    void start() {
        for (int64_t h = 0; h < task_.heads; ++h) {
            float* rows = scratch_.query + h * task_.rows * plan_.head_ld;
            loader(kernels_, tensors_.q.dtype)(
                tensors_.q.at(0, task_.first_head + h, sequence_.first_row + task_.first_row, 0), tensors_.q.stride[2],
                tensors_.q.stride[3], task_.rows, plan_.shape.head_dim, rows, plan_.head_ld, plan_.head_ld);
            kernels_.scale_rows(rows, plan_.head_ld, task_.rows, plan_.head_ld,
                                &sequence_.query_scale[static_cast<std::size_t>(task_.first_row)]);
        }
        std::fill(turned_, turned_ + max_branches, -1);
        std::memset(result_.output, 0, static_cast<std::size_t>(lines_ * plan_.value_ld) * sizeof(float));
        const bool sink = !scheme_.score.sink_logits.empty() && task_.first_page == 0;
        for (int64_t line = 0; line < lines_; ++line) {
            const auto head = static_cast<std::size_t>(task_.first_head + line / task_.rows);
            result_.maximum[line] =
                sink ? in_base_2(scheme_.score.sink_logits[head]) : -std::numeric_limits<float>::infinity();
            result_.sum[line] = sink ? 1.0f : 0.0f;
        }
    }

    // The weights of the newest keys tell which older pages need not be read.
    void visit_newest_first(const block_bounds& bounds) {
        if (!options_.exhaustive) negligible_.emplace(plan_, task_, scratch_.query, newest_);
        for (int64_t page = task_.last_page - 1; page >= task_.first_page; --page) {
            if (!meets(bounds, page)) continue;
            const cached_page& what = sequence_.pages[static_cast<std::size_t>(page)];
            const uint64_t left_out = negligible_ ? negligible_->leave_out(what, *slice_of(page).summary, result_) : 0;
            if (left_out != all_lines()) visit(bounds, page, std::max(page - 1, task_.first_page), left_out);
        }
    }

    uint64_t all_lines() const { return ~uint64_t{0} >> (kernels::block_rows - lines_); }

    bool meets(const block_bounds& bounds, int64_t number) const {
        const int64_t first = sequence_.pages[static_cast<std::size_t>(number)].base, last = first + block_tokens;
        return std::any_of(bounds.span, bounds.span + 2,
                           [&](const interval& span) { return span.first < last && first < span.last; });
    }

    // `next`: what to prefetch meanwhile. `left_out`: the lines, as bits, that do not want this page.
    void visit(const block_bounds& bounds, int64_t number, int64_t next, uint64_t left_out) {
        stop_if_set(options_.cancel);
        const cached_page& page = sequence_.pages[static_cast<std::size_t>(number)];
        const tile shape = classify(bounds, scheme_.branches(), page.base, page.base + block_tokens);
        const slice from = slice_of(number);
        next_ = slice_of(next);
        __builtin_prefetch(next_.summary);
        __builtin_prefetch(next_.wide);
        products(shape, number, from);
        if (plan_.shape.has_scales()) prefetch_wide(next_);
        if (scheme_.score.softcap > 0)
            kernels_.softcap(scratch_.scores, panel_keys, lines_, panel_keys,
                             static_cast<float>(scheme_.score.softcap * std::numbers::log2e));
        add_bias(number);
        if (shape.edge || page.present != ~uint64_t{0}) mask(page);
        if (negligible_) left_out = negligible_->leave_out(scratch_.scores, *from.summary, left_out, result_);
        if (left_out == all_lines()) return;
        for (; left_out != 0; left_out &= left_out - 1)
            std::fill_n(scratch_.scores + __builtin_ctzll(left_out) * panel_keys, panel_keys,
                        -std::numeric_limits<float>::infinity());
        kernels_.softmax(scratch_.scores, panel_keys, lines_, panel_keys, result_.maximum, result_.sum, result_.output,
                         plan_.value_ld, plan_.value_ld);
        accumulate(from);
    }

    slice slice_of(int64_t number) const {
        return sequence_.pages[static_cast<std::size_t>(number)].data->at(plan_.shape, tensors_.layer, task_.key_head);
    }

    // Stored keys and values then go straight into the products. A running sum over a wider head would lose too much.
    bool are_few() const { return lines_ <= few_lines && plan_.shape.head_dim <= 256; }

    // -- products

    void products(const tile& shape, int64_t number, const slice& from) {
        if (plan_.shape.has_scales() && are_few())
            read_wide(from, sequence_.pages[static_cast<std::size_t>(number)].present, scratch_.wide, wide_);
        multiply(shape.nearest, number, from, scratch_.scores);
        for (int b = shape.nearest + 1; b <= shape.oldest; ++b) {
            multiply(b, number, from, scratch_.older);
            const int64_t base = sequence_.pages[static_cast<std::size_t>(number)].base;
            int32_t threshold[kernels::block_rows];
            for (int64_t line = 0; line < lines_; ++line)
                threshold[line] = lane(base, views_[line % task_.rows].older_from[b - 1]);
            kernels_.select_older(scratch_.scores, scratch_.older, panel_keys, lines_, panel_keys, threshold);
        }
    }

    void multiply(int b, int64_t number, const slice& from, float* scores) {
        const float* queries = scratch_.query;
        kernels::panel_rotation turn{};
        if (!sequence_.turns.empty()) {
            const branch_turns& turns = sequence_.turns[static_cast<std::size_t>(b)];
            turn = rotation_of(
                scheme_.turns->tables()[static_cast<std::size_t>(turns.lanes[static_cast<std::size_t>(number)])]);
            queries = turned_queries(b, turns, turns.page_turn[static_cast<std::size_t>(number)]);
        }
        if (are_few()) {
            kernels_.cached_qk[type_](queries, plan_.head_ld, lines_, from.keys, plan_.shape.head_dim, &turn, scores,
                                      panel_keys, next_.keys, plan_.shape.key_bytes());
            if (wide_.count > 0)
                kernels_.cached_qk_wide(queries, plan_.head_ld, lines_, wide_.feature, wide_.high, wide_.count, &turn,
                                        scores, panel_keys);
        } else {
            load_panel(from);
            kernels_.rotate_panel(scratch_.panel, &turn);
            kernels_.qk(queries, plan_.head_ld, lines_, scratch_.panel, plan_.shape.head_dim, scores, panel_keys,
                        panel_keys);
        }
        if (plan_.shape.has_scales())
            kernels_.scale_columns(scores, panel_keys, lines_, panel_keys, from.key_scales, scores);
        kernels_.mark_overflow(scores, panel_keys, lines_, panel_keys);
    }

    kernels::panel_rotation rotation_of(const lane_table& lanes) const {
        const rope_part& rope = scheme_.rope;
        const bool half = rope.layout == pair_layout::half;
        const int64_t pairs = rope.rotary_dim / 2;
        return {rope.rotary_offset, pairs, half ? 1 : 2, half ? pairs : 1, lanes.cosine.data(), lanes.sine.data()};
    }

    void load_panel(const slice& from) {
        const int64_t dim = plan_.shape.head_dim;
        if (plan_.shape.has_scales())
            load_int8_keys(kernels_, plan_.shape, from, 0, dim, scratch_.panel);
        else
            loader(kernels_, plan_.shape.dtype)(from.keys, panel_keys, 1, dim, panel_keys, scratch_.panel, panel_keys,
                                                panel_keys);
    }

    // Queries as branch b shows them to a page; kept while the turn is the same, as it is for constant maps.
    const float* turned_queries(int b, const branch_turns& turns, int32_t page_turn) {
        float* rows = scratch_.turned[b];
        if (turned_[b] == page_turn) return rows;
        turned_[b] = page_turn;
        const rope_part& rope = scheme_.rope;
        const int64_t pairs = rope.rotary_dim / 2, ld = round_up(pairs, kernels::pad);
        const std::size_t page = static_cast<std::size_t>(page_turn * pairs);
        for (int64_t r = 0; r < task_.rows; ++r) {
            const auto row = static_cast<std::size_t>((task_.first_row + r) * pairs);
            kernels_.compose_turns(&turns.rows.cosine[row], &turns.rows.sine[row], &turns.pages.cosine[page],
                                   &turns.pages.sine[page], pairs, scratch_.cosine + r * ld, scratch_.sine + r * ld);
        }
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

    // -- bias and mask

    void add_bias(int64_t number) {
        if (scheme_.bias.kind == bias_part::none) return;
        const int64_t base = sequence_.pages[static_cast<std::size_t>(number)].base;
        if (scheme_.bias.kind != bias_part::slope) {
            const float* bias[kernels::block_rows];
            for (int64_t line = 0; line < lines_; ++line) {
                const int64_t r = line % task_.rows;
                bias[line] = bias_of(task_.first_head + line / task_.rows, r, number, position(r) - base);
            }
            kernels_.bias_rows(scratch_.scores, panel_keys, lines_, panel_keys, bias, 1.0f);
            return;
        }
        for (int64_t r = 0; r < task_.rows; ++r) scratch_.row_position[r] = static_cast<float>(position(r) - base);
        for (int64_t h = 0; h < task_.heads; ++h)
            kernels_.bias_slope(scratch_.scores + h * task_.rows * panel_keys, panel_keys, task_.rows, panel_keys,
                                static_cast<float>(scheme_.bias.slopes[static_cast<std::size_t>(task_.first_head + h)] *
                                                   std::numbers::log2e),
                                scheme_.bias.symmetric, scratch_.row_position, scratch_.lane_number);
    }

    const float* bias_of(int64_t head, int64_t r, int64_t number, int64_t distance) const {
        const auto place =
            static_cast<std::size_t>((task_.first_row + r) * static_cast<int64_t>(sequence_.pages.size()) + number);
        return sequence_.distance_bias.entry(head, sequence_.bias_place[place], distance);
    }

    void mask(const cached_page& page) {
        int32_t first[2][kernels::block_rows], last[2][kernels::block_rows];
        bool second = false;
        for (int64_t line = 0; line < lines_; ++line)
            for (int n = 0; n < 2; ++n) {
                const interval& visible = views_[line % task_.rows].visible[n];
                first[n][line] = lane(page.base, visible.first);
                last[n][line] = lane(page.base, visible.last);
                second |= n == 1 && first[n][line] < last[n][line];
            }
        kernels_.mask(scratch_.scores, panel_keys, lines_, panel_keys, first[0], last[0], second ? first[1] : nullptr,
                      second ? last[1] : nullptr);
        for (uint64_t absent = ~page.present; absent != 0; absent &= absent - 1)
            for (int64_t line = 0; line < lines_; ++line)
                scratch_.scores[line * panel_keys + __builtin_ctzll(absent)] = -std::numeric_limits<float>::infinity();
    }

    static int32_t lane(int64_t base, int64_t position) {
        return static_cast<int32_t>(std::clamp<int64_t>(position, base, base + panel_keys) - base);
    }
    int64_t position(int64_t r) const { return sequence_.positions[static_cast<std::size_t>(task_.first_row + r)]; }

    // -- values

    void accumulate(const slice& from) {
        const int64_t dim = plan_.shape.value_dim, ld = plan_.value_ld, groups = plan_.shape.value_groups();
        const bool scaled = plan_.shape.has_scales();
        if (are_few() && dim == ld && !from.summary->values_not_finite) {
            const int64_t ldw = scaled ? groups * panel_keys : panel_keys;
            if (scaled)
                kernels_.group_weights(scratch_.scores, panel_keys, lines_, from.value_scales, groups, scratch_.weights,
                                       ldw);
            kernels_.cached_pv[type_](scaled ? scratch_.weights : scratch_.scores, ldw, lines_, from.values, dim,
                                      result_.output, ld, next_.values, plan_.shape.value_and_scale_bytes());
            return;
        }
        if (scaled)
            load_int8_values(kernels_, plan_.shape, from, 0, block_tokens, scratch_.values, ld);
        else
            loader(kernels_, plan_.shape.dtype)(from.values, dim, 1, block_tokens, dim, scratch_.values, ld, ld);
        if (from.summary->values_not_finite) take_out_not_finite();
        kernels_.pv(scratch_.scores, panel_keys, lines_, scratch_.values, ld, block_tokens, result_.output, ld, ld);
    }

    // The zero weight of a hidden key would not keep an infinity or a NaN out: only the rows that see it get it, and
    // the product then meets a 0.
    void take_out_not_finite() {
        for (int64_t lane = 0; lane < block_tokens; ++lane)
            for (int64_t d = 0; d < plan_.value_ld; ++d) {
                float& value = scratch_.values[lane * plan_.value_ld + d];
                if (std::isfinite(value)) continue;
                for (int64_t line = 0; line < lines_; ++line)
                    if (const float weight = scratch_.scores[line * panel_keys + lane]; weight != 0)
                        result_.output[line * plan_.value_ld + d] += weight * value;
                value = 0;
            }
    }

    const cache_plan& plan_;
    const kernels::kernel_table& kernels_;
    const cached_tensors& tensors_;
    const decode_scratch& scratch_;
    const cached_task& task_;
    const cached_sequence& sequence_;
    const lowered_scheme& scheme_;
    const row_view* views_;
    const int64_t lines_;  // rows of scratch: heads x rows
    const int type_;       // of the cached kernels
    const partial& result_;
    const partial* const newest_;  // NULL: this part has the newest keys
    const run_options& options_;
    std::optional<negligible_pages> negligible_;
    slice next_{};                  // prefetched
    wide_rows wide_;                // of the page
    int32_t turned_[max_branches];  // the page turn that scratch_.turned[b] holds
};

// Adds a later part to an earlier one. An empty part has maximum -infinity; a NaN in its sum still counts.
void merge(const partial& into, const partial& from, int64_t lines, int64_t value_ld) {
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

void finish(const cache_plan& plan, const cached_tensors& tensors, const cached_task& task, const partial& result) {
    const int64_t first = plan.sequences[static_cast<std::size_t>(task.sequence)].first_row + task.first_row;
    for (int64_t h = 0; h < task.heads; ++h) {
        const int64_t line = h * task.rows, head = task.first_head + h;
        finish_rows(*plan.kernels, result.output + line * plan.value_ld, plan.value_ld, result.maximum + line,
                    result.sum + line, task.rows, plan.shape.value_dim, tensors.out, tensors.out.at(0, head, first, 0),
                    tensors.lse ? tensors.lse + head * plan.rows + first : nullptr);
    }
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
        const partial result = task.partial < 0 ? scratch.whole : space.result(task.partial);
        const partial newest = task.newest < 0 ? partial{} : space.result(task.newest);
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
        const partial result = space.result(task.partial);
        for (int64_t part = 1; part < task.parts; ++part)
            merge(result, space.result(task.partial + part), task.heads * task.rows, plan.value_ld);
        finish(plan, tensors, task, result);
    });
    for (const cached_sequence& sequence : plan.sequences)
        if (sequence.prefill) run_cached_prefill(plan, sequence, tensors, options, memory);
}

}  // namespace farspan
