// A step of decoding from a cache that is made ready: one new token of one sequence.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "attention_case.hpp"
#include "farspan/cache.h"

namespace bench {

struct cache_free {
    void operator()(farspan_cache* x) const { farspan_cache_destroy(x); }
    void operator()(farspan_cache_plan* x) const { farspan_cache_plan_destroy(x); }
};

struct decode_case {
    int32_t dtype = FARSPAN_F16;
    int64_t query_heads = 32, key_heads = 8, head_dim = 128, keys = 32768;
    int32_t threads = 1;
    attention_case scheme;
};

class prepared_decode {
public:
    explicit prepared_decode(const decode_case& c)
        : context_(make_context(c.threads)),
          q_(FARSPAN_F32, c.query_heads, 1, c.head_dim),
          out_(FARSPAN_F32, c.query_heads, 1, c.head_dim),
          query_heads_(c.query_heads) {
        farspan_error error = FARSPAN_ERROR_INIT;
        farspan_cache_config config;
        farspan_cache_config_init(&config, sizeof config);
        config.dtype = c.dtype;
        config.key_heads = c.key_heads;
        config.head_dim = c.head_dim;
        farspan_cache* cache = nullptr;
        must(farspan_cache_create(&config, &cache, &error), error);
        cache_.reset(cache);
        must(farspan_cache_sequence_create(cache, &sequence_, &error), error);
        farspan_cache_batch batch = rows();
        const int64_t chunk = std::min<int64_t>(c.keys, 1024), offsets[2] = {0, chunk};
        batch.offsets = offsets;
        batch.offsets_count = 2;
        const owned_tensor kv(FARSPAN_F16, c.key_heads, chunk, c.head_dim);
        for (int64_t done = 0; done < c.keys; done += chunk) {
            must(farspan_cache_append(nullptr, cache, &batch, nullptr, 0, &error), error);
            must(farspan_cache_write(context_.get(), cache, 0, &batch, &kv.tensor, &kv.tensor, &error), error);
        }
        attention_case scheme = c.scheme;
        scheme.head_dim = c.head_dim;
        scheme.query_heads = c.query_heads;
        scheme_ = make_scheme(scheme);
        make_plan();
        workspace_.resize(static_cast<size_t>(farspan_cache_plan_workspace_size(plan_.get())));
        farspan_attention_data_init(&data_, sizeof data_);
        data_.q = &q_.tensor;
        data_.out = &out_.tensor;
        data_.workspace = workspace_.data();
        data_.workspace_bytes = static_cast<int64_t>(workspace_.size());
    }
    void make_plan() {
        farspan_error error = FARSPAN_ERROR_INIT;
        const farspan_cache_batch batch = rows();
        farspan_cache_plan* plan = nullptr;
        farspan_cache_problem problem;
        farspan_cache_problem_init(&problem, sizeof problem);
        problem.query_heads = query_heads_;
        must(farspan_cache_plan_create(context_.get(), scheme_.get(), cache_.get(), &batch, &problem, &plan, &error),
             error);
        plan_.reset(plan);
    }
    void advance() {
        farspan_error error = FARSPAN_ERROR_INIT;
        must(farspan_cache_plan_advance(context_.get(), plan_.get(), &error), error);
    }
    void step() {
        advance();
        run();
    }
    void run() {
        farspan_error error = FARSPAN_ERROR_INIT;
        must(farspan_cache_run(context_.get(), plan_.get(), 0, &data_, &error), error);
    }

private:
    farspan_cache_batch rows() const {
        farspan_cache_batch batch;
        farspan_cache_batch_init(&batch, sizeof batch);
        batch.sequence_count = 1;
        batch.sequence = &sequence_;
        return batch;
    }

    std::unique_ptr<farspan_context, run_free> context_;
    std::unique_ptr<farspan_scheme, run_free> scheme_;
    int64_t sequence_ = 0;
    std::unique_ptr<farspan_cache, cache_free> cache_;
    std::unique_ptr<farspan_cache_plan, cache_free> plan_;
    farspan_attention_data data_;
    owned_tensor q_, out_;
    int64_t query_heads_;
    std::vector<char> workspace_;
};

// One query and 64 keys that are in no cache, 32 and 8 heads of 128: scheme and plan are of this call alone.
class one_call {
public:
    explicit one_call(int32_t rope) {
        attention_case c;
        c.rope = rope;
        scheme_ = make_scheme(c);
        farspan_attention_data_init(&data_, sizeof data_);
        data_.q = &q_.tensor;
        data_.k = &k_.tensor;
        data_.v = &v_.tensor;
        data_.out = &out_.tensor;
    }
    void run() {
        farspan_error error = FARSPAN_ERROR_INIT;
        must(farspan_attention(context_.get(), scheme_.get(), &data_, &error), error);
    }

private:
    std::unique_ptr<farspan_context, run_free> context_ = make_context(1);
    std::unique_ptr<farspan_scheme, run_free> scheme_;
    owned_tensor q_{FARSPAN_F32, 32, 1, 128}, out_{FARSPAN_F32, 32, 1, 128};
    owned_tensor k_{FARSPAN_F32, 8, 64, 128}, v_{FARSPAN_F32, 8, 64, 128};
    farspan_attention_data data_;
};

}  // namespace bench
