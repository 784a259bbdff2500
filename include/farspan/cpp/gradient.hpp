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

#endif  // FARSPAN_CPP_GRADIENT_HPP
