// A plan for the newest tokens of some cached sequences: most often few rows each and many keys. Immutable after
// make_cache_plan.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/parallel.hpp"
#include "cache/block.hpp"
#include "kernels/kernel_table.hpp"
#include "method/scheme.hpp"
#include "plan/bias_table.hpp"
#include "plan/key_intervals.hpp"
#include "plan/plan.hpp"
#include "plan/turns.hpp"

namespace farspan {

// A block as one sequence sees it.
struct cached_page {
    int64_t base;
    uint64_t present;
    block* data;
};

// The scheme at one current length, and what follows from it for all sequences of that length.
struct lowered_scheme {
    int64_t length;
    rope_part rope;
    remap_part remap;
    bias_part bias;
    mask_part mask;
    score_part score;
    std::unique_ptr<turn_maker> turns;  // NULL: nothing to rotate

    int branches() const { return static_cast<int>(remap.branches.size()); }
};

struct cached_sequence {
    int64_t first_row;               // of the batch's tensors
    std::vector<int64_t> positions;  // of the query rows
    std::vector<cached_page> pages;
    const lowered_scheme* scheme;
    std::vector<row_view> views;      // [rows], in positions
    std::vector<float> query_scale;   // [rows], log2(e) included
    std::vector<branch_turns> turns;  // [branch], empty if nothing is rotated
    bias_blocks distance_bias;        // bias.kind == table
    std::vector<int32_t> bias_place;  // [rows][pages], of the distances between a row and the page's lanes
    bias_ceiling ceiling;             // of a slope or table; nothing is left out beside a decaying rotation
    bool newest_first = false;        // the weights of the newest keys may show that older ones do not matter: see
                                      // attention/negligible.hpp
    // Many rows: an ordinary plan over the tokens in order, instead of the tables above.
    std::unique_ptr<const plan> prefill;
    std::vector<int64_t> first_token;  // [pages + 1], with prefill: how many tokens lie before the page

    int64_t rows() const { return static_cast<int64_t>(positions.size()); }
};

// Some rows and heads of one key head against some pages of a sequence. Row h * rows + r of its scratch is row
// first_row + r of head first_head + h.
struct cached_task {
    int64_t sequence, key_head;
    int64_t first_head, heads;  // query heads
    int64_t first_row, rows;    // of the sequence's rows
    int64_t first_page, last_page;
    int64_t partial;      // the task's place among the partial results; -1: it is a whole
    int64_t part, parts;  // which of the partial results that belong together
    int64_t newest;       // with newest_first, the partial result of the newest keys; -1: this one
};

struct cache_plan {
    block_shape shape;
    int64_t query_heads, head_offset, rows;
    int64_t head_ld, value_ld;
    const kernels::kernel_table* kernels;
    int32_t threads;
    std::vector<std::unique_ptr<lowered_scheme>> schemes;  // one per current length
    std::vector<cached_sequence> sequences;
    std::vector<cached_task> tasks;
    int64_t partials;
    double work;  // multiply-adds of a run, and what reading the keys and values costs

    int64_t group() const { return query_heads / shape.key_heads; }
};

struct cached_rows {
    int64_t first_row;
    std::vector<int64_t> positions;
    std::vector<cached_page> pages;
    int64_t length;  // the current length
};

struct cache_problem {
    int64_t query_heads;
    int64_t head_offset;     // head 0 is this head of the layer
    int64_t length;          // 0: of each sequence, its own
    const char* heads_path;  // of query_heads, for failures
};

std::unique_ptr<cache_plan> make_cache_plan(const scheme& scheme, const block_shape& shape,
                                            std::vector<cached_rows> sequences, int64_t rows,
                                            const cache_problem& problem, const kernels::kernel_table& kernels,
                                            const workers& by);

}  // namespace farspan
