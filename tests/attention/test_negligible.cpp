// Tiles that certainly do not matter are left out: never more than the stated part of the largest value, and never
// where the bound does not hold. A context that is exhaustive reads them all.
#include <criterion/criterion.h>

#include <cmath>
#include <limits>

#include "falling_biases.hpp"
#include "generator.hpp"
#include "sweep.hpp"

using namespace farspan_test;

namespace {

// Of the largest value, and of an lse: what is stated, and what rounding may make of it.
constexpr double most = 0x1p-24, rounding = 0x1p-23;

attention_problem long_problem(int64_t queries, int64_t keys, int64_t heads, int64_t dim, uint64_t seed) {
    attention_problem problem = make_problem(queries, keys, dim, seed);
    problem.query_heads = problem.key_heads = heads;
    return problem;
}

struct difference {
    double out = 0, lse = 0;  // of the largest value; beyond the rounding of an lse
    bool within() const { return out <= most + rounding && lse <= most; }
};

// A NaN on one side only counts as infinite.
double gap(double a, double b) {
    if (std::isnan(a) || std::isnan(b)) return std::isnan(a) == std::isnan(b) ? 0 : INFINITY;
    return a == b ? 0 : std::fabs(a - b);
}

difference left_out(int32_t isa, scheme_spec& spec, const attention_problem& problem, const attention_data& data) {
    const attention_output some = run_attention(shared_context(isa, 1), spec, problem, data),
                           all = run_attention(exhaustive_context(isa).get(), spec, problem, data);
    const std::vector<double> x = some.out.values(), y = all.out.values();
    double largest = 0;
    for (const double v : data.v.values())
        if (std::isfinite(v)) largest = std::max(largest, std::fabs(v));
    difference found;
    for (size_t n = 0; n < x.size(); ++n) found.out = std::max(found.out, gap(x[n], y[n]) / largest);
    for (size_t n = 0; n < some.lse.size(); ++n)
        found.lse = std::max(found.lse, gap(some.lse[n], all.lse[n]) - rounding * std::fabs(all.lse[n]));
    return found;
}

void expect_within(const scheme_spec& spec, int32_t isa, const difference& found) {
    cr_expect(found.within(), "%s on %s: out %.3g, lse %.3g of the most %.3g", spec.name.c_str(), farspan_isa_name(isa),
              found.out, found.lse, most);
}

void expect_left_out(std::vector<scheme_spec> specs, const attention_problem& problem, const attention_data& data) {
    for (scheme_spec& spec : specs)
        for (const int32_t isa : usable_isas()) {
            const difference found = left_out(isa, spec, problem, data);
            cr_expect(found.out > 0, "%s on %s leaves nothing out", spec.name.c_str(), farspan_isa_name(isa));
            expect_within(spec, isa, found);
        }
}

void fill_values(attention_data& data, int64_t first, int64_t last, double value) {
    for (int64_t h = 0; h < data.v.shape()[1]; ++h)
        for (int64_t j = first; j < last; ++j)
            for (int64_t d = 0; d < data.v.shape()[3]; ++d) data.v.set(0, h, j, d, value);
}

}  // namespace

// Far values so large that even a weight of 2^-30 would show: something is left out, and no more than is stated.
Test(attention_negligible, far_keys_are_left_out_within_the_bound) {
    attention_problem problem = long_problem(200, 1500, 4, 64, 1);
    for (const int64_t key_heads : {4, 2}) {
        problem.key_heads = key_heads;
        attention_data data(problem);
        fill_values(data, 0, 1100, 1e30);
        expect_left_out(falling_biases(4), problem, data);
    }
}

