// Tiles of keys that certainly do not matter to a block of query rows under a bias that falls with the distance, from
// the norms of their keys or from their logits: the rule of bound.hpp, for a whole tile and all rows at once. The row
// that a tile matters to most decides, and what it leaves out counts for all of them.
#pragma once

#include "attention/bound.hpp"
#include "attention/tile_scores.hpp"

namespace farspan {

class negligible_tiles {
public:
    // `queries`: the scaled rows of the block, not rotated.
    negligible_tiles(const plan& plan, const head_task& task, const query_block& block, const block_views& views,
                     const float* queries);

    // The run of the keys that are nearest to the block: tiles are to be visited from there on.
    static int64_t nearest_run(const plan& plan, const head_task& task, const query_block& block);

    bool leave_out(const tile& t, float largest_key_norm);
    // A region whose masked logits are known.
    bool leave_out(const region& where, const float* scores);
    // After a tile: the running maxima and sums of the rows.
    void found(const float* maximum, const float* sum);

private:
    int64_t position(int64_t r) const { return positions_.query[static_cast<std::size_t>(first_row_ + r)]; }

    const kernels::kernel_table& kernels_;
    const bias_ceiling& ceiling_;
    const position_row& positions_;
    const segment& segment_;
    const int64_t head_, first_row_, rows_;
    const double cap_;                                               // of a product, base 2
    double norm_[kernels::block_rows], found_[kernels::block_rows];  // log2 of a lower bound of the sum of weights
    bool blind_[kernels::block_rows];                                // sees no key at all
    double largest_norm_ = 0, least_found_ = -infinite;
    int64_t least_position_ = std::numeric_limits<int64_t>::max(), most_position_ = std::numeric_limits<int64_t>::min();
    allowance left_;
};

// The largest norm of some rows; infinity if one is not finite.
float largest_norm(const float* rows, int64_t ld, int64_t count, int64_t dim);

}  // namespace farspan
