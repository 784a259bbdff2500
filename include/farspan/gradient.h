/* Farspan: gradients, for training.
 *
 * A loss depends on what attention, a rotation or a merge put out. These functions take what the loss says about the
 * outputs (d_out, d_lse: its derivatives) and write what it says about the inputs. All are exact: the derivatives of
 * what the function of the same name in farspan.h computes, of every scheme. The gradient of the loss over tokens is
 * farspan_token_nll_grad (eval.h).
 *
 *     farspan_attention_gradient data;
 *     farspan_attention_gradient_init(&data, sizeof data);
 *     data.q = &q; data.k = &k; data.v = &v; data.out = &out;      // as the run had them, and as it wrote them
 *     data.lse = lse; data.lse_count = batch * heads * queries;
 *     data.d_out = &d_out;
 *     data.d_q = &d_q; data.d_k = &d_k; data.d_v = &d_v;
 *     farspan_attention_backward(context, plan, &data, &error);
 *
 * The rules of farspan.h hold here too. */
#ifndef FARSPAN_GRADIENT_H
#define FARSPAN_GRADIENT_H

#include "farspan/farspan.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a gradient of attention reads and writes. Tensors have the shapes of farspan_attention_run, a d_ tensor the
 * shape of what it is the gradient of; F32, F16 or BF16, mixed as you like. Outputs must not overlap each other or the
 * inputs. */
typedef struct farspan_attention_gradient {
    uint32_t struct_size;
    int32_t reserved;

    /* As the forward run had them; bias with a dense bias only. */
    const farspan_tensor* q;
    const farspan_tensor* k;
    const farspan_tensor* v;
    const farspan_tensor* bias;

    /* As it wrote them: out, and float[batch][query_heads][queries]. */
    const farspan_tensor* out;
    const float* lse;
    int64_t lse_count;

    /* The derivatives of the loss by out, and by lse: as lse, or NULL for 0. */
    const farspan_tensor* d_out;
    const float* d_lse;
    int64_t d_lse_count;

    /* The derivatives of the loss by the inputs. Each may be NULL, but not all. A key head's are sums over its query
     * heads. d_bias has the shape of bias: it sums over the batch entries and heads that share one, and must be F32
     * then. d_bias_values: float[buckets][heads] as bias.values of t5; d_sink_logits: as many as the scheme has. Both
     * are 0 for heads of the layer that the problem does not have. */
    const farspan_tensor* d_q;
    const farspan_tensor* d_k;
    const farspan_tensor* d_v;
    const farspan_tensor* d_bias;
    float* d_bias_values;
    int64_t d_bias_values_count;
    float* d_sink_logits;
    int64_t d_sink_logits_count;

    /* NULL: the call allocates what it needs. Otherwise farspan_attention_backward_workspace_size bytes. */
    void* workspace;
    int64_t workspace_bytes;
} farspan_attention_gradient;
FARSPAN_API void farspan_attention_gradient_init(farspan_attention_gradient* data, size_t size);

/* The gradient of farspan_attention_run. With the weights p_ij = exp(logit_ij - lse_i), computed again tile by tile:
 *
 *     delta_i    = <d_out_i, out_i> - d_lse_i
 *     d_v_j      = sum_i p_ij d_out_i
 *     d_logit_ij = p_ij (<d_out_i, v_j> - delta_i)       also what d_bias and d_bias_values sum
 *     d_sink_h   = -sum_i exp(sink_h - lse_i) delta_i
 *     d_s_ij     = d_logit_ij (1 - tanh^2(s_ij / cap))   s: the scaled product before the cap
 *     d_q_i      = sum_j d_s_ij s_i R(a)^T R(c) k_j
 *     d_k_j      = sum_i d_s_ij s_i R(c)^T R(a) q_i
 *
 * A key that a query does not see gives and gets nothing, whatever is stored there; a query that sees nothing has the
 * gradient 0. Sums and arithmetic are f32. delta is formed of `out` as it is given: where that is F16 or BF16, its
 * rounding is part of the gradient. Memory grows linearly with queries + keys. For one instruction set, the bits do not
 * depend on the number of threads. After FARSPAN_ERROR_CANCELLED the outputs are unspecified. */
FARSPAN_API farspan_status farspan_attention_backward(const farspan_context* context, const farspan_plan* plan,
                                                      const farspan_attention_gradient* data, farspan_error* error);

/* Bytes of scratch that one farspan_attention_backward needs, as farspan_plan_workspace_size; 0 for NULL. */
FARSPAN_API int64_t farspan_attention_backward_workspace_size(const farspan_plan* plan);

/* What the gradient of a merge reads and writes; overlaps as above. */
typedef struct farspan_merge_gradient {
    uint32_t struct_size;
    int32_t reserved;

    /* The parts as they were before the merge, which overwrites the first: keep its values. */
    const farspan_tensor* out_a;
    const float* lse_a;
    int64_t lse_a_count;
    const farspan_tensor* out_b;
    const float* lse_b;
    int64_t lse_b_count;

    /* The derivatives of the loss by the merged out, and by the merged lse: as lse, or NULL for 0. */
    const farspan_tensor* d_out;
    const float* d_lse;
    int64_t d_lse_count;

    /* The derivatives by the parts. Each may be NULL, but not all. */
    const farspan_tensor* d_out_a;
    float* d_lse_a;
    int64_t d_lse_a_count;
    const farspan_tensor* d_out_b;
    float* d_lse_b;
    int64_t d_lse_b_count;
} farspan_merge_gradient;
FARSPAN_API void farspan_merge_gradient_init(farspan_merge_gradient* data, size_t size);

/* The gradient of farspan_attention_merge. With the shares w_a = exp(lse_a - L) and w_b = exp(lse_b - L) of each row,
 * and m = w_a w_b <d_out, out_a - out_b>:
 *
 *     d_out_a = w_a d_out      d_lse_a = w_a d_lse + m
 *     d_out_b = w_b d_out      d_lse_b = w_b d_lse - m
 *
 * A part without keys (lse -infinity) gets 0, whatever its out holds. Where an lse is +infinity, m is 0. */
FARSPAN_API farspan_status farspan_attention_merge_backward(const farspan_context* context,
                                                            const farspan_merge_gradient* data, farspan_error* error);

/* The gradient of farspan_rope_apply with the same scheme, options and positions: d_in from d_out. A rotation by the
 * angle t with the factor f is f R(t); its gradient is the transpose, f R(-t). So FORWARD with the magnitude m gives m
 * R(-t) d_out, which is m^2 times INVERSE; INVERSE gives R(t) d_out / m; DELTA rotates back by the same difference. The
 * decay of xpos is a part of f: it stays as it is, where INVERSE divides by it. Features outside the rotary range are
 * copied. Shapes, types and places in memory as for farspan_rope_apply. */
FARSPAN_API farspan_status farspan_rope_backward(const farspan_context* context, const farspan_scheme* scheme,
                                                 const farspan_rope_options* options, const int64_t* positions,
                                                 int64_t positions_count, const farspan_tensor* d_out,
                                                 const farspan_tensor* d_in, farspan_error* error);

#ifdef __cplusplus
}
#endif

#endif /* FARSPAN_GRADIENT_H */
