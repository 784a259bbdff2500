#include <algorithm>
#include <cinttypes>
#include <memory>

#include "api/checks.hpp"
#include "api/handles.hpp"
#include "attention/merge.hpp"
#include "attention/run.hpp"

namespace farspan {
namespace {

strided check_bias(const plan& plan, const farspan_tensor* bias) {
    const bool wanted = plan.bias.kind == bias_part::dense;
    if (!wanted) {
        if (bias) throw failure(FARSPAN_ERROR_COMBINATION, "bias", "is given: the scheme has no dense bias");
        return {};
    }
    const problem& shape = plan.shape;
    const strided view = check_tensor(bias, "bias", {any_extent, any_extent, shape.queries, shape.keys}, access::read);
    if (view.shape[0] != 1 && view.shape[0] != shape.batch)
        throw failure(FARSPAN_ERROR_SHAPE, "bias.shape[0]", "(batch) is %" PRId64 ": must be 1 or %" PRId64,
                      view.shape[0], shape.batch);
    if (view.shape[1] != 1 && view.shape[1] != shape.query_heads)
        throw failure(FARSPAN_ERROR_SHAPE, "bias.shape[1]", "(head) is %" PRId64 ": must be 1 or %" PRId64,
                      view.shape[1], shape.query_heads);
    return view;
}

attention_tensors check_tensors(const plan& plan, const farspan_tensor* q, const farspan_tensor* k, const farspan_tensor* v,
                                const farspan_tensor* bias, const farspan_tensor* out, float* lse) {
    const problem& s = plan.shape;
    attention_tensors tensors;
    tensors.q = check_tensor(q, "q", {s.batch, s.query_heads, s.queries, s.head_dim}, access::read);
    tensors.k = check_tensor(k, "k", {s.batch, s.key_heads, s.keys, s.head_dim}, access::read);
    tensors.v = check_tensor(v, "v", {s.batch, s.key_heads, s.keys, s.value_dim}, access::read);
    tensors.bias = check_bias(plan, bias);
    tensors.out = check_tensor(out, "out", {s.batch, s.query_heads, s.queries, s.value_dim}, access::write);
    tensors.lse = lse;
    tensors.lse_stride = s.queries;
    check_disjoint(tensors.out, "out", tensors.q, "q");
    check_disjoint(tensors.out, "out", tensors.k, "k");
    check_disjoint(tensors.out, "out", tensors.v, "v");
    if (tensors.bias.data) check_disjoint(tensors.out, "out", tensors.bias, "bias");
    return tensors;
}

}  // namespace

farspan_attention_data read_attention_data(const farspan_attention_data* data) {
    return read_struct(required(data, "data"), default_struct<farspan_attention_data>(), "data");
}

namespace {

void run(const farspan_context* context, const farspan_plan& plan, const attention_tensors& tensors, void* workspace,
         std::size_t workspace_size) {
    run_options options{plan.plan->threads, plan.cancel};
    if (context) options = {std::min(context->threads, plan.plan->threads), context->cancel};
    const run_memory memory(workspace, workspace_size, plan.layout.bytes, "workspace_size");
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

constexpr int64_t any_shape[4] = {any_extent, any_extent, any_extent, any_extent};

}  // namespace
}  // namespace farspan

using namespace farspan;

extern "C" {

void farspan_attention_data_init(farspan_attention_data* data, size_t size) { write_defaults(data, size, farspan_attention_data{}); }

farspan_status farspan_attention_run(const farspan_context* context, const farspan_plan* plan, const farspan_tensor* q,
                                     const farspan_tensor* k, const farspan_tensor* v, const farspan_tensor* bias,
                                     const farspan_tensor* out, float* lse, void* workspace, size_t workspace_size,
                                     farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_plan& given = required(plan, "plan");
        run(context, given, check_tensors(*given.plan, q, k, v, bias, out, lse), workspace, workspace_size);
    });
}

farspan_status farspan_attention(const farspan_context* context, const farspan_scheme* scheme, const farspan_tensor* q,
                                 const farspan_tensor* k, const farspan_tensor* v, const farspan_tensor* out,
                                 farspan_error* error) {
    return guard(error, {__func__, "scheme", "q"}, [&] {
        const farspan_scheme& given = required(scheme, "scheme");
        check_tensor(q, "q", any_shape, access::read);
        check_tensor(k, "k", any_shape, access::read);
        check_tensor(v, "v", any_shape, access::read);
        const farspan_problem problem = read_problem(*q, *k, *v);
        const std::unique_ptr<farspan_plan> plan = make_plan(context, given, problem);
        if (plan->plan->bias.kind == bias_part::dense)
            throw failure(FARSPAN_ERROR_COMBINATION, "scheme",
                          "has a dense bias: needs a plan, whose run takes the bias");
        run(context, *plan, check_tensors(*plan->plan, q, k, v, nullptr, out, nullptr), nullptr, 0);
    });
}

farspan_status farspan_attention_merge(const farspan_tensor* out_a, float* lse_a, const farspan_tensor* out_b,
                                       const float* lse_b, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const strided a = check_tensor(out_a, "out_a", any_shape, access::write);
        required(lse_a, "lse_a");
        const strided b = check_tensor(out_b, "out_b", a.shape, access::read);
        required(lse_b, "lse_b");
        check_disjoint(a, "out_a", b, "out_b");
        merge_attention(kernels::best_table(), a, lse_a, b, lse_b);
    });
}

}  // extern "C"
