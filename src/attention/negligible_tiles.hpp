// Tiles of keys that certainly do not matter to a block of query rows under a bias that falls with the distance, from
// the norms of their keys: prefill's counterpart of negligible.hpp, for a whole tile and all rows at once.
//
// For a query q and the keys k_j of a tile, all at a distance of at least n, in base-2 units:
//   sum_j 2^(<q, k_j> - slope d_j)  <=  2^(|q| max_j |k_j| - slope n) * tile_keys
// A tile is left out if that is at most 2^-25 / (tiles of the block) of the weights found so far, for every row. All
// that is left out is then at most 2^-25 of a row's weights, and its output differs from the exact one by at most 2^-24
// max|v|, which is less than the rounding of the products; its lse by at most 2^-24.
#pragma once

#include <limits>

#include "attention/block_scores.hpp"

namespace farspan {

class negligible_tiles {
public:
    // `queries`: the scaled rows of the block, not rotated.
    negligible_tiles(const plan& plan, const head_task& task, const query_block& block, const block_views& views,
                     const float* queries);

    // Under this bias there is something to leave out: then tiles are to be visited from the newest on.
    static bool possible(const plan& plan, int64_t query_head);

    bool leave_out(const tile& t, float largest_key_norm) const;
    // After a tile: the running maxima and sums of the rows.
    void found(const float* maximum, const float* sum);

private:
    const position_row& positions_;
    const segment& segment_;
    const int64_t first_row_, rows_;
    const bool symmetric_;
    const double slope_;  // base 2
    const double cap_;    // of a product, base 2
    double allowed_;      // log2 of the part of the weights that a tile may hold, less the number of its keys
    double norm_[kernels::block_rows], found_[kernels::block_rows];  // log2 of a lower bound of the sum of weights
    bool blind_[kernels::block_rows];                                // sees no key at all
    double largest_norm_ = 0, least_found_;
    int64_t least_position_ = std::numeric_limits<int64_t>::max(), most_position_ = std::numeric_limits<int64_t>::min();
};

// The largest norm of some rows; infinity if one is not finite.
float largest_norm(const float* rows, int64_t ld, int64_t count, int64_t dim);

}  // namespace farspan
