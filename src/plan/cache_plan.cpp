#include "plan/cache_plan.hpp"

#include <algorithm>
#include <bit>
#include <cinttypes>
#include <numbers>

#include "base/aligned.hpp"
#include "base/failure.hpp"
#include "base/parallel.hpp"

namespace farspan {
namespace {

// Pages of one partial result: long enough to hide its merging, short enough to busy many threads with one sequence.
constexpr int64_t pages_per_part = 32;

// From here on, rotating the keys once for all rows and tiles of 64 rows pay for their preparation.
constexpr int64_t prefill_rows = 24;

void check_fit(const cache_plan& plan, const lowered_scheme& scheme) {
    const rope_part& rope = scheme.rope;
    if (rope.enabled && rope.rotary_offset + rope.rotary_dim > plan.shape.head_dim)
        throw failure(FARSPAN_ERROR_ROTARY_DIM, "rope.rotary_offset",
                      "%d + rotary_dim %d exceeds the cache's head_dim, %" PRId64, rope.rotary_offset, rope.rotary_dim,
                      plan.shape.head_dim);
    if (rope.axes > 1)
        throw failure(FARSPAN_ERROR_COMBINATION, "rope.axes", "gives %d positions per token: a cache knows one",
                      rope.axes);
    if (!rope.log2_decay.empty() && !scheme.mask.causal)
        throw failure(FARSPAN_ERROR_COMBINATION, "rope.method", "is a decaying rotation (xpos): needs a causal mask");
    if (scheme.bias.kind == bias_part::dense)
        throw failure(FARSPAN_ERROR_COMBINATION, "bias.method", "is dense: it cannot be used with a cache");
}

const lowered_scheme* lower(cache_plan& plan, const scheme& scheme, int64_t length) {
    for (const auto& known : plan.schemes)
        if (known->length == length) return known.get();
    auto lowered = std::make_unique<lowered_scheme>();
    lowered->length = length;
    lowered->rope = lower_rope(scheme, length);
    lowered->remap = lower_remap(scheme, length);
    lowered->bias = lower_bias(scheme, length, plan.head_offset);
    lowered->mask = lower_mask(scheme);
    lowered->score = lower_score(scheme, length, plan.head_offset);
    check_fit(plan, *lowered);
    if (lowered->rope.enabled) lowered->turns = std::make_unique<turn_maker>(*plan.kernels, lowered->rope);
    return plan.schemes.emplace_back(std::move(lowered)).get();
}

std::vector<row_view> make_views(const lowered_scheme& scheme, const std::vector<int64_t>& positions) {
    std::vector<row_view> views;
    for (const int64_t position : positions) {
        row_view& view = views.emplace_back();
        view.visible = scheme.mask.visible(position);
        for (int b = 0; b < max_branches - 1; ++b)
            view.older_from[b] = b < scheme.branches() - 1 ? scheme.remap.branches[b].start(position) : 0;
    }
    return views;
}

void add_prefill(const cache_plan& plan, const scheme& scheme, cached_sequence& to, const volatile int32_t* cancel) {
    problem shape;
    shape.batch = 1;
    shape.query_heads = plan.query_heads;
    shape.head_offset = plan.head_offset;
    shape.key_heads = plan.shape.key_heads;
    shape.queries = to.rows();
    shape.head_dim = plan.shape.head_dim;
    shape.value_dim = plan.shape.value_dim;
    shape.length = to.scheme->length;
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
    to.prefill = make_plan(scheme, std::move(shape), *plan.kernels, plan.threads, cancel);
}

// Of the distances between every row and the lanes of every page.
void add_bias(const cache_plan& plan, cached_sequence& to, const volatile int32_t* cancel) {
    const auto block = [](int64_t position, const cached_page& page) {
        return bias_blocks::block_of(position - page.base - (block_tokens - 1));
    };
    std::vector<int64_t> blocks;
    for (const int64_t position : to.positions)
        for (const cached_page& page : to.pages) blocks.push_back(block(position, page));
    to.distance_bias = bias_blocks(to.scheme->bias, plan.query_heads, std::move(blocks), cancel);
    for (const int64_t position : to.positions)
        for (const cached_page& page : to.pages)
            to.bias_place.push_back(static_cast<int32_t>(to.distance_bias.find(block(position, page))));
}

cached_sequence make_sequence(const cache_plan& plan, const scheme& scheme_given, const lowered_scheme* scheme,
                              cached_rows&& given, const volatile int32_t* cancel) {
    cached_sequence made;
    made.first_row = given.first_row;
    made.positions = std::move(given.positions);
    made.pages = std::move(given.pages);
    made.scheme = scheme;
    if (made.rows() >= prefill_rows && !made.pages.empty()) {
        add_prefill(plan, scheme_given, made, cancel);
        return made;
    }
    made.views = make_views(*scheme, made.positions);
    for (const int64_t position : made.positions)
        made.query_scale.push_back(
            static_cast<float>(scheme->score.query_scale(position, plan.shape.head_dim) * std::numbers::log2e));
    if (made.positions.empty() || made.pages.empty()) return made;
    if (scheme->turns) {
        std::vector<int64_t> bases;
        for (const cached_page& page : made.pages) bases.push_back(page.base);
        for (const remap_branch& branch : scheme->remap.branches)
            made.turns.push_back(scheme->turns->make(branch.query, branch.key, made.positions, bases, cancel));
    }
    if (scheme->bias.kind == bias_part::table) add_bias(plan, made, cancel);
    made.ceiling = ceiling_of(scheme->bias, scheme->rope, made.distance_bias, [&] {
        return *std::max_element(made.positions.begin(), made.positions.end()) - made.pages[0].base;
    });
    made.newest_first = made.ceiling.any_falls(0, plan.query_heads);
    return made;
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

}  // namespace

std::unique_ptr<cache_plan> make_cache_plan(const scheme& scheme, const block_shape& shape,
                                            std::vector<cached_rows> sequences, int64_t rows,
                                            const cache_problem& problem, const kernels::kernel_table& kernels,
                                            const workers& by) {
    if (problem.query_heads < 1 || problem.query_heads > 65536 || problem.query_heads % shape.key_heads != 0)
        throw failure(FARSPAN_ERROR_HEAD_GROUPS, problem.heads_path,
                      "is %" PRId64 ": must be a multiple of the cache's %" PRId64 " key heads, at most 65536",
                      problem.query_heads, shape.key_heads);
    check_heads(scheme, problem.query_heads, problem.head_offset, problem.heads_path);
    auto plan = std::make_unique<cache_plan>();
    plan->shape = shape;
    plan->query_heads = problem.query_heads;
    plan->head_offset = problem.head_offset;
    plan->rows = rows;
    plan->head_ld = round_up(shape.head_dim, kernels::pad);
    plan->value_ld = round_up(shape.value_dim, kernels::pad);
    plan->kernels = &kernels;
    plan->threads = by.threads;
    plan->partials = 0;
    plan->work = 0;
    for (cached_rows& given : sequences) {
        stop_if_set(by.cancel);
        const int64_t length = problem.length > 0 ? problem.length : std::max<int64_t>(given.length, 1);
        const lowered_scheme* lowered = lower(*plan, scheme, length);
        plan->sequences.push_back(make_sequence(*plan, scheme, lowered, std::move(given), by.cancel));
        add_tasks(*plan, static_cast<int64_t>(plan->sequences.size()) - 1);
    }
    return plan;
}

}  // namespace farspan
