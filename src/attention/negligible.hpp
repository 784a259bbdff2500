// Pages of a cache that certainly do not matter under a bias that falls with the distance, from the norms of their keys
// or from their logits: the rule of bound.hpp, line by line.
#pragma once

#include "attention/bound.hpp"
#include "attention/decode_scratch.hpp"

namespace farspan {

class negligible_pages {
public:
    // `queries`: the scaled lines of the task. `newest`: the result of the part with the newest keys, NULL if that is
    // this one.
    negligible_pages(const cache_plan& plan, const cached_task& task, const float* queries, const line_sums* newest);

    // The lines for which the page does not matter, as bits. What they leave out is remembered.
    uint64_t leave_out(const cached_page& page, const slice_summary& summary, const line_sums& so_far);
    // The same from the page's logits, [lines][64]: of the other lines.
    uint64_t leave_out(const float* scores, const slice_summary& summary, uint64_t left_out, const line_sums& so_far);

private:
    double found(int64_t line, const line_sums& so_far) const {
        return std::max(known_[line], least_log2(so_far.maximum[line], so_far.sum[line]));
    }

    const cached_task& task_;
    const cached_sequence& sequence_;
    const kernels::kernel_table& kernels_;
    const double cap_;  // of a product, base 2
    double query_norm_[kernels::block_rows];
    double known_[kernels::block_rows];  // log2 of a lower bound of the sum of weights
    allowance left_[kernels::block_rows];
};

}  // namespace farspan
