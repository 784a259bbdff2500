// NaN and infinity reach the outputs that see them, and no others: those keep every bit.
#include <criterion/criterion.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>

#include "scheme_oracle.hpp"
#include "sweep.hpp"

using namespace farspan_test;

namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

std::vector<scheme_spec> schemes() {
    std::vector<scheme_spec> result;
    scheme_spec causal("causal");
    causal.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 32);
    result.push_back(causal);
    scheme_spec window = causal;
    window.name = "sinks and window";
    window.mask.sinks = 3;
    window.mask.window_left = 40;
    result.push_back(window);
    scheme_spec extend = causal;
    extend.name = "self extend";
    extend.with_remap(FARSPAN_REMAP_SELF_EXTEND, 50);
    result.push_back(extend);
    scheme_spec alibi("alibi, cap");
    alibi.with_bias(FARSPAN_BIAS_ALIBI, 2);
    alibi.score.softcap = 5;
    alibi.mask.chunk = 70;
    result.push_back(alibi);
    scheme_spec xpos("xpos");
    xpos.with_rope(FARSPAN_ROPE_XPOS, FARSPAN_LAYOUT_HALF, 32);
    result.push_back(xpos);
    return result;
}

attention_problem make() { return make_problem(150, 200, 32, 77); }

// Outputs of rows for which `reached(i, d)` says so hold NaN (or an infinity, for infinite values); all others have the
// clean bits.
template <class Reached>
void expect_contained(const char* what, const scheme_spec& spec, int32_t isa, const attention_problem& problem,
                      const attention_data& data, const attention_output& clean, Reached reached) {
    const attention_output got = run_attention(shared_context(isa, 1), spec, problem, data);
    for (int64_t h = 0; h < problem.query_heads; ++h)
        for (int64_t i = 0; i < problem.queries; ++i)
            for (int64_t d = 0; d < problem.value_size(); ++d) {
                const auto is = static_cast<float>(got.out.get(0, h, i, d)),
                           was = static_cast<float>(clean.out.get(0, h, i, d));
                if (reached(h, i, d))
                    cr_assert(!std::isfinite(is), "%s, %s on %s: out[h %lld][i %lld][%lld] is %g, must not be finite",
                              what, spec.name.c_str(), farspan_isa_name(isa), static_cast<long long>(h),
                              static_cast<long long>(i), static_cast<long long>(d), static_cast<double>(is));
                else
                    cr_assert(std::memcmp(&is, &was, sizeof is) == 0,
                              "%s, %s on %s: out[h %lld][i %lld][%lld] is %.9g, clean run %.9g", what,
                              spec.name.c_str(), farspan_isa_name(isa), static_cast<long long>(h),
                              static_cast<long long>(i), static_cast<long long>(d), static_cast<double>(is),
                              static_cast<double>(was));
            }
}

}  // namespace

Test(attention_isolation, one_bad_row) {
    const attention_problem problem = make();
    for (const scheme_spec& spec : schemes()) {
        const scheme_oracle rules(spec, problem.current_length(), problem.head_dim);
        const auto sees = [&](int64_t i, int64_t j) { return rules.visible(problem.query_position(0, i), j); };
        for (const int32_t isa : usable_isas()) {
            attention_data data(problem);
            const attention_output clean = run_attention(shared_context(isa, 1), spec, problem, data);
            for (const int64_t row : {0, 63, 100, 149}) {
                attention_data bad(problem);
                bad.q.set(0, 1, row, 5, nan_value);
                expect_contained("NaN in a query", spec, isa, problem, bad, clean,
                                 [&](int64_t h, int64_t i, int64_t) { return h == 1 && i == row; });
            }
            for (const int64_t key : {0, 2, 60, 64, 127, 128, 180, 199})
                for (const double value : {nan_value, static_cast<double>(INFINITY)}) {
                    attention_data bad_key(problem), bad_value(problem);
                    if (std::isnan(value)) {  // an infinite key may well give -infinity, which only hides it
                        bad_key.k.set(0, 0, key, 9, value);
                        expect_contained("NaN in a key", spec, isa, problem, bad_key, clean,
                                         [&](int64_t, int64_t i, int64_t) { return sees(i, key); });
                    }
                    bad_value.v.set(0, 0, key, 9, value);
                    expect_contained(std::isnan(value) ? "NaN in a value" : "infinite value", spec, isa, problem,
                                     bad_value, clean,
                                     [&](int64_t, int64_t i, int64_t d) { return d == 9 && sees(i, key); });
                }
        }
    }
}

