#include "cache/block.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstring>
#include <utility>

#include "base/dtype.hpp"
#include "base/failure.hpp"
#include "base/host_memory.hpp"
#include "base/parallel.hpp"
#include "cache/wide.hpp"
#include "farspan/cache.h"

namespace farspan {
namespace {

constexpr int64_t most_slab_bytes = int64_t{1} << 25;

}  // namespace

int64_t block_shape::element_bytes() const { return dtype == FARSPAN_I8 ? 1 : dtype_bytes(dtype); }

bool block_shape::has_scales() const { return dtype == FARSPAN_I8; }

int64_t block_shape::wide_slots() const {
    return wide_span_slots(std::min(head_dim, wide_span)) + wide_span_slots(std::max<int64_t>(head_dim - wide_span, 0));
}

int64_t block_shape::value_and_scale_bytes() const {
    if (!has_scales()) return value_bytes();
    return value_bytes() + block_tokens * (static_cast<int64_t>(sizeof(float)) + value_groups() * 2) +
           static_cast<int64_t>(sizeof(wide_directory));
}

int64_t block_shape::slice_bytes() const {
    const int64_t wide = has_scales() ? 2 * block_tokens * wide_slots() : 0;
    return round_up(key_bytes() + value_and_scale_bytes() + wide, cache_line);
}

int64_t block_shape::block_bytes() const {
    return round_up(layers * key_heads * (slice_bytes() + static_cast<int64_t>(sizeof(slice_summary))), cache_line);
}

slice slice_at(const block_shape& shape, char* memory, int64_t layer, int64_t key_head) {
    const int64_t number = layer * shape.key_heads + key_head;
    char* const start = memory + number * shape.slice_bytes();
    char* const summaries = memory + shape.layers * shape.key_heads * shape.slice_bytes();
    slice result{start,
                 start + shape.key_bytes(),
                 reinterpret_cast<slice_summary*>(summaries) + number,
                 nullptr,
                 nullptr,
                 nullptr,
                 nullptr,
                 nullptr};
    if (!shape.has_scales()) return result;
    char* at = result.values + shape.value_bytes();
    const auto take = [&](int64_t bytes) { return std::exchange(at, at + bytes); };
    const int64_t slot_bytes = shape.wide_slots() * block_tokens;
    result.key_scales = reinterpret_cast<float*>(take(block_tokens * static_cast<int64_t>(sizeof(float))));
    result.value_scales = reinterpret_cast<uint16_t*>(take(block_tokens * shape.value_groups() * 2));
    result.wide = reinterpret_cast<wide_directory*>(take(static_cast<int64_t>(sizeof(wide_directory))));
    result.wide_features = reinterpret_cast<uint8_t*>(take(slot_bytes));
    result.wide_high = reinterpret_cast<int8_t*>(take(slot_bytes));
    return result;
}

void clear_lanes(const block_shape& shape, char* memory, uint64_t lanes) {
    const int64_t element = shape.element_bytes(), value_row = shape.value_dim * element;
    for (; lanes != 0; lanes &= lanes - 1) {
        const int64_t lane = __builtin_ctzll(lanes);
        for (int64_t layer = 0; layer < shape.layers; ++layer)
            for (int64_t head = 0; head < shape.key_heads; ++head) {
                const slice part = slice_at(shape, memory, layer, head);
                for (int64_t d = 0; d < shape.head_dim; ++d)
                    std::memset(part.keys + (d * block_tokens + lane) * element, 0, static_cast<std::size_t>(element));
                std::memset(part.values + lane * value_row, 0, static_cast<std::size_t>(value_row));
                part.summary->key_norm[lane] = 0;
                if (!shape.has_scales()) continue;
                part.key_scales[lane] = 0;
                for (int64_t group = 0; group < shape.value_groups(); ++group)
                    part.value_scales[group * block_tokens + lane] = 0;
                clear_wide(shape, part, lane);
            }
    }
}

block_ref::~block_ref() {
    if (data_ && data_->users.fetch_sub(1, std::memory_order_acq_rel) == 1) data_->pool.give_back(data_);
}

void block_pool::check_room(int64_t blocks) const {
    const std::lock_guard lock(mutex_);
    const int64_t bytes = shape_.block_bytes(), further = blocks - static_cast<int64_t>(free_.size());
    if (further <= 0) return;
    if (limit_ == 0) return require_memory(static_cast<double>(further) * static_cast<double>(bytes), "blocks");
    if (further > (limit_ - used_ * bytes) / bytes - static_cast<int64_t>(free_.size()))
        throw failure(FARSPAN_ERROR_OUT_OF_MEMORY, "",
                      "%" PRId64 " blocks of %" PRId64 " bytes are in use: %" PRId64
                      " more exceed the memory limit of %" PRId64,
                      used_, bytes, blocks, limit_);
}

// A slab is as large as all before it, so that a small cache stays small.
std::unique_ptr<block> block_pool::make() {
    const int64_t bytes = shape_.block_bytes();
    if (limit_ > 0 && bytes > limit_ - used_ * bytes)
        throw failure(FARSPAN_ERROR_OUT_OF_MEMORY, "",
                      "%" PRId64 " blocks of %" PRId64
                      " bytes are in use: another exceeds the memory limit of %" PRId64,
                      used_, bytes, limit_);
    if (slabs_.empty() || slabs_.back().made == slabs_.back().blocks) {
        const int64_t most = limit_ > 0 ? std::min(most_slab_bytes, limit_ - used_ * bytes) : most_slab_bytes;
        const int64_t count = std::clamp<int64_t>(used_, 1, std::max<int64_t>(most / bytes, 1));
        if (limit_ == 0) require_memory(static_cast<double>(count) * static_cast<double>(bytes), "blocks");
        slabs_.emplace_back(static_cast<std::size_t>(bytes), count);
    }
    slab& home = slabs_.back();
    const int64_t number = home.made++;
    const std::span memory(home.memory.start() + number * bytes, static_cast<std::size_t>(bytes));
    return std::unique_ptr<block>(new block{*this, home, memory});  // make_unique needs a constructor before clang 16
}

block_ref block_pool::take() {
    const std::lock_guard lock(mutex_);
    // So that returning a block cannot fail.
    if (const std::size_t most = free_.size() + static_cast<std::size_t>(used_) + 1; free_.capacity() < most)
        free_.reserve(2 * most);
    std::unique_ptr<block> next;
    if (free_.empty()) {
        next = make();
    } else {
        next = std::move(free_.back());
        free_.pop_back();
    }
    ++used_;
    ++next->home.used;
    next->written = 0;
    return block_ref(next.release());
}

void block_pool::give_back(block* returned) noexcept {
    const std::lock_guard lock(mutex_);
    --used_;
    --returned->home.used;
    free_.emplace_back(returned);
}

void block_pool::trim() {
    const std::lock_guard lock(mutex_);
    std::erase_if(free_, [](const auto& one) { return one->home.used == 0; });
    slabs_.remove_if([](const slab& one) { return one.used == 0; });
}

int64_t block_pool::used() const {
    const std::lock_guard lock(mutex_);
    return used_;
}

int64_t block_pool::unused() const {
    const std::lock_guard lock(mutex_);
    return static_cast<int64_t>(free_.size());
}

void fill_blocks(const workers& by, std::span<const block_content> contents) {
    if (contents.empty()) return;
    constexpr std::size_t piece = std::size_t{1} << 20;  // between looks at the flag
    const std::size_t bytes = contents[0].to->memory.size();
    const double work = 2.0 * static_cast<double>(contents.size()) * static_cast<double>(bytes);  // 10 GB/s
    parallel_for(by.threads, static_cast<int64_t>(contents.size()), work, [&](int64_t n, int32_t) {
        const auto& [to, from] = contents[static_cast<std::size_t>(n)];
        for (std::size_t at = 0; at < bytes; at += piece) {
            stop_if_set(by.cancel);
            const std::size_t length = std::min(piece, bytes - at);
            if (from)
                std::memcpy(to->memory.data() + at, from->memory.data() + at, length);
            else
                std::memset(to->memory.data() + at, 0, length);
        }
        to->written = from ? from->written : 0;
    });
}

}  // namespace farspan
