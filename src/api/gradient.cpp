#include "farspan/gradient.h"

#include <cinttypes>
#include <span>

#include "api/checks.hpp"
#include "api/handles.hpp"
#include "attention/gradient.hpp"
#include "attention/merge.hpp"
#include "base/counts.hpp"

namespace farspan {
namespace {

// An input, or a sum over heads that belongs to as many numbers: `needed` elements, or NULL and 0.
template <class T>
T* check_array(T* data, int64_t count, const char* path, int64_t needed, const char* what) {
    check_input(data, count, needed, path, what);
    return data;
}

constexpr const char* every_row = "a number for each batch entry, query head and query";

// A gradient that may be left out.
strided check_wanted(const farspan_tensor* tensor, const char* path, const int64_t (&shape)[4]) {
    return tensor ? check_tensor(tensor, path, shape, access::write) : strided{};
}

strided check_d_bias(const plan& plan, const farspan_tensor* d_bias, const strided& bias) {
    if (!d_bias) return {};
    if (plan.scheme.bias.kind != bias_part::dense)
        throw failure(FARSPAN_ERROR_COMBINATION, "data.d_bias", "is given: the scheme has no dense bias");
    const strided view = check_tensor(d_bias, "data.d_bias", bias.shape, access::write);
    const bool shared = bias.shape[0] != plan.shape.batch || bias.shape[1] != plan.shape.query_heads;
    if (shared && view.dtype != FARSPAN_F32)
        throw failure(FARSPAN_ERROR_DTYPE, "data.d_bias.dtype",
                      "is %d (%s): must be f32 (1) where it sums over the batch entries or heads that share a bias",
                      view.dtype, dtype_name(view.dtype));
    return view;
}

float* check_d_bias_values(const plan& plan, const farspan_attention_gradient& data) {
    if (data.d_bias_values && plan.scheme.bias.buckets == 0)
        throw failure(FARSPAN_ERROR_COMBINATION, "data.d_bias_values",
                      "is given: the scheme's bias has no learned values");
    return check_array(data.d_bias_values, data.d_bias_values_count, "data.d_bias_values",
                       int64_t{plan.scheme.bias.buckets} * plan.scheme.bias.table_heads,
                       "buckets times heads of the scheme's bias");
}

float* check_d_sink_logits(const farspan_plan& plan, const farspan_attention_gradient& data) {
    if (data.d_sink_logits && plan.plan->scheme.score.sink_logits.empty())
        throw failure(FARSPAN_ERROR_COMBINATION, "data.d_sink_logits", "is given: the scheme has no sink logits");
    return check_array(data.d_sink_logits, data.d_sink_logits_count, "data.d_sink_logits",
                       plan.plan->scheme.score.layer_sinks, "as many as the scheme has sink logits");
}

struct named_view {
    const char* path;
    const strided* view;
};

// Every output against every input, and against the outputs before it. Those that are not there have no data.
void check_all_disjoint(std::span<const named_view> inputs, std::span<const named_view> outputs) {
    for (const named_view& out : outputs) {
        if (!out.view->data) continue;
        for (const named_view& in : inputs)
            if (in.view->data) check_disjoint(*out.view, out.path, *in.view, in.path);
        for (const named_view& before : outputs.first(static_cast<std::size_t>(&out - outputs.data())))
            if (before.view->data) check_disjoint(*out.view, out.path, *before.view, before.path);
    }
}

gradient_tensors check_data(const farspan_plan& given, const farspan_attention_gradient& data) {
    const plan& plan = *given.plan;
    const problem& s = plan.shape;
    const int64_t q_shape[4] = {s.batch, s.query_heads, s.queries, s.head_dim},
                  k_shape[4] = {s.batch, s.key_heads, s.keys, s.head_dim};
    const int64_t v_shape[4] = {s.batch, s.key_heads, s.keys, s.value_dim};
    const int64_t out_shape[4] = {s.batch, s.query_heads, s.queries, s.value_dim};
    const int64_t lines = s.batch * s.query_heads * s.queries;
    gradient_tensors t{};
    t.q = check_tensor(data.q, "data.q", q_shape, access::read);
    t.k = check_tensor(data.k, "data.k", k_shape, access::read);
    t.v = check_tensor(data.v, "data.v", v_shape, access::read);
    t.bias = check_bias(plan, data.bias);
    t.out = check_tensor(data.out, "data.out", out_shape, access::read);
    t.lse = check_array(&required(data.lse, "data.lse"), data.lse_count, "data.lse", lines, every_row);
    t.d_out = check_tensor(data.d_out, "data.d_out", out_shape, access::read);
    t.d_lse = check_array(data.d_lse, data.d_lse_count, "data.d_lse", lines, every_row);
    t.d_q = check_wanted(data.d_q, "data.d_q", q_shape);
    t.d_k = check_wanted(data.d_k, "data.d_k", k_shape);
    t.d_v = check_wanted(data.d_v, "data.d_v", v_shape);
    t.d_bias = check_d_bias(plan, data.d_bias, t.bias);
    t.d_bias_values = check_d_bias_values(plan, data);
    t.d_sinks = check_d_sink_logits(given, data);
    if (!t.d_q.data && !t.d_k.data && !t.d_v.data && !t.d_bias.data && !t.d_bias_values && !t.d_sinks)
        throw failure(FARSPAN_ERROR_NULL_ARGUMENT, "data.d_q",
                      "is NULL, and so are all other gradients: none is wanted");
    const named_view inputs[] = {{"data.q", &t.q},       {"data.k", &t.k},     {"data.v", &t.v},
                                 {"data.bias", &t.bias}, {"data.out", &t.out}, {"data.d_out", &t.d_out}};
    const named_view outputs[] = {
        {"data.d_q", &t.d_q}, {"data.d_k", &t.d_k}, {"data.d_v", &t.d_v}, {"data.d_bias", &t.d_bias}};
    check_all_disjoint(inputs, outputs);
    return t;
}

merge_gradient check_data(const farspan_merge_gradient& data) {
    merge_gradient g{};
    g.out_a = check_tensor(data.out_a, "data.out_a", any_shape, access::read);
    const int64_t(&shape)[4] = g.out_a.shape;
    const int64_t lines = row_count(g.out_a, "data.out_a");
    g.lse_a = check_array(&required(data.lse_a, "data.lse_a"), data.lse_a_count, "data.lse_a", lines, every_row);
    g.out_b = check_tensor(data.out_b, "data.out_b", shape, access::read);
    g.lse_b = check_array(&required(data.lse_b, "data.lse_b"), data.lse_b_count, "data.lse_b", lines, every_row);
    g.d_out = check_tensor(data.d_out, "data.d_out", shape, access::read);
    g.d_lse = check_array(data.d_lse, data.d_lse_count, "data.d_lse", lines, every_row);
    g.d_out_a = check_wanted(data.d_out_a, "data.d_out_a", shape);
    g.d_lse_a = check_array(data.d_lse_a, data.d_lse_a_count, "data.d_lse_a", lines, every_row);
    g.d_out_b = check_wanted(data.d_out_b, "data.d_out_b", shape);
    g.d_lse_b = check_array(data.d_lse_b, data.d_lse_b_count, "data.d_lse_b", lines, every_row);
    if (!g.d_out_a.data && !g.d_lse_a && !g.d_out_b.data && !g.d_lse_b)
        throw failure(FARSPAN_ERROR_NULL_ARGUMENT, "data.d_out_a",
                      "is NULL, and so are all other gradients: none is wanted");
    const named_view inputs[] = {{"data.out_a", &g.out_a}, {"data.out_b", &g.out_b}, {"data.d_out", &g.d_out}};
    const named_view outputs[] = {{"data.d_out_a", &g.d_out_a}, {"data.d_out_b", &g.d_out_b}};
    check_all_disjoint(inputs, outputs);
    return g;
}

}  // namespace
}  // namespace farspan

