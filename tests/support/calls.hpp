// The calls that take arrays, with the counts that the shapes give. What is wrong about a count is tested by the
// functions themselves.
#pragma once

#include "farspan/farspan.h"

namespace farspan_test {

inline farspan_status scheme_create(const farspan_rope_config* rope, const farspan_remap_config* remap,
                                    const farspan_bias_config* bias, const farspan_mask_config* mask,
                                    const farspan_score_config* score, farspan_scheme** scheme, farspan_error* error) {
    farspan_scheme_parts parts;
    farspan_scheme_parts_init(&parts, sizeof parts);
    parts.rope = rope;
    parts.remap = remap;
    parts.bias = bias;
    parts.mask = mask;
    parts.score = score;
    return farspan_scheme_create(&parts, scheme, error);
}

inline int64_t rows_of(const farspan_tensor* tensor) {
    int64_t rows = 1;
    for (int axis = 0; tensor && axis < 3; ++axis)
        if (__builtin_mul_overflow(rows, tensor->shape[axis], &rows)) return INT64_MAX;  // refused for its shape
    return rows;
}

inline farspan_attention_data data_of(const farspan_tensor* q, const farspan_tensor* k, const farspan_tensor* v,
                                      const farspan_tensor* bias, const farspan_tensor* out, float* lse = nullptr,
                                      void* workspace = nullptr, std::size_t workspace_bytes = 0) {
    farspan_attention_data data;
    farspan_attention_data_init(&data, sizeof data);
    data.q = q;
    data.k = k;
    data.v = v;
    data.bias = bias;
    data.out = out;
    data.lse = lse;
    data.lse_count = lse ? rows_of(out) : 0;
    data.workspace = workspace;
    data.workspace_bytes = static_cast<int64_t>(workspace_bytes);
    return data;
}

inline farspan_status attention_run(const farspan_context* context, const farspan_plan* plan, const farspan_tensor* q,
                                    const farspan_tensor* k, const farspan_tensor* v, const farspan_tensor* bias,
                                    const farspan_tensor* out, float* lse, void* workspace, std::size_t workspace_bytes,
                                    farspan_error* error) {
    const farspan_attention_data data = data_of(q, k, v, bias, out, lse, workspace, workspace_bytes);
    return farspan_attention_run(context, plan, &data, error);
}

inline farspan_status attention(const farspan_context* context, const farspan_scheme* scheme, const farspan_tensor* q,
                                const farspan_tensor* k, const farspan_tensor* v, const farspan_tensor* out,
                                farspan_error* error) {
    const farspan_attention_data data = data_of(q, k, v, nullptr, out);
    return farspan_attention(context, scheme, &data, error);
}

inline farspan_status attention_merge(const farspan_tensor* out_a, float* lse_a, const farspan_tensor* out_b,
                                      const float* lse_b, farspan_error* error) {
    return farspan_attention_merge(nullptr, out_a, lse_a, lse_a ? rows_of(out_a) : 0, out_b, lse_b,
                                   lse_b ? rows_of(out_a) : 0, error);
}

inline farspan_status rope_apply(const farspan_context* context, const farspan_scheme* scheme,
                                 const farspan_rope_options* options, const int64_t* positions,
                                 const farspan_tensor* in, const farspan_tensor* out, farspan_error* error) {
    const int64_t rows = in ? in->shape[2] : 0,
                  stride = options && options->axis_stride > 0 ? options->axis_stride : rows;
    const int64_t count = positions ? (farspan_scheme_axes(scheme) - 1) * stride + rows : 0;
    return farspan_rope_apply(context, scheme, options, positions, count, in, out, error);
}

inline farspan_status position_lookup(const farspan_tensor* table, const int64_t* positions, const farspan_tensor* out,
                                      farspan_error* error) {
    return farspan_position_lookup(nullptr, table, positions, positions && out ? out->shape[2] : 0, out, error);
}

inline farspan_status fire_fill(const farspan_fire_config* config, const int64_t* query_positions,
                                const int64_t* key_positions, const farspan_tensor* out, farspan_error* error) {
    return farspan_fire_fill(nullptr, config, query_positions, query_positions && out ? out->shape[2] : 0,
                             key_positions, key_positions && out ? out->shape[3] : 0, out, error);
}

}  // namespace farspan_test
