#include "plan/cache_plan.hpp"

#include <algorithm>
#include <bit>
#include <cinttypes>
#include <numbers>

#include "base/aligned.hpp"
#include "base/failure.hpp"
#include "base/parallel.hpp"
#include "plan/fit.hpp"

namespace farspan {
namespace {

// Pages of one partial result: long enough to hide its merging, short enough to busy many threads with one sequence.
constexpr int64_t pages_per_part = 32;

// From here on, rotating the keys once for all rows and tiles of 64 rows pay for their preparation.
constexpr int64_t prefill_rows = 24;

cached_scheme* lower(cache_plan& plan, int64_t length) {
    if (!depends_on_length(*plan.scheme)) length = 1;
    for (const auto& known : plan.schemes)
        if (known->length == length) return known.get();
    auto lowered = std::make_unique<cached_scheme>();
    lowered->length = length;
    lowered->parts = farspan::lower(*plan.scheme, length, plan.problem.head_offset);
    check_fit(lowered->parts, {plan.shape.head_dim, true});
    if (lowered->parts.rope.enabled) lowered->turns.emplace(*plan.kernels, lowered->parts);
    return plan.schemes.emplace_back(std::move(lowered)).get();
}

void make_views(cached_sequence& to) {
    const lowered_scheme& scheme = to.scheme->parts;
    to.views.clear();
    for (const int64_t position : to.positions) {
        row_view& view = to.views.emplace_back();
        view.visible = scheme.mask.visible(position);
        for (int b = 0; b < max_branches - 1; ++b)
            view.older_from[b] = b < scheme.branches() - 1 ? scheme.remap.branches[b].start(position) : 0;
    }
}

// The pages that a row sees: of one stretch of the list, or of two.
void choose_pages(cached_sequence& to, std::span<const page> pages, const volatile int32_t* cancel) {
    to.pages.clear();
    const block_bounds bounds = make_bounds(to.views.data(), to.rows());
    const auto behind = [&](int64_t position) {  // the first page that ends behind the position
        return std::partition_point(pages.begin(), pages.end(),
                                    [&](const page& one) { return one.base + block_tokens <= position; });
    };
    auto next = pages.begin();
    for (const interval& span : bounds.span) {
        if (span.empty()) continue;
        for (next = std::max(next, behind(span.first)); next != pages.end() && next->base < span.last; ++next) {
            stop_if_set(cancel);
            to.pages.push_back({next->base, next->present, next->data.get()});
        }
    }
}

void add_prefill(const cache_plan& plan, cached_sequence& to, int64_t length, const volatile int32_t* cancel) {
    problem shape;
    shape.batch = 1;
    shape.query_heads = plan.query_heads;
    shape.head_offset = plan.problem.head_offset;
    shape.key_heads = plan.shape.key_heads;
    shape.queries = to.rows();
    shape.head_dim = plan.shape.head_dim;
    shape.value_dim = plan.shape.value_dim;
    shape.length = length;
    position_row& row = shape.rows.emplace_back();
    row.query = to.positions;
    to.first_token = {0};
    for (const cached_page& page : to.pages) {
        for (uint64_t present = page.present; present != 0; present &= present - 1)
            row.key.push_back(page.base + std::countr_zero(present));
        to.first_token.push_back(static_cast<int64_t>(row.key.size()));
    }
    shape.keys = row.last_valid_key = static_cast<int64_t>(row.key.size());
    shape.segments = {{0, shape.queries, 0, shape.keys}};
    shape.query_path = shape.key_path = "problem.positions";
    to.prefill = make_plan(*plan.scheme, std::move(shape), *plan.kernels, plan.threads, cancel);
}

void add_turns(cached_sequence& to, const volatile int32_t* cancel) {
    to.turns.clear();
    std::optional<page_turns>& turns = to.scheme->turns;
    if (!turns || to.pages.empty()) return;
    for (int b = 0; b < to.scheme->parts.branches(); ++b) {
        to.turns.push_back(turns->queries(b, to.positions));
        turns->prepare(b, to.turns.back().origin, to.pages, cancel);
    }
}

void set_sequence(cache_plan& plan, cached_sequence& to, cached_rows&& given, const volatile int32_t* cancel) {
    const int64_t length = plan.problem.length > 0 ? plan.problem.length : std::max<int64_t>(given.length, 1);
    to.first_row = given.first_row;
    to.positions = std::move(given.positions);
    to.scheme = lower(plan, length);
    to.prefill.reset();
    to.newest_first = false;
    make_views(to);
    choose_pages(to, given.pages, cancel);
    if (to.rows() >= prefill_rows && !to.pages.empty()) return add_prefill(plan, to, length, cancel);
    const score_part& score = to.scheme->parts.score;
    to.query_scale.clear();
    for (const int64_t position : to.positions)
        to.query_scale.push_back(
            static_cast<float>(score.query_scale(position, plan.shape.head_dim) * std::numbers::log2e));
    add_turns(to, cancel);
}

// The table of a scheme covers the distances of all its sequences. One that grows does so by a part of its length, so
// that steps of one token seldom meet its end.
void add_bias(const cache_plan& plan, cached_scheme& to, bool grows, const volatile int32_t* cancel) {
    if (to.parts.bias.kind == bias_part::table) {
        distance_set distances;
        for (const cached_sequence& sequence : plan.sequences)
            if (sequence.scheme == &to && !sequence.prefill)
                distances = united(std::move(distances), distances_of(sequence.positions, sequence.pages));
        if (to.distance_bias.covers(distances)) return;
        if (grows && !distances.empty()) {
            interval& farthest = distances.back();
            farthest.last += bias_ceiling::width + (farthest.last - farthest.first) / 8;
        }
        to.distance_bias = bias_table(to.parts.bias, plan.query_heads, distances, cancel, &to.distance_bias);
    }
    to.ceiling = ceiling_of(to.parts.bias, to.parts.rope, to.distance_bias);
}

// Some head's bias falls far enough over the distances of the sequence.
bool may_leave_out(const cache_plan& plan, const cached_sequence& sequence) {
    if (sequence.prefill || sequence.pages.empty() || sequence.positions.empty()) return false;
    const auto [least, most] = std::minmax_element(sequence.positions.begin(), sequence.positions.end());
    const int64_t ahead = *least - (sequence.pages.back().base + block_tokens - 1),
                  nearest = sequence.scheme->parts.mask.causal ? std::max<int64_t>(ahead, 0) : ahead,
                  farthest = *most - sequence.pages.front().base;
    if (nearest > farthest) return false;
    for (int64_t head = 0; head < plan.query_heads; ++head)
        if (sequence.scheme->ceiling.falls(head, nearest, farthest)) return true;
    return false;
}

// To read a key or value takes as long as four multiply-adds with it.
double work_of(const block_shape& shape, int64_t lines, int64_t pages) {
    return static_cast<double>(pages * block_tokens * (shape.head_dim + shape.value_dim)) *
           static_cast<double>(lines + 4);
}

// The tasks depend on the shape alone, and so do the places where sums are cut.
void add_tasks(cache_plan& plan, int64_t number) {
    const cached_sequence& sequence = plan.sequences[static_cast<std::size_t>(number)];
    if (sequence.prefill) return;
    const int64_t heads = std::min(plan.group(), kernels::block_rows);
    const int64_t rows = std::max<int64_t>(1, kernels::block_rows / heads);
    const auto pages = static_cast<int64_t>(sequence.pages.size());
    const int64_t parts =
        sequence.rows() <= rows ? std::max<int64_t>(1, (pages + pages_per_part - 1) / pages_per_part) : 1;
    for (int64_t key_head = 0; key_head < plan.shape.key_heads; ++key_head)
        for (int64_t head = 0; head < plan.group(); head += heads)
            for (int64_t row = 0; row < sequence.rows(); row += rows)
                for (int64_t part = 0; part < parts; ++part) {
                    const int64_t partial = parts > 1 ? plan.partials++ : -1;
                    const bool waits = sequence.newest_first && part < parts - 1;
                    const int64_t first_page = part * pages / parts, last_page = (part + 1) * pages / parts;
                    plan.work += work_of(plan.shape,
                                         std::min(heads, plan.group() - head) * std::min(rows, sequence.rows() - row),
                                         last_page - first_page);
                    plan.tasks.push_back({number, key_head, key_head * plan.group() + head,
                                          std::min(heads, plan.group() - head), row,
                                          std::min(rows, sequence.rows() - row), first_page, last_page, partial, part,
                                          parts, waits ? partial + parts - 1 - part : -1});
                }
}

void set_sequences(cache_plan& plan, std::vector<cached_rows>&& sequences, bool grows, const workers& by) {
    plan.tasks.clear();
    plan.partials = 0;
    plan.work = 0;
    plan.sequences.resize(sequences.size());
    for (std::size_t n = 0; n < sequences.size(); ++n)
        set_sequence(plan, plan.sequences[n], std::move(sequences[n]), by.cancel);
    std::erase_if(plan.schemes, [&](const auto& one) {  // of lengths that were
        return std::none_of(plan.sequences.begin(), plan.sequences.end(),
                            [&](const cached_sequence& sequence) { return sequence.scheme == one.get(); });
    });
    for (const auto& scheme : plan.schemes) add_bias(plan, *scheme, grows, by.cancel);
    for (std::size_t n = 0; n < sequences.size(); ++n) {
        plan.sequences[n].newest_first = may_leave_out(plan, plan.sequences[n]);
        add_tasks(plan, static_cast<int64_t>(n));
    }
}

}  // namespace

std::unique_ptr<cache_plan> make_cache_plan(std::shared_ptr<const scheme> scheme, const block_shape& shape,
                                            std::vector<cached_rows> sequences, int64_t rows,
                                            const cache_problem& problem, const kernels::kernel_table& kernels,
                                            const workers& by) {
    if (problem.query_heads < 1 || problem.query_heads > 65536 || problem.query_heads % shape.key_heads != 0)
        throw failure(FARSPAN_ERROR_HEAD_GROUPS, problem.heads_path,
                      "is %" PRId64 ": must be a multiple of the cache's %" PRId64 " key heads, at most 65536",
                      problem.query_heads, shape.key_heads);
    check_heads(*scheme, problem.query_heads, problem.head_offset, problem.heads_path);
    auto plan = std::make_unique<cache_plan>();
    plan->scheme = std::move(scheme);
    plan->problem = problem;
    plan->shape = shape;
    plan->query_heads = problem.query_heads;
    plan->rows = rows;
    plan->head_ld = round_up(shape.head_dim, kernels::pad);
    plan->value_ld = round_up(shape.value_dim, kernels::pad);
    plan->kernels = &kernels;
    plan->threads = by.threads;
    set_sequences(*plan, std::move(sequences), false, by);
    return plan;
}

void advance(cache_plan& plan, std::vector<cached_rows> sequences, const workers& by) {
    set_sequences(plan, std::move(sequences), true, by);
}

}  // namespace farspan
