#include "gradient_case.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <utility>

#include "generator.hpp"
#include "number_types.hpp"

namespace farspan_test {
namespace {

constexpr float canary = -12345.5f;

tensor_data make(const tensor_form& form, const tensor_data::shape_t& shape, placement where) {
    return {form.dtype, shape, form.how, where};
}

}  // namespace

gradient_data::gradient_data(const attention_problem& p, const gradient_problem& gradient, attention_output given)
    : forward(std::move(given)),
      d_out(make(gradient.d_out, {p.batch, p.query_heads, p.queries, p.value_size()}, p.where)) {
    generator random(p.seed + 7777);
    d_out.fill([&] { return random.unit(); });
    for (size_t n = 0; gradient.with_d_lse && n < forward.lse.size(); ++n)
        d_lse.push_back(static_cast<float>(random.real()));
}

gradient_output::gradient_output(const scheme_spec& spec, const attention_problem& p, const gradient_problem& gradient)
    : d_q(make(gradient.d_q, {p.batch, p.query_heads, p.queries, p.head_dim}, p.where)),
      d_k(make(gradient.d_k, {p.batch, p.key_heads, p.keys, p.head_dim}, p.where)),
      d_v(make(gradient.d_v, {p.batch, p.key_heads, p.keys, p.value_size()}, p.where)),
      d_values(spec.bias_values.size(), canary),
      d_sinks(spec.sinks.size(), canary) {
    if (p.dense_bias)
        d_bias.emplace(make(gradient.d_bias,
                            {p.bias_per_batch ? p.batch : 1, p.bias_per_head ? p.query_heads : 1, p.queries, p.keys},
                            p.where));
}

farspan_attention_gradient gradient_view(const attention_data& data, const gradient_data& given,
                                         const gradient_problem& gradient, gradient_output& result) {
    farspan_attention_gradient view;
    farspan_attention_gradient_init(&view, sizeof view);
    view.q = &data.q.view();
    view.k = &data.k.view();
    view.v = &data.v.view();
    view.out = &given.forward.out.view();
    view.lse = given.forward.lse.data();
    view.lse_count = static_cast<int64_t>(given.forward.lse.size());
    view.d_out = &given.d_out.view();
    if (!given.d_lse.empty()) {
        view.d_lse = given.d_lse.data();
        view.d_lse_count = static_cast<int64_t>(given.d_lse.size());
    }
    if (gradient.want_q) view.d_q = &result.d_q.view();
    if (gradient.want_k) view.d_k = &result.d_k.view();
    if (gradient.want_v) view.d_v = &result.d_v.view();
    if (data.bias) {
        view.bias = &data.bias->view();
        view.d_bias = &result.d_bias->view();
    }
    if (!result.d_values.empty()) {
        view.d_bias_values = result.d_values.data();
        view.d_bias_values_count = static_cast<int64_t>(result.d_values.size());
    }
    if (!result.d_sinks.empty()) {
        view.d_sink_logits = result.d_sinks.data();
        view.d_sink_logits_count = static_cast<int64_t>(result.d_sinks.size());
    }
    return view;
}

gradient_output run_gradient(const farspan_context* context, const farspan_plan* plan, const scheme_spec& spec,
                             const attention_problem& problem, const attention_data& data,
                             const gradient_problem& gradient, const gradient_data& given) {
    gradient_output result(spec, problem, gradient);
    const farspan_attention_gradient view = gradient_view(data, given, gradient, result);
    error_slot error;
    require_ok(farspan_attention_backward(context, plan, &view, &error), error, "backward");
    return result;
}

gradient_error compare(const gradient_output& got, const gradient_expected& expected,
                       const gradient_problem& gradient) {
    gradient_error error;
    const auto check = [&](const char* what, const std::vector<double>& is, const std::vector<double>& should,
                           int32_t dtype, double largest = 0) {
        for (const double value : should) largest = std::max(largest, std::fabs(value));
        for (size_t n = 0; n < should.size(); ++n) {
            double off = std::fabs(is[n] - should[n]);
            if (dtype != FARSPAN_F32)
                off = std::max(0.0, off - half_ulp(dtype, std::max(std::fabs(should[n]), std::fabs(is[n]))));
            if (largest > 0) off /= largest;
            if (std::isnan(is[n])) off = INFINITY;
            if (off <= error.most) continue;
            error.most = off;
            char text[160];
            std::snprintf(text, sizeof text, "d_%s[%zu] is %.9g, must be %.9g; the largest is %.3g", what, n, is[n],
                          should[n], largest);
            error.worst = text;
        }
    };
    const auto as_doubles = [](const std::vector<float>& values) {
        return std::vector<double>(values.begin(), values.end());
    };
    if (gradient.want_q) check("q", got.d_q.values(), expected.q, gradient.d_q.dtype);
    if (gradient.want_k) check("k", got.d_k.values(), expected.k, gradient.d_k.dtype);
    if (gradient.want_v) check("v", got.d_v.values(), expected.v, gradient.d_v.dtype);
    if (got.d_bias) check("bias", got.d_bias->values(), expected.bias, gradient.d_bias.dtype);
    check("values", as_doubles(got.d_values), expected.values, FARSPAN_F32);
    check("sinks", as_doubles(got.d_sinks), expected.sinks, FARSPAN_F32, expected.sink_terms);
    return error;
}

bool same_bits(const gradient_output& a, const gradient_output& b) {
    const auto same = [](const std::vector<float>& x, const std::vector<float>& y) {
        return x.size() == y.size() && (x.empty() || std::memcmp(x.data(), y.data(), x.size() * sizeof(float)) == 0);
    };
    return a.d_q.bytes() == b.d_q.bytes() && a.d_k.bytes() == b.d_k.bytes() && a.d_v.bytes() == b.d_v.bytes() &&
           (!a.d_bias || a.d_bias->bytes() == b.d_bias->bytes()) && same(a.d_values, b.d_values) &&
           same(a.d_sinks, b.d_sinks);
}

}  // namespace farspan_test
