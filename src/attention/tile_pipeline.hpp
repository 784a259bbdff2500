// One tile of keys after the other against the lines of a task:
//   S = Q K^T (a second product and a select where a branch boundary crosses), cap, bias, mask, online softmax, O += P V.
// Keys come packed (query_block.cpp) or from the pages of a cache (decode.cpp): `Keys` derives from the pipeline and has
//   multiply(region, branch, scores)           logits of the region as a branch shows its queries and keys
//   hide(region, scores)                       what the views do not know to be hidden
//   nothing_hidden()                           whether it hides nothing
//   leave_out(region, scores)                  true: the region does not matter; or hides it from some lines
//   accumulate(region, weights, output)        output += weights V
#pragma once

#include <algorithm>
#include <cstring>
#include <limits>
#include <numbers>

#include "attention/rows.hpp"
#include "attention/tile_scores.hpp"

namespace farspan {

// Sums of some lines: not yet divided, base 2.
struct line_sums {
    float* output;   // [lines][value_ld]
    float* maximum;  // [lines]
    float* sum;
};

struct pipeline_scratch {
    float* query;           // [64][head_ld] scaled
    float *scores, *older;  // [64][ld]; the second with several branches only
    score_scratch passes;
};

// Finished rows of all lines, from `first_row` on in out. lse: of row 0 of head 0, NULL if it is not wanted.
inline void finish_lines(const kernels::kernel_table& kernels, const line_sums& sums, int64_t value_ld,
                         const tile_lines& lines, int64_t value_dim, const strided& out, int64_t batch,
                         int64_t first_row, float* lse, int64_t lse_stride) {
    for (int64_t h = 0; h < lines.heads; ++h) {
        const int64_t line = h * lines.rows, head = lines.first_head + h;
        finish_rows(kernels, sums.output + line * value_ld, value_ld, sums.maximum + line, sums.sum + line, lines.rows,
                    value_dim, out, out.at(batch, head, first_row, 0),
                    lse ? lse + head * lse_stride + first_row : nullptr);
    }
}

template <class Keys>
class tile_pipeline {
protected:
    tile_pipeline(const kernels::kernel_table& kernels, const lowered_scheme& scheme, const tile_scores& passes,
                  const pipeline_scratch& scratch, const line_sums& sums, int64_t ld, int64_t head_ld, int64_t value_ld)
        : kernels_(kernels),
          scheme_(scheme),
          passes_(passes),
          sums_(sums),
          scratch_(scratch),
          ld_(ld),
          head_ld_(head_ld),
          value_ld_(value_ld) {}

    // The queries, scaled, row by row of each head; no weights yet, or those of the sinks.
    void begin(const strided& q, int64_t batch, int64_t first_row, const tile_lines& lines, int64_t head_dim,
               const float* scale, bool sinks) {
        for (int64_t h = 0; h < lines.heads; ++h) {
            float* rows = scratch_.query + h * lines.rows * head_ld_;
            loader(kernels_, q.dtype)(q.at(batch, lines.first_head + h, first_row, 0), q.stride[2], q.stride[3],
                                      lines.rows, head_dim, rows, head_ld_, head_ld_);
            kernels_.scale_rows(rows, head_ld_, lines.rows, head_ld_, scale);
        }
        std::memset(sums_.output, 0, static_cast<std::size_t>(lines.count() * value_ld_) * sizeof(float));
        sinks = sinks && !scheme_.score.sink_logits.empty();
        for (int64_t h = 0; h < lines.heads; ++h) {
            const float maximum = sinks ? in_base_2(scheme_.score.sink_logits[lines.first_head + h])
                                        : -std::numeric_limits<float>::infinity();
            std::fill_n(sums_.maximum + h * lines.rows, lines.rows, maximum);
        }
        std::fill_n(sums_.sum, lines.count(), sinks ? 1.0f : 0.0f);
    }

    void run_region(const region& where) {
        float* scores = scratch_.scores + where.first_row * ld_;
        const int64_t lines = passes_.lines(where);
        const bool plain = is_plain(where);
        passes_.products(where, scores, scratch_.older, [&](int branch, float* to) {
            keys().multiply(where, branch, to);
            if (!plain) kernels_.mark_overflow(to, ld_, lines, where.cols);
        });
        if (scheme_.score.softcap > 0)
            kernels_.softcap(scores, ld_, lines, where.cols,
                             static_cast<float>(scheme_.score.softcap * std::numbers::log2e));
        passes_.add_bias(where, scores);
        if (where.shape.edge || where.cols != where.count) passes_.mask(where, scores);
        keys().hide(where, scores);
        if (keys().leave_out(where, scores)) return;
        float* output = sums_.output + where.first_row * value_ld_;
        (plain ? kernels_.softmax_products : kernels_.softmax)(
            scores, ld_, lines, where.cols, sums_.maximum + where.first_row, sums_.sum + where.first_row, output,
            value_ld_, value_ld_);
        keys().accumulate(where, scores, output);
    }

    const kernels::kernel_table& kernels_;
    const lowered_scheme& scheme_;
    const tile_scores passes_;
    const line_sums sums_;

private:
    // Nothing is done to the products before softmax, which then finds those that overflowed by itself.
    bool is_plain(const region& where) {
        return !where.shape.edge && where.cols == where.count && where.shape.nearest == where.shape.oldest &&
               scheme_.score.softcap <= 0 && scheme_.bias.kind == bias_part::none && keys().nothing_hidden();
    }

    Keys& keys() { return static_cast<Keys&>(*this); }

    const pipeline_scratch& scratch_;
    const int64_t ld_, head_ld_, value_ld_;
};

}  // namespace farspan
