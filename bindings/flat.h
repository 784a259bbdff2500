/* The public header in a form that a garbage-collected language can call: tensors are flat (address, dtype, dims), the arrays of
 * a configuration are arguments and not pointers inside a struct, and every array comes with its length, which the library checks;
 * only what an answer is written into is checked here. No defaults and no arithmetic of a method. Included by the SWIG wrappers only.
 *
 * dims is shape[4], stride[4] and the element of the memory at which the tensor begins, all in elements, then the address of the
 * memory or 0 if that is an argument of its own: FLAT_DIMS numbers. (Java asks for the address of a direct buffer only once, since
 * each time takes as long as a small call.) An absent tensor has neither. A function that makes a handle returns NULL on failure; `error` then says why, as in the C
 * function of the same name. */
#ifndef FARSPAN_BINDINGS_FLAT_H
#define FARSPAN_BINDINGS_FLAT_H

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "farspan/farspan.h"

enum { FLAT_DIMS = 10 };

static farspan_status flat_fail(farspan_error* error, farspan_status status, int32_t argument, const char* format,
                                ...) {
    if (error) {
        va_list values;
        va_start(values, format);
        error->code = status;
        error->argument = argument;
        error->field[0] = '\0';
        vsnprintf(error->message, sizeof error->message, format, values);
        va_end(values);
    }
    return status;
}

/* A struct that is returned is written in small pieces and read in large ones, for which the processor waits: hence inlined. */
#ifdef SWIG
#define FLAT_INLINE static
#else
#define FLAT_INLINE static inline __attribute__((always_inline))
#endif

FLAT_INLINE farspan_tensor flat_tensor(void* data, int32_t dtype, const int64_t* dims) {
    farspan_tensor tensor;
    memset(&tensor, 0, sizeof tensor);
    tensor.dtype = dtype;
    if (!data && dims) data = (void*)(intptr_t)dims[9];
    if (!data || !dims) return tensor;
    const int64_t element_bytes = dtype == FARSPAN_F64 ? 8 : dtype == FARSPAN_F32 ? 4 : 2;
    tensor.data = (char*)data + dims[8] * element_bytes;
    memcpy(tensor.shape, dims, sizeof tensor.shape);
    memcpy(tensor.stride, dims + 4, sizeof tensor.stride);
    return tensor;
}

/* An array of `count` entries, or none, that is written: where `needed` are, it may be longer. Where none are needed something else is
 * missing, which the library names. */
static int flat_short(farspan_error* error, int32_t argument, const char* name, const void* array, size_t count,
                      __int128 needed) {
    if (!array || needed <= 0 || (__int128)count >= needed) return 0;
    flat_fail(error, FARSPAN_ERROR_SHAPE, argument, "%s has %zu entries: %lld are needed", name, count,
              needed > INT64_MAX ? (long long)INT64_MAX : (long long)needed);
    return 1;
}

/* ---- tensor ----------------------------------------------------------------------------------- */

/* Writes the dims of a dense row-major array. */
static void flat_tensor_contiguous(int64_t batch, int64_t heads, int64_t sequence, int64_t features, int64_t* dims) {
    farspan_tensor tensor;
    farspan_tensor_contiguous(&tensor, NULL, FARSPAN_F32, batch, heads, sequence, features);
    memcpy(dims, tensor.shape, sizeof tensor.shape);
    memcpy(dims + 4, tensor.stride, sizeof tensor.stride);
    dims[8] = dims[9] = 0;
}

/* Whether all that the tensor addresses lies in a memory of `bytes` bytes. */
static farspan_status flat_tensor_check(int32_t dtype, const int64_t* dims, size_t bytes, farspan_error* error) {
    farspan_tensor tensor;
    memset(&tensor, 0, sizeof tensor);
    tensor.dtype = dtype;
    memcpy(tensor.shape, dims, sizeof tensor.shape);
    memcpy(tensor.stride, dims + 4, sizeof tensor.stride);
    return farspan_tensor_check(&tensor, bytes, dims[8], error);
}

/* ---- scheme ----------------------------------------------------------------------------------- */

