#include "cache/block.hpp"

#include <cinttypes>
#include <cstring>

#include "base/dtype.hpp"
#include "base/failure.hpp"
#include "farspan/cache.h"

namespace farspan {

int64_t block_shape::element_bytes() const { return dtype == FARSPAN_I8 ? 1 : dtype_bytes(dtype); }

bool block_shape::has_scales() const { return dtype == FARSPAN_I8; }

int64_t block_shape::slice_bytes() const {
    const int64_t scales = has_scales() ? 2 * block_tokens * static_cast<int64_t>(sizeof(float)) : 0;
    return round_up(key_bytes() + value_bytes() + scales, cache_line);
}

int64_t block_shape::block_bytes() const {
    return layers * key_heads * (slice_bytes() + static_cast<int64_t>(sizeof(slice_summary)));
}

slice slice_at(const block_shape& shape, char* memory, int64_t layer, int64_t key_head) {
    const int64_t number = layer * shape.key_heads + key_head;
    char* start = memory + number * shape.slice_bytes();
    char* scales = start + shape.key_bytes() + shape.value_bytes();
    char* summaries = memory + shape.layers * shape.key_heads * shape.slice_bytes();
    return {start, start + shape.key_bytes(), reinterpret_cast<float*>(scales), reinterpret_cast<float*>(scales) + block_tokens,
            reinterpret_cast<slice_summary*>(summaries) + number};
}

std::shared_ptr<block> block_pool::take_dirty() {
    const int64_t bytes = shape_.block_bytes();
    std::unique_ptr<block> next;
    if (!free_.empty()) {
        next = std::move(free_.back());
        free_.pop_back();
    } else {
        if (limit_ > 0 && bytes > limit_ - used_ * bytes)
            throw failure(FARSPAN_ERROR_OUT_OF_MEMORY, 0,
                          "%" PRId64 " blocks of %" PRId64 " bytes are in use: another exceeds the memory limit of %" PRId64, used_,
                          bytes, limit_);
        next = std::make_unique<block>(static_cast<std::size_t>(bytes));
    }
    free_.reserve(free_.size() + static_cast<std::size_t>(used_) + 1);  // so that returning a block cannot fail
    ++used_;
    return std::shared_ptr<block>(next.release(), [this](block* returned) {
        --used_;
        free_.emplace_back(returned);
    });
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
