// farspan_attention_backward: every field wrong in turn, and nothing written then.
#include <criterion/criterion.h>

#include <cstring>
#include <functional>

#include "expect_failure.hpp"
#include "gradient_case.hpp"

using namespace farspan_test;

namespace {

constexpr int32_t plan_argument = 2, data_argument = 3;

attention_problem small_problem() {
    attention_problem problem;
    problem.query_heads = 4;
    problem.key_heads = 2;
    problem.queries = 5;
    problem.keys = 9;
    problem.head_dim = 16;
    problem.value_dim = 8;
    problem.batch = 2;
    return problem;
}

// Changeable copies of all tensors of a call.
struct call {
    farspan_attention_gradient data;
    farspan_tensor q, k, v, bias, out, d_out, d_q, d_k, d_v, d_bias;
};

struct runner {
    attention_problem problem = small_problem();
    gradient_problem gradient;
    scheme_spec spec{"run"};
    scheme_handle scheme;
    plan_handle plan;
    std::optional<attention_data> data;
    std::optional<gradient_data> given;
    std::optional<gradient_output> result;

    enum kind { plain, dense, shared, learned };
    explicit runner(kind which = plain) {
        if (which == dense || which == shared) spec.with_bias(FARSPAN_BIAS_DENSE, 0);
        if (which == learned) {
            spec.with_bias(FARSPAN_BIAS_T5, 6);
            spec.bias_values.assign(32 * 6, 0.5f);
            spec.sinks = {1, 2, 3, 4, 5};
        }
        problem.dense_bias = which == dense || which == shared;
        problem.bias_per_batch = which != shared;
        scheme = spec.create();
        plan = make_plan(nullptr, scheme.get(), problem);
        data.emplace(problem);
        given.emplace(problem, gradient, run_plan(nullptr, plan.get(), problem, *data));
        result.emplace(spec, problem, gradient);
    }

    void expect_refused(const char* what, farspan_status status, std::initializer_list<const char*> words,
                        const std::function<void(call&)>& change) {
        call c;
        c.data = gradient_view(*data, *given, gradient, *result);
        const auto copy = [](const farspan_tensor*& from, farspan_tensor& to) {
            if (!from) return;
            to = *from;
            from = &to;
        };
        copy(c.data.q, c.q), copy(c.data.k, c.k), copy(c.data.v, c.v), copy(c.data.bias, c.bias),
            copy(c.data.out, c.out);
        copy(c.data.d_out, c.d_out), copy(c.data.d_q, c.d_q), copy(c.data.d_k, c.d_k), copy(c.data.d_v, c.d_v);
        copy(c.data.d_bias, c.d_bias);
        change(c);
        expect_failure(what, status, data_argument, words, [&](farspan_error* error) {
            return farspan_attention_backward(nullptr, plan.get(), &c.data, error);
        });
        expect_nothing_written(what);
    }

    void expect_nothing_written(const char* what) const {
        for (const tensor_data* tensor : {&result->d_q, &result->d_k, &result->d_v})
            cr_expect(tensor->untouched(), "%s: wrote to a gradient", what);
        cr_expect(!result->d_bias || result->d_bias->untouched(), "%s: wrote to d_bias", what);
        const gradient_output fresh(spec, problem, gradient);
        cr_expect(result->d_values == fresh.d_values && result->d_sinks == fresh.d_sinks, "%s: wrote to an array",
                  what);
    }
};

struct tensor_field {
    const char* name;
    farspan_tensor call::*tensor;
    const farspan_tensor* farspan_attention_gradient::*pointer;
};

const std::vector<tensor_field> inputs = {{"data.q", &call::q, &farspan_attention_gradient::q},
                                          {"data.k", &call::k, &farspan_attention_gradient::k},
                                          {"data.v", &call::v, &farspan_attention_gradient::v},
                                          {"data.out", &call::out, &farspan_attention_gradient::out},
                                          {"data.d_out", &call::d_out, &farspan_attention_gradient::d_out}};
const std::vector<tensor_field> outputs = {{"data.d_q", &call::d_q, &farspan_attention_gradient::d_q},
                                           {"data.d_k", &call::d_k, &farspan_attention_gradient::d_k},
                                           {"data.d_v", &call::d_v, &farspan_attention_gradient::d_v}};

void check_tensor_field(runner& r, const tensor_field& field) {
    const auto check = [&](const char* what, farspan_status status, const std::string& word, auto change) {
        r.expect_refused(what, status, {word.c_str()}, [&](call& c) { change(c.*field.tensor); });
    };
    const std::string name = field.name;
    check("no data", FARSPAN_ERROR_NULL_ARGUMENT, name + ".data is NULL", [](farspan_tensor& x) { x.data = nullptr; });
    for (const int32_t dtype : {0, static_cast<int32_t>(FARSPAN_F64), 99, -1})
        check("dtype", FARSPAN_ERROR_DTYPE, name + ".dtype is " + std::to_string(dtype),
              [&](farspan_tensor& x) { x.dtype = dtype; });
    for (int axis = 0; axis < 4; ++axis) {
        const std::string shape = name + ".shape[" + std::to_string(axis) + "]";
        for (const int64_t extent : {int64_t{0}, int64_t{-1}, int64_t{1} << 41, INT64_MAX, INT64_MIN})
            check("shape", FARSPAN_ERROR_SHAPE, shape, [&](farspan_tensor& x) { x.shape[axis] = extent; });
        check("one too many", FARSPAN_ERROR_SHAPE, shape, [&](farspan_tensor& x) { ++x.shape[axis]; });
        for (const int64_t stride : {INT64_MAX / 2, INT64_MIN})
            check("stride overflow", FARSPAN_ERROR_STRIDE, name + ".stride[",
                  [&](farspan_tensor& x) { x.stride[axis] = stride; });
    }
}

}  // namespace