/* The configurations' pointer fields are replaced by the arrays given; an empty array is NULL. */
static farspan_scheme* flat_scheme_create(const farspan_rope_config* rope, const double* short_factors,
                                          size_t short_count, const double* long_factors, size_t long_count,
                                          const farspan_remap_config* remap, const farspan_bias_config* bias,
                                          const float* values, size_t value_count, const double* a, size_t a_count,
                                          const double* p, size_t p_count, const double* slopes, size_t slope_count,
                                          const farspan_mask_config* mask, const farspan_score_config* score,
                                          const float* sink_logits, size_t sink_logit_count, farspan_error* error) {
    farspan_scheme_parts parts;
    farspan_rope_config rope_copy;
    farspan_bias_config bias_copy;
    farspan_score_config score_copy;
    farspan_scheme* scheme = NULL;
    farspan_scheme_parts_init(&parts, sizeof parts);
    parts.remap = remap;
    parts.mask = mask;
    if (rope) {
        rope_copy = *rope;
        rope_copy.short_factors = short_factors;
        rope_copy.short_factors_count = (int64_t)short_count;
        rope_copy.long_factors = long_factors;
        rope_copy.long_factors_count = (int64_t)long_count;
        parts.rope = &rope_copy;
    }
    if (bias) {
        bias_copy = *bias;
        bias_copy.values = values;
        bias_copy.values_count = (int64_t)value_count;
        bias_copy.a = a;
        bias_copy.a_count = (int64_t)a_count;
        bias_copy.p = p;
        bias_copy.p_count = (int64_t)p_count;
        bias_copy.slopes = slopes;
        bias_copy.slopes_count = (int64_t)slope_count;
        parts.bias = &bias_copy;
    }
    if (score) {
        score_copy = *score;
        score_copy.sink_logits = sink_logits;
        score_copy.sink_logits_count = (int64_t)sink_logit_count;
        parts.score = &score_copy;
    }
    farspan_scheme_create(&parts, &scheme, error);
    return scheme;
}

/* Texts are arrays of bytes. whole: what the text needs, with its NUL. */
static farspan_scheme* flat_scheme_from_json(const char* document, size_t document_bytes, farspan_error* error) {
    farspan_scheme* scheme = NULL;
    farspan_scheme_from_json(document_bytes ? document : "", (int64_t)document_bytes, &scheme, error);
    return scheme;
}

static farspan_status flat_scheme_to_json(const farspan_scheme* scheme, uint8_t* buffer, size_t buffer_bytes,
                                          int64_t* whole, size_t whole_count, farspan_error* error) {
    return farspan_scheme_to_json(scheme, (char*)buffer, (int64_t)buffer_bytes, whole_count > 0 ? whole : NULL, error);
}

/* ---- encode ----------------------------------------------------------------------------------- */

static farspan_status flat_rope_frequencies(const farspan_scheme* scheme, int64_t length, double* inv_freq,
                                            size_t count, double* magnitude, size_t magnitude_count,
                                            farspan_error* error) {
    return farspan_rope_frequencies(scheme, length, inv_freq, (int64_t)count, magnitude_count > 0 ? magnitude : NULL,
                                    error);
}

static farspan_status flat_scheme_visible(const farspan_scheme* scheme, int64_t query, int64_t keys, int64_t* intervals,
                                          size_t count, farspan_error* error) {
    if (flat_short(error, 4, "intervals", intervals, count, 4)) return FARSPAN_ERROR_SHAPE;
    return farspan_scheme_visible(scheme, query, keys, intervals, error);
}

static farspan_status flat_rope_apply(const farspan_context* context, const farspan_scheme* scheme, int32_t side,
                                      int32_t branch, int32_t direction, int64_t length, int64_t axis_stride,
                                      double xpos_centre, const int64_t* positions, size_t position_count, void* in,
                                      int32_t in_dtype, const int64_t* in_dims, void* out, int32_t out_dtype,
                                      const int64_t* out_dims, farspan_error* error) {
    const farspan_tensor source = flat_tensor(in, in_dtype, in_dims), target = flat_tensor(out, out_dtype, out_dims);
    farspan_rope_options options;
    farspan_rope_options_init(&options, sizeof options);
    options.side = side;
    options.branch = branch;
    options.direction = direction;
    options.length = length;
    options.axis_stride = axis_stride;
    options.xpos_centre = xpos_centre;
    return farspan_rope_apply(context, scheme, &options, positions, (int64_t)position_count, &source, &target, error);
}

