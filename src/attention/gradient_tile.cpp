// The tiles of a gradient: five products each, weights and logits are computed once.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <numbers>

#include "attention/gradient.hpp"
#include "attention/rows.hpp"
#include "base/parallel.hpp"

namespace farspan {
namespace {

using kernels::block_rows;
using kernels::panel_keys;
using kernels::tile_keys;

// One block of queries against tiles of keys.
class tile_adder {
public:
    tile_adder(const plan& plan, const gradient_tensors& tensors, const gradient_slot& slot,
               const gradient_scratch& scratch, const head_task& task, int64_t number, const block_views& views,
               double* buckets)
        : plan_(plan),
          kernels_(*plan.kernels),
          tensors_(tensors),
          slot_(slot),
          scratch_(scratch),
          task_(task),
          block_(plan.blocks[static_cast<std::size_t>(number)]),
          tables_(plan.rows[plan.entry(task.batch).row]),
          positions_(plan.shape.rows[plan.entry(task.batch).row]),
          views_(views),
          passes_(block_scores(plan, tensors.bias, scratch.passes, task, block_, views.rows)),
          queries_not_finite_(slot.queries_not_finite[number] != 0),
          d_out_not_finite_(slot.d_out_not_finite[number] != 0),
          buckets_(buckets) {}

    void add(const tile& t) const {
        views_.visit_regions(plan_, block_.last_row - block_.first_row, t,
                             [&](const region& where) { add_region(where); });
    }

private:
    void add_region(const region& where) const {
        const bool decays = !tables_.key_centre.empty();
        if (decays) fill_decay(plan_, tables_, block_, where.first_key, scratch_.decay);
        logits(where);
        products(d_out(where), plan_.value_ld, where, slot_.value_panels, 0, plan_.shape.value_dim, scratch_.change);
        const int64_t first = row(where, 0);
        kernels_.softmax_gradient(scratch_.scores, scratch_.change, tile_keys, where.rows, where.cols,
                                  slot_.lse + first, slot_.delta + first);
        if (tensors_.d_v.data) add_values(where);
        if (tensors_.d_bias.data) add_bias(where);
        if (tensors_.d_bias_values) add_buckets(where);
        if (!tensors_.d_q.data && !tensors_.d_k.data) return;
        if (plan_.scheme.score.softcap > 0)
            kernels_.scale_tile(scratch_.change, scratch_.slope, tile_keys, where.rows, where.cols);
        for (int b = where.shape.nearest; b <= where.shape.oldest; ++b) {
            const float* change = of_branch(where, b);
            if (tensors_.d_q.data) add_queries(where, b, change, decays);
            if (tensors_.d_k.data) add_keys(where, b, change, decays);
        }
    }

    // --- logits and their weights

    void logits(const region& where) const {
        passes_.products(where, scratch_.scores, scratch_.older,
                         [&](int branch, float* to) { multiply(where, branch, to); });
        if (plan_.scheme.score.softcap > 0)
            kernels_.softcap_slope(scratch_.scores, scratch_.slope, tile_keys, where.rows, where.cols,
                                   static_cast<float>(plan_.scheme.score.softcap * std::numbers::log2e));
        passes_.add_bias(where, scratch_.scores);
        if (where.shape.edge || where.cols != where.count) passes_.mask(where, scratch_.scores);
    }

    void multiply(const region& where, int b, float* s) const {
        const float* rows = queries(where, b);
        if (!tables_.key_centre.empty()) {
            kernels_.scale_columns(rows, plan_.head_ld, where.rows, plan_.head_ld, scratch_.decay, scratch_.query);
            rows = scratch_.query;
        }
        products(rows, plan_.head_ld, where, slot_.key_panels, plan_.copy_of_branch[b], plan_.shape.head_dim, s);
    }

    // s = rows times the panels of the region's keys.
    void products(const float* rows, int64_t ld, const region& where, float* panels, int copy, int64_t dim,
                  float* s) const {
        for (int64_t col = 0; col < where.cols; col += panel_keys)
            kernels_.qk_packed(rows, ld, where.rows, panel_at(panels, slot_.runs, copy, where.first_key + col, dim),
                               dim, s + col, tile_keys, std::min(panel_keys, where.cols - col));
    }

