/* cache.h in the form of flat.h, for languages that collect garbage: a batch is two arrays with their lengths, tensors and arrays
 * as there, with its functions: it stands behind flat.h in the SWIG wrappers, and nowhere else. */
#ifndef FARSPAN_BINDINGS_FLAT_CACHE_H
#define FARSPAN_BINDINGS_FLAT_CACHE_H

#include "farspan/cache.h"

static farspan_cache* flat_cache_create(const farspan_cache_config* config, farspan_error* error) {
    farspan_cache* cache = NULL;
    farspan_cache_create(config, &cache, error);
    return cache;
}

static farspan_cache_batch flat_cache_batch(const int64_t* sequences, size_t sequence_count, const int64_t* offsets,
                                            size_t offset_count) {
    farspan_cache_batch batch;
    farspan_cache_batch_init(&batch, sizeof batch);
    batch.sequence = sequences;
    batch.sequence_count = (int64_t)sequence_count;
    batch.offsets = offsets;
    batch.offsets_count = (int64_t)offset_count;
    return batch;
}

static farspan_status flat_cache_append(farspan_cache* cache, const int64_t* sequences, size_t sequence_count,
                                        const int64_t* offsets, size_t offset_count, const int64_t* positions,
                                        size_t position_count, farspan_error* error) {
    const farspan_cache_batch batch = flat_cache_batch(sequences, sequence_count, offsets, offset_count);
    return farspan_cache_append(NULL, cache, &batch, positions, (int64_t)position_count, error);
}

static farspan_status flat_cache_write(const farspan_context* context, farspan_cache* cache, int64_t layer,
                                       const int64_t* sequences, size_t sequence_count, const int64_t* offsets,
                                       size_t offset_count, void* k, int32_t k_dtype, const int64_t* k_dims, void* v,
                                       int32_t v_dtype, const int64_t* v_dims, farspan_error* error) {
    const farspan_tensor kt = flat_tensor(k, k_dtype, k_dims), vt = flat_tensor(v, v_dtype, v_dims);
    const farspan_cache_batch batch = flat_cache_batch(sequences, sequence_count, offsets, offset_count);
    return farspan_cache_write(context, cache, layer, &batch, &kt, &vt, error);
}

static farspan_cache_plan* flat_cache_plan_create(const farspan_context* context, const farspan_scheme* scheme,
                                                  const farspan_cache* cache, const int64_t* sequences,
                                                  size_t sequence_count, const int64_t* offsets, size_t offset_count,
                                                  int64_t query_heads, const int64_t* positions, size_t position_count,
                                                  int64_t length, farspan_error* error) {
    farspan_cache_plan* plan = NULL;
    const farspan_cache_batch batch = flat_cache_batch(sequences, sequence_count, offsets, offset_count);
    farspan_cache_problem problem;
    farspan_cache_problem_init(&problem, sizeof problem);
    problem.query_heads = query_heads;
    problem.length = length;
    problem.positions = positions;
    problem.positions_count = (int64_t)position_count;
    farspan_cache_plan_create(context, scheme, cache, &batch, &problem, &plan, error);
    return plan;
}

/* An empty lse is none. The tensors outlive the data. */
static farspan_attention_data flat_cache_data(const farspan_tensor* q, const farspan_tensor* out, float* lse,
                                              size_t lse_count, void* workspace, size_t workspace_size) {
    farspan_attention_data data;
    farspan_attention_data_init(&data, sizeof data);
    data.q = q;
    data.out = out;
    data.lse = lse;
    data.lse_count = (int64_t)lse_count;
    data.workspace = workspace;
    data.workspace_bytes = (int64_t)workspace_size;
    return data;
}

static farspan_status flat_cache_run(const farspan_context* context, const farspan_cache_plan* plan, int64_t layer,
                                     void* q, int32_t q_dtype, const int64_t* q_dims, void* out, int32_t out_dtype,
                                     const int64_t* out_dims, float* lse, size_t lse_count, void* workspace,
                                     size_t workspace_size, farspan_error* error) {
    const farspan_tensor qt = flat_tensor(q, q_dtype, q_dims), ot = flat_tensor(out, out_dtype, out_dims);
    const farspan_attention_data data = flat_cache_data(&qt, &ot, lse, lse_count, workspace, workspace_size);
    return farspan_cache_run(context, plan, layer, &data, error);
}

static farspan_status flat_attention_decode(const farspan_context* context, const farspan_scheme* scheme,
                                            const farspan_cache* cache, int64_t layer, const int64_t* sequences,
                                            size_t sequence_count, const int64_t* offsets, size_t offset_count, void* q,
                                            int32_t q_dtype, const int64_t* q_dims, void* out, int32_t out_dtype,
                                            const int64_t* out_dims, float* lse, size_t lse_count,
                                            farspan_error* error) {
    const farspan_tensor qt = flat_tensor(q, q_dtype, q_dims), ot = flat_tensor(out, out_dtype, out_dims);
    const farspan_cache_batch batch = flat_cache_batch(sequences, sequence_count, offsets, offset_count);
    const farspan_attention_data data = flat_cache_data(qt.data ? &qt : NULL, &ot, lse, lse_count, NULL, 0);
    return farspan_attention_decode(context, scheme, cache, layer, &batch, &data, error);
}

static farspan_status flat_cache_save(const farspan_cache* cache, int64_t sequence, void* buffer, size_t size,
                                      farspan_error* error) {
    return farspan_cache_save(NULL, cache, sequence, buffer, (int64_t)size, error);
}

static farspan_status flat_cache_restore(farspan_cache* cache, const void* buffer, size_t size, int64_t* sequence,
                                         farspan_error* error) {
    return farspan_cache_restore(NULL, cache, buffer, (int64_t)size, sequence, error);
}

#endif