static farspan_status flat_bias_fill(const farspan_context* context, const farspan_scheme* scheme, int32_t head,
                                     int64_t length, int64_t first_distance, float* out, size_t count,
                                     farspan_error* error) {
    return farspan_bias_fill(context, scheme, head, length, first_distance, out, (int64_t)count, error);
}

static farspan_status flat_sinusoidal_fill(const farspan_context* context, int32_t layout, int64_t first, double base,
                                           void* out, int32_t dtype, const int64_t* dims, farspan_error* error) {
    const farspan_tensor target = flat_tensor(out, dtype, dims);
    return farspan_sinusoidal_fill(context, layout, first, base, &target, error);
}

static farspan_status flat_position_lookup(const farspan_context* context, void* table, int32_t table_dtype,
                                           const int64_t* table_dims, const int64_t* positions, size_t position_count,
                                           void* out, int32_t out_dtype, const int64_t* out_dims,
                                           farspan_error* error) {
    const farspan_tensor source = flat_tensor(table, table_dtype, table_dims),
                         target = flat_tensor(out, out_dtype, out_dims);
    return farspan_position_lookup(context, &source, positions, (int64_t)position_count, &target, error);
}

static farspan_status flat_fire_fill(const farspan_context* context, const farspan_fire_config* config, const float* w1,
                                     size_t w1_count, const float* b1, size_t b1_count, const float* w2,
                                     size_t w2_count, const float* b2, size_t b2_count, const int64_t* query_positions,
                                     size_t query_count, const int64_t* key_positions, size_t key_count, void* out,
                                     int32_t dtype, const int64_t* dims, farspan_error* error) {
    const farspan_tensor target = flat_tensor(out, dtype, dims);
    farspan_fire_config copy;
    if (config) {
        copy = *config;
        copy.w1 = w1;
        copy.w1_count = (int64_t)w1_count;
        copy.b1 = b1;
        copy.b1_count = (int64_t)b1_count;
        copy.w2 = w2;
        copy.w2_count = (int64_t)w2_count;
        copy.b2 = b2;
        copy.b2_count = (int64_t)b2_count;
    }
    return farspan_fire_fill(context, config ? &copy : NULL, query_positions, (int64_t)query_count, key_positions,
                             (int64_t)key_count, &target, error);
}

/* ---- plan and attention ----------------------------------------------------------------------- */

/* The problem's pointer fields are replaced by the arrays given; an empty array is NULL. */
static farspan_plan* flat_plan_create(const farspan_context* context, const farspan_scheme* scheme,
                                      const farspan_problem* problem, const int64_t* query_positions,
                                      size_t query_count, const int64_t* key_positions, size_t key_count,
                                      const int64_t* query_axis_positions, size_t query_axis_count,
                                      const int64_t* key_axis_positions, size_t key_axis_count,
                                      const int64_t* query_offsets, size_t query_offset_count,
                                      const int64_t* key_offsets, size_t key_offset_count, const int64_t* key_ranges,
                                      size_t key_range_count, farspan_error* error) {
    farspan_plan* plan = NULL;
    farspan_problem copy;
    if (problem) {
        copy = *problem;
        copy.query_positions = query_positions;
        copy.query_positions_count = (int64_t)query_count;
        copy.key_positions = key_positions;
        copy.key_positions_count = (int64_t)key_count;
        copy.query_axis_positions = query_axis_positions;
        copy.query_axis_positions_count = (int64_t)query_axis_count;
        copy.key_axis_positions = key_axis_positions;
        copy.key_axis_positions_count = (int64_t)key_axis_count;
        copy.query_offsets = query_offsets;
        copy.query_offsets_count = (int64_t)query_offset_count;
        copy.key_offsets = key_offsets;
        copy.key_offsets_count = (int64_t)key_offset_count;
        copy.key_ranges = key_ranges;
        copy.key_ranges_count = (int64_t)key_range_count;
    }
    farspan_plan_create(context, scheme, problem ? &copy : NULL, &plan, error);
    return plan;
}

