// Tiles that certainly do not matter are left out: never more than the stated part of the largest value, and never
// where the bound does not hold. A context that is exhaustive reads them all.
#include <criterion/criterion.h>

#include <cmath>
#include <limits>

#include "generator.hpp"
#include "sweep.hpp"

using namespace farspan_test;

namespace {

// Of the largest value, and of an lse: what is stated, and what rounding may make of it.
constexpr double most = 0x1p-24, rounding = 0x1p-23;

context_handle exhaustive_context(int32_t isa, int32_t threads = 1) {
    farspan_context_config config;
    farspan_context_config_init(&config, sizeof config);
    config.isa = isa;
    config.threads = threads;
    config.exhaustive = 1;
    farspan_context* made = nullptr;
    error_slot error;
    require_ok(farspan_context_create(&config, &made, &error), error, "context");
    return context_handle(made);
}

scheme_spec alibi(int heads, const char* name = "alibi") {
    scheme_spec spec(name);
    spec.with_bias(FARSPAN_BIAS_ALIBI, heads);
    return spec;
}

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

}  // namespace

// Far values so large that even a weight of 2^-30 would show: something is left out, and no more than is stated.
Test(attention_negligible, far_keys_are_left_out_within_the_bound) {
    const attention_problem problem = long_problem(200, 1500, 4, 64, 1);
    attention_data data(problem);
    for (int64_t h = 0; h < 4; ++h)
        for (int64_t j = 0; j < 1100; ++j)
            for (int64_t d = 0; d < 64; ++d) data.v.set(0, h, j, d, 1e30);
    scheme_spec spec = alibi(4);
    for (const int32_t isa : usable_isas()) {
        const difference found = left_out(isa, spec, problem, data);
        cr_expect(found.out > 0, "%s leaves nothing out", farspan_isa_name(isa));
        cr_expect(found.within(), "%s: out %.3g, lse %.3g of the most %.3g", farspan_isa_name(isa), found.out,
                  found.lse, most);
    }
}

// Keys that all point along the query, of one length, make the bound of a product exact; values of one sign per tile make
// what is left out add up.
Test(attention_negligible, the_bound_holds_where_it_is_tight) {
    for (const double length : {0.5, 2.0, 6.0}) {
        const attention_problem problem = long_problem(4096, 4096, 8, 32, 2);
        attention_data data(problem);
        for (int64_t h = 0; h < 8; ++h)
            for (int64_t j = 0; j < 4096; ++j)
                for (int64_t d = 0; d < 32; ++d) {
                    data.q.set(0, h, j, d, length / 2);
                    data.k.set(0, h, j, d, length / 2);
                    data.v.set(0, h, j, d, j / 128 % 2 == 0 ? 1 : -1);
                }
        scheme_spec spec = alibi(8);
        const difference found = left_out(FARSPAN_ISA_BEST, spec, problem, data);
        cr_expect(found.within(), "length %g: out %.3g, lse %.3g", length, found.out, found.lse);
    }
}

Test(attention_negligible, other_parts_of_the_scheme) {
    attention_problem problem = long_problem(300, 1400, 2, 64, 3);
    std::vector<scheme_spec> specs = {alibi(2, "cap"), alibi(2, "rope"), alibi(2, "sinks"), alibi(2, "window"),
                                      alibi(2, "log n")};
    specs[0].score.softcap = 5;
    specs[1].with_rope(FARSPAN_ROPE_YARN, FARSPAN_LAYOUT_HALF, 64);
    specs[1].rope.factor = 8;
    specs[1].rope.original_context = 128;
    specs[2].sinks = {0.5f, 12};
    specs[3].mask.window_left = 900;
    specs[3].mask.sinks = 4;
    specs[4].score.temperature = FARSPAN_TEMPERATURE_LOG_N;
    specs[4].score.trained_length = 64;
    for (const double amplitude : {1.0, 4.0}) {
        problem.amplitude = amplitude;
        const attention_data data(problem);
        for (scheme_spec& spec : specs)
            for (const int32_t isa : usable_isas()) {
                const difference found = left_out(isa, spec, problem, data);
                cr_expect(found.within(), "%s on %s: out %.3g, lse %.3g", spec.name.c_str(), farspan_isa_name(isa),
                          found.out, found.lse);
            }
    }
}

Test(attention_negligible, both_directions) {
    const attention_problem problem = long_problem(1200, 1200, 2, 32, 4);
    attention_data data(problem);
    for (int64_t h = 0; h < 2; ++h)
        for (int64_t d = 0; d < 32; ++d) {
            for (int64_t j = 0; j < 64; ++j) data.v.set(0, h, j, d, 1e30);
            for (int64_t j = 1150; j < 1200; ++j) data.v.set(0, h, j, d, -1e30);
        }
    scheme_spec spec = alibi(2);
    spec.bias.bidirectional = 1;
    spec.mask.causal = 0;
    const difference found = left_out(FARSPAN_ISA_BEST, spec, problem, data);
    cr_expect(found.out > 0 && found.within(), "out %.3g", found.out);
}

// What is not finite has no bound: every row that sees it is as it would be.
Test(attention_negligible, what_is_not_finite_is_seen) {
    const attention_problem problem = long_problem(130, 1300, 2, 64, 5);
    scheme_spec spec = alibi(2);
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
        for (const int place : {0, 1, 2}) {
            attention_data data(problem);
            tensor_data& where = place == 0 ? data.q : place == 1 ? data.k : data.v;
            where.set(0, 1, 7, 3, bad);
            for (const int32_t isa : usable_isas()) {
                const difference found = left_out(isa, spec, problem, data);
                cr_expect(found.within(), "%g in tensor %d on %s", static_cast<double>(bad), place,
                          farspan_isa_name(isa));
            }
        }
}

Test(attention_negligible, gaps_between_positions_and_padding) {
    attention_problem problem = long_problem(150, 900, 2, 64, 6);
    generator random(6);
    int64_t position = 0;
    for (int64_t j = 0; j < problem.keys; ++j) problem.key_positions.push_back(position += random.whole(0, 5));
    for (int64_t i = 0; i < problem.queries; ++i)  // in no order
        problem.query_positions.push_back(i % 10 == 0 ? 0 : random.whole(0, position + 300));
    problem.key_ranges = {40, 880};
    attention_data data(problem);
    for (int64_t h = 0; h < 2; ++h)
        for (int64_t d = 0; d < 64; ++d) data.v.set(0, h, 60, d, 1e30);
    scheme_spec spec = alibi(2);
    for (const int32_t isa : usable_isas()) {
        const difference found = left_out(isa, spec, problem, data);
        cr_expect(found.within(), "%s: out %.3g, lse %.3g", farspan_isa_name(isa), found.out, found.lse);
    }
}

Test(attention_negligible, bits_do_not_depend_on_threads) {
    const attention_problem problem = long_problem(700, 2000, 4, 64, 7);
    const attention_data data(problem);
    scheme_spec spec = alibi(4);
    cr_expect(same_bits(run_attention(shared_context(FARSPAN_ISA_BEST, 1), spec, problem, data),
                        run_attention(shared_context(FARSPAN_ISA_BEST, 4), spec, problem, data)));
}