using namespace farspan;

extern "C" {

void farspan_attention_gradient_init(farspan_attention_gradient* data, size_t size) {
    write_defaults(data, size, default_struct<farspan_attention_gradient>());
}

farspan_status farspan_attention_backward(const farspan_context* context, const farspan_plan* plan,
                                          const farspan_attention_gradient* data, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_plan& given = required(plan, "plan");
        const farspan_attention_gradient what =
            read_struct(required(data, "data"), default_struct<farspan_attention_gradient>(), "data");
        const gradient_tensors tensors = check_data(given, what);
        const run_options use = run_options_of(context, given.plan->kernels, given.options);
        const gradient_layout layout(*given.plan);
        const run_memory memory(what.workspace, what.workspace_bytes, layout.bytes, "data.workspace");
        run_gradient(*given.plan, layout, tensors, {use.threads, use.cancel}, memory.data());
    });
}

int64_t farspan_attention_backward_workspace_size(const farspan_plan* plan) {
    return plan ? static_cast<int64_t>(gradient_layout(*plan->plan).bytes) : 0;
}

void farspan_merge_gradient_init(farspan_merge_gradient* data, size_t size) {
    write_defaults(data, size, default_struct<farspan_merge_gradient>());
}

farspan_status farspan_attention_merge_backward(const farspan_context* context, const farspan_merge_gradient* data,
                                                farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_merge_gradient what =
            read_struct(required(data, "data"), default_struct<farspan_merge_gradient>(), "data");
        merge_backward(*settings(context).kernels, workers_of(context), check_data(what));
    });
}

}  // extern "C"