// Far keys are long, but across the queries: no norm tells that they do not matter, only their logits do.
Test(attention_negligible, long_keys_are_left_out_by_their_logits) {
    const attention_problem problem = long_problem(200, 1500, 2, 64, 8);
    attention_data data(problem);
    for (int64_t h = 0; h < 2; ++h)
        for (int64_t d = 0; d < 64; ++d) {
            for (int64_t i = 0; i < 200; ++i)
                if (d >= 32) data.q.set(0, h, i, d, 0);
            for (int64_t j = 0; j < 1100; ++j)
                if (d >= 32) data.k.set(0, h, j, d, 1e3);
        }
    fill_values(data, 0, 1100, 1e30);
    expect_left_out(falling_biases(2), problem, data);
}

// One far key that outweighs any bias, among tiles that are left out.
Test(attention_negligible, far_keys_that_matter_are_seen) {
    const attention_problem problem = long_problem(200, 1500, 4, 64, 9);
    attention_data data(problem);
    for (int64_t h = 0; h < 4; ++h) {
        for (int64_t i = 0; i < 200; ++i) data.q.set(0, h, i, 3, 8);
        data.k.set(0, h, 5, 3, 1e5);
        for (int64_t d = 0; d < 64; ++d) data.v.set(0, h, 5, d, 7);
    }
    for (scheme_spec& spec : all_biases(4))
        for (const int32_t isa : usable_isas()) {
            expect_within(spec, isa, left_out(isa, spec, problem, data));
            const attention_output out = run_attention(shared_context(isa, 1), spec, problem, data);
            cr_expect(out.out.get(0, 0, 199, 0) == 7 && out.out.get(0, 3, 0, 63) == 7, "%s does not see it",
                      spec.name.c_str());
        }
}

// Far keys whose bias has risen again have nearly all of the weight, though nearer ones have none.
Test(attention_negligible, biases_that_rise_again) {
    attention_problem problem = long_problem(300, 2000, 2, 64, 10);
    for (const double amplitude : {0.5, 2.0}) {
        problem.amplitude = amplitude;
        attention_data data(problem);
        for (const bool large : {false, true}) {
            if (large) fill_values(data, 0, 1700, 1e30);
            for (scheme_spec& spec : rising_biases(2))
                for (const int32_t isa : usable_isas()) expect_within(spec, isa, left_out(isa, spec, problem, data));
        }
    }
}

// Keys that all point along the query, of one length, make the bound of a product exact; values of one sign per tile make
// what is left out add up.
Test(attention_negligible, the_bound_holds_where_it_is_tight) {
    for (const double length : {0.5, 2.0, 6.0}) {
        const attention_problem problem = long_problem(2500, 2500, 8, 32, 2);
        attention_data data(problem);
        for (int64_t h = 0; h < 8; ++h)
            for (int64_t j = 0; j < 2500; ++j)
                for (int64_t d = 0; d < 32; ++d) {
                    data.q.set(0, h, j, d, length / 2);
                    data.k.set(0, h, j, d, length / 2);
                    data.v.set(0, h, j, d, j / 128 % 2 == 0 ? 1 : -1);
                }
        for (scheme_spec& spec : all_biases(8))
            expect_within(spec, FARSPAN_ISA_BEST, left_out(FARSPAN_ISA_BEST, spec, problem, data));
    }
}

Test(attention_negligible, other_parts_of_the_scheme) {
    attention_problem problem = long_problem(300, 1400, 2, 64, 3);
    using change = void (*)(scheme_spec&);
    const change changes[] = {
        [](scheme_spec& spec) { spec.score.softcap = 5; },
        [](scheme_spec& spec) {
            spec.with_rope(FARSPAN_ROPE_YARN, FARSPAN_LAYOUT_HALF, 64);
            spec.rope.factor = 8;
            spec.rope.original_context = 128;
        },
        [](scheme_spec& spec) {
            spec.sinks = {0.5f, 12};
        },
        [](scheme_spec& spec) {
            spec.mask.window_left = 900;
            spec.mask.sinks = 4;
        },
        [](scheme_spec& spec) {
            spec.score.temperature = FARSPAN_TEMPERATURE_LOG_N;
            spec.score.trained_length = 64;
        },
        [](scheme_spec& spec) {
            spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_INTERLEAVED, 32);
            spec.with_remap(FARSPAN_REMAP_REROPE, 300);
        },
        [](scheme_spec& spec) {
            spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 64);
            spec.with_remap(FARSPAN_REMAP_SELF_EXTEND, 200);
        },
    };
    for (const double amplitude : {1.0, 4.0}) {
        problem.amplitude = amplitude;
        const attention_data data(problem);
        for (const scheme_spec& plain : all_biases(2))
            for (const change& apply : changes) {
                scheme_spec spec = plain;
                apply(spec);
                spec.name += ", change " + std::to_string(&apply - changes);
                for (const int32_t isa : usable_isas()) expect_within(spec, isa, left_out(isa, spec, problem, data));
            }
    }
}

