// Gradients in C++17 and later: gradient.h with views and exceptions, as farspan.hpp is for farspan.h. gradient.h
// remains the manual.
//
//     std::vector<float> lse(batch * heads * queries);
//     plan.run(q, k, v, out, {lse});
//     farspan::gradients wanted;
//     wanted.d_q = farspan::tensor(d_q, shape);
//     farspan::attention_backward(plan, {q, k, v, out, lse, d_out}, wanted);
#ifndef FARSPAN_CPP_GRADIENT_HPP
#define FARSPAN_CPP_GRADIENT_HPP

#include <cstddef>
#include <optional>

#include "farspan/cpp/generated/gradient.hpp"

namespace farspan {

// What the forward run had and wrote, and the derivatives of the loss by its outputs.
struct gradient_inputs {
    const_tensor q, k, v, out;
    array_view<const float> lse;
    const_tensor d_out;
    array_view<const float> d_lse = {};     // empty: 0
    std::optional<const_tensor> bias = {};  // with a dense bias
};

// The derivatives by the inputs: what is left empty is not wanted.
struct gradients {
    std::optional<tensor> d_q, d_k, d_v, d_bias;
    array_view<float> d_bias_values, d_sink_logits;
    array_view<std::byte> workspace;  // of backward_workspace_size bytes; empty: the call allocates
};

inline std::size_t backward_workspace_size(const plan& plan) {
    return static_cast<std::size_t>(farspan_attention_backward_workspace_size(plan.get()));
}

inline void attention_backward(const plan& plan, const gradient_inputs& inputs, const gradients& wanted,
                               const context* context = nullptr) {
    const auto view = [](const auto& chosen) { return chosen ? chosen->get() : nullptr; };
    farspan_attention_gradient data = detail::begun(farspan_attention_gradient_init);
    data.q = inputs.q.get();
    data.k = inputs.k.get();
    data.v = inputs.v.get();
    data.bias = view(inputs.bias);
    data.out = inputs.out.get();
    data.lse = inputs.lse.data();
    data.lse_count = detail::count_of(inputs.lse);
    data.d_out = inputs.d_out.get();
    data.d_lse = inputs.d_lse.data();
    data.d_lse_count = detail::count_of(inputs.d_lse);
    data.d_q = view(wanted.d_q);
    data.d_k = view(wanted.d_k);
    data.d_v = view(wanted.d_v);
    data.d_bias = view(wanted.d_bias);
    data.d_bias_values = wanted.d_bias_values.data();
    data.d_bias_values_count = detail::count_of(wanted.d_bias_values);
    data.d_sink_logits = wanted.d_sink_logits.data();
    data.d_sink_logits_count = detail::count_of(wanted.d_sink_logits);
    data.workspace = wanted.workspace.data();
    data.workspace_bytes = detail::count_of(wanted.workspace);
    detail::check([&](farspan_error* cause) {
        return farspan_attention_backward(detail::handle(context), plan.get(), &data, cause);
    });
}

// Of a merge. Its struct is C's, filled with 0 here.
inline farspan_merge_gradient merge_gradient() { return detail::begun(farspan_merge_gradient_init); }
inline void attention_merge_backward(const farspan_merge_gradient& data, const context* context = nullptr) {
    detail::check(
        [&](farspan_error* cause) { return farspan_attention_merge_backward(detail::handle(context), &data, cause); });
}

}  // namespace farspan

#endif  // FARSPAN_CPP_GRADIENT_HPP
