// farspan_attention_run, farspan_attention and farspan_attention_merge: every argument wrong in turn, and nothing
// written then.
#include <criterion/criterion.h>

#include <cmath>
#include <functional>

#include "attention_case.hpp"
#include "calls.hpp"
#include "expect_failure.hpp"

using namespace farspan_test;

namespace {

attention_problem make_problem() {
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

struct tensors {
    farspan_tensor q, k, v, bias, out;
};

struct runner {
    attention_problem problem = make_problem();
    scheme_spec spec{"run"};
    scheme_handle scheme;
    plan_handle plan;
    std::optional<attention_data> data;
    std::optional<attention_output> out;

    explicit runner(bool dense = false) {
        if (dense) spec.with_bias(FARSPAN_BIAS_DENSE, 0);
        problem.dense_bias = dense;
        scheme = spec.create();
        plan = make_plan(nullptr, scheme.get(), problem);
        data.emplace(problem);
        out.emplace(problem);
    }

    tensors views() const {
        return {data->q.view(), data->k.view(), data->v.view(), data->bias ? data->bias->view() : farspan_tensor{},
                out->out.view()};
    }

    void expect_refused(const char* what, farspan_status status, bool of_out, std::initializer_list<const char*> words,
                        const std::function<void(tensors&)>& change) {
        constexpr int32_t argument = 3;  // data
        tensors t = views();
        change(t);
        expect_failure(what, status, argument, words, [&](farspan_error* error) {
            return attention_run(nullptr, plan.get(), &t.q, &t.k, &t.v, data->bias ? &t.bias : nullptr, &t.out,
                                 out->lse.data(), nullptr, 0, error);
        });
        expect_nothing_written(what);
        if (data->bias) return;
        // The one-call form has the same arguments but the plan's; the problem is read off q, k and v.
        if (!of_out) return;
        expect_failure(what, status, argument, words, [&](farspan_error* error) {
            return attention(nullptr, scheme.get(), &t.q, &t.k, &t.v, &t.out, error);
        });
        expect_nothing_written(what);
    }

    void expect_nothing_written(const char* what) const {
        cr_expect(out->out.untouched(), "%s: wrote to out", what);
        const attention_output fresh(problem);
        cr_expect(out->lse == fresh.lse, "%s: wrote to lse", what);
    }
};

}  // namespace

Test(api_attention, tensors_that_are_wrong) {
    runner r;
    struct one {
        const char* name;
        bool of_out;
        farspan_tensor tensors::*member;
    };
    for (const one& t : {one{"q", false, &tensors::q}, one{"k", false, &tensors::k}, one{"v", false, &tensors::v},
                         one{"out", true, &tensors::out}}) {
        const auto check = [&](const char* what, farspan_status status, std::initializer_list<const char*> words,
                               auto change) {
            r.expect_refused(what, status, t.of_out, words, [&](tensors& all) { change(all.*t.member); });
        };
        check("no data", FARSPAN_ERROR_NULL_ARGUMENT, {t.name, "data", "NULL"},
              [](farspan_tensor& x) { x.data = nullptr; });
        for (const int32_t dtype : {0, static_cast<int32_t>(FARSPAN_F64), 99, -1}) {
            const std::string number = std::to_string(dtype);
            check("dtype", FARSPAN_ERROR_DTYPE, {t.name, "dtype", number.c_str()},
                  [&](farspan_tensor& x) { x.dtype = dtype; });
        }
        for (int axis = 0; axis < 4; ++axis) {
            const std::string field = std::string(t.name) + ".shape[" + std::to_string(axis) + "]";
            for (const int64_t extent : {int64_t{0}, int64_t{-1}, int64_t{1} << 41, INT64_MAX, INT64_MIN}) {
                const std::string number = std::to_string(extent);
                check("shape", FARSPAN_ERROR_SHAPE, {field.c_str(), number.c_str()},
                      [&](farspan_tensor& x) { x.shape[axis] = extent; });
            }
            check("one too many", FARSPAN_ERROR_SHAPE, {field.c_str()}, [&](farspan_tensor& x) { ++x.shape[axis]; });
            const std::string stride = std::string(t.name) + ".stride[";
            check("stride overflow", FARSPAN_ERROR_STRIDE, {stride.c_str()},
                  [&](farspan_tensor& x) { x.stride[axis] = INT64_MAX / 2; });
            check("stride overflow", FARSPAN_ERROR_STRIDE, {stride.c_str()},
                  [&](farspan_tensor& x) { x.stride[axis] = INT64_MIN; });
        }
    }
}

Test(api_attention, outputs_that_overlap) {
    runner r;
    for (int axis = 0; axis < 4; ++axis) {
        r.expect_refused("out repeats itself", FARSPAN_ERROR_STRIDE, true, {"out.stride[", "overlap"},
                         [&](tensors& t) { t.out.stride[axis] = 0; });
        if (axis != 3)
            r.expect_refused("out overlaps itself", FARSPAN_ERROR_STRIDE, true, {"out.stride["},
                             [&](tensors& t) { t.out.stride[axis] = 1; });
    }
    r.expect_refused("out is q", FARSPAN_ERROR_STRIDE, true, {"out", "q"}, [](tensors& t) { t.out.data = t.q.data; });
    r.expect_refused("out is k", FARSPAN_ERROR_STRIDE, true, {"out", "k"}, [](tensors& t) { t.out.data = t.k.data; });
    r.expect_refused("out ends in v", FARSPAN_ERROR_STRIDE, true, {"out", "v"},
                     [](tensors& t) { t.out.data = static_cast<float*>(t.v.data) - 2 * 4 * 5 * 8 + 1; });
}

Test(api_attention, missing_arguments) {
    runner r;
    const tensors t = r.views();
    const auto run = [&](const farspan_plan* plan, const farspan_tensor* q, const farspan_tensor* k,
                         const farspan_tensor* v, const farspan_tensor* out) {
        return [=, &r](farspan_error* error) {
            return attention_run(nullptr, plan, q, k, v, nullptr, out, r.out->lse.data(), nullptr, 0, error);
        };
    };
    const farspan_plan* plan = r.plan.get();
    expect_failure("plan", FARSPAN_ERROR_NULL_ARGUMENT, 2, {"plan"}, run(nullptr, &t.q, &t.k, &t.v, &t.out));
    expect_failure("q", FARSPAN_ERROR_NULL_ARGUMENT, 3, {"q"}, run(plan, nullptr, &t.k, &t.v, &t.out));
    expect_failure("k", FARSPAN_ERROR_NULL_ARGUMENT, 3, {"k"}, run(plan, &t.q, nullptr, &t.v, &t.out));
    expect_failure("v", FARSPAN_ERROR_NULL_ARGUMENT, 3, {"v"}, run(plan, &t.q, &t.k, nullptr, &t.out));
    expect_failure("out", FARSPAN_ERROR_NULL_ARGUMENT, 3, {"out"}, run(plan, &t.q, &t.k, &t.v, nullptr));
    const auto direct = [&](const farspan_scheme* s, const farspan_tensor* q, const farspan_tensor* k,
                            const farspan_tensor* v, const farspan_tensor* out) {
        return [=](farspan_error* error) { return attention(nullptr, s, q, k, v, out, error); };
    };
    const farspan_scheme* s = r.scheme.get();
    expect_failure("scheme", FARSPAN_ERROR_NULL_ARGUMENT, 2, {"scheme"}, direct(nullptr, &t.q, &t.k, &t.v, &t.out));
    expect_failure("q", FARSPAN_ERROR_NULL_ARGUMENT, 3, {"q"}, direct(s, nullptr, &t.k, &t.v, &t.out));
    expect_failure("k", FARSPAN_ERROR_NULL_ARGUMENT, 3, {"k"}, direct(s, &t.q, nullptr, &t.v, &t.out));
    expect_failure("v", FARSPAN_ERROR_NULL_ARGUMENT, 3, {"v"}, direct(s, &t.q, &t.k, nullptr, &t.out));
    expect_failure("out", FARSPAN_ERROR_NULL_ARGUMENT, 3, {"out"}, direct(s, &t.q, &t.k, &t.v, nullptr));
    r.expect_nothing_written("missing arguments");
    // Head groups, read off the tensors.
    farspan_tensor three = t.k;
    three.shape[1] = 3;
    expect_failure("3 key heads", FARSPAN_ERROR_HEAD_GROUPS, 3, {"query_heads", "4"},
                   direct(s, &t.q, &three, &t.v, &t.out));
}

Test(api_attention, dense_bias) {
    runner r(true);
    const auto check = [&](const char* what, farspan_status status, auto change) {
        r.expect_refused(what, status, false, {"bias"}, [&](tensors& t) { change(t.bias); });
    };
    check("queries", FARSPAN_ERROR_SHAPE, [](farspan_tensor& x) { x.shape[2] = 4; });
    check("keys", FARSPAN_ERROR_SHAPE, [](farspan_tensor& x) { x.shape[3] = 10; });
    check("batch", FARSPAN_ERROR_SHAPE, [](farspan_tensor& x) { x.shape[0] = 3; });
    check("heads", FARSPAN_ERROR_SHAPE, [](farspan_tensor& x) { x.shape[1] = 2; });
    check("dtype", FARSPAN_ERROR_DTYPE, [](farspan_tensor& x) { x.dtype = FARSPAN_F64; });
    check("data", FARSPAN_ERROR_NULL_ARGUMENT, [](farspan_tensor& x) { x.data = nullptr; });
    check("stride", FARSPAN_ERROR_STRIDE, [](farspan_tensor& x) { x.stride[2] = INT64_MAX; });
    r.expect_refused("out is bias", FARSPAN_ERROR_STRIDE, true, {"out", "bias"},
                     [](tensors& t) { t.out.data = t.bias.data; });
    const tensors t = r.views();
    expect_failure("no bias", FARSPAN_ERROR_NULL_ARGUMENT, 3, {"bias"}, [&](farspan_error* error) {
        return attention_run(nullptr, r.plan.get(), &t.q, &t.k, &t.v, nullptr, &t.out, nullptr, nullptr, 0, error);
    });
    expect_failure("one call without it", FARSPAN_ERROR_NULL_ARGUMENT, 3, {"data.bias"}, [&](farspan_error* error) {
        return attention(nullptr, r.scheme.get(), &t.q, &t.k, &t.v, &t.out, error);
    });
    runner plain;
    const tensors p = plain.views();
    expect_failure("an unwanted bias", FARSPAN_ERROR_COMBINATION, 3, {"bias"}, [&](farspan_error* error) {
        return attention_run(nullptr, plain.plan.get(), &p.q, &p.k, &p.v, &t.bias, &p.out, nullptr, nullptr, 0, error);
    });
    plain.expect_nothing_written("an unwanted bias");
}

Test(api_attention, merge) {
    runner r;
    attention_output other(r.problem);
    const farspan_tensor a = r.out->out.view(), b = other.out.view();
    float* lse_a = r.out->lse.data();
    const float* lse_b = other.lse.data();
    const auto merge = [](const farspan_tensor* x, float* lx, const farspan_tensor* y, const float* ly) {
        return [=](farspan_error* error) { return attention_merge(x, lx, y, ly, error); };
    };
    expect_failure("out_a", FARSPAN_ERROR_NULL_ARGUMENT, 2, {"out_a"}, merge(nullptr, lse_a, &b, lse_b));
    expect_failure("lse_a", FARSPAN_ERROR_NULL_ARGUMENT, 3, {"lse_a"}, merge(&a, nullptr, &b, lse_b));
    expect_failure("out_b", FARSPAN_ERROR_NULL_ARGUMENT, 5, {"out_b"}, merge(&a, lse_a, nullptr, lse_b));
    expect_failure("lse_b", FARSPAN_ERROR_NULL_ARGUMENT, 6, {"lse_b"}, merge(&a, lse_a, &b, nullptr));
    farspan_tensor wrong = b;
    wrong.shape[3] = 7;
    expect_failure("shape", FARSPAN_ERROR_SHAPE, 5, {"out_b.shape[3]", "7"}, merge(&a, lse_a, &wrong, lse_b));
    wrong = a;
    wrong.stride[1] = 0;
    expect_failure("overlap", FARSPAN_ERROR_STRIDE, 2, {"out_a.stride"}, merge(&wrong, lse_a, &b, lse_b));
    wrong = a;
    wrong.dtype = FARSPAN_F64;
    expect_failure("dtype", FARSPAN_ERROR_DTYPE, 2, {"out_a.dtype"}, merge(&wrong, lse_a, &b, lse_b));
    expect_failure("the same memory", FARSPAN_ERROR_STRIDE, 2, {"out_a", "out_b"}, merge(&a, lse_a, &a, lse_b));
    r.expect_nothing_written("merge");
    for (const int64_t count : {int64_t{39}, int64_t{0}, int64_t{-1}, INT64_MIN}) {
        expect_failure("lse_a_count", FARSPAN_ERROR_SHAPE, 4, {"lse_a_count is", "at least 40"},
                       [&](farspan_error* error) {
                           return farspan_attention_merge(nullptr, &a, lse_a, count, &b, lse_b, 40, error);
                       });
        expect_failure("lse_b_count", FARSPAN_ERROR_SHAPE, 7, {"lse_b_count is", "at least 40"},
                       [&](farspan_error* error) {
                           return farspan_attention_merge(nullptr, &a, lse_a, 40, &b, lse_b, count, error);
                       });
    }
    r.expect_nothing_written("merge");
}

Test(api_attention, data) {
    runner r;
    const tensors t = r.views();
    const farspan_attention_data good = data_of(&t.q, &t.k, &t.v, nullptr, &t.out, r.out->lse.data());
    const auto refuse = [&](const char* what, farspan_status status, std::initializer_list<const char*> words,
                            auto change) {
        farspan_attention_data data = good;
        change(data);
        expect_failure(what, status, 3, words, [&](farspan_error* error) {
            return farspan_attention_run(nullptr, r.plan.get(), &data, error);
        });
        expect_failure(what, status, 3, words,
                       [&](farspan_error* error) { return farspan_attention(nullptr, r.scheme.get(), &data, error); });
        r.expect_nothing_written(what);
    };
    char small[8];
    refuse("struct_size", FARSPAN_ERROR_STRUCT_SIZE, {"data.struct_size is 8"}, [](auto& d) { d.struct_size = 8; });
    refuse("short lse", FARSPAN_ERROR_SHAPE, {"data.lse_count is 39: must be at least 40"},
           [](auto& d) { d.lse_count = 39; });
    refuse("no lse", FARSPAN_ERROR_SHAPE, {"data.lse_count is 40: must be 0, data.lse is NULL"},
           [](auto& d) { d.lse = nullptr; });
    refuse("no workspace", FARSPAN_ERROR_SHAPE, {"data.workspace_bytes is 8: must be 0"},
           [](auto& d) { d.workspace_bytes = 8; });
    refuse("small workspace", FARSPAN_ERROR_WORKSPACE_SIZE, {"data.workspace_bytes is 8: this plan needs"},
           [&](auto& d) { d.workspace = small, d.workspace_bytes = sizeof small; });
    refuse("negative workspace", FARSPAN_ERROR_WORKSPACE_SIZE, {"data.workspace_bytes is -1"},
           [&](auto& d) { d.workspace = small, d.workspace_bytes = -1; });
    for (const auto run : {true, false})
        expect_failure("no data", FARSPAN_ERROR_NULL_ARGUMENT, 3, {"data is NULL"}, [&](farspan_error* error) {
            return run ? farspan_attention_run(nullptr, r.plan.get(), nullptr, error)
                       : farspan_attention(nullptr, r.scheme.get(), nullptr, error);
        });
}

// A plan is of one instruction set.
Test(api_attention, a_context_of_another_instruction_set) {
    runner r;
    const tensors t = r.views();
    const farspan_attention_data data = data_of(&t.q, &t.k, &t.v, nullptr, &t.out);
    farspan_context_config config;
    farspan_context_config_init(&config, sizeof config);
    config.isa = farspan_context_isa(nullptr) == FARSPAN_ISA_SCALAR ? FARSPAN_ISA_AVX2 : FARSPAN_ISA_SCALAR;
    if (!farspan_isa_supported(config.isa)) cr_skip_test("one instruction set only");
    farspan_context* context = nullptr;
    cr_assert(farspan_context_create(&config, &context, nullptr) == FARSPAN_OK);
    expect_failure("another isa", FARSPAN_ERROR_COMBINATION, 1, {"context has the instruction set"},
                   [&](farspan_error* error) { return farspan_attention_run(context, r.plan.get(), &data, error); });
    r.expect_nothing_written("another isa");
    farspan_context_destroy(context);
}
