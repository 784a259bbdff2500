// The gradient of one attention problem: by the library, or by definition.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "attention_case.hpp"
#include "definition.hpp"
#include "farspan/gradient.h"

namespace farspan_test {

// What a loss says about the outputs, and what of the inputs it is asked about.
struct gradient_problem {
    tensor_form d_out, d_q, d_k, d_v, d_bias;
    bool with_d_lse = true;
    bool want_q = true, want_k = true, want_v = true;
};

// The outputs of the forward run, and the derivatives of a loss by them.
struct gradient_data {
    attention_output forward;
    tensor_data d_out;
    std::vector<float> d_lse;  // empty: none
    gradient_data(const attention_problem& problem, const gradient_problem& gradient, attention_output forward);
};

struct gradient_output {
    tensor_data d_q, d_k, d_v;
    std::optional<tensor_data> d_bias;     // with a dense bias
    std::vector<float> d_values, d_sinks;  // with learned values, with sinks
    gradient_output(const scheme_spec& spec, const attention_problem& problem, const gradient_problem& gradient);
};

// The public struct of a run; it points into its arguments.
farspan_attention_gradient gradient_view(const attention_data& data, const gradient_data& given,
                                         const gradient_problem& gradient, gradient_output& result);

// Throws std::runtime_error on failure.
gradient_output run_gradient(const farspan_context* context, const farspan_plan* plan, const scheme_spec& spec,
                             const attention_problem& problem, const attention_data& data,
                             const gradient_problem& gradient, const gradient_data& given);

// By definition, in double.
struct gradient_expected {
    std::vector<double> q, k, v, bias, values, sinks;
    // The largest sum of the magnitudes of a sink's terms, p_sink |d_out[d] out[d]| and p_sink |d_lse| over rows and d:
    // of few rows they may nearly cancel.
    double sink_terms = 0;
};
struct loss_slopes {
    std::vector<double> d_out, d_lse;  // d_lse may be empty
    std::vector<double> rounded_out;   // not empty: <d_out, out> is formed of it
};
gradient_expected expect_gradient(const scheme_spec& spec, const attention_problem& problem,
                                  const attention_values& values, const loss_slopes& slopes);
gradient_expected expect_gradient(const scheme_spec& spec, const attention_problem& problem, const attention_data& data,
                                  const gradient_data& given);

// The largest difference, relative to the largest expected number of the same output (sinks: to their terms) and less
// the rounding of its type.
struct gradient_error {
    double most = 0;
    std::string worst;
};
gradient_error compare(const gradient_output& got, const gradient_expected& expected, const gradient_problem& gradient);
bool same_bits(const gradient_output& a, const gradient_output& b);

}  // namespace farspan_test
