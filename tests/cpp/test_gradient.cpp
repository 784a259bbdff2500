// Gradients through the C++ header: what is empty is not wanted, what is wrong is an exception of C's words.
#include <cmath>
#include <utility>
#include <vector>

#include "farspan/cpp/gradient.hpp"
#include "refusal.hpp"

namespace {

constexpr int64_t heads = 2, tokens = 6, dim = 8;
constexpr farspan::shape4 shape{1, heads, tokens, dim};

struct fixture {
    std::vector<float> q, k, v, out, d_out, lse;
    farspan::scheme scheme{farspan::mask_config()};
    farspan::plan plan;

    static farspan::problem sizes() {
        farspan::problem problem;
        problem.query_heads = problem.key_heads = heads;
        problem.queries = problem.keys = tokens;
        problem.head_dim = dim;
        return problem;
    }
    fixture() : out(heads * tokens * dim), lse(heads * tokens), plan(scheme, sizes()) {
        for (std::vector<float>* x : {&q, &k, &v, &d_out})
            for (int64_t n = 0; n < heads * tokens * dim; ++n)
                x->push_back(
                    static_cast<float>(std::sin(static_cast<double>(n) * 1.7 + static_cast<double>(x->size() % 7))));
        run();
    }
    void run() {
        farspan::run_options options;
        options.lse = lse;
        plan.run({q, shape}, {k, shape}, {v, shape}, {out, shape}, options);
    }
    farspan::attention_gradient inputs() const {
        farspan::attention_gradient data;
        data.q = {q, shape};
        data.k = {k, shape};
        data.v = {v, shape};
        data.out = {out, shape};
        data.lse = lse;
        data.d_out = {d_out, shape};
        return data;
    }
    double loss() {
        run();
        double sum = 0;
        for (size_t n = 0; n < out.size(); ++n) sum += static_cast<double>(out[n]) * static_cast<double>(d_out[n]);
        return sum;
    }
};

}  // namespace

Test(cpp_gradient, equals_a_difference) {
    fixture f;
    std::vector<float> d_q(f.q.size()), d_v(f.v.size());
    farspan::attention_gradient wanted = f.inputs();
    wanted.d_q = farspan::tensor(d_q, shape);
    wanted.d_v = farspan::tensor(d_v, shape);
    std::vector<std::byte> space(farspan::backward_workspace_size(f.plan));
    wanted.workspace = space;
    farspan::attention_backward(f.plan, wanted);
    for (const auto& [values, gradient] : {std::pair{&f.q, &d_q}, std::pair{&f.v, &d_v}})
        for (const size_t n : {size_t{3}, size_t{40}, size_t{90}}) {
            const float kept = (*values)[n];
            (*values)[n] = kept + 0.125f;
            const double up = f.loss();
            (*values)[n] = kept - 0.125f;
            const double down = f.loss();
            (*values)[n] = kept;
            const double slope = (up - down) * 4, got = static_cast<double>((*gradient)[n]);
            cr_expect(std::fabs(slope - got) < 3e-3, "number %zu: %g, a difference gives %g", n, got, slope);
        }
}

Test(cpp_gradient, refusals_are_those_of_c) {
    fixture f;
    std::vector<float> d_k(f.k.size(), 7.0f);
    const auto refused = [&](const farspan::attention_gradient& data, farspan_status status, const char* field) {
        expect_refused(field, status, 3, field, [&] { farspan::attention_backward(f.plan, data); });
    };
    refused(f.inputs(), FARSPAN_ERROR_NULL_ARGUMENT, "data.d_q");
    farspan::attention_gradient wanted = f.inputs();
    wanted.d_k = farspan::tensor(d_k, shape);
    const std::vector<float> shorter(f.lse.begin(), f.lse.end() - 1);
    farspan::attention_gradient data = wanted;
    data.lse = shorter;
    refused(data, FARSPAN_ERROR_SHAPE, "data.lse_count");
    data = wanted;
    data.d_lse = shorter;
    refused(data, FARSPAN_ERROR_SHAPE, "data.d_lse_count");
    data = wanted;
    data.q.reset();
    refused(data, FARSPAN_ERROR_NULL_ARGUMENT, "data.q");
    cr_expect(d_k[0] == 7.0f && d_k.back() == 7.0f, "a refused call wrote");
}

// Of two parts with the same lse each has half of what the loss says.
Test(cpp_gradient, of_a_merge) {
    fixture f;
    std::vector<float> half_a(f.q.size()), half_b(f.q.size()), lse_a(f.lse.size());
    farspan::merge_gradient data;
    data.out_a = data.out_b = {f.q, shape};
    data.lse_a = data.lse_b = data.d_lse = f.lse;
    data.d_out = {f.v, shape};
    data.d_out_a = farspan::tensor(half_a, shape);
    data.d_out_b = farspan::tensor(half_b, shape);
    data.d_lse_a = lse_a;
    farspan::attention_merge_backward(data);
    for (size_t n = 0; n < half_a.size(); ++n) cr_expect(half_a[n] == f.v[n] / 2 && half_b[n] == half_a[n]);
    for (size_t n = 0; n < lse_a.size(); ++n) cr_expect(lse_a[n] == f.lse[n] / 2);
}

Test(cpp_gradient, of_a_rotation) {
    farspan::rope_config rope(FARSPAN_ROPE_BASE);
    rope.layout = FARSPAN_LAYOUT_HALF;
    rope.rotary_dim = dim;
    const farspan::scheme scheme(rope);
    std::vector<float> x(heads * tokens * dim, 1.0f), turned(x.size()), back(x.size());
    const std::vector<int64_t> positions = {5, 4, 3, 2, 1, 0};
    farspan::rope_apply(scheme, {x, shape}, {turned, shape}, positions);
    farspan::rope_backward(scheme, {turned, shape}, {back, shape}, positions);
    for (const float value : back) cr_expect(std::fabs(value - 1.0f) < 1e-6f, "a rotation without magnitude is undone");
    const std::vector<int64_t> fewer(5, 1);
    expect_refused("positions", FARSPAN_ERROR_SHAPE, 5, "positions_count", [&] {
        farspan::rope_backward(scheme, {turned, shape}, {back, shape}, fewer);
    });
}
