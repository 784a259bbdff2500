// A plan for the newest tokens of some cached sequences: most often few rows each and many keys. It changes only when it
// is advanced to the tokens that a sequence has by then, and holds of a sequence only the pages that its rows see.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/parallel.hpp"
#include "cache/block.hpp"
#include "kernels/kernel_table.hpp"
#include "method/scheme.hpp"
#include "plan/bias_table.hpp"
#include "plan/cached_page.hpp"
#include "plan/key_intervals.hpp"
#include "plan/plan.hpp"
#include "plan/turns.hpp"

namespace farspan {

// The scheme at one current length, and what follows from it for all sequences of that length.
struct cached_scheme {
    int64_t length;
    lowered_scheme parts;
    std::optional<page_turns> turns;  // none: nothing to rotate
    bias_table distance_bias;         // bias.kind == table
    bias_ceiling ceiling;             // of a slope or table; nothing is left out beside a decaying rotation
};

struct cached_sequence {
    int64_t first_row;               // of the batch's tensors
    std::vector<int64_t> positions;  // of the query rows
    std::vector<cached_page> pages;  // that a row sees
    cached_scheme* scheme;
    std::vector<row_view> views;     // [rows], in positions
    std::vector<float> query_scale;  // [rows], log2(e) included
    std::vector<query_turns> turns;  // [branch], empty if nothing is rotated
    bool newest_first = false;       // the weights of the newest keys may show that older ones do not matter: see
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

struct cache_problem {
    int64_t query_heads;
    int64_t head_offset;     // head 0 is this head of the layer
    int64_t length;          // 0: of each sequence, its own
    const char* heads_path;  // of query_heads, for failures
};

struct cache_plan {
    std::shared_ptr<const farspan::scheme> scheme;
    cache_problem problem;
    block_shape shape;
    int64_t query_heads, rows;
    int64_t head_ld, value_ld;
    const kernels::kernel_table* kernels;
    int32_t threads;
    std::vector<std::unique_ptr<cached_scheme>> schemes;  // one per current length, or one if that does not matter
    std::vector<cached_sequence> sequences;
    std::vector<cached_task> tasks;
    int64_t partials;
    double work;  // multiply-adds of a run, and what reading the keys and values costs

    int64_t group() const { return query_heads / shape.key_heads; }
};

// A sequence as it is, while the plan is made.
struct cached_rows {
    int64_t first_row;
    std::vector<int64_t> positions;
    std::span<const page> pages;
    int64_t length;  // the current length
};

std::unique_ptr<cache_plan> make_cache_plan(std::shared_ptr<const scheme> scheme, const block_shape& shape,
                                            std::vector<cached_rows> sequences, int64_t rows,
                                            const cache_problem& problem, const kernels::kernel_table& kernels,
                                            const workers& by);

// The same sequences later: the plan becomes what make_cache_plan would make of them, but keeps the tables that do not
// change. After a failure it can only be advanced again.
void advance(cache_plan& plan, std::vector<cached_rows> sequences, const workers& by);

}  // namespace farspan
