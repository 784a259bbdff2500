// Numbers at the end of float's range mean the same on every instruction set: docs/numerics.md, "The ends of the
// range".
#include <criterion/criterion.h>

#include <cmath>
#include <limits>

#include "calls.hpp"
#include "scheme_oracle.hpp"
#include "sweep.hpp"

using namespace farspan_test;

namespace {

constexpr float most = std::numeric_limits<float>::max(), infinite = std::numeric_limits<float>::infinity();
constexpr int64_t keys = 150, dim = 32;
const double saturated_lse = static_cast<double>(most) * std::log(2.0);

scheme_spec dense() {
    scheme_spec spec("dense bias");
    spec.with_bias(FARSPAN_BIAS_DENSE, 0);
    spec.mask.causal = 0;
    return spec;
}

attention_problem dense_problem(int32_t dtype = FARSPAN_F32) {
    attention_problem problem = make_problem(70, keys, dim, 900);
    problem.dense_bias = true;
    problem.bias.dtype = dtype;
    return problem;
}

template <class Bias>
void fill_bias(const attention_problem& problem, attention_data& data, Bias bias) {
    for (int64_t h = 0; h < problem.query_heads; ++h)
        for (int64_t i = 0; i < problem.queries; ++i)
            for (int64_t j = 0; j < problem.keys; ++j) data.bias->set(0, h, i, j, static_cast<double>(bias(h, i, j)));
}

// The row is the mean of the values of keys for which `counts(j)`.
template <class Counts>
void expect_mean(const char* what, int32_t isa, const attention_data& data, const attention_output& got, int64_t h,
                 int64_t i, Counts counts) {
    for (int64_t d = 0; d < dim; ++d) {
        double sum = 0, number = 0;
        for (int64_t j = 0; j < keys; ++j)
            if (counts(j)) sum += data.v.get(0, 0, j, d), ++number;
        cr_expect(std::fabs(got.out.get(0, h, i, d) - sum / number) < 2e-6,
                  "%s on %s: row %d, feature %d is %g, must be %g", what, farspan_isa_name(isa), static_cast<int>(i),
                  static_cast<int>(d), got.out.get(0, h, i, d), sum / number);
    }
}

float lse_of(const attention_problem& problem, const attention_output& got, int64_t h, int64_t i) {
    return got.lse[static_cast<size_t>(h * problem.queries + i)];
}

}  // namespace

// A dot of rows whose terms overflow in the order (sign, -sign): true value 0. Neither hidden nor seen: NaN, in that
// row alone.
Test(attention_extremes, a_dot_that_overflows_is_nan) {
    for (const bool causal : {true, false})
        for (const int64_t queries : {int64_t{1}, int64_t{70}})
            for (const double sign : {1.0, -1.0}) {
                scheme_spec spec("overflow");
                spec.mask.causal = causal;
                const attention_problem problem = make_problem(queries, keys, dim, 901);
                for (const int32_t isa : usable_isas()) {
                    attention_data data(problem);
                    const attention_output clean = run_attention(shared_context(isa, 1), spec, problem, data);
                    for (int64_t d = 0; d < dim; ++d) {
                        data.q.set(0, 0, queries - 1, d, 1e25);
                        data.k.set(0, 0, 40, d, (d < dim / 2 ? sign : -sign) * 1e25);
                    }
                    const attention_output got = run_attention(shared_context(isa, 1), spec, problem, data);
                    cr_expect(std::isnan(lse_of(problem, got, 0, queries - 1)), "lse is %g on %s",
                              static_cast<double>(lse_of(problem, got, 0, queries - 1)), farspan_isa_name(isa));
                    for (int64_t d = 0; d < dim; ++d) {
                        cr_expect(std::isnan(got.out.get(0, 0, queries - 1, d)), "out is %g on %s",
                                  got.out.get(0, 0, queries - 1, d), farspan_isa_name(isa));
                        if (queries > 1) cr_expect(got.out.get(0, 0, 0, d) == got.out.get(0, 0, 0, d), "row 0 is NaN");
                    }
                    (void)clean;
                }
            }
}

