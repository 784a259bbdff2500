// Gradients in C++17 and later: gradient.h with views and exceptions, as farspan.hpp is for farspan.h. gradient.h
// remains the manual.
//
//     std::vector<float> lse(batch * heads * queries);
//     plan.run(q, k, v, out, {lse});
//     farspan::attention_gradient data{q, k, v};
//     data.out = out, data.lse = lse, data.d_out = d_out;
//     data.d_q = farspan::tensor(d_q, shape);
//     farspan::attention_backward(plan, data);
#ifndef FARSPAN_CPP_GRADIENT_HPP
#define FARSPAN_CPP_GRADIENT_HPP

#include "farspan/cpp/generated/gradient.hpp"

namespace farspan {

inline std::size_t backward_workspace_size(const plan& plan) {
    return static_cast<std::size_t>(farspan_attention_backward_workspace_size(plan.get()));
}

inline void attention_backward(const plan& plan, const attention_gradient& data, const context* context = nullptr) {
    const farspan_attention_gradient given = data.view();
    detail::check([&](farspan_error* cause) {
        return farspan_attention_backward(detail::handle(context), plan.get(), &given, cause);
    });
}

inline void attention_merge_backward(const merge_gradient& data, const context* context = nullptr) {
    const farspan_merge_gradient given = data.view();
    detail::check(
        [&](farspan_error* cause) { return farspan_attention_merge_backward(detail::handle(context), &given, cause); });
}

}  // namespace farspan

#endif  // FARSPAN_CPP_GRADIENT_HPP