// Whole rows of garbage outside the ranges of valid keys, in front of them and behind.
Test(attention_isolation, padding_may_hold_anything) {
    attention_problem problem = make();
    problem.key_ranges = {37, 171};
    for (const scheme_spec& spec : schemes())
        for (const int32_t isa : usable_isas()) {
            attention_data data(problem);
            const attention_output clean = run_attention(shared_context(isa, 1), spec, problem, data);
            for (int64_t j = 0; j < problem.keys; ++j)
                for (int64_t d = 0; d < 32 && (j < 37 || j >= 171); ++d) {
                    data.k.set(0, 0, j, d, d % 2 ? nan_value : -INFINITY);
                    data.v.set(0, 0, j, d, d % 3 ? nan_value : INFINITY);
                }
            cr_expect(same_bits(run_attention(shared_context(isa, 1), spec, problem, data), clean),
                      "%s on %s: padding got through", spec.name.c_str(), farspan_isa_name(isa));
        }
}

// The same for the positions of padding, in front and behind, of keys and of the queries that belong to them.
Test(attention_isolation, positions_of_padding_may_be_anything) {
    constexpr int64_t n = 200, front = 37, end = 171, far = int64_t{1} << 40;
    attention_problem problem = make_problem(n, n, 32, 78);
    problem.key_ranges = {front, end};
    for (int64_t j = 0; j < n; ++j) problem.key_positions.push_back(100 + j);
    problem.query_positions = problem.key_positions;
    const std::vector<std::function<int64_t(int64_t)>> given = {
        [](int64_t) { return 1; },         [](int64_t) { return 0; },
        [](int64_t) { return -1; },        [](int64_t) { return INT64_MIN; },
        [](int64_t) { return INT64_MAX; }, [](int64_t j) { return n - j; },
        [](int64_t j) { return far - j; }, [](int64_t j) { return j % 2 ? -5 * far : 5 * far; }};
    std::vector<scheme_spec> all = schemes();
    scheme_spec kerple("kerple, dynamic");
    kerple.with_rope(FARSPAN_ROPE_DYNAMIC_NTK, FARSPAN_LAYOUT_HALF, 32);
    kerple.rope.original_context = 50;
    kerple.with_bias(FARSPAN_BIAS_KERPLE_LOG, 2);
    kerple.bias_a = kerple.bias_p = {0.5, 1.5};
    all.push_back(kerple);
    for (const scheme_spec& spec : all)
        for (const int32_t isa : usable_isas()) {
            const attention_data data(problem);
            // The length is that of what is seen.
            attention_problem changed = problem;
            changed.length = 100 + end;
            const attention_output clean = run_attention(shared_context(isa, 1), spec, changed, data);
            for (std::size_t kind = 0; kind < given.size(); ++kind) {
                for (int64_t j = 0; j < n; ++j)
                    if (j < front || j >= end) changed.key_positions[static_cast<size_t>(j)] = given[kind](j);
                changed.query_positions = problem.query_positions;
                changed.length = 100 + end;
                cr_expect(same_bits(run_attention(shared_context(isa, 1), spec, changed, data), clean),
                          "%s on %s: positions of hidden keys, kind %zu", spec.name.c_str(), farspan_isa_name(isa),
                          kind);
                // a position, and so a length, for a query
                if (given[kind](0) > INT32_MAX && given[kind](0) <= far) continue;
                changed.query_positions = changed.key_positions;
                changed.length = 0;
                const attention_output got = run_attention(shared_context(isa, 1), spec, changed, data);
                for (int64_t h = 0; h < problem.query_heads; ++h)
                    for (int64_t i = 0; i < n; ++i) {
                        const bool seen = i >= front && i < end,
                                   position = given[kind](i) >= 0 && given[kind](i) <= far;
                        const float lse = got.lse[static_cast<size_t>(h * n + i)];
                        // xPos counts its decay from the middle of a block's rows, padding too: another rounding.
                        const double allowed = spec.rope.method == FARSPAN_ROPE_XPOS ? 2e-6 : 0;
                        const double before = static_cast<double>(clean.lse[static_cast<size_t>(h * n + i)]);
                        if (seen)
                            cr_expect(std::fabs(static_cast<double>(lse) - before) <= allowed,
                                      "%s on %s: lse of row %d, kind %zu", spec.name.c_str(), farspan_isa_name(isa),
                                      static_cast<int>(i), kind);
                        if (!seen && !position)
                            cr_expect(lse == -INFINITY, "row %d, kind %zu sees keys", static_cast<int>(i), kind);
                        for (int64_t d = 0; d < 32; ++d) {
                            if (seen)
                                cr_expect(std::fabs(got.out.get(0, h, i, d) - clean.out.get(0, h, i, d)) <= allowed);
                            if (!seen && !position) cr_expect(got.out.get(0, h, i, d) == 0);
                        }
                    }
            }
        }
}

