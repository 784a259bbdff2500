// The structs that attention over a cache takes, for calls with the arguments side by side.
#pragma once

#include "farspan/cache.h"

namespace farspan_test {

class cache_data {
public:
    cache_data(const farspan_tensor* q, const farspan_tensor* out, float* lse = nullptr, void* workspace = nullptr,
               int64_t workspace_bytes = 0) {
        farspan_attention_data_init(&data_, sizeof data_);
        data_.q = q;
        data_.out = out;
        data_.lse = lse;
        data_.lse_count = lse ? q->shape[1] * q->shape[2] : 0;
        data_.workspace = workspace;
        data_.workspace_bytes = workspace_bytes;
    }
    const farspan_attention_data* get() const { return &data_; }

private:
    farspan_attention_data data_;
};

class cache_problem {
public:
    explicit cache_problem(int64_t query_heads, const int64_t* positions = nullptr, int64_t positions_count = 0,
                           int64_t length = 0, int64_t head_offset = 0) {
        farspan_cache_problem_init(&problem_, sizeof problem_);
        problem_.query_heads = query_heads;
        problem_.positions = positions;
        problem_.positions_count = positions_count;
        problem_.length = length;
        problem_.head_offset = head_offset;
    }
    const farspan_cache_problem* get() const { return &problem_; }

private:
    farspan_cache_problem problem_;
};

}  // namespace farspan_test
