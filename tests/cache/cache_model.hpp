// A cache and, beside it, what it should hold: plain lists of tokens. Every change is made to both, and attention over
// the cache is compared with the definition on the lists.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "attention_case.hpp"
#include "farspan/cache.h"
#include "generator.hpp"
#include "handles.hpp"

namespace farspan_test {

struct destroy_cache {
    void operator()(farspan_cache* handle) const { farspan_cache_destroy(handle); }
};
using cache_handle = std::unique_ptr<farspan_cache, destroy_cache>;

struct cache_form {
    int32_t dtype = FARSPAN_F32;
    int64_t layers = 1, key_heads = 2, query_heads = 4, head_dim = 64, value_dim = 64;
    int64_t memory_limit = 0;
    int64_t head_offset = 0;
    bool large_keys = false;  // a constant part in some channels of the keys, and spikes
};

struct destroy_cache_plan {
    void operator()(farspan_cache_plan* handle) const { farspan_cache_plan_destroy(handle); }
};
using cache_plan_handle = std::unique_ptr<farspan_cache_plan, destroy_cache_plan>;

cache_handle make_cache(const cache_form& form);

// The rows of a token in one layer, as the cache gives them back: [key_heads][head_dim] and [key_heads][value_dim].
struct token {
    int64_t position;
    std::vector<std::vector<double>> k, v;  // [layer]
};

struct model_sequence {
    std::vector<token> tokens;
    int64_t next_position = 0;
};

class cache_model {
public:
    cache_model(const cache_form& form, uint64_t seed);

    farspan_cache* handle() const { return cache_.get(); }
    const cache_form& form() const { return form_; }
    const std::map<int64_t, model_sequence>& sequences() const { return sequences_; }

    int64_t create();
    void destroy(int64_t id);
    int64_t fork(int64_t id);
    void evict(int64_t id, int64_t first, int64_t last);
    void keep(int64_t id, int64_t sinks, int64_t recent);
    // Appends and writes random tokens to several sequences in one call; gaps of up to `widest_gap` positions before a
    // token.
    void append(const std::vector<int64_t>& ids, const std::vector<int64_t>& counts, int64_t widest_gap = 0);

    struct outcome {
        attention_error error;  // of the sequence that comes nearest to its bound
        double of_bound = 0;    // the larger part of a bound of docs/numerics.md that its errors take: <= 1
    };
    // Attention of the newest `rows` tokens of each sequence, one batch, against the definition. Throws
    // std::runtime_error if the library refuses.
    outcome attend(int32_t isa, int32_t threads, scheme_spec& spec, const std::vector<int64_t>& ids,
                   const std::vector<int64_t>& rows, int64_t layer = 0);
    cache_plan_handle plan(int32_t isa, int32_t threads, const farspan_scheme* scheme, const std::vector<int64_t>& ids,
                           const std::vector<int64_t>& rows) const;
    // The raw output of a plan for so many rows.
    std::vector<float> run(int32_t isa, int32_t threads, const farspan_cache_plan* plan, int64_t rows, int64_t layer,
                           uint64_t seed, std::vector<float>* lse = nullptr) const;
    std::vector<float> run(int32_t isa, int32_t threads, const farspan_scheme* scheme, const std::vector<int64_t>& ids,
                           const std::vector<int64_t>& rows, int64_t layer, uint64_t seed,
                           std::vector<float>* lse = nullptr);

private:
    void add_large_channels(tensor_data& k);
    attention_data data_of(const attention_problem& problem, int64_t id, int64_t layer) const;

    cache_form form_;
    generator random_;
    cache_handle cache_;
    std::map<int64_t, model_sequence> sequences_;
};

}  // namespace farspan_test
