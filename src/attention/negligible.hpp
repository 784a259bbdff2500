// Pages of a cache that certainly do not matter under a bias that falls with the distance, from the norms of their
// keys.
//
// For a query q and the keys k_j of a page, all at a distance of at least n, in base-2 units:
//   sum_j 2^(<q, k_j> - slope d_j)  <=  2^(|q| max_j |k_j| - slope n) * min(64, 1 / (1 - 2^-slope))
// A page is left out for a query if all that has been left out for it is at most 2^-25 of the sum of its weights. The
// exact output is then (1 - rho) times what is computed plus rho times a mean of values, rho <= 2^-25: it differs by at
// most 2^-24 max|v|, which is less than the rounding of the products.
#pragma once

#include "attention/decode_scratch.hpp"

namespace farspan {

class negligible_pages {
public:
    // `queries`: the scaled lines of the task. `newest`: the result of the part with the newest keys, NULL if that is
    // this one.
    negligible_pages(const cache_plan& plan, const cached_task& task, const float* queries, const partial* newest);

    // The lines for which the page does not matter, as bits. What they leave out is remembered.
    uint64_t leave_out(const cached_page& page, const slice_summary& summary, const partial& so_far);

private:
    double weight_bound(int64_t line, const cached_page& page, float key_norm, const partial& so_far) const;

    const cached_task& task_;
    const cached_sequence& sequence_;
    const double most_;  // that this part may leave out
    double query_norm_[kernels::block_rows], slope_[kernels::block_rows], tail_[kernels::block_rows];
    double known_[kernels::block_rows];  // log2 of a lower bound of the sum of weights
    double left_out_[kernels::block_rows] = {};
};

}  // namespace farspan
