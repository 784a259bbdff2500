// The key-value cache for C++17 and later: owners, views and exceptions around cache.h, which remains the manual. To be
// included beside farspan.hpp, by whose rules it goes.
//
//     farspan::cache_config config;
//     config.key_heads = 8;
//     config.head_dim = 128;
//     farspan::cache cache(config);
//     const farspan::cache_batch newest(cache.sequence_create());
//     for (;;) {  // token by token
//         cache.append(newest);
//         cache.write(0, newest, {k, {1, 8, 1, 128}}, {v, {1, 8, 1, 128}});
//         farspan::attention_decode(scheme, cache, 0, newest, {q, {1, 32, 1, 128}}, {out, {1, 32, 1, 128}});
//     }
#ifndef FARSPAN_CPP_CACHE_HPP
#define FARSPAN_CPP_CACHE_HPP

#include "farspan/cache.h"
#include "farspan/farspan.hpp"

namespace farspan {

// New rows of some sequences: which rows of a tensor are the newest tokens of which sequence. It owns its arrays.
class cache_batch {
public:
    // One row, the newest token of one sequence.
    explicit cache_batch(int64_t sequence) : sequences_{sequence} {}
    // All rows are the newest tokens of one sequence.
    static cache_batch of(int64_t sequence, int64_t rows) { return cache_batch({sequence}, {0, rows}); }
    // sequences[s] owns the rows offsets[s] .. offsets[s + 1] - 1; offsets empty: one row each.
    explicit cache_batch(std::vector<int64_t> sequences, std::vector<int64_t> offsets = {})
        : sequences_(std::move(sequences)), offsets_(std::move(offsets)) {}

    // Rows of all sequences together.
    int64_t rows() const { return offsets_.empty() ? static_cast<int64_t>(sequences_.size()) : offsets_.back(); }

    // For calls of the C interface. Points into this object.
    farspan_cache_batch view() const {
        farspan_cache_batch batch = detail::begun(farspan_cache_batch_init);
        batch.sequence = sequences_.data();
        batch.sequence_count = detail::count_of(sequences_);
        batch.offsets = detail::data_of(array_view<const int64_t>(offsets_));
        batch.offsets_count = detail::count_of(offsets_);
        return batch;
    }

private:
    std::vector<int64_t> sequences_, offsets_;
};

}  // namespace farspan

#include "farspan/cpp/generated/cache.hpp"

namespace farspan {

// Keys and values of many sequences, without their positions. A sequence is a number that is never used again.
//
// Threads: by the table at the top of cache.h, whatever is const here. Any number of threads may use one cache without
// a lock of their own, each with its sequences: one appends while another runs. On the same sequence, append, write,
// evict, keep and sequence_destroy must be the only call; runs, plans, fork, save and sequence_info may go on beside
// each other. clear, moving and the destructor must be the only call on the cache. examples/cpp/decode_pool.cpp is a
// pool of sessions. Movable; a moved-from cache is refused. Plans keep the memory of a destroyed cache, but must not be
// run any more.
class cache : public detail::cache_methods<cache> {
public:
    explicit cache(const farspan_cache_config& config)
        : cache_methods(detail::created{}, [&](farspan_cache** made, farspan_error* cause) {
              return farspan_cache_create(&config, made, cause);
          }) {}

    using cache_methods::save;
    // A sequence as bytes.
    std::vector<std::byte> save(int64_t sequence, const context* context = nullptr) const {
        std::vector<std::byte> bytes(save_size(sequence));
        save(sequence, bytes, context);
        return bytes;
    }

private:
    friend class cache_plan;
};

// What a run over a cache may be given besides its tensors.
struct cache_run_options {
    array_view<float> lse;            // [query_heads][rows], or empty
    array_view<std::byte> workspace;  // at least the plan's workspace_size, or empty
};

namespace detail {
inline farspan_attention_data cache_data(const const_tensor& q, const tensor& out, const cache_run_options& options) {
    return attention_data(q, nullptr, nullptr, out, {nullptr, options.lse, options.workspace});
}
}  // namespace detail

// The attention of the rows of a batch to all tokens of their sequences, for all layers. It is for these sequences as
// they are: when tokens of one have been appended or evicted since, or it has ended, a run is refused. Others do not
// matter.
class cache_plan : public detail::cache_plan_methods<cache_plan> {
public:
    // `positions`: [batch.rows()] of the queries; empty: the rows are the newest tokens of their sequences. `length`:
    // the current length of dynamic methods; 0: of each sequence its own. `head_offset`: head 0 is this head of the
    // layer, for the bias and the sink logits.
    cache_plan(const scheme& scheme, const cache& cache, const cache_batch& batch, int64_t query_heads,
               array_view<const int64_t> positions = {}, int64_t length = 0, const context* context = nullptr,
               int64_t head_offset = 0)
        : cache_plan_methods(detail::created{},
                             [&](farspan_cache_plan** made, farspan_error* cause) {
                                 const farspan_cache_batch rows = batch.view();
                                 farspan_cache_problem problem = detail::begun(farspan_cache_problem_init);
                                 problem.query_heads = query_heads;
                                 problem.length = length;
                                 problem.head_offset = head_offset;
                                 problem.positions = detail::data_of(positions);
                                 problem.positions_count = detail::count_of(positions);
                                 return farspan_cache_plan_create(detail::handle(context), scheme.get(), cache.get(),
                                                                  &rows, &problem, made, cause);
                             }),
          cache_(cache.shared()) {}

    // out = softmax(logits) v of one layer. q [1, query_heads, rows, head_dim], out [1, query_heads, rows, value_dim].
    // A workspace serves one run at a time; otherwise a plan may run on several threads at once.
    void run(int64_t layer, const const_tensor& q, const tensor& out, const cache_run_options& options = {},
             const context* context = nullptr) const {
        const farspan_attention_data data = detail::cache_data(q, out, options);
        detail::check([&](farspan_error* cause) {
            return farspan_cache_run(detail::handle(context), get(), layer, &data, cause);
        });
    }

private:
    std::shared_ptr<farspan_cache> cache_;
};

// Plan, run and forget, for one layer. `lse`: [query_heads][rows], or empty.
inline void attention_decode(const scheme& scheme, const cache& cache, int64_t layer, const cache_batch& batch,
                             const const_tensor& q, const tensor& out, array_view<float> lse = {},
                             const context* context = nullptr) {
    const farspan_cache_batch rows = batch.view();
    const farspan_attention_data data = detail::cache_data(q, out, {lse, {}});
    detail::check([&](farspan_error* cause) {
        return farspan_attention_decode(detail::handle(context), scheme.get(), cache.get(), layer, &rows, &data, cause);
    });
}

}  // namespace farspan

#endif
