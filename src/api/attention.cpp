#include <algorithm>
#include <cinttypes>
#include <memory>

#include "api/checks.hpp"
#include "api/handles.hpp"
#include "attention/merge.hpp"
#include "attention/run.hpp"
#include "base/counts.hpp"

namespace farspan {

farspan_attention_data read_attention_data(const farspan_attention_data* data) {
    return read_struct(required(data, "data"), default_struct<farspan_attention_data>(), "data");
}

strided check_bias(const plan& plan, const farspan_tensor* bias) {
    if (plan.scheme.bias.kind != bias_part::dense) {
        if (bias) throw failure(FARSPAN_ERROR_COMBINATION, "data.bias", "is given: the scheme has no dense bias");
        return {};
    }
    const problem& shape = plan.shape;
    const strided view =
        check_tensor(bias, "data.bias", {any_extent, any_extent, shape.queries, shape.keys}, access::read);
    if (view.shape[0] != 1 && view.shape[0] != shape.batch)
        throw failure(FARSPAN_ERROR_SHAPE, "data.bias.shape[0]", "(batch) is %" PRId64 ": must be 1 or %" PRId64,
                      view.shape[0], shape.batch);
    if (view.shape[1] != 1 && view.shape[1] != shape.query_heads)
        throw failure(FARSPAN_ERROR_SHAPE, "data.bias.shape[1]", "(head) is %" PRId64 ": must be 1 or %" PRId64,
                      view.shape[1], shape.query_heads);
    return view;
}

namespace {

attention_tensors check_data(const plan& plan, const farspan_attention_data& data) {
    const problem& s = plan.shape;
    attention_tensors tensors;
    tensors.q = check_tensor(data.q, "data.q", {s.batch, s.query_heads, s.queries, s.head_dim}, access::read);
    tensors.k = check_tensor(data.k, "data.k", {s.batch, s.key_heads, s.keys, s.head_dim}, access::read);
    tensors.v = check_tensor(data.v, "data.v", {s.batch, s.key_heads, s.keys, s.value_dim}, access::read);
    tensors.bias = check_bias(plan, data.bias);
    tensors.out = check_tensor(data.out, "data.out", {s.batch, s.query_heads, s.queries, s.value_dim}, access::write);
    check_output(data.lse, data.lse_count, s.batch * s.query_heads * s.queries, "data.lse",
                 "batch * query_heads * queries");
    tensors.lse = data.lse;
    tensors.lse_stride = s.queries;
    check_disjoint(tensors.out, "data.out", tensors.q, "data.q");
    check_disjoint(tensors.out, "data.out", tensors.k, "data.k");
    check_disjoint(tensors.out, "data.out", tensors.v, "data.v");
    if (tensors.bias.data) check_disjoint(tensors.out, "data.out", tensors.bias, "data.bias");
    return tensors;
}

void run(const farspan_context* context, const farspan_plan& plan, const farspan_attention_data& data) {
    const attention_tensors tensors = check_data(*plan.plan, data);
    const run_options options = run_options_of(context, plan.plan->kernels, plan.options);
    const run_memory memory(data.workspace, data.workspace_bytes, plan.layout.bytes, "data.workspace");
    run_attention(*plan.plan, plan.layout, tensors, options, memory.data());
}

// The problem that the tensors of a one-shot call describe; run checks the rest against it.
farspan_problem read_problem(const farspan_tensor& q, const farspan_tensor& k, const farspan_tensor& v) {
    farspan_problem problem = default_problem();
    problem.batch = q.shape[0];
    problem.query_heads = q.shape[1];
    problem.key_heads = k.shape[1];
    problem.queries = q.shape[2];
    problem.keys = k.shape[2];
    problem.head_dim = q.shape[3];
    problem.value_dim = v.shape[3];
    return problem;
}

}  // namespace
}  // namespace farspan

using namespace farspan;

extern "C" {

void farspan_attention_data_init(farspan_attention_data* data, size_t size) {
    write_defaults(data, size, default_struct<farspan_attention_data>());
}

farspan_status farspan_attention_run(const farspan_context* context, const farspan_plan* plan,
                                     const farspan_attention_data* data, farspan_error* error) {
    return guard(error, {__func__}, [&] { run(context, required(plan, "plan"), read_attention_data(data)); });
}

farspan_status farspan_attention(const farspan_context* context, const farspan_scheme* scheme,
                                 const farspan_attention_data* data, farspan_error* error) {
    return guard(error, {__func__, "scheme", "data"}, [&] {
        const farspan_scheme& given = required(scheme, "scheme");
        const farspan_attention_data all = read_attention_data(data);
        check_tensor(all.q, "data.q", any_shape, access::read);
        check_tensor(all.k, "data.k", any_shape, access::read);
        check_tensor(all.v, "data.v", any_shape, access::read);
        const std::unique_ptr<farspan_plan> plan = make_plan(context, given, read_problem(*all.q, *all.k, *all.v));
        run(context, *plan, all);
    });
}

farspan_status farspan_attention_merge(const farspan_context* context, const farspan_tensor* out_a, float* lse_a,
                                       int64_t lse_a_count, const farspan_tensor* out_b, const float* lse_b,
                                       int64_t lse_b_count, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const strided a = check_tensor(out_a, "out_a", any_shape, access::write);
        const int64_t rows = row_count(a, "out_a");
        required(lse_a, "lse_a");
        check_output(lse_a, lse_a_count, rows, "lse_a", "a number for each row");
        const strided b = check_tensor(out_b, "out_b", a.shape, access::read);
        required(lse_b, "lse_b");
        check_output(lse_b, lse_b_count, rows, "lse_b", "a number for each row");
        check_disjoint(a, "out_a", b, "out_b");
        merge_attention(*settings(context).kernels, workers_of(context), a, lse_a, b, lse_b);
    });
}

}  // extern "C"