Test(api_gradient, tensors_that_are_wrong) {
    runner r;
    for (const tensor_field& field : inputs) {
        check_tensor_field(r, field);
        r.expect_refused(field.name, FARSPAN_ERROR_NULL_ARGUMENT, {field.name, "NULL"},
                         [&](call& c) { c.data.*field.pointer = nullptr; });
    }
    for (const tensor_field& field : outputs) check_tensor_field(r, field);
    r.expect_refused("nothing wanted", FARSPAN_ERROR_NULL_ARGUMENT, {"data.d_q", "none"},
                     [](call& c) { c.data.d_q = c.data.d_k = c.data.d_v = nullptr; });
}

Test(api_gradient, outputs_that_overlap) {
    runner r;
    for (const tensor_field& out : outputs) {
        const std::string stride = std::string(out.name) + ".stride[";
        for (int axis = 0; axis < 4; ++axis)
            r.expect_refused("overlaps itself", FARSPAN_ERROR_STRIDE, {stride.c_str(), "overlap"},
                             [&](call& c) { (c.*out.tensor).stride[axis] = 0; });
        for (const tensor_field& in : inputs)
            r.expect_refused("is an input", FARSPAN_ERROR_STRIDE, {out.name, "overlaps", in.name},
                             [&](call& c) { (c.*out.tensor).data = (c.*in.tensor).data; });
    }
    r.expect_refused("d_k is d_q", FARSPAN_ERROR_STRIDE, {"data.d_k overlaps data.d_q"},
                     [](call& c) { c.d_k.data = c.d_q.data; });
    r.expect_refused("d_v is d_q", FARSPAN_ERROR_STRIDE, {"data.d_v overlaps data.d_q"},
                     [](call& c) { c.d_v.data = c.d_q.data; });
    r.expect_refused("d_v is d_k", FARSPAN_ERROR_STRIDE, {"data.d_v overlaps data.d_k"},
                     [](call& c) { c.d_v.data = c.d_k.data; });
}

Test(api_gradient, arrays_and_their_counts) {
    runner r(runner::learned);
    r.expect_refused("no lse", FARSPAN_ERROR_NULL_ARGUMENT, {"data.lse", "NULL"},
                     [](call& c) { c.data.lse = nullptr; });
    for (const int64_t count : {int64_t{0}, int64_t{39}, int64_t{41}, int64_t{-1}, INT64_MAX}) {
        const std::string number = "is " + std::to_string(count) + ": must be ";
        r.expect_refused("lse", FARSPAN_ERROR_SHAPE, {("data.lse_count " + number + "40").c_str()},
                         [&](call& c) { c.data.lse_count = count; });
        r.expect_refused("d_lse", FARSPAN_ERROR_SHAPE, {("data.d_lse_count " + number + "40").c_str()},
                         [&](call& c) { c.data.d_lse_count = count; });
        r.expect_refused("d_bias_values", FARSPAN_ERROR_SHAPE, {("data.d_bias_values_count " + number + "192").c_str()},
                         [&](call& c) { c.data.d_bias_values_count = count; });
        r.expect_refused("d_sink_logits", FARSPAN_ERROR_SHAPE, {("data.d_sink_logits_count " + number + "5").c_str()},
                         [&](call& c) { c.data.d_sink_logits_count = count; });
        if (count == 0) continue;
        r.expect_refused("d_lse", FARSPAN_ERROR_SHAPE, {"data.d_lse_count", "data.d_lse is NULL"},
                         [&](call& c) { c.data.d_lse = nullptr, c.data.d_lse_count = count; });
        r.expect_refused("d_bias_values", FARSPAN_ERROR_SHAPE,
                         {"data.d_bias_values_count", "data.d_bias_values is NULL"},
                         [&](call& c) { c.data.d_bias_values = nullptr, c.data.d_bias_values_count = count; });
        r.expect_refused("d_sink_logits", FARSPAN_ERROR_SHAPE,
                         {"data.d_sink_logits_count", "data.d_sink_logits is NULL"},
                         [&](call& c) { c.data.d_sink_logits = nullptr, c.data.d_sink_logits_count = count; });
    }
    runner plain;
    float number = 0;
    plain.expect_refused("values of a scheme without", FARSPAN_ERROR_COMBINATION, {"data.d_bias_values"},
                         [&](call& c) { c.data.d_bias_values = &number, c.data.d_bias_values_count = 1; });
    plain.expect_refused("sinks of a scheme without", FARSPAN_ERROR_COMBINATION, {"data.d_sink_logits"},
                         [&](call& c) { c.data.d_sink_logits = &number, c.data.d_sink_logits_count = 1; });
    cr_expect(number == 0, "wrote to an array that was refused");
}

