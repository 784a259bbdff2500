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

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "farspan/cache.h"
#include "farspan/farspan.hpp"

namespace farspan {

// The C struct with its defaults. Required are key_heads and head_dim.
struct cache_config : farspan_cache_config {
    cache_config() { farspan_cache_config_init(this, sizeof(farspan_cache_config)); }
};

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
        farspan_cache_batch batch;
        farspan_cache_batch_init(&batch, sizeof batch);
        batch.sequence = sequences_.data();
        batch.sequence_count = static_cast<int64_t>(sequences_.size());
        batch.offsets = offsets_.empty() ? nullptr : offsets_.data();
        batch.offsets_count = static_cast<int64_t>(offsets_.size());
        return batch;
    }

private:
    std::vector<int64_t> sequences_, offsets_;
};

// Keys and values of many sequences, without their positions. A sequence is a number that is never used again.
//
// Threads: by the table at the top of cache.h, whatever is const here. Any number of threads may use one cache without
// a lock of their own, each with its sequences: one appends while another runs. On the same sequence, append, write,
// evict, keep and sequence_destroy must be the only call; runs, plans, fork, save and sequence_info may go on beside
// each other. clear, moving and the destructor must be the only call on the cache. examples/cpp/decode_pool.cpp is a
// pool of sessions. Movable; a moved-from cache is refused. Plans keep the memory of a destroyed cache, but must not be
// run any more.
class cache {
public:
    explicit cache(const farspan_cache_config& config) {
        farspan_cache* made = nullptr;
        detail::check([&](farspan_error* cause) { return farspan_cache_create(&config, &made, cause); });
        handle_ = std::shared_ptr<farspan_cache>(made, farspan_cache_destroy);
    }
    cache(cache&&) noexcept = default;
    cache& operator=(cache&&) noexcept = default;
    cache(const cache&) = delete;
    cache& operator=(const cache&) = delete;

    // The C handle, for calls of the C interface; throws if this object was moved from.
    farspan_cache* get() const {
        if (!handle_) throw error(FARSPAN_ERROR_NULL_ARGUMENT, 0, "the object was moved from");
        return handle_.get();
    }

    int64_t sequence_create() {
        int64_t made = 0;
        detail::check([&](farspan_error* cause) { return farspan_cache_sequence_create(get(), &made, cause); });
        return made;
    }
    void sequence_destroy(int64_t sequence) {
        detail::check([&](farspan_error* cause) { return farspan_cache_sequence_destroy(get(), sequence, cause); });
    }
    // A second sequence with the same tokens, whose memory the two share until one of them writes.
    int64_t fork(int64_t sequence) {
        int64_t child = 0;
        detail::check([&](farspan_error* cause) { return farspan_cache_fork(get(), sequence, &child, cause); });
        return child;
    }
    // Forgets the tokens at positions [first, last); without `last` all from `first` on, where the next token then
    // goes.
    void evict(int64_t sequence, int64_t first, int64_t last = INT64_MAX) {
        detail::check([&](farspan_error* cause) { return farspan_cache_evict(get(), sequence, first, last, cause); });
    }
    // Keeps the tokens at positions below `sinks`, and the last `window` positions.
    void keep(int64_t sequence, int64_t sinks, int64_t window) {
        detail::check([&](farspan_error* cause) { return farspan_cache_keep(get(), sequence, sinks, window, cause); });
    }
    // Ends all sequences and gives their memory back to the system.
    void clear() {
        detail::check([&](farspan_error* cause) { return farspan_cache_clear(get(), cause); });
    }

    farspan_sequence_info sequence_info(int64_t sequence) const {
        farspan_sequence_info info;
        farspan_sequence_info_init(&info, sizeof info);
        detail::check([&](farspan_error* cause) { return farspan_cache_sequence_info(get(), sequence, &info, cause); });
        return info;
    }
    farspan_cache_statistics statistics() const {
        farspan_cache_statistics statistics;
        farspan_cache_statistics_init(&statistics, sizeof statistics);
        detail::check([&](farspan_error* cause) { return farspan_cache_get_statistics(get(), &statistics, cause); });
        return statistics;
    }

