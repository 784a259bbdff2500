// A block: the keys and values of 64 consecutive positions, of all layers and key heads.
//
// Per layer and key head, one slice after the other:
//   keys    [head_dim][64]   a panel: lanes are tokens, keys without rotation
//   values  [64][value_dim]
//   scales  f32 [64] of keys, f32 [64] of values   (I8 only)
// and behind all slices one slice_summary each.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <span>
#include <vector>

#include "base/aligned.hpp"
#include "base/large_memory.hpp"

namespace farspan {

constexpr int64_t block_tokens = 64;

struct block_shape {
    int32_t dtype;
    int64_t layers, key_heads, head_dim, value_dim;

    int64_t element_bytes() const;
    int64_t key_bytes() const { return head_dim * block_tokens * element_bytes(); }
    int64_t value_bytes() const { return value_dim * block_tokens * element_bytes(); }
    bool has_scales() const;
    int64_t slice_bytes() const;
    int64_t block_bytes() const;
    bool operator==(const block_shape&) const = default;
};

// What a reader must know of a slice before it reads it.
struct slice_summary {
    uint32_t values_not_finite;      // some value is an infinity or a NaN
    uint32_t reserved;
    float key_norm[block_tokens];    // at least the length of the key as stored; infinity if that is not finite
};

// One slice of a block.
struct slice {
    char* keys;
    char* values;
    float* key_scales;    // I8 only
    float* value_scales;
    slice_summary* summary;
};

slice slice_at(const block_shape& shape, char* memory, int64_t layer, int64_t key_head);

// Where blocks lie side by side.
struct slab {
    slab(std::size_t block_bytes, int64_t count) : memory(block_bytes * static_cast<std::size_t>(count)), blocks(count) {}
    large_memory memory;
    const int64_t blocks;
    int64_t made = 0, used = 0;  // of the blocks
};

struct block {
    slab& home;
    const std::span<char> memory;

    slice at(const block_shape& shape, int64_t layer, int64_t key_head) { return slice_at(shape, memory.data(), layer, key_head); }
};

// Blocks of one shape under a memory limit. Returned blocks are kept and used again. Outlives its blocks.
class block_pool {
public:
    block_pool(const block_shape& shape, int64_t memory_limit) : shape_(shape), limit_(memory_limit) {}
    block_pool(const block_pool&) = delete;
    block_pool& operator=(const block_pool&) = delete;

    // A block of zeros, or a copy. Throws failure(FARSPAN_ERROR_OUT_OF_MEMORY) at the limit.
    std::shared_ptr<block> take();
    std::shared_ptr<block> copy(const block& original);
    // Gives the memory without blocks in use back to the system.
    void trim();

    int64_t used() const { return used_; }
    int64_t unused() const { return static_cast<int64_t>(free_.size()); }

private:
    std::shared_ptr<block> take_dirty();
    std::unique_ptr<block> make();

    const block_shape shape_;
    const int64_t limit_;
    int64_t used_ = 0;
    std::list<slab> slabs_;
    std::vector<std::unique_ptr<block>> free_;
};

}  // namespace farspan