// Far keys on both sides are left out.
Test(attention_negligible, both_directions) {
    const attention_problem problem = long_problem(1200, 1200, 2, 32, 4);
    const auto both_sides = [](int bucket, int head) { return falling(bucket % 16 * 2, head); };
    for (scheme_spec& spec : std::vector<scheme_spec>{alibi(2), t5("t5", 2, both_sides)}) {
        spec.bias.bidirectional = 1;
        spec.mask.causal = 0;
        for (const int64_t far : {0, 1150}) {
            attention_data data(problem);
            fill_values(data, far, far + 50, 1e30);
            const difference found = left_out(FARSPAN_ISA_BEST, spec, problem, data);
            cr_expect(found.out > 0, "%s leaves nothing out", spec.name.c_str());
            expect_within(spec, FARSPAN_ISA_BEST, found);
        }
    }
}

// What is not finite has no bound, with a cap neither: every row that sees it is as it would be.
Test(attention_negligible, what_is_not_finite_is_seen) {
    const attention_problem problem = long_problem(130, 1300, 2, 64, 5);
    for (const scheme_spec& plain : falling_biases(2))
        for (const double cap : {0.0, 5.0})
            for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
                for (const int place : {0, 1, 2}) {
                    scheme_spec spec = plain;
                    spec.score.softcap = cap;
                    attention_data data(problem);
                    tensor_data& where = place == 0 ? data.q : place == 1 ? data.k : data.v;
                    where.set(0, 1, 7, 3, bad);
                    spec.name += ", " + std::to_string(bad) + " in tensor " + std::to_string(place);
                    for (const int32_t isa : usable_isas())
                        expect_within(spec, isa, left_out(isa, spec, problem, data));
                }
}

Test(attention_negligible, gaps_between_positions_and_padding) {
    for (const int64_t step : {5, 5000}) {  // so wide that no table holds all distances
        attention_problem problem = long_problem(150, 900, 2, 64, 6);
        generator random(6);
        int64_t position = 0;
        for (int64_t j = 0; j < problem.keys; ++j)
            problem.key_positions.push_back(position += j % 100 == 0 ? random.whole(0, step) : random.whole(0, 5));
        for (int64_t i = 0; i < problem.queries; ++i)  // in no order
            problem.query_positions.push_back(i % 10 == 0 ? 0 : random.whole(0, position + 300));
        problem.key_ranges = {40, 880};
        attention_data data(problem);
        fill_values(data, 60, 61, 1e30);
        for (scheme_spec& spec : all_biases(2))
            for (const int32_t isa : usable_isas()) expect_within(spec, isa, left_out(isa, spec, problem, data));
    }
}

Test(attention_negligible, bits_do_not_depend_on_threads) {
    const attention_problem problem = long_problem(700, 2000, 4, 64, 7);
    const attention_data data(problem);
    for (scheme_spec& spec : all_biases(4))
        cr_expect(same_bits(run_attention(shared_context(FARSPAN_ISA_BEST, 1), spec, problem, data),
                            run_attention(shared_context(FARSPAN_ISA_BEST, 4), spec, problem, data)),
                  "%s", spec.name.c_str());
}