    // Room for the rows of the batch as new tokens, in all layers. `positions`: [batch.rows()]; empty: the next ones.
    void append(const cache_batch& batch, array_view<const int64_t> positions = {}, const context* context = nullptr) {
        const farspan_cache_batch rows = batch.view();
        detail::check([&](farspan_error* cause) {
            return farspan_cache_append(detail::handle(context), get(), &rows, detail::data_of(positions),
                                        detail::count_of(positions), cause);
        });
    }
    // Stores k [1, key_heads, rows, head_dim] and v [1, key_heads, rows, value_dim] of the newest tokens in one layer.
    void write(int64_t layer, const cache_batch& batch, const const_tensor& k, const const_tensor& v,
               const context* context = nullptr) {
        const farspan_cache_batch rows = batch.view();
        detail::check([&](farspan_error* cause) {
            return farspan_cache_write(detail::handle(context), get(), layer, &rows, k.get(), v.get(), cause);
        });
    }

    // Bytes that save writes; 0 if there is no such sequence.
    std::size_t save_size(int64_t sequence) const {
        return static_cast<std::size_t>(farspan_cache_save_size(get(), sequence));
    }
    // Writes a sequence, all layers, into a buffer of at least save_size bytes.
    void save(int64_t sequence, array_view<std::byte> buffer, const context* context = nullptr) const {
        std::byte none{};
        detail::check([&](farspan_error* cause) {
            return farspan_cache_save(detail::handle(context), get(), sequence, buffer.empty() ? &none : buffer.data(),
                                      detail::count_of(buffer), cause);
        });
    }
    std::vector<std::byte> save(int64_t sequence, const context* context = nullptr) const {
        std::vector<std::byte> bytes(save_size(sequence));
        save(sequence, bytes, context);
        return bytes;
    }
    // A new sequence from what save wrote. Damaged or foreign bytes are refused and change nothing.
    int64_t restore(array_view<const std::byte> bytes, const context* context = nullptr) {
        const std::byte none{};
        int64_t made = 0;
        detail::check([&](farspan_error* cause) {
            return farspan_cache_restore(detail::handle(context), get(), bytes.empty() ? &none : bytes.data(),
                                         detail::count_of(bytes), &made, cause);
        });
        return made;
    }

private:
    friend class cache_plan;
    std::shared_ptr<farspan_cache> handle_;
};

// What a run over a cache may be given besides its tensors.
struct cache_run_options {
    array_view<float> lse;            // [query_heads][rows], or empty
    array_view<std::byte> workspace;  // at least cache_plan::workspace_size, or empty
};

namespace detail {
inline farspan_attention_data cache_data(const const_tensor& q, const tensor& out, const cache_run_options& options) {
    farspan_attention_data data;
    farspan_attention_data_init(&data, sizeof data);
    data.q = q.get();
    data.out = out.get();
    data.lse = data_of(options.lse);
    data.lse_count = count_of(options.lse);
    data.workspace = data_of(options.workspace);
    data.workspace_bytes = count_of(options.workspace);
    return data;
}
}  // namespace detail

// The attention of the rows of a batch to all tokens of their sequences, for all layers. It is for these sequences as
// they are: when tokens of one have been appended or evicted since, or it has ended, a run is refused. Others do not
// matter.
class cache_plan : public detail::owner<farspan_cache_plan, farspan_cache_plan_destroy> {
public:
    // `positions`: [batch.rows()] of the queries; empty: the rows are the newest tokens of their sequences. `length`:
    // the current length of dynamic methods; 0: of each sequence its own.
    cache_plan(const scheme& scheme, const cache& cache, const cache_batch& batch, int64_t query_heads,
               array_view<const int64_t> positions = {}, int64_t length = 0, const context* context = nullptr)
        : owner([&](farspan_cache_plan** made, farspan_error* cause) {
              const farspan_cache_batch rows = batch.view();
              farspan_cache_problem problem;
              farspan_cache_problem_init(&problem, sizeof problem);
              problem.query_heads = query_heads;
              problem.length = length;
              problem.positions = detail::data_of(positions);
              problem.positions_count = detail::count_of(positions);
              return farspan_cache_plan_create(detail::handle(context), scheme.get(), cache.get(), &rows, &problem,
                                               made, cause);
          }),
          cache_(cache.handle_) {}

    // Bytes of scratch of one run.
    std::size_t workspace_size() const { return static_cast<std::size_t>(farspan_cache_plan_workspace_size(get())); }

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
