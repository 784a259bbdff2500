// Sequences of cached tokens. A sequence is a sorted list of pages; a page is a block and the tokens that the sequence
// has in it. Positions decide where a token lies: block position / 64, lane position % 64, so a cache's content does
// not depend on its history.
//
// Threads: what sequences share, the list of them and the pool of blocks, is guarded here. A sequence is not: calls
// that change one must be the only ones on that one. A block that two sequences use is never written.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "base/parallel.hpp"
#include "base/strided.hpp"
#include "cache/block.hpp"
#include "kernels/kernel_table.hpp"

namespace farspan {

struct sequence {
    std::vector<page> pages;
    int64_t next_position = 0;
    uint64_t version = 0;  // changes whenever a plan made before must not be run any more
    bool ended = false;

    int64_t tokens() const;
};

// Rows of a batch: sequence `id`, entry number `place` of the batch, owns the rows [first, last).
struct batch_entry {
    int64_t id, place;
    int64_t first, last;
    int64_t rows() const { return last - first; }
};

// Consecutive rows of a tensor that go to consecutive lanes of a page.
struct lane_run {
    std::size_t page;
    int64_t lane, count;
    int64_t row;  // from the entry's first
};

// The newest tokens of an entry's sequence, one for each of its rows, oldest first. Throws failure if there are fewer.
std::vector<lane_run> newest_tokens(const sequence& sequence, const batch_entry& entry);
// Their positions.
std::vector<int64_t> positions_of(const sequence& sequence, const std::vector<lane_run>& runs);

// A sequence as a plan saw it. Outlives the sequence and the cache.
class seen_sequence {
public:
    seen_sequence(int64_t id, std::shared_ptr<const sequence> seen)
        : id_(id), sequence_(std::move(seen)), version_(sequence_->version) {}
    int64_t id() const { return id_; }
    bool changed() const { return sequence_->version != version_; }
    // As it is now. Throws failure if it has ended.
    const sequence& now() const;
    void see_again() { version_ = sequence_->version; }

private:
    int64_t id_;
    std::shared_ptr<const sequence> sequence_;
    uint64_t version_;
};

class cache {
public:
    cache(const block_shape& shape, int64_t memory_limit) : shape_(shape), pool_(shape, memory_limit) {}
    ~cache() { clear(); }

    const block_shape& shape() const { return shape_; }
    const block_pool& pool() const { return pool_; }
    int64_t sequences() const;

    const sequence& find(int64_t id) const { return *share(id); }
    const sequence& find(const batch_entry& entry) const { return *share(entry); }
    seen_sequence see(const batch_entry& entry) const { return {entry.id, share(entry)}; }

    int64_t create();
    void destroy(int64_t id);
    int64_t fork(int64_t id);
    void evict(int64_t id, int64_t first, int64_t last);
    // Keeps the tokens at positions below `sinks`, and the last `recent` positions.
    void keep(int64_t id, int64_t sinks, int64_t recent);
    void clear();
    // positions: one per row of the batch, or NULL. All or nothing.
    void append(const workers& by, std::span<const batch_entry> batch, const int64_t* positions);
    void write(const kernels::kernel_table& kernels, const workers& by, int64_t layer,
               std::span<const batch_entry> batch, const strided& k, const strided& v);
    // A new sequence.
    int64_t adopt(sequence&& made);
    void check_room(int64_t blocks) const { pool_.check_room(blocks); }
    block_ref take_block() { return pool_.take(); }  // to be written whole

private:
    std::shared_ptr<sequence> look_up(int64_t id) const;  // NULL: there is none
    std::shared_ptr<sequence> share(int64_t id) const;
    std::shared_ptr<sequence> share(const batch_entry& entry) const;

    const block_shape shape_;
    block_pool pool_;           // before the sequences: it outlives their blocks
    mutable std::mutex mutex_;  // guards the two below, not what is in a sequence
    std::map<int64_t, std::shared_ptr<sequence>> sequences_;
    int64_t next_id_ = 1;
};

// Stores `count` rows of one key head from the lane on: keys into the panel, values as rows.
void store_keys(const kernels::kernel_table& kernels, const block_shape& shape, const slice& to, int64_t lane,
                int64_t count, const strided& k, int64_t key_head, int64_t row, float* scratch);
void store_values(const kernels::kernel_table& kernels, const block_shape& shape, const slice& to, int64_t lane,
                  int64_t count, const strided& v, int64_t key_head, int64_t row, float* scratch);

}  // namespace farspan
