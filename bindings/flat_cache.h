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

/* Describes the arrays. Answers 0 with an error if there are too few offsets. `argument` is the batch's place in the C function. */
static int flat_cache_batch(farspan_cache_batch* batch, int32_t argument, const int64_t* sequences, size_t sequence_count,
                            const int64_t* offsets, size_t offset_count, farspan_error* error) {
    farspan_cache_batch_init(batch, sizeof *batch);
    batch->sequences = (int64_t)sequence_count;
    batch->sequence = sequences;
    batch->offsets = offsets;
    return !flat_unequal(error, argument, "batch.offsets", offsets, offset_count, (__int128)sequence_count + 1);
}

/* Rows of the batch. Offsets that fall are refused before any row is read. */
static __int128 flat_cache_rows(const farspan_cache_batch* batch) {
    return batch->offsets ? batch->offsets[batch->sequences] : batch->sequences;
}

static farspan_status flat_cache_append(farspan_cache* cache, const int64_t* sequences, size_t sequence_count,
                                        const int64_t* offsets, size_t offset_count, const int64_t* positions,
                                        size_t position_count, farspan_error* error) {
    farspan_cache_batch batch;
    if (!flat_cache_batch(&batch, 2, sequences, sequence_count, offsets, offset_count, error) ||
        flat_unequal(error, 3, "positions", positions, position_count, flat_cache_rows(&batch)))
        return FARSPAN_ERROR_SHAPE;
    return farspan_cache_append(cache, &batch, positions, error);
}

static farspan_status flat_cache_write(const farspan_context* context, farspan_cache* cache, int64_t layer,
                                       const int64_t* sequences, size_t sequence_count, const int64_t* offsets,
                                       size_t offset_count, void* k, int32_t k_dtype, const int64_t* k_dims, void* v,
                                       int32_t v_dtype, const int64_t* v_dims, farspan_error* error) {
    const farspan_tensor kt = flat_tensor(k, k_dtype, k_dims), vt = flat_tensor(v, v_dtype, v_dims);
    farspan_cache_batch batch;
    if (!flat_cache_batch(&batch, 4, sequences, sequence_count, offsets, offset_count, error)) return FARSPAN_ERROR_SHAPE;
    return farspan_cache_write(context, cache, layer, &batch, &kt, &vt, error);
}

static farspan_cache_plan* flat_cache_plan_create(const farspan_context* context, const farspan_scheme* scheme,
                                                  const farspan_cache* cache, const int64_t* sequences, size_t sequence_count,
                                                  const int64_t* offsets, size_t offset_count, int64_t query_heads,
                                                  const int64_t* positions, size_t position_count, int64_t length,
                                                  farspan_error* error) {
    farspan_cache_plan* plan = NULL;
    farspan_cache_batch batch;
    if (!flat_cache_batch(&batch, 4, sequences, sequence_count, offsets, offset_count, error) ||
        flat_unequal(error, 6, "positions", positions, position_count, flat_cache_rows(&batch)))
        return NULL;
    farspan_cache_plan_create(context, scheme, cache, &batch, query_heads, positions, length, &plan, error);
    return plan;
}

static farspan_status flat_cache_run(const farspan_context* context, const farspan_cache_plan* plan, int64_t layer, void* q,
                                     int32_t q_dtype, const int64_t* q_dims, void* out, int32_t out_dtype,
                                     const int64_t* out_dims, float* lse, size_t lse_count, void* workspace,
                                     size_t workspace_size, farspan_error* error) {
    const farspan_tensor qt = flat_tensor(q, q_dtype, q_dims), ot = flat_tensor(out, out_dtype, out_dims);
    if (flat_short(error, 6, "lse", lse, lse_count, flat_row_count(&ot))) return FARSPAN_ERROR_SHAPE;
    return farspan_cache_run(context, plan, layer, &qt, &ot, lse, workspace, workspace_size, error);
}

static farspan_status flat_attention_decode(const farspan_context* context, const farspan_scheme* scheme,
                                            const farspan_cache* cache, int64_t layer, const int64_t* sequences,
                                            size_t sequence_count, const int64_t* offsets, size_t offset_count, void* q,
                                            int32_t q_dtype, const int64_t* q_dims, void* out, int32_t out_dtype,
                                            const int64_t* out_dims, float* lse, size_t lse_count, farspan_error* error) {
    const farspan_tensor qt = flat_tensor(q, q_dtype, q_dims), ot = flat_tensor(out, out_dtype, out_dims);
    farspan_cache_batch batch;
    if (!flat_cache_batch(&batch, 5, sequences, sequence_count, offsets, offset_count, error) ||
        flat_short(error, 8, "lse", lse, lse_count, flat_row_count(&ot)))
        return FARSPAN_ERROR_SHAPE;
    /* The heads of q are read before its data is looked at. */
    return farspan_attention_decode(context, scheme, cache, layer, &batch, qt.data ? &qt : NULL, &ot, lse, error);
}

#endif