    // d_logit where the key belongs to branch b, 0 elsewhere.
    const float* of_branch(const region& where, int b) const {
        if (where.shape.nearest == where.shape.oldest) return scratch_.change;
        std::memset(scratch_.branch, 0, static_cast<std::size_t>(where.rows * tile_keys) * sizeof(float));
        int32_t threshold[block_rows];
        if (b > where.shape.nearest)
            passes_.older_lanes(where, b, threshold);
        else
            std::fill(threshold, threshold + where.rows, static_cast<int32_t>(where.cols));
        kernels_.select_older(scratch_.branch, scratch_.change, tile_keys, where.rows, where.cols, threshold);
        if (b == where.shape.oldest) return scratch_.branch;
        passes_.older_lanes(where, b + 1, threshold);
        kernels_.select_older(scratch_.branch, scratch_.zeros, tile_keys, where.rows, where.cols, threshold);
        return scratch_.branch;
    }

    // --- sums

    void add_queries(const region& where, int b, const float* change, bool decays) const {
        const int copy = plan_.copy_of_branch[b];
        const int64_t ld = plan_.head_ld;
        const float* keys = row_at(slot_.key_rows, slot_.runs * tile_keys, copy, where.first_key, ld);
        if (decays) {
            kernels_.scale_columns(keys, ld, where.count, ld, scratch_.decay, scratch_.keys);
            keys = scratch_.keys;
        }
        kernels_.pv(change, tile_keys, where.rows, keys, ld, where.count,
                    row_at(slot_.d_queries, plan_.shape.queries, b, row(where, 0), ld), ld, ld);
    }

    void add_keys(const region& where, int b, const float* change, bool decays) const {
        const int64_t ld = plan_.head_ld;
        const float* rows = queries(where, b);
        if (decays) {
            kernels_.scale_columns(rows, ld, where.rows, ld, scratch_.decay, scratch_.query);
            rows = scratch_.query;
        }
        if (queries_not_finite_) rows = finite(rows, where.rows, ld, scratch_.query);
        kernels_.pv_upright(change, tile_keys, where.rows, rows, ld, where.count,
                            row_at(slot_.d_keys, slot_.runs * tile_keys, plan_.copy_of_branch[b], where.first_key, ld),
                            ld, ld);
    }

    void add_values(const region& where) const {
        const int64_t ld = plan_.value_ld;
        float* sums = slot_.d_values + where.first_key * ld;
        const float* rows = d_out(where);
        if (d_out_not_finite_) rows = finite(rows, where.rows, ld, scratch_.d_out);
        kernels_.pv_upright(scratch_.scores, tile_keys, where.rows, rows, ld, where.count, sums, ld, ld);
        if (!d_out_not_finite_) return;
        for (int64_t r = 0; r < where.rows; ++r)
            for (int64_t d = 0; d < ld; ++d) {
                const float value = d_out(where)[r * ld + d];
                if (std::isfinite(value)) continue;
                for (int64_t c = 0; c < where.count; ++c)
                    if (const float weight = scratch_.scores[r * tile_keys + c]; weight != 0)
                        sums[c * ld + d] += weight * value;
            }
    }

    // A query or d_out that is not finite must not meet the zeros of the keys that its row does not see.
    static const float* finite(const float* rows, int64_t count, int64_t ld, float* copy) {
        for (int64_t n = 0; n < count * ld; ++n) copy[n] = std::isfinite(rows[n]) ? rows[n] : 0.0f;
        return copy;
    }

    void add_bias(const region& where) const {
        const strided& to = tensors_.d_bias;
        const int64_t b = to.shape[0] == 1 ? 0 : task_.batch, h = to.shape[1] == 1 ? 0 : task_.query_head;
        void* first = to.at(b, h, row(where, 0), where.first_key);
        const float* values = scratch_.change;
        if (tensors_.bias_is_shared(plan_.shape)) {
            kernels_.load_rows_f32(first, to.stride[2], to.stride[3], where.rows, where.count, scratch_.passes.bias,
                                   tile_keys, where.count);
            for (int64_t r = 0; r < where.rows; ++r)
                for (int64_t c = 0; c < where.count; ++c)
                    scratch_.passes.bias[r * tile_keys + c] += values[r * tile_keys + c];
            values = scratch_.passes.bias;
        }
        storer(kernels_, to.dtype)(values, tile_keys, where.rows, where.count, nullptr, first, to.stride[2],
                                   to.stride[3]);
    }

