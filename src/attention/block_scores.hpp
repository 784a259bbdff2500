// What a tile of logits of one query block needs after the product, for the forward run and for its gradient: the
// regions in which it is computed, bias, mask, and the decay of rotated queries.
#pragma once

#include <algorithm>

#include "base/aligned.hpp"
#include "base/strided.hpp"
#include "plan/plan.hpp"

namespace farspan {

// One query head of one batch entry, and the packed key head that it reads.
struct head_task {
    int64_t batch, query_head;
    int64_t slot;
};

// Rows of an edge tile are taken in groups of this many, each with its own run of keys: on the diagonal, half of the
// tile is never computed.
constexpr int64_t edge_rows = 16;

// A group of rows against keys [first_key, first_key + count).
struct region {
    int64_t first_row, rows;  // within the block
    int64_t first_key, count, cols;
    tile shape;
};

inline region make_region(int64_t first_row, int64_t rows, int64_t first_key, const tile& t) {
    const int64_t count = t.last_key - first_key;
    return {first_row, rows, first_key, count, round_up(count, 16), t};
}

// The views of a block's rows, with bounds over them and over each group of edge_rows.
struct block_views {
    row_view rows[kernels::block_rows];
    block_bounds whole;
    block_bounds part[kernels::block_rows / edge_rows];

    block_views(const plan& plan, int64_t batch, const query_block& block);

    // The part's own stretch of an edge tile: from the first key that one of its rows sees to the last. False: there is
    // none.
    bool edge_region(const plan& plan, int64_t first_row, int64_t count, const tile& t, region& where) const;

    // Calls visit(region) for all that is to be computed of a tile of this block, which has `count` rows.
    template <class Visit>
    void visit_regions(const plan& plan, int64_t count, const tile& t, Visit&& visit) const {
        if (!t.edge && t.nearest == t.oldest) return visit(make_region(0, count, t.first_key, t));
        for (int64_t r = 0; r < count; r += edge_rows)
            if (region where; edge_region(plan, r, std::min(edge_rows, count - r), t, where)) visit(where);
    }
};

// Private to a worker.
struct score_scratch {
    float* bias;          // [64][tile_keys]; tables and tensors only
    float* row_position;  // [64]
    float* key_position;  // [tile_keys]
};

class block_scores {
public:
    block_scores(const plan& plan, const strided& bias, const score_scratch& scratch, const head_task& task,
                 const query_block& block, const row_view* views);

    // `scores` is the region's first logit; rows are tile_keys apart.
    void add_bias(const region& where, float* scores) const;
    void mask(const region& where, float* scores) const;
    // Lanes below threshold[r] belong to branch b or an older one.
    void older_lanes(const region& where, int b, int32_t* threshold) const;

private:
    void add_slope(const region& where, float* scores) const;
    void add_table(const region& where, float* scores) const;
    void add_dense(const region& where, float* scores) const;
    int64_t row(const region& where, int64_t r) const { return block_.first_row + where.first_row + r; }

    const plan& plan_;
    const kernels::kernel_table& kernels_;
    const strided& bias_;
    const score_scratch& scratch_;
    const head_task& task_;
    const query_block& block_;
    const row_view* const views_;
    const row_tables& tables_;
    const position_row& positions_;
};

// Decaying rotations: the decay from the block's centre to that of the tile at first_key, one factor per feature. Keys
// carry theirs to the tile's centre.
void fill_decay(const plan& plan, const row_tables& tables, const query_block& block, int64_t first_key, float* factor);

}  // namespace farspan