// finfo.min as a mask: where it is on every key it says nothing, and the row is a mean; where it is on some, they are
// hidden.
Test(attention_extremes, the_lowest_bias_hides_some_keys_or_none) {
    for (const int32_t dtype : {FARSPAN_F32, FARSPAN_BF16}) {
        const float lowest = dtype == FARSPAN_F32 ? -most : -0x1.fep127f;
        const attention_problem problem = dense_problem(dtype);
        attention_data data(problem);
        const auto lacks = [](int64_t i, int64_t j) { return i % 2 == 0 || j % 3 == 0; };
        fill_bias(problem, data, [&](int64_t, int64_t i, int64_t j) { return lacks(i, j) ? lowest : 0.0f; });
        const attention_expected expected = expect_attention(dense(), problem, data);
        for (const int32_t isa : usable_isas()) {
            const attention_output got = run_attention(shared_context(isa, 2), dense(), problem, data);
            for (int64_t i = 0; i < problem.queries; i += 2) {
                expect_mean("finfo.min", isa, data, got, 1, i, [](int64_t) { return true; });
                cr_expect(std::fabs(lse_of(problem, got, 1, i) / -saturated_lse - 1) < 1e-6, "lse is %g",
                          static_cast<double>(lse_of(problem, got, 1, i)));
            }
            for (int64_t i = 0; i < problem.queries; ++i)  // the oracle's outputs, of rows of both kinds
                for (int64_t d = 0; d < dim; ++d)
                    cr_expect(
                        std::fabs(got.out.get(0, 0, i, d) - expected.out[static_cast<size_t>(i * dim + d)]) < 3e-6,
                        "row %d on %s", static_cast<int>(i), farspan_isa_name(isa));
        }
    }
}

Test(attention_extremes, the_largest_bias_takes_all) {
    const attention_problem problem = dense_problem();
    attention_data data(problem);
    for (const float bias : {most, infinite, 3e38f}) {
        fill_bias(problem, data, [&](int64_t, int64_t i, int64_t j) {
            return j == i || j == 140 ? bias : j == 3 ? -infinite : 0.0f;
        });
        for (const int32_t isa : usable_isas()) {
            const attention_output got = run_attention(shared_context(isa, 2), dense(), problem, data);
            for (const int64_t i : {0, 20, 69}) {
                expect_mean("largest bias", isa, data, got, 0, i, [&](int64_t j) { return j == i || j == 140; });
                cr_expect(std::fabs(lse_of(problem, got, 0, i) / saturated_lse - 1) < 1e-6, "lse is %g",
                          static_cast<double>(lse_of(problem, got, 0, i)));
            }
        }
    }
}

Test(attention_extremes, sinks) {
    for (const float sink : {3e38f, most, -3e38f, -most}) {
        scheme_spec spec("sinks");
        spec.sinks = {sink, 0.5f};
        scheme_spec without("none");
        const attention_problem problem = make_problem(70, keys, dim, 902);
        const attention_data data(problem);
        for (const int32_t isa : usable_isas()) {
            const attention_output got = run_attention(shared_context(isa, 1), spec, problem, data),
                                   plain = run_attention(shared_context(isa, 1), without, problem, data);
            for (int64_t d = 0; d < dim; ++d) {
                const double expected = sink > 0 ? 0 : plain.out.get(0, 0, 60, d);
                cr_expect(got.out.get(0, 0, 60, d) == expected, "sink %g: %g", static_cast<double>(sink),
                          got.out.get(0, 0, 60, d));
            }
            const float lse = lse_of(problem, got, 0, 60);
            if (sink > 0)
                cr_expect(std::fabs(lse / saturated_lse - 1) < 1e-6, "lse is %g", static_cast<double>(lse));
            else
                cr_expect(lse == lse_of(problem, plain, 0, 60), "lse is %g", static_cast<double>(lse));
        }
    }
}

Test(attention_extremes, merging_an_infinite_lse) {
    const auto merged = [](float a, float b, float& lse) {
        tensor_data x(FARSPAN_F32, {1, 1, 1, 2}), y(FARSPAN_F32, {1, 1, 1, 2});
        for (int64_t d = 0; d < 2; ++d) x.set(0, 0, 0, d, 1), y.set(0, 0, 0, d, 3);
        lse = a;
        cr_assert(attention_merge(&x.view(), &lse, &y.view(), &b, nullptr) == FARSPAN_OK);
        return x.get(0, 0, 0, 0);
    };
    float lse = 0;
    cr_expect(merged(infinite, 5, lse) == 1 && lse == infinite);
    cr_expect(merged(5, infinite, lse) == 3 && lse == infinite);
    cr_expect(merged(infinite, -infinite, lse) == 1 && lse == infinite);
    cr_expect(merged(infinite, infinite, lse) == 2 && lse == infinite);
    cr_expect(std::isnan(merged(infinite, std::numeric_limits<float>::quiet_NaN(), lse)) && std::isnan(lse));
    cr_expect(merged(-infinite, -infinite, lse) == 0 && lse == -infinite);
    cr_expect(merged(static_cast<float>(saturated_lse), static_cast<float>(-saturated_lse), lse) == 1);
}