    void add_buckets(const region& where) const {
        const segment& s = plan_.shape.segments[static_cast<std::size_t>(block_.segment)];
        const int64_t first = std::max(where.first_key, s.first_key),
                      last = std::min(where.first_key + where.count, s.last_key);
        if (tables_.keys_consecutive[static_cast<std::size_t>(block_.segment)] && add_diagonals(where, first, last))
            return;
        for (int64_t r = 0; r < where.rows; ++r)
            for (int64_t key = first; key < last; ++key)
                if (const float change = scratch_.change[r * tile_keys + key - where.first_key]; change != 0)
                    buckets_[plan_.scheme.bias.bucket(query_position(where, r) - key_position(key))] +=
                        static_cast<double>(change);
    }

    // Of consecutive keys and queries that are no further apart than rows are: first summed by distance. False: they
    // are further apart.
    bool add_diagonals(const region& where, int64_t first, int64_t last) const {
        int64_t least = query_position(where, 0), most = least;
        for (int64_t r = 1; r < where.rows; ++r) {
            least = std::min(least, query_position(where, r));
            most = std::max(most, query_position(where, r));
        }
        if (most - least >= block_rows) return false;
        double sums[block_rows + tile_keys] = {};
        const int64_t smallest = least - key_position(last - 1);
        for (int64_t r = 0; r < where.rows; ++r) {
            const float* change = scratch_.change + r * tile_keys + first - where.first_key;
            double* distance = sums + (query_position(where, r) - key_position(first) - smallest);
            for (int64_t c = 0; c < last - first; ++c) distance[-c] += static_cast<double>(change[c]);
        }
        const int64_t count = most - key_position(first) - smallest + 1;
        for (int64_t n = 0; n < count; ++n) buckets_[plan_.scheme.bias.bucket(smallest + n)] += sums[n];
        return true;
    }

    int64_t row(const region& where, int64_t r) const { return block_.first_row + where.first_row + r; }
    const float* queries(const region& where, int b) const {
        return row_at(slot_.queries, plan_.shape.queries, b, row(where, 0), plan_.head_ld);
    }
    const float* d_out(const region& where) const { return slot_.d_out + row(where, 0) * plan_.value_ld; }
    int64_t query_position(const region& where, int64_t r) const {
        return positions_.query[static_cast<std::size_t>(row(where, r))];
    }
    int64_t key_position(int64_t key) const { return positions_.key[static_cast<std::size_t>(key)]; }

    const plan& plan_;
    const kernels::kernel_table& kernels_;
    const gradient_tensors& tensors_;
    const gradient_slot& slot_;
    const gradient_scratch& scratch_;
    const head_task& task_;
    const query_block& block_;
    const row_tables& tables_;
    const position_row& positions_;
    const block_views& views_;
    const tile_scores passes_;
    const bool queries_not_finite_, d_out_not_finite_;
    double* const buckets_;
};

}  // namespace

// Runs outside: the sums of a run's keys stay in the cache while the blocks of queries pass by.
void add_part(const plan& plan, const gradient_tensors& tensors, const gradient_slot& slot,
              const gradient_scratch& scratch, const head_task& task, const gradient_part& part,
              const volatile int32_t* cancel) {
    for (int64_t n = part.first_block; n < part.last_block; ++n)
        std::construct_at(scratch.views + (n - part.first_block), plan, task.batch,
                          plan.blocks[static_cast<std::size_t>(n)]);
    for (int64_t run = part.first_run; run < part.last_run; ++run)
        for (int64_t n = part.first_block; n < part.last_block; ++n) {
            const block_views& views = scratch.views[n - part.first_block];
            tile t;
            if (!tile_in_run(views.whole, plan.scheme.branches(), run, t)) continue;
            stop_if_set(cancel);
            tile_adder(plan, tensors, slot, scratch, task, n, views, part.buckets).add(t);
        }
}

}  // namespace farspan
