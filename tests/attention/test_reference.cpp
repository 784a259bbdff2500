// The tests' own loops against oracle::attention, so that what the sweeps compare with is the oracle and nothing else.
#include <criterion/criterion.h>

#include <cmath>

#include "attention.hpp"
#include "scheme_oracle.hpp"
#include "sweep.hpp"

using namespace farspan_test;

namespace {

// oracle::attention with the rules of a scheme, for one batch entry.
oracle::attention_result by_oracle(const scheme_spec& spec, const attention_problem& problem,
                                   const attention_data& data) {
    const scheme_oracle rules(spec, problem.current_length(), problem.head_dim);
    oracle::attention_inputs in;
    in.query_heads = static_cast<int>(problem.query_heads);
    in.key_heads = static_cast<int>(problem.key_heads);
    in.queries = problem.queries;
    in.keys = problem.keys;
    in.head_dim = static_cast<int>(problem.head_dim);
    in.value_dim = static_cast<int>(problem.value_size());
    in.q = data.q.values();
    in.k = data.k.values();
    in.v = data.v.values();
    oracle::attention_rules table;
    table.rotate_query = [&](const std::vector<double>& x, double position) { return rules.rotate_query(x, position); };
    table.rotate_key = [&](const std::vector<double>& x, double position) { return rules.rotate_key(x, position); };
    table.remap = [&](const oracle::pair& at) { return rules.remap(at.i, at.j); };
    table.bias = [&](const oracle::pair& at) { return rules.bias(at.head, at.i, at.j); };
    table.visible = [&](const oracle::pair& at) { return rules.visible(at.i, at.j); };
    table.row_scale = [&](int64_t i) { return rules.scale(std::max<int64_t>(i, 0)); };
    table.softcap = spec.score.softcap;
    for (const float sink : spec.sinks) table.sink.push_back(static_cast<double>(sink));
    return oracle::attention(in, table);
}

void check(const scheme_spec& spec, const attention_problem& problem) {
    const attention_data data(problem);
    const oracle::attention_result should = by_oracle(spec, problem, data);
    const attention_expected got = expect_attention(spec, problem, data);
    for (size_t n = 0; n < should.out.size(); ++n)
        cr_assert(std::fabs(got.out[n] - should.out[n]) <= 1e-12, "%s: out[%zu] is %.17g, oracle %.17g",
                  spec.name.c_str(), n, got.out[n], should.out[n]);
    for (size_t n = 0; n < should.lse.size(); ++n)
        cr_assert(got.lse[n] == should.lse[n] || std::fabs(got.lse[n] - should.lse[n]) <= 1e-12,
                  "%s: lse[%zu] is %.17g, oracle %.17g", spec.name.c_str(), n, got.lse[n], should.lse[n]);
}

}  // namespace

Test(attention_reference, is_the_oracle) {
    attention_problem problem = make_problem(18, 30, 16, 1);
    problem.query_heads = 4;
    problem.key_heads = 2;
    problem.value_dim = 5;
    scheme_spec spec("plain");
    check(spec, problem);
    spec.name = "everything";
    spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 12).with_remap(FARSPAN_REMAP_SELF_EXTEND, 6);
    spec.with_bias(FARSPAN_BIAS_ALIBI, 4);
    spec.remap.group = 2;
    spec.score.softcap = 2;
    spec.score.temperature = FARSPAN_TEMPERATURE_LOG_N;
    spec.score.trained_length = 8;
    spec.sinks = {0.1f, 0.2f, -3.0f, 1.0f};
    spec.mask.window_left = 11;
    spec.mask.sinks = 2;
    check(spec, problem);
    problem.queries = 35;  // the first rows see nothing
    check(spec, problem);
    spec.sinks.clear();
    check(spec, problem);
}

// The general form of xPos against the oracle's, which knows whole interleaved heads and gamma 0.4.
Test(attention_reference, xpos_is_the_oracles) {
    scheme_spec spec("xpos");
    spec.with_rope(FARSPAN_ROPE_XPOS, FARSPAN_LAYOUT_INTERLEAVED, 16);
    const scheme_oracle rules(spec, 100, 16);
    std::vector<double> x;
    for (int d = 0; d < 16; ++d) x.push_back(std::sin(d + 1.0));
    for (const double position : {0.0, 3.0, 77.0}) {
        const auto query = oracle::xpos_rotate_query(x, position, 50, 512, rules.frequencies());
        const auto key = oracle::xpos_rotate_key(x, position, 50, 512, rules.frequencies());
        const auto own_query = rules.rotate_query(x, position, 50), own_key = rules.rotate_key(x, position, 50);
        for (size_t d = 0; d < x.size(); ++d) {
            cr_assert(std::fabs(query[d] - own_query[d]) <= 1e-14, "query, position %g, feature %zu", position, d);
            cr_assert(std::fabs(key[d] - own_key[d]) <= 1e-14, "key, position %g, feature %zu", position, d);
        }
    }
}
