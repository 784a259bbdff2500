#include "attention/negligible.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "attention/bound.hpp"

namespace farspan {
namespace {

constexpr double none = -std::numeric_limits<double>::infinity();

float largest_norm(const slice_summary& summary, uint64_t present) {
    float largest = 0;
    for (int64_t lane = 0; lane < block_tokens; ++lane)
        if (present >> lane & 1) largest = std::max(largest, summary.key_norm[lane]);
    return largest;
}

}  // namespace

negligible_pages::negligible_pages(const cache_plan& plan, const cached_task& task, const float* queries,
                                   const partial* newest)
    : task_(task),
      sequence_(plan.sequences[static_cast<std::size_t>(task.sequence)]),
      most_(0x1p-25 / static_cast<double>(task.parts)) {
    for (int64_t line = 0; line < task.heads * task.rows; ++line) {
        query_norm_[line] = norm_bound(queries + line * plan.head_ld, plan.shape.head_dim);
        slope_[line] = sequence_.scheme->bias.slopes[static_cast<std::size_t>(task.first_head + line / task.rows)] *
                       std::numbers::log2e;
        tail_[line] = -std::log2(std::max(1 - std::exp2(-slope_[line]), 1.0 / block_tokens));
        known_[line] = newest ? least_log2(newest->maximum[line], newest->sum[line]) : none;
    }
}

double negligible_pages::weight_bound(int64_t line, const cached_page& page, float key_norm,
                                      const partial& so_far) const {
    const int64_t newest_key = page.base + block_tokens - 1 - __builtin_clzll(page.present);
    const int64_t distance =
        sequence_.positions[static_cast<std::size_t>(task_.first_row + line % task_.rows)] - newest_key;
    if (distance < 0 || !(slope_[line] > 0)) return std::numeric_limits<double>::infinity();
    const double logit = query_norm_[line] * key_norm - slope_[line] * static_cast<double>(distance);
    const double sum = std::max(known_[line], least_log2(so_far.maximum[line], so_far.sum[line]));
    return std::exp2(logit + tail_[line] + 0.01 - sum);
}

uint64_t negligible_pages::leave_out(const cached_page& page, const slice_summary& summary, const partial& so_far) {
    if (summary.values_not_finite) return 0;
    const float key_norm = largest_norm(summary, page.present);
    uint64_t lines = 0;
    for (int64_t line = 0; line < task_.heads * task_.rows; ++line) {
        const double all = left_out_[line] + weight_bound(line, page, key_norm, so_far);
        if (!(all <= most_)) continue;  // also for NaN
        left_out_[line] = all;
        lines |= uint64_t{1} << line;
    }
    return lines;
}

}  // namespace farspan
