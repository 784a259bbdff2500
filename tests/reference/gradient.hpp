// The gradient of attention by definition: every pair of query and key, one after the other, in double precision.
//
//   loss = sum(d_out * out) + sum(d_lse * lse)
//
// With p the weights, dp_ij = <d_out_i, v_j> and x the scaled product before the cap:
//   d_v_j     = sum_i p_ij d_out_i
//   d_logit   = p_ij (dp_ij - delta_i),   delta_i = <d_out_i, out_i> - d_lse_i        also the gradient of the bias of
//   the pair d_sink_h  = -sum_i p_sink delta_i d_x       = d_logit (1 - tanh^2(x / cap)) d_q_i     = sum_j d_x scale_i
//   R(a)^T R(c) k_j     d_k_j = sum_i d_x scale_i R(c)^T R(a) q_i
#pragma once

#include <functional>
#include <vector>

#include "attention.hpp"

namespace oracle {

struct attention_gradient {
    std::vector<double> q, k, v;  // as in the inputs; a key head's is the sum over its query heads
    std::vector<double> bias;  // query_heads x queries x keys: of the number that is added to each logit, 0 if hidden
    std::vector<double> sink;  // query_heads; 0 without sinks
};

// d_out: query_heads x queries x value_dim. d_lse: query_heads x queries, or empty for 0.
attention_gradient attention_backward(const attention_inputs& inputs, const attention_rules& rules,
                                      const std::vector<double>& d_out, const std::vector<double>& d_lse);

// The transpose of a linear map, column by column: y -> (<map(e_0), y>, <map(e_1), y>, ...).
std::vector<double> transposed(const std::function<std::vector<double>(const std::vector<double>&)>& map,
                               const std::vector<double>& y);

// The gradient of a table [buckets][query_heads] of which every pair reads the entry of its distance: d_bias summed by
// bucket.
std::vector<double> t5_table_gradient(const attention_inputs& inputs, const std::vector<double>& d_bias,
                                      bool bidirectional, int buckets, int max_distance);

// The gradient of merge (attention.hpp): of what `d_out` and `d_lse` say about the merged result, what reaches each
// part.
struct merge_gradient {
    attention_result first, second;
};
merge_gradient merge_backward(const attention_result& first, const attention_result& second, int value_dim,
                              const attention_result& d_merged);

}  // namespace oracle