static farspan_status flat_plan_tile_counts(const farspan_plan* plan, int64_t* counts, size_t count,
                                            farspan_error* error) {
    if (flat_short(error, 2, "counts", counts, count, 4)) return FARSPAN_ERROR_SHAPE;
    return farspan_plan_tile_counts(plan, counts, error);
}

static farspan_status flat_attention_run(const farspan_context* context, const farspan_plan* plan, void* q,
                                         int32_t q_dtype, const int64_t* q_dims, void* k, int32_t k_dtype,
                                         const int64_t* k_dims, void* v, int32_t v_dtype, const int64_t* v_dims,
                                         void* bias, int32_t bias_dtype, const int64_t* bias_dims, void* out,
                                         int32_t out_dtype, const int64_t* out_dims, float* lse, size_t lse_count,
                                         void* workspace, size_t workspace_size, farspan_error* error) {
    const farspan_tensor qt = flat_tensor(q, q_dtype, q_dims), kt = flat_tensor(k, k_dtype, k_dims),
                         vt = flat_tensor(v, v_dtype, v_dims), bt = flat_tensor(bias, bias_dtype, bias_dims),
                         ot = flat_tensor(out, out_dtype, out_dims);
    farspan_attention_data data;
    farspan_attention_data_init(&data, sizeof data);
    data.q = &qt;
    data.k = &kt;
    data.v = &vt;
    data.bias = bt.data ? &bt : NULL;
    data.out = &ot;
    data.lse = lse;
    data.lse_count = (int64_t)lse_count;
    data.workspace = workspace;
    data.workspace_bytes = (int64_t)workspace_size;
    return farspan_attention_run(context, plan, &data, error);
}

static farspan_status flat_attention(const farspan_context* context, const farspan_scheme* scheme, void* q,
                                     int32_t q_dtype, const int64_t* q_dims, void* k, int32_t k_dtype,
                                     const int64_t* k_dims, void* v, int32_t v_dtype, const int64_t* v_dims, void* out,
                                     int32_t out_dtype, const int64_t* out_dims, farspan_error* error) {
    const farspan_tensor qt = flat_tensor(q, q_dtype, q_dims), kt = flat_tensor(k, k_dtype, k_dims),
                         vt = flat_tensor(v, v_dtype, v_dims), ot = flat_tensor(out, out_dtype, out_dims);
    farspan_attention_data data;
    farspan_attention_data_init(&data, sizeof data);
    data.q = &qt;
    data.k = &kt;
    data.v = &vt;
    data.out = &ot;
    return farspan_attention(context, scheme, &data, error);
}

static farspan_status flat_attention_merge(const farspan_context* context, void* out_a, int32_t a_dtype,
                                           const int64_t* a_dims, float* lse_a, size_t lse_a_count, void* out_b,
                                           int32_t b_dtype, const int64_t* b_dims, float* lse_b, size_t lse_b_count,
                                           farspan_error* error) {
    const farspan_tensor a = flat_tensor(out_a, a_dtype, a_dims), b = flat_tensor(out_b, b_dtype, b_dims);
    return farspan_attention_merge(context, &a, lse_a, (int64_t)lse_a_count, &b, lse_b, (int64_t)lse_b_count, error);
}

/* ---- context ---------------------------------------------------------------------------------- */

/* A cancel flag in memory that no collector moves. It must outlive the context and the plans made with it. */
typedef struct flat_cancel_flag {
    volatile int32_t value;
} flat_cancel_flag;

static void flat_cancel_flag_set(flat_cancel_flag* flag, int32_t value) { flag->value = value; }

/* `cancel` may be NULL. */
static farspan_context* flat_context_create(const farspan_context_config* config, const flat_cancel_flag* cancel,
                                            farspan_error* error) {
    farspan_context* context = NULL;
    farspan_context_config copy;
    if (config) {
        copy = *config;
        copy.cancel = cancel ? &cancel->value : NULL;
    }
    farspan_context_create(config ? &copy : NULL, &context, error);
    return context;
}

/* The text of farspan_diagnose, to be freed; NULL without memory. */
static char* flat_diagnose(void) {
    const int64_t size = farspan_diagnose(NULL, 0);
    char* text = (char*)malloc((size_t)size + 1);
    if (!text) return NULL;
    text[0] = 0;
    farspan_diagnose(text, size);
    return text;
}

#endif
