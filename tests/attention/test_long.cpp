// Long sequences: all rows at 2048 tokens, a sample of rows at 8192 and beyond.
#include <criterion/criterion.h>

#include <cmath>

#include "sweep.hpp"

using namespace farspan_test;

namespace {

scheme_spec with_rope(int32_t method, const char* name) {
    scheme_spec spec(name);
    spec.with_rope(method, FARSPAN_LAYOUT_HALF, 64);
    return spec;
}

}  // namespace

Test(attention_long, two_thousand) {
    sweep family("2048");
    family.check(with_rope(FARSPAN_ROPE_BASE, "rope"), make_problem(2048, 2048, 64, 1), {0, 7});
    scheme_spec alibi("alibi");
    alibi.with_bias(FARSPAN_BIAS_ALIBI, 2);
    family.check(alibi, make_problem(2048, 2048, 64, 2), {1, 7});
    scheme_spec extend = with_rope(FARSPAN_ROPE_BASE, "self extend");
    extend.with_remap(FARSPAN_REMAP_SELF_EXTEND, 512);
    family.check(extend, make_problem(2048, 2048, 64, 3), {2, 7});
    scheme_spec window = with_rope(FARSPAN_ROPE_BASE, "sinks and window");
    window.mask.sinks = 4;
    window.mask.window_left = 255;
    family.check(window, make_problem(2048, 2048, 64, 4), {3, 7});
}

Test(attention_long, eight_thousand) {
    sweep family("8192");
    attention_problem problem = make_problem(600, 8192, 64, 10);
    problem.query_heads = 1;
    const row_choice rows{7, 15};
    family.check(with_rope(FARSPAN_ROPE_BASE, "rope"), problem, rows);
    scheme_spec leaky = with_rope(FARSPAN_ROPE_BASE, "leaky rerope");
    leaky.with_remap(FARSPAN_REMAP_LEAKY_REROPE, 1000);
    family.check(leaky, problem, rows);
    scheme_spec chunks = with_rope(FARSPAN_ROPE_BASE, "dual chunk");
    chunks.with_remap(FARSPAN_REMAP_DUAL_CHUNK);
    chunks.remap.chunk = 1024;
    chunks.remap.local_window = 128;
    family.check(chunks, problem, rows);
    scheme_spec lambda = with_rope(FARSPAN_ROPE_BASE, "lm_infinite");
    lambda.with_remap(FARSPAN_REMAP_LM_INFINITE, 2048);
    lambda.mask.sinks = 10;
    lambda.mask.window_left = 2047;
    family.check(lambda, problem, rows);
    scheme_spec streaming = with_rope(FARSPAN_ROPE_BASE, "streaming");
    streaming.with_remap(FARSPAN_REMAP_STREAMING, 500);
    streaming.remap.sinks = streaming.mask.sinks = 4;
    streaming.mask.window_left = 500;
    family.check(streaming, problem, {7, 60});
    scheme_spec t5("t5");
    t5.with_bias(FARSPAN_BIAS_T5, 1);
    for (int n = 0; n < 32; ++n) t5.bias_values.push_back(std::sin(static_cast<float>(n)));
    family.check(t5, problem, rows);
}

// xPos in the plain form multiplies queries by zeta^(n/512), which leaves the range of float near 50000 tokens (and of
// half precision much sooner); counted within tiles, nothing grows.
Test(attention_long, xpos_does_not_overflow) {
    sweep family("xpos");
    attention_problem problem = make_problem(200, 8192, 64, 20);
    problem.query_heads = 1;
    family.check(with_rope(FARSPAN_ROPE_XPOS, "xpos"), problem, {3, 11});
    scheme_spec fast = with_rope(FARSPAN_ROPE_XPOS, "xpos, scale base 16");
    fast.rope.xpos_scale_base = 16;
    family.check(fast, problem, {3, 11});
    problem.keys = 65536;
    problem.queries = 2;
    family.check(with_rope(FARSPAN_ROPE_XPOS, "xpos at 65536"), problem);
    // The same at the far end of the positions.
    attention_problem far = make_problem(60, 500, 64, 21);
    for (int64_t j = 0; j < 500; ++j) far.key_positions.push_back(10'000'000 + j);
    for (int64_t i = 440; i < 500; ++i) far.query_positions.push_back(10'000'000 + i);
    family.check(with_rope(FARSPAN_ROPE_XPOS, "xpos at 10^7"), far);
}

// Every row of a long causal run is finite.
Test(attention_long, all_rows_are_finite) {
    for (const int32_t method : {FARSPAN_ROPE_XPOS, FARSPAN_ROPE_BASE}) {
        attention_problem problem = make_problem(9000, 9000, 32, 30);
        problem.query_heads = 1;
        scheme_spec spec("finite");
        spec.with_rope(method, FARSPAN_LAYOUT_HALF, 32);
        const attention_data data(problem);
        const attention_output got = run_attention(shared_context(FARSPAN_ISA_BEST, 2), spec, problem, data);
        for (const double value : got.out.values())
            cr_assert(std::isfinite(value), "%d: an output is %g", method, value);
        for (const float lse : got.lse)
            cr_assert(std::isfinite(lse), "%d: an lse is %g", method, static_cast<double>(lse));
    }
}
