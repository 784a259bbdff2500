// Scale, cap, temperature and sinks.
#include <criterion/criterion.h>

#include <cmath>

#include "generator.hpp"
#include "sweep.hpp"

using namespace farspan_test;

namespace {

scheme_spec with_rope(const std::string& name) {
    scheme_spec spec(name);
    spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 64);
    return spec;
}

}  // namespace

Test(attention_score, scale_and_multiplier) {
    sweep family("scale");
    uint64_t seed = 100;
    for (const double scale : {0.0, 0.02, 0.25, 1.0})
        for (const double multiplier : {1.0, 0.5, 1.7}) {
            scheme_spec spec = with_rope("scale " + std::to_string(scale));
            spec.score.scale = scale;
            spec.score.multiplier = multiplier;
            attention_problem problem = make_problem(100, 130, 64, ++seed);
            if (scale == 1.0) problem.amplitude = 0.35;  // keeps logits of a size that float resolves to the bound
            family.check(spec, problem);
        }
}

Test(attention_score, softcap) {
    sweep family("softcap");
    uint64_t seed = 200;
    for (const double cap : {0.0, 0.1, 1.0, 5.0, 30.0, 50.0, 1e6})
        for (const double amplitude : {0.1, 1.0, 3.0}) {
            if (amplitude == 3.0 && (cap == 0.0 || cap > 5.0)) continue;  // see large_logits
            scheme_spec spec = with_rope("cap " + std::to_string(cap));
            spec.score.softcap = cap;
            attention_problem problem = make_problem(100, 130, 64, ++seed);
            problem.amplitude = amplitude;
            family.check(spec, problem);
        }
}

Test(attention_score, temperatures) {
    sweep family("temperature");
    uint64_t seed = 300;
    for (int32_t method = 0; method < farspan_method_count(FARSPAN_PART_TEMPERATURE); ++method)
        for (const double trained : {16.0, 64.0, 8192.0})
            for (const int64_t length : {0, 64, 65, 5000}) {
                scheme_spec spec = with_rope(farspan_method_name(FARSPAN_PART_TEMPERATURE, method));
                spec.score.temperature = method;
                if (method != FARSPAN_TEMPERATURE_NONE) spec.score.trained_length = trained;
                if (method == FARSPAN_TEMPERATURE_LLAMA4 || method == FARSPAN_TEMPERATURE_MINISTRAL3)
                    spec.score.alpha = 0.3;
                if (method == FARSPAN_TEMPERATURE_LENGTH) spec.score.power = 2;
                attention_problem problem = make_problem(100, 150, 64, ++seed);
                problem.length = length;
                family.check(spec, problem);
            }
}

Test(attention_score, sinks) {
    sweep family("sinks");
    uint64_t seed = 400;
    generator random(seed);
    for (const int32_t offset : {0, 3})
        for (const double strength : {0.0, 1.0, 8.0}) {
            scheme_spec spec = with_rope("sinks");
            for (int h = 0; h < 8 + offset; ++h) spec.sinks.push_back(static_cast<float>(strength * random.real()));
            attention_problem problem = make_problem(100, 150, 64, ++seed);
            problem.query_heads = 8;
            problem.key_heads = 2;
            problem.head_offset = offset;
            family.check(spec, problem);
            spec.mask.window_left = 12;
            spec.score.softcap = 2;  // sinks are not capped
            spec.score.multiplier = 0.5;
            family.check(spec, problem);
            problem.queries = 170;  // the first rows see the sink alone
            family.check(spec, problem);
        }
}

// Float resolves logits to 2^-24 of their terms' size, so the errors of logits and outputs grow with it
// (docs/numerics.md).
Test(attention_score, large_logits) {
    for (const double amplitude : {3.0, 10.0, 30.0, 100.0}) {
        const scheme_spec spec = with_rope("large logits");
        attention_problem problem = make_problem(100, 200, 64, 500);
        problem.amplitude = amplitude;
        const attention_data data(problem);
        const attention_expected expected = expect_attention(spec, problem, data);
        for (const int32_t isa : usable_isas()) {
            const attention_output got = run_attention(shared_context(isa, 1), spec, problem, data);
            const attention_error error = compare(got, expected, problem);
            const double bound = std::max(out_bound, 2e-7 * expected.largest_terms);
            cr_expect(error.out <= bound && error.lse <= lse_bound,
                      "amplitude %g on %s: out off by %.3g > %.3g, lse by %.3g; %s", amplitude, farspan_isa_name(isa),
                      error.out, bound, error.lse, error.worst.c_str());
        }
    }
}
