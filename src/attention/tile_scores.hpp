// What a tile of logits needs after the product, whether its keys are packed or cached, in the forward run and in its
// gradient: the regions in which it is computed, older branches, bias, mask, and the decay of rotated queries.
#pragma once

#include <algorithm>

#include "base/aligned.hpp"
#include "base/strided.hpp"
#include "plan/plan.hpp"

namespace farspan {

// Query heads of one batch entry, one after the other, and the packed key head that they read.
struct head_task {
    int64_t batch, query_head;  // the first
    int64_t slot;
    int64_t heads = 1;
};

// The lines of a tile: `rows` query rows of each of `heads` heads that read one key head. Line h * rows + r is row r of
// head first_head + h.
struct tile_lines {
    int64_t first_head, heads, rows;
    const row_view* views;     // [rows]
    const int64_t* positions;  // [rows] of the queries

    int64_t count() const { return heads * rows; }
};

// The keys that tiles count: those of a segment by their index, with their positions, or by their position itself.
struct tile_keys_at {
    const int64_t* positions = nullptr;   // NULL: a key's number is its position
    int64_t first = 0, last = unlimited;  // the segment
    bool consecutive = true;              // positions grow by one

    int64_t operator[](int64_t key) const { return positions ? positions[key] : key; }
};

// Rows of an edge tile are taken in groups of this many, each with its own run of keys: on the diagonal, half of the
// tile is never computed.
constexpr int64_t edge_rows = 16;

// A group of rows against keys [first_key, first_key + count). With several heads, all rows.
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
    float* bias;          // [64][ld]; tables and tensors only
    float* row_position;  // [64]
    float* key_position;  // [ld]
};

// A dense bias of one batch entry.
struct dense_bias {
    const strided* tensor = nullptr;  // NULL: none
    int64_t batch = 0, first_row = 0;
};

class tile_scores {
public:
    // `ld`: between lines of logits. All that is referred to outlives it.
    tile_scores(const kernels::kernel_table& kernels, const lowered_scheme& scheme, const bias_table& table,
                const tile_lines& lines, const tile_keys_at& keys, const score_scratch& scratch, int64_t ld,
                const dense_bias& dense = {})
        : kernels_(kernels),
          scheme_(scheme),
          table_(table),
          lines_(lines),
          keys_(keys),
          scratch_(scratch),
          ld_(ld),
          dense_(dense) {}

    // The logits of a region, whose first one is at `scores`: multiply(branch, scores) for the nearest branch, and where
    // keys belong to an older one, from `older`.
    template <class Multiply>
    void products(const region& where, float* scores, float* older, Multiply&& multiply) const {
        multiply(where.shape.nearest, scores);
        for (int b = where.shape.nearest + 1; b <= where.shape.oldest; ++b) {
            multiply(b, older);
            int32_t threshold[kernels::block_rows];
            older_lanes(where, b, threshold);
            kernels_.select_older(scores, older, ld_, lines(where), where.cols, threshold);
        }
    }
    void add_bias(const region& where, float* scores) const;
    void mask(const region& where, float* scores) const;
    // Lanes below threshold[line] belong to branch b or an older one.
    void older_lanes(const region& where, int b, int32_t* threshold) const;

    int64_t lines(const region& where) const { return lines_.heads * where.rows; }

private:
    void add_slope(const region& where, float* scores) const;
    void add_table(const region& where, float* scores) const;
    void add_dense(const region& where, float* scores) const;
    // Calls visit(line, head, row) for all of them.
    template <class Visit>
    void visit_lines(const region& where, Visit&& visit) const {
        for (int64_t h = 0, line = 0; h < lines_.heads; ++h)
            for (int64_t r = 0; r < where.rows; ++r, ++line) visit(line, lines_.first_head + h, where.first_row + r);
    }

    const kernels::kernel_table& kernels_;
    const lowered_scheme& scheme_;
    const bias_table& table_;
    const tile_lines lines_;
    const tile_keys_at keys_;
    const score_scratch& scratch_;
    const int64_t ld_;
    const dense_bias dense_;
};

// Of one block of a plan over tensors.
tile_scores block_scores(const plan& plan, const strided& bias, const score_scratch& scratch, const head_task& task,
                         const query_block& block, const row_view* views);

// Decaying rotations: the decay from the block's centre to that of the tile at first_key, one factor per feature. Keys
// carry theirs to the tile's centre.
void fill_decay(const plan& plan, const row_tables& tables, const query_block& block, int64_t first_key, float* factor);

}  // namespace farspan
