// Sequences of cached tokens. A sequence is a sorted list of pages; a page is a block and the tokens that the sequence has in it.
// Positions decide where a token lies: block position / 64, lane position % 64, so a cache's content does not depend on its history.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "cache/block.hpp"
#include "kernels/kernel_table.hpp"
#include "base/strided.hpp"

namespace farspan {

struct page {
    int64_t base;      // position of lane 0, a multiple of block_tokens
    uint64_t present;  // lanes that hold a token of this sequence
    std::shared_ptr<block> data;
};

struct sequence {
    std::vector<page> pages;
    int64_t next_position = 0;

    int64_t tokens() const;
};

// Rows of a batch: sequence `id` owns the rows [first, last).
struct batch_entry {
    int64_t id;
    int64_t first, last;
    int64_t rows() const { return last - first; }
};

// Consecutive rows of a tensor that go to consecutive lanes of a page.
struct lane_run {
    std::size_t page;
    int64_t lane, count;
    int64_t row;  // from the entry's first
};

// The newest `rows` tokens of a sequence, oldest first. Throws failure naming `argument` if there are fewer.
std::vector<lane_run> newest_tokens(const sequence& sequence, int64_t id, int64_t rows, int32_t argument);
// Their positions.
std::vector<int64_t> positions_of(const sequence& sequence, const std::vector<lane_run>& runs);

// Argument numbers in failures are those of the farspan_cache_* function named.
class cache {
public:
    cache(const block_shape& shape, int64_t memory_limit) : shape_(shape), pool_(shape, memory_limit) {}

    const block_shape& shape() const { return shape_; }
    const block_pool& pool() const { return pool_; }
    int64_t sequences() const { return static_cast<int64_t>(sequences_.size()); }
    // Changes whenever a plan made before must not be run any more.
    uint64_t generation() const { return generation_; }

    const sequence& find(int64_t id, int32_t argument) const;

    int64_t create();
    void destroy(int64_t id);
    int64_t fork(int64_t id);
    void evict(int64_t id, int64_t first, int64_t last);
    void clear();
    // positions: one per row of the batch, or NULL.
    void append(std::span<const batch_entry> batch, const int64_t* positions);
    void write(const kernels::kernel_table& kernels, int64_t layer, std::span<const batch_entry> batch, const strided& k,
               const strided& v);
    int64_t adopt(sequence&& restored);
    std::shared_ptr<block> take_block() { return pool_.take(); }

private:
    sequence& edit(int64_t id, int32_t argument);

    const block_shape shape_;
    block_pool pool_;  // before the sequences: it outlives their blocks
    std::map<int64_t, sequence> sequences_;
    int64_t next_id_ = 1;
    uint64_t generation_ = 0;
};

// Stores `count` rows of one key head from the lane on: keys into the panel, values as rows.
void store_keys(const kernels::kernel_table& kernels, const block_shape& shape, const slice& to, int64_t lane, int64_t count,
                const strided& k, int64_t key_head, int64_t row, float* scratch);
void store_values(const kernels::kernel_table& kernels, const block_shape& shape, const slice& to, int64_t lane, int64_t count,
                  const strided& v, int64_t key_head, int64_t row, float* scratch);

}  // namespace farspan