Test(attention_isolation, packed_sequences_do_not_meet) {
    attention_problem problem = make();
    problem.query_offsets = {0, 40, 100, 150};
    problem.key_offsets = {0, 50, 125, 200};
    for (const scheme_spec& spec : schemes())
        for (const int32_t isa : usable_isas()) {
            attention_data data(problem);
            const attention_output clean = run_attention(shared_context(isa, 1), spec, problem, data);
            for (int64_t d = 0; d < 32; ++d)
                for (int64_t j = 50; j < 125; ++j) {
                    data.k.set(0, 0, j, d, nan_value);
                    data.v.set(0, 0, j, d, nan_value);
                }
            const attention_output got = run_attention(shared_context(isa, 1), spec, problem, data);
            for (int64_t i = 0; i < 150; ++i)
                for (int64_t d = 0; d < 32 && (i < 40 || i >= 100); ++d)
                    cr_assert(got.out.get(0, 0, i, d) == clean.out.get(0, 0, i, d), "%s on %s: row %lld changed",
                              spec.name.c_str(), farspan_isa_name(isa), static_cast<long long>(i));
        }
}

Test(attention_isolation, minus_infinity_in_a_dense_bias_hides) {
    scheme_spec spec("dense");
    spec.with_bias(FARSPAN_BIAS_DENSE, 0);
    spec.mask.causal = 0;
    for (const int32_t isa : usable_isas()) {
        attention_problem problem = make();
        problem.dense_bias = true;
        attention_data data(problem);
        for (int64_t h = 0; h < 2; ++h)
            for (int64_t i = 0; i < problem.queries; ++i)
                for (int64_t j = 0; j < problem.keys; ++j) {
                    const bool hidden = j == 100 || i == 20 || (j + i) % 3 == 0;
                    data.bias->set(0, h, i, j, hidden ? -INFINITY : 0.5);
                }
        const attention_output clean = run_attention(shared_context(isa, 1), spec, problem, data);
        for (int64_t d = 0; d < 32; ++d) {
            data.v.set(0, 0, 100, d, nan_value);  // nobody sees key 100
            cr_expect(clean.out.get(0, 1, 20, d) == 0, "row 20 sees nothing, feature %lld is %g",
                      static_cast<long long>(d), clean.out.get(0, 1, 20, d));
        }
        cr_expect(std::isinf(clean.lse[20]) && clean.lse[20] < 0, "lse of row 20 is %g",
                  static_cast<double>(clean.lse[20]));
        cr_expect(same_bits(run_attention(shared_context(isa, 1), spec, problem, data), clean),
                  "NaN in a value that the bias hides, on %s", farspan_isa_name(isa));
    }
}

// Infinite logits by overflow, and the largest finite ones.
Test(attention_isolation, huge_inputs) {
    scheme_spec spec("huge");
    const attention_problem problem = make();
    for (const int32_t isa : usable_isas()) {
        attention_data data(problem);
        const attention_output clean = run_attention(shared_context(isa, 1), spec, problem, data);
        for (int64_t d = 0; d < 32; ++d) {
            data.q.set(0, 0, 30, d, 1e15);
            data.k.set(0, 0, 70, d, 1e15);  // logit 5.7e30 for row 30: key 70 takes everything
        }
        const attention_output got = run_attention(shared_context(isa, 1), spec, problem, data);
        for (int64_t d = 0; d < 32; ++d) {
            cr_expect(got.out.get(0, 0, 30, d) == data.v.get(0, 0, 70, d),
                      "feature %lld is %.9g, must be the value %.9g", static_cast<long long>(d),
                      got.out.get(0, 0, 30, d), data.v.get(0, 0, 70, d));
            cr_expect(got.out.get(0, 0, 10, d) == clean.out.get(0, 0, 10, d), "row 10 does not see key 70 on %s",
                      farspan_isa_name(isa));
        }
    }
}
