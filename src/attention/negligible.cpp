#include "attention/negligible.hpp"

#include <bit>

namespace farspan {
namespace {

float largest_norm(const slice_summary& summary, uint64_t present) {
    float largest = 0;
    for (int64_t lane = 0; lane < block_tokens; ++lane)
        if (present >> lane & 1) largest = std::max(largest, summary.key_norm[lane]);
    return largest;
}

}  // namespace

negligible_pages::negligible_pages(const cache_plan& plan, const cached_task& task, const float* queries,
                                   const line_sums* newest)
    : task_(task),
      sequence_(plan.sequences[static_cast<std::size_t>(task.sequence)]),
      kernels_(*plan.kernels),
      cap_(cap_of(sequence_.scheme->parts.score)) {
    const double growth = growth_of(sequence_.scheme->parts.rope);
    for (int64_t line = 0; line < task.heads * task.rows; ++line) {
        query_norm_[line] = norm_bound(queries + line * plan.head_ld, plan.shape.head_dim) * (growth * growth);
        known_[line] = newest ? least_log2(newest->maximum[line], newest->sum[line]) : -infinite;
        left_[line] = allowance(1.0 / static_cast<double>(task.parts));
    }
}

uint64_t negligible_pages::leave_out(const cached_page& page, const slice_summary& summary, const line_sums& so_far) {
    if (summary.values_not_finite) return 0;
    const float key_norm = largest_norm(summary, page.present);
    const int64_t newest = page.base + block_tokens - 1 - std::countl_zero(page.present),
                  oldest = page.base + std::countr_zero(page.present);
    uint64_t lines = 0;
    for (int64_t line = 0; line < task_.heads * task_.rows; ++line) {
        const int64_t position = sequence_.positions[static_cast<std::size_t>(task_.first_row + line % task_.rows)];
        const double bias =
            sequence_.scheme->ceiling.over(task_.first_head + line / task_.rows, position - newest, position - oldest);
        if (left_[line].take(logit_bound(query_norm_[line], key_norm, cap_, bias), std::popcount(page.present),
                             found(line, so_far)))
            lines |= uint64_t{1} << line;
    }
    return lines;
}

uint64_t negligible_pages::leave_out(const float* scores, const slice_summary& summary, uint64_t left_out,
                                     const line_sums& so_far) {
    if (summary.values_not_finite) return left_out;
    for (int64_t line = 0; line < task_.heads * task_.rows; ++line) {
        if (left_out >> line & 1) continue;
        const double known = found(line, so_far);
        const float most = left_[line].most_logit(block_tokens, known);
        float maximum;
        if (kernels_.row_maxima(scores + line * kernels::panel_keys, kernels::panel_keys, 1, block_tokens, &most,
                                &maximum) == 1 &&
            left_[line].take(maximum, block_tokens, known))
            left_out |= uint64_t{1} << line;
    }
    return left_out;
}

}  // namespace farspan
