// The gradient of a plan's attention: what a loss says about out and lse, said about everything that they were computed
// from.
//
// With the weights p = exp(logit - lse), which are computed again tile by tile from lse:
//   dp = d_out V^T       d_logit = p (dp - delta), delta = <d_out, out> - d_lse      dS = d_logit times the slope of
//   the cap dV = P^T d_out       dQ = dS K, dK = dS^T Q on rotated rows, which are rotated back once at the end
// Memory is linear in queries + keys. Queries and keys are cut into parts; of all pairs of parts, those of one turn
// share no query and no key, so that their sums meet nowhere: the order of every sum follows from the shape alone.
#pragma once

#include "attention/gradient_space.hpp"
#include "attention/tile_scores.hpp"
#include "base/strided.hpp"
#include "plan/plan.hpp"

namespace farspan {

struct gradient_tensors {
    strided q, k, v, out, d_out;
    strided bias;        // data NULL: none
    const float* lse;    // [batch][query_heads][queries]
    const float* d_lse;  // the same, or NULL: 0
    // Not wanted where the data is NULL.
    strided d_q, d_k, d_v;
    strided d_bias;        // f32 if it sums over batch entries or heads
    float* d_bias_values;  // [buckets][table_heads]
    float* d_sinks;        // [layer_sinks]

    // Whether several heads or batch entries add to the same elements of d_bias.
    bool bias_is_shared(const problem& shape) const {
        return d_bias.data && (d_bias.shape[0] != shape.batch || d_bias.shape[1] != shape.query_heads);
    }
};

struct gradient_options {
    int32_t threads;                 // at most the plan's
    const volatile int32_t* cancel;  // NULL: never
};

// Throws failure(FARSPAN_ERROR_CANCELLED). The memory has gradient_layout::bytes bytes.
void run_gradient(const plan& plan, const gradient_layout& layout, const gradient_tensors& tensors,
                  const gradient_options& options, void* memory);

// --- the stages ---

// Keys and values [run * tile_keys, ...) of a key head: rotated, as rows and as panels; their sums become 0.
void prepare_keys(const plan& plan, const gradient_tensors& tensors, const gradient_slot& slot,
                  const gradient_scratch& scratch, int64_t batch, int64_t key_head, int64_t run);
// Queries and d_out of a block, lse and delta of its rows; the sum of d_q becomes 0.
void prepare_queries(const plan& plan, const gradient_tensors& tensors, const gradient_slot& slot,
                     const gradient_scratch& scratch, const head_task& task, int64_t block);

// All pairs of the blocks [first_block, last_block) and the runs of one part.
struct gradient_part {
    int64_t first_block, last_block;
    int64_t first_run, last_run;
    double* buckets;  // [buckets], of this part of the keys
};
void add_part(const plan& plan, const gradient_tensors& tensors, const gradient_slot& slot,
              const gradient_scratch& scratch, const head_task& task, const gradient_part& part,
              const volatile int32_t* cancel);

// Rotate back and store.
void finish_queries(const plan& plan, const gradient_tensors& tensors, const gradient_slot& slot,
                    const gradient_scratch& scratch, const head_task& task, int64_t block);
void finish_keys(const plan& plan, const gradient_tensors& tensors, const gradient_slot& slot,
                 const gradient_scratch& scratch, int64_t batch, int64_t key_head, int64_t run);

}  // namespace farspan