Test(api_gradient, dense_bias) {
    runner r(runner::dense);
    check_tensor_field(r, {"data.bias", &call::bias, nullptr});
    check_tensor_field(r, {"data.d_bias", &call::d_bias, nullptr});
    r.expect_refused("no bias", FARSPAN_ERROR_NULL_ARGUMENT, {"data.bias"}, [](call& c) { c.data.bias = nullptr; });
    r.expect_refused("d_bias is bias", FARSPAN_ERROR_STRIDE, {"data.d_bias overlaps data.bias"},
                     [](call& c) { c.d_bias.data = c.bias.data; });
    runner shared(runner::shared);
    shared.expect_refused("sums in f16", FARSPAN_ERROR_DTYPE, {"data.d_bias.dtype", "f32"},
                          [](call& c) { c.d_bias.dtype = FARSPAN_F16; });
    runner plain;
    farspan_tensor unwanted = r.data->bias->view();
    plain.expect_refused("an unwanted bias", FARSPAN_ERROR_COMBINATION, {"data.bias"},
                         [&](call& c) { c.data.bias = &unwanted; });
    plain.expect_refused("an unwanted d_bias", FARSPAN_ERROR_COMBINATION, {"data.d_bias"},
                         [&](call& c) { c.data.d_bias = &unwanted; });
}

Test(api_gradient, struct_plan_and_workspace) {
    runner r;
    r.expect_refused("struct_size 0", FARSPAN_ERROR_STRUCT_SIZE, {"data.struct_size is 0"},
                     [](call& c) { c.data.struct_size = 0; });
    r.expect_refused("one byte short", FARSPAN_ERROR_STRUCT_SIZE, {"data.struct_size"},
                     [](call& c) { --c.data.struct_size; });
    const farspan_attention_gradient view = gradient_view(*r.data, *r.given, r.gradient, *r.result);
    expect_failure("no plan", FARSPAN_ERROR_NULL_ARGUMENT, plan_argument, {"plan is NULL"},
                   [&](farspan_error* error) { return farspan_attention_backward(nullptr, nullptr, &view, error); });
    expect_failure("no data", FARSPAN_ERROR_NULL_ARGUMENT, data_argument, {"data is NULL"}, [&](farspan_error* error) {
        return farspan_attention_backward(nullptr, r.plan.get(), nullptr, error);
    });
    const auto size = static_cast<int64_t>(farspan_attention_backward_workspace_size(r.plan.get()));
    std::vector<char> space(static_cast<size_t>(size));
    for (const int64_t bytes : {size - 1, int64_t{0}, int64_t{-1}, INT64_MIN})
        r.expect_refused("workspace", FARSPAN_ERROR_WORKSPACE_SIZE,
                         {"data.workspace_bytes", std::to_string(size).c_str()},
                         [&](call& c) { c.data.workspace = space.data(), c.data.workspace_bytes = bytes; });
    cr_expect(farspan_attention_backward_workspace_size(nullptr) == 0);
    farspan_attention_gradient_init(nullptr, 8);
    // A newer caller's struct: its tail may be 0.
    struct {
        farspan_attention_gradient data;
        int64_t tail;
    } newer;
    std::memset(&newer, 0xFF, sizeof newer);
    farspan_attention_gradient_init(&newer.data, sizeof newer);
    cr_expect(newer.data.struct_size == sizeof newer && newer.tail == 0 && newer.data.q == nullptr);
}
