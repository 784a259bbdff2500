// A block: the keys and values of 64 consecutive positions, of all layers and key heads.
//
// Per layer and key head, one slice after the other:
//   keys    [head_dim][64]   a panel: lanes are tokens, keys without rotation
//   values  [64][value_dim]
// I8 has also
//   scales  f32 [64] of keys, bf16 [groups of 16 values][64]
//   wide    the high bytes of keys: wide_directory, u8 features [slots][64], i8 [slots][64] (cache/wide.hpp)
// and behind all slices one slice_summary each.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "base/aligned.hpp"
#include "base/large_memory.hpp"
#include "kernels/kernel_table.hpp"

namespace farspan {

constexpr int64_t block_tokens = 64;
constexpr int64_t max_head_dim = 512;
using kernels::value_group;  // values of a token that share a scale

// Up to one in eight features of an int8 key may be wide, counted in spans of 256 features, so that a byte names one in
// its span.
constexpr int64_t wide_span = 256, most_span_slots = wide_span / 8, max_wide_slots = max_head_dim / 8;
constexpr int64_t wide_span_slots(int64_t features) { return features / 8; }
constexpr int64_t wide_feature(int64_t slot, uint8_t in_span) { return slot / most_span_slots * wide_span + in_span; }

struct block_shape {
    int32_t dtype;
    int64_t layers, key_heads, head_dim, value_dim;

    int64_t element_bytes() const;
    int64_t key_bytes() const { return head_dim * block_tokens * element_bytes(); }
    int64_t value_bytes() const { return value_dim * block_tokens * element_bytes(); }
    bool has_scales() const;
    int64_t value_groups() const { return (value_dim + value_group - 1) / value_group; }
    int64_t wide_slots() const;
    // What is read of every slice, from the values on.
    int64_t value_and_scale_bytes() const;
    int64_t slice_bytes() const;
    int64_t block_bytes() const;
    bool operator==(const block_shape&) const = default;
};

// What a reader must know of a slice before it reads it.
struct slice_summary {
    uint32_t values_not_finite;    // some value is an infinity or a NaN
    uint32_t has_wide_keys;        // I8 only: some key may have high bytes
    float key_norm[block_tokens];  // at least the length of the key as stored; infinity if that is not finite
};

// What the slots of a slice hold.
struct alignas(cache_line) wide_directory {
    uint64_t used;                     // slots, as bits
    uint64_t mixed;                    // of these, with several features
    uint16_t feature[max_wide_slots];  // of the lanes of a slot that is used and not mixed
};

// One slice of a block.
struct slice {
    char* keys;
    char* values;
    slice_summary* summary;
    float* key_scales;  // these are for I8 only
    uint16_t* value_scales;
    uint8_t* wide_features;
    int8_t* wide_high;
    wide_directory* wide;
};

slice slice_at(const block_shape& shape, char* memory, int64_t layer, int64_t key_head);

// Makes the lanes of a block's memory, given as bits, 0 in all slices.
void clear_lanes(const block_shape& shape, char* memory, uint64_t lanes);

// Where blocks lie side by side.
struct slab {
    slab(std::size_t block_bytes, int64_t count)
        : memory(block_bytes * static_cast<std::size_t>(count)), blocks(count) {}
    large_memory memory;
    const int64_t blocks;
    int64_t made = 0, used = 0;  // of the blocks
};

class block_pool;
struct workers;

struct block {
    block_pool& pool;
    slab& home;
    const std::span<char> memory;
    uint64_t written = 0;           // lanes that held a token since the block was made 0
    std::atomic<int64_t> users{0};  // block_refs

    slice at(const block_shape& shape, int64_t layer, int64_t key_head) {
        return slice_at(shape, memory.data(), layer, key_head);
    }
};

// A share in a block; the last one returns it to its pool. Not std::shared_ptr, since whoever finds itself to be the
// only user writes to the block and must see that the others are done reading: its use_count promises no such order.
class block_ref {
public:
    block_ref() = default;
    explicit block_ref(block* data) : data_(data) { data_->users.fetch_add(1, std::memory_order_relaxed); }
    block_ref(const block_ref& other) : data_(other.data_) {
        if (data_) data_->users.fetch_add(1, std::memory_order_relaxed);
    }
    block_ref(block_ref&& other) noexcept : data_(std::exchange(other.data_, nullptr)) {}
    block_ref& operator=(block_ref other) noexcept {
        std::swap(data_, other.data_);
        return *this;
    }
    ~block_ref();

    block* get() const { return data_; }
    block* operator->() const { return data_; }
    block& operator*() const { return *data_; }
    bool shared() const { return data_->users.load(std::memory_order_acquire) > 1; }

private:
    block* data_ = nullptr;
};

// A block as one sequence has it.
struct page {
    int64_t base;      // position of lane 0, a multiple of block_tokens
    uint64_t present;  // lanes that hold a token of this sequence
    block_ref data;
};

// Blocks of one shape under a memory limit. Returned blocks are kept and used again. Outlives its blocks. For any
// number of threads.
class block_pool {
public:
    block_pool(const block_shape& shape, int64_t memory_limit) : shape_(shape), limit_(memory_limit) {}
    block_pool(const block_pool&) = delete;
    block_pool& operator=(const block_pool&) = delete;

    // Throws failure(FARSPAN_ERROR_OUT_OF_MEMORY) if so many further blocks are beyond the memory limit or, without
    // one, beyond what the machine has.
    void check_room(int64_t blocks) const;
    // A block whose content may be anything. Throws the same.
    block_ref take();
    // Gives the memory without blocks in use back to the system.
    void trim();

    int64_t used() const;
    int64_t unused() const;

private:
    friend class block_ref;

    std::unique_ptr<block> make();
    void give_back(block* returned) noexcept;

    const block_shape shape_;
    const int64_t limit_;
    mutable std::mutex mutex_;  // guards all below
    int64_t used_ = 0;
    std::list<slab> slabs_;
    std::vector<std::unique_ptr<block>> free_;
};

// What a block that was taken is to hold: zeros, or what another one holds.
struct block_content {
    block* to;
    const block* from;  // NULL: zeros
};

// Writes blocks; may be cancelled.
void fill_blocks(const workers& by, std::span<const block_content> contents);

}  // namespace farspan
