// An attention problem over the public C interface: tensors, scheme, plan and workspace, ready to run.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "farspan/farspan.h"
#include "layer_biases.hpp"
#include "peak.hpp"

namespace bench {

struct attention_case {
    int32_t dtype = FARSPAN_F32;
    int64_t query_heads = 8, key_heads = 2, queries = 0, keys = 0, head_dim = 128;
    int32_t threads = 1;
    // The parts of the scheme; a rope method of FARSPAN_ROPE_NONE, and 0 for the others, leaves a part out.
    int32_t rope = FARSPAN_ROPE_NONE, remap = FARSPAN_REMAP_NONE, bias = FARSPAN_BIAS_NONE;
    const layer_bias* learned = nullptr;  // the numbers of the bias
    int64_t window = 0;                   // of the remap if there is one, else of the mask; the chunk of Dual Chunk
    double softcap = 0;
    bool exhaustive = false;
};

inline void must(farspan_status status, const farspan_error& error) {
    if (status == FARSPAN_OK) return;
    std::fprintf(stderr, "benchmark: %s\n", error.message);
    std::exit(1);
}

// A tensor with data of its own, standard normal.
struct owned_tensor {
    buffer memory;
    farspan_tensor tensor{};
    owned_tensor(int32_t dtype, int64_t heads, int64_t sequence, int64_t features, pages kind = pages::ordinary)
        : memory(static_cast<std::size_t>(heads * sequence * features * (dtype == FARSPAN_F32 ? 4 : 2)), kind) {
        const int64_t count = heads * sequence * features;
        std::mt19937 random(static_cast<uint32_t>(count));
        std::normal_distribution<float> normal;
        for (int64_t i = 0; i < count; ++i) {
            const float value = normal(random);
            if (dtype == FARSPAN_F32) {
                __builtin_memcpy(memory.data() + 4 * i, &value, 4);
            } else {  // the sign and exponent of a value near 1 in either 16-bit type, the rest random
                const auto bits = static_cast<uint16_t>((random() & 0x807f) | (dtype == FARSPAN_F16 ? 0x3800 : 0x3f00));
                __builtin_memcpy(memory.data() + 2 * i, &bits, 2);
            }
        }
        farspan_tensor_contiguous(&tensor, memory.data(), dtype, 1, heads, sequence, features);
    }
};

struct run_free {
    void operator()(farspan_context* x) const { farspan_context_destroy(x); }
    void operator()(farspan_scheme* x) const { farspan_scheme_destroy(x); }
    void operator()(farspan_plan* x) const { farspan_plan_destroy(x); }
};

inline std::unique_ptr<farspan_context, run_free> make_context(int32_t threads, bool exhaustive = false) {
    farspan_error error = FARSPAN_ERROR_INIT;
    farspan_context_config config;
    farspan_context_config_init(&config, sizeof config);
    config.threads = threads;
    config.exhaustive = exhaustive;
    farspan_context* context = nullptr;
    must(farspan_context_create(&config, &context, &error), error);
    return std::unique_ptr<farspan_context, run_free>(context);
}

inline std::unique_ptr<farspan_scheme, run_free> make_scheme(const attention_case& c) {
    farspan_rope_config rope;
    farspan_rope_config_init(&rope, sizeof rope, c.rope);
    if (c.rope != FARSPAN_ROPE_NONE) {
        rope.layout = FARSPAN_LAYOUT_HALF;
        rope.rotary_dim = static_cast<int32_t>(c.head_dim);
    }
    farspan_remap_config remap;
    farspan_remap_config_init(&remap, sizeof remap, c.remap);
    farspan_mask_config mask;
    farspan_mask_config_init(&mask, sizeof mask);
    if (c.remap == FARSPAN_REMAP_DUAL_CHUNK) {
        remap.chunk = c.window;
        remap.local_window = c.window / 6;
    } else if (c.remap != FARSPAN_REMAP_NONE) {
        remap.window = c.window;
    } else if (c.window > 0) {
        mask.window_left = c.window - 1;
    }
    farspan_bias_config bias;
    farspan_bias_config_init(&bias, sizeof bias, c.bias);
    if (c.bias != FARSPAN_BIAS_NONE && c.bias != FARSPAN_BIAS_DENSE) bias.heads = static_cast<int32_t>(c.query_heads);
    if (c.learned) c.learned->write(bias);
    farspan_score_config score;
    farspan_score_config_init(&score, sizeof score);
    score.softcap = c.softcap;
    farspan_error error = FARSPAN_ERROR_INIT;
    farspan_scheme* scheme = nullptr;
    farspan_scheme_parts parts;
    farspan_scheme_parts_init(&parts, sizeof parts);
    parts.rope = &rope;
    parts.remap = &remap;
    parts.bias = &bias;
    parts.mask = &mask;
    parts.score = &score;
    must(farspan_scheme_create(&parts, &scheme, &error), error);
    return std::unique_ptr<farspan_scheme, run_free>(scheme);
}

inline std::unique_ptr<farspan_plan, run_free> make_plan(const farspan_context* context, const attention_case& c) {
    const auto scheme = make_scheme(c);
    farspan_problem problem;
    farspan_problem_init(&problem, sizeof problem);
    problem.query_heads = c.query_heads;
    problem.key_heads = c.key_heads;
    problem.queries = c.queries;
    problem.keys = c.keys;
    problem.head_dim = c.head_dim;
    farspan_error error = FARSPAN_ERROR_INIT;
    farspan_plan* plan = nullptr;
    must(farspan_plan_create(context, scheme.get(), &problem, &plan, &error), error);
    return std::unique_ptr<farspan_plan, run_free>(plan);
}

class prepared_attention {
public:
    explicit prepared_attention(const attention_case& c)
        : context_(make_context(c.threads, c.exhaustive)),
          plan_(make_plan(context_.get(), c)),
          q_(c.dtype, c.query_heads, c.queries, c.head_dim),
          k_(c.dtype, c.key_heads, c.keys, c.head_dim),
          v_(c.dtype, c.key_heads, c.keys, c.head_dim),
          out_(c.dtype, c.query_heads, c.queries, c.head_dim) {
        workspace_.resize(static_cast<size_t>(farspan_plan_workspace_size(plan_.get())));
        if (c.bias == FARSPAN_BIAS_DENSE) bias_.emplace(FARSPAN_F32, 1, c.queries, c.keys);
    }
    void run() { run_with(nullptr, 0); }

protected:
    void run_with(float* lse, int64_t lse_count) {
        farspan_error error = FARSPAN_ERROR_INIT;
        farspan_attention_data data;
        farspan_attention_data_init(&data, sizeof data);
        data.q = &q_.tensor;
        data.k = &k_.tensor;
        data.v = &v_.tensor;
        data.out = &out_.tensor;
        data.bias = bias_ ? &bias_->tensor : nullptr;
        data.lse = lse;
        data.lse_count = lse_count;
        data.workspace = workspace_.data();
        data.workspace_bytes = static_cast<int64_t>(workspace_.size());
        must(farspan_attention_run(context_.get(), plan_.get(), &data, &error), error);
    }
    const farspan_context* context() const { return context_.get(); }
    const farspan_plan* plan() const { return plan_.get(); }
    const owned_tensor& q() const { return q_; }
    const owned_tensor& k() const { return k_; }
    const owned_tensor& v() const { return v_; }
    const owned_tensor& out() const { return out_; }

private:
    std::unique_ptr<farspan_context, run_free> context_;
    std::unique_ptr<farspan_plan, run_free> plan_;
    owned_tensor q_, k_, v_, out_;
    std::optional<owned_tensor> bias_;  // of all heads
    std::vector<char> workspace_;
};

// The instruction set that runs use by default.
inline int32_t isa_in_use() { return farspan_context_isa(make_context(1).get()); }

}  // namespace bench
