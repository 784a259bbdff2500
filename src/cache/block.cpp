#include "cache/block.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstring>

#include "base/dtype.hpp"
#include "base/failure.hpp"
#include "farspan/cache.h"

namespace farspan {
namespace {

constexpr int64_t most_slab_bytes = int64_t{1} << 25;

}  // namespace

int64_t block_shape::element_bytes() const { return dtype == FARSPAN_I8 ? 1 : dtype_bytes(dtype); }

bool block_shape::has_scales() const { return dtype == FARSPAN_I8; }

int64_t block_shape::slice_bytes() const {
    const int64_t scales = has_scales() ? 2 * block_tokens * static_cast<int64_t>(sizeof(float)) : 0;
    return round_up(key_bytes() + value_bytes() + scales, cache_line);
}

int64_t block_shape::block_bytes() const {
    return round_up(layers * key_heads * (slice_bytes() + static_cast<int64_t>(sizeof(slice_summary))), cache_line);
}

slice slice_at(const block_shape& shape, char* memory, int64_t layer, int64_t key_head) {
    const int64_t number = layer * shape.key_heads + key_head;
    char* start = memory + number * shape.slice_bytes();
    char* scales = start + shape.key_bytes() + shape.value_bytes();
    char* summaries = memory + shape.layers * shape.key_heads * shape.slice_bytes();
    return {start, start + shape.key_bytes(), reinterpret_cast<float*>(scales), reinterpret_cast<float*>(scales) + block_tokens,
            reinterpret_cast<slice_summary*>(summaries) + number};
}

// A slab is as large as all before it, so that a small cache stays small.
std::unique_ptr<block> block_pool::make() {
    const int64_t bytes = shape_.block_bytes();
    if (limit_ > 0 && bytes > limit_ - used_ * bytes)
        throw failure(FARSPAN_ERROR_OUT_OF_MEMORY, 0,
                      "%" PRId64 " blocks of %" PRId64 " bytes are in use: another exceeds the memory limit of %" PRId64, used_, bytes,
                      limit_);
    if (slabs_.empty() || slabs_.back().made == slabs_.back().blocks) {
        const int64_t most = limit_ > 0 ? std::min(most_slab_bytes, limit_ - used_ * bytes) : most_slab_bytes;
        slabs_.emplace_back(static_cast<std::size_t>(bytes), std::clamp<int64_t>(used_, 1, std::max<int64_t>(most / bytes, 1)));
    }
    slab& home = slabs_.back();
    const int64_t number = home.made++;
    const std::span memory(home.memory.start() + number * bytes, static_cast<std::size_t>(bytes));
    return std::unique_ptr<block>(new block{home, memory});  // make_unique needs a constructor before clang 16
}

std::shared_ptr<block> block_pool::take_dirty() {
    free_.reserve(free_.size() + static_cast<std::size_t>(used_) + 1);  // so that returning a block cannot fail
    std::unique_ptr<block> next;
    if (free_.empty()) {
        next = make();
    } else {
        next = std::move(free_.back());
        free_.pop_back();
    }
    ++used_;
    ++next->home.used;
    return std::shared_ptr<block>(next.release(), [this](block* returned) {
        --used_;
        --returned->home.used;
        free_.emplace_back(returned);
    });
}

void block_pool::trim() {
    std::erase_if(free_, [](const auto& one) { return one->home.used == 0; });
    slabs_.remove_if([](const slab& one) { return one.used == 0; });
}

std::shared_ptr<block> block_pool::take() {
    std::shared_ptr<block> result = take_dirty();
    std::memset(result->memory.data(), 0, result->memory.size());
    return result;
}

std::shared_ptr<block> block_pool::copy(const block& original) {
    std::shared_ptr<block> result = take_dirty();
    std::memcpy(result->memory.data(), original.memory.data(), original.memory.size());
    return result;
}

}  // namespace farspan
