// Equalities that hold whatever the numbers are.
#include <criterion/criterion.h>

#include <cmath>

#include "calls.hpp"
#include "generator.hpp"
#include "sweep.hpp"

using namespace farspan_test;

namespace {

scheme_spec with_rope(const char* name, int32_t method = FARSPAN_ROPE_BASE) {
    scheme_spec spec(name);
    spec.with_rope(method, FARSPAN_LAYOUT_HALF, 64);
    return spec;
}

void use_positions(attention_problem& problem, int64_t shift) {
    problem.key_positions.clear();
    problem.query_positions.clear();
    for (int64_t j = 0; j < problem.keys; ++j) problem.key_positions.push_back(j + shift);
    for (int64_t i = 0; i < problem.queries; ++i)
        problem.query_positions.push_back(i + problem.keys - problem.queries + shift);
}

double largest_difference(const attention_output& a, const attention_output& b) {
    const std::vector<double> x = a.out.values(), y = b.out.values();
    double difference = 0, largest = 0;
    for (size_t n = 0; n < x.size(); ++n) {
        difference = std::isnan(x[n] - y[n]) ? INFINITY : std::max(difference, std::fabs(x[n] - y[n]));
        largest = std::max(largest, std::fabs(y[n]));
    }
    return difference / largest;
}

}  // namespace

Test(attention_property, plain_rope_sees_differences_only) {
    attention_problem problem = make_problem(150, 200, 64, 1);
    const attention_data data(problem);
    for (const int32_t isa : usable_isas())
        for (const int32_t method : {FARSPAN_ROPE_BASE, FARSPAN_ROPE_LINEAR, FARSPAN_ROPE_YARN, FARSPAN_ROPE_XPOS}) {
            scheme_spec spec = with_rope(farspan_method_name(FARSPAN_PART_ROPE, method), method);
            if (method == FARSPAN_ROPE_LINEAR || method == FARSPAN_ROPE_YARN) spec.rope.factor = 4;
            if (method == FARSPAN_ROPE_YARN) spec.rope.original_context = 64;
            use_positions(problem, 0);
            const attention_output near = run_attention(shared_context(isa, 1), spec, problem, data);
            for (const int64_t shift : {int64_t{1}, int64_t{1000000}, int64_t{10000000}, int64_t{1} << 30}) {
                use_positions(problem, shift);
                const double off = largest_difference(run_attention(shared_context(isa, 1), spec, problem, data), near);
                cr_expect(off <= 2e-6, "%s on %s: a shift of %lld changes outputs by %.3g", spec.name.c_str(),
                          farspan_isa_name(isa), static_cast<long long>(shift), off);
            }
        }
}

Test(attention_property, biases_see_differences_only) {
    attention_problem problem = make_problem(150, 200, 64, 2);
    const attention_data data(problem);
    for (const int32_t isa : usable_isas())
        for (const int32_t method : {FARSPAN_BIAS_ALIBI, FARSPAN_BIAS_SANDWICH}) {
            scheme_spec spec(farspan_method_name(FARSPAN_PART_BIAS, method));
            spec.with_bias(method, 2);
            use_positions(problem, 0);
            const attention_output near = run_attention(shared_context(isa, 1), spec, problem, data);
            for (const int64_t shift : {int64_t{1000000}, int64_t{1} << 30}) {
                use_positions(problem, shift);
                cr_expect(same_bits(run_attention(shared_context(isa, 1), spec, problem, data), near),
                          "%s on %s: a shift of %lld changes bits", spec.name.c_str(), farspan_isa_name(isa),
                          static_cast<long long>(shift));
            }
        }
}

Test(attention_property, a_window_as_long_as_the_text_is_plain_rope) {
    const attention_problem problem = make_problem(200, 260, 64, 3);
    const attention_data data(problem);
    for (const int32_t isa : usable_isas()) {
        const attention_output plain = run_attention(shared_context(isa, 1), with_rope("plain"), problem, data);
        for (const int32_t remap :
             {FARSPAN_REMAP_REROPE, FARSPAN_REMAP_LEAKY_REROPE, FARSPAN_REMAP_SELF_EXTEND, FARSPAN_REMAP_LM_INFINITE})
            for (const int64_t window : {260, 1000}) {
                scheme_spec spec = with_rope(farspan_method_name(FARSPAN_PART_REMAP, remap));
                spec.with_remap(remap, window);
                if (remap == FARSPAN_REMAP_LM_INFINITE) spec.mask.window_left = window - 1;
                cr_expect(same_bits(run_attention(shared_context(isa, 1), spec, problem, data), plain),
                          "%s, window %lld, on %s: not the bits of plain RoPE", spec.name.c_str(),
                          static_cast<long long>(window), farspan_isa_name(isa));
            }
        scheme_spec chunk = with_rope("dual chunk");
        chunk.with_remap(FARSPAN_REMAP_DUAL_CHUNK);
        chunk.remap.chunk = 400;
        chunk.remap.local_window = 100;  // one chunk holds everything
        cr_expect(same_bits(run_attention(shared_context(isa, 1), chunk, problem, data), plain), "dual chunk on %s",
                  farspan_isa_name(isa));
        scheme_spec stream = with_rope("streaming");
        stream.with_remap(FARSPAN_REMAP_STREAMING, 300);
        stream.remap.sinks = stream.mask.sinks = 4;
        stream.mask.window_left = 300;
        const double off = largest_difference(run_attention(shared_context(isa, 1), stream, problem, data), plain);
        cr_expect(off <= 2e-6, "streaming on %s: off by %.3g", farspan_isa_name(isa), off);
    }
}

Test(attention_property, a_mask_that_hides_nothing_is_no_mask) {
    const attention_problem problem = make_problem(100, 230, 64, 4);
    const attention_data data(problem);
    for (const int32_t isa : usable_isas()) {
        const attention_output plain = run_attention(shared_context(isa, 1), with_rope("causal"), problem, data);
        scheme_spec spec = with_rope("wide");
        spec.mask.window_left = 230;
        spec.mask.sinks = 7;
        cr_expect(same_bits(run_attention(shared_context(isa, 1), spec, problem, data), plain), "wide window on %s",
                  farspan_isa_name(isa));
        spec.mask.window_left = -1;
        spec.mask.chunk = 500;
        cr_expect(same_bits(run_attention(shared_context(isa, 1), spec, problem, data), plain), "wide chunk on %s",
                  farspan_isa_name(isa));
    }
}

// A bias of distance and the same numbers as a dense tensor.
Test(attention_property, a_bias_is_its_dense_form) {
    for (const int32_t isa : usable_isas())
        for (const int32_t method : {FARSPAN_BIAS_ALIBI, FARSPAN_BIAS_SANDWICH}) {
            attention_problem problem = make_problem(120, 200, 64, 5);
            scheme_spec spec(farspan_method_name(FARSPAN_PART_BIAS, method));
            spec.with_bias(method, 2);
            const attention_output closed =
                run_attention(shared_context(isa, 1), spec, problem, attention_data(problem));
            problem.dense_bias = true;
            attention_data data(problem);
            const scheme_handle scheme = spec.create();
            for (int64_t h = 0; h < 2; ++h) {
                std::vector<float> by_distance(400);
                error_slot error;
                require_ok(farspan_bias_fill(nullptr, scheme.get(), static_cast<int32_t>(h), 200, -200,
                                             by_distance.data(), 400, &error),
                           error, "fill");
                for (int64_t i = 0; i < problem.queries; ++i)
                    for (int64_t j = 0; j < problem.keys; ++j)
                        data.bias->set(0, h, i, j,
                                       static_cast<double>(by_distance[static_cast<size_t>(i + 80 - j + 200)]));
            }
            scheme_spec dense("dense");
            dense.with_bias(FARSPAN_BIAS_DENSE, 0);
            const double off = largest_difference(run_attention(shared_context(isa, 1), dense, problem, data), closed);
            cr_expect(off <= 2e-6, "%s on %s: off by %.3g", spec.name.c_str(), farspan_isa_name(isa), off);
        }
}

// Keys in two or three parts, run apart and merged by their lse.
Test(attention_property, merged_parts_are_the_whole) {
    for (const int32_t isa : usable_isas())
        for (const std::vector<int64_t>& cuts :
             std::vector<std::vector<int64_t>>{{0, 100, 230}, {0, 1, 230}, {0, 64, 129, 230}, {0, 229, 230}}) {
            attention_problem whole = make_problem(90, 230, 64, 6);
            use_positions(whole, 0);
            const attention_data data(whole);
            for (const bool sink : {false, true}) {
                scheme_spec spec = with_rope("merge"), without = spec;
                if (sink) spec.sinks = {0.7f, -0.4f};
                const attention_output should = run_attention(shared_context(isa, 1), spec, whole, data);
                std::optional<attention_output> merged;
                for (size_t n = 0; n + 1 < cuts.size(); ++n) {
                    attention_problem part = whole;
                    part.keys = cuts[n + 1] - cuts[n];
                    part.key_positions.assign(whole.key_positions.begin() + cuts[n],
                                              whole.key_positions.begin() + cuts[n + 1]);
                    attention_data piece = data;
                    farspan_tensor k = data.k.view(), v = data.v.view();
                    k.data = static_cast<float*>(k.data) + cuts[n] * k.stride[2];
                    v.data = static_cast<float*>(v.data) + cuts[n] * v.stride[2];
                    k.shape[2] = v.shape[2] = part.keys;
                    scheme_spec& chosen = n == 0 ? spec : without;
                    const scheme_handle scheme = chosen.create();
                    const plan_handle plan = make_plan(shared_context(isa, 1), scheme.get(), part);
                    attention_output out(part);
                    error_slot error;
                    require_ok(attention_run(shared_context(isa, 1), plan.get(), &data.q.view(), &k, &v, nullptr,
                                             &out.out.view(), out.lse.data(), nullptr, 0, &error),
                               error, "part");
                    if (!merged) {
                        merged = out;
                        continue;
                    }
                    require_ok(attention_merge(&merged->out.view(), merged->lse.data(), &out.out.view(), out.lse.data(),
                                               &error),
                               error, "merge");
                }
                const double off = largest_difference(*merged, should);
                double lse = 0;
                for (size_t n = 0; n < should.lse.size(); ++n)
                    lse = std::max(lse, static_cast<double>(std::fabs(merged->lse[n] - should.lse[n])));
                cr_expect(off <= 2e-6 && lse <= 2e-6, "%zu parts on %s: out off by %.3g, lse by %.3g", cuts.size() - 1,
                          farspan_isa_name(isa), off, lse);
            }
        }
}

Test(attention_property, merging_with_nothing_changes_nothing) {
    const attention_problem problem = make_problem(10, 20, 24, 7);
    attention_output full = run_attention(nullptr, scheme_spec("part"), problem, attention_data(problem));
    const attention_output copy = run_attention(nullptr, scheme_spec("part"), problem, attention_data(problem));
    attention_output empty(problem);
    empty.out.fill([] { return NAN; });  // weight 0 must not let it through
    for (float& lse : empty.lse) lse = -INFINITY;
    error_slot error;
    require_ok(attention_merge(&full.out.view(), full.lse.data(), &empty.out.view(), empty.lse.data(), &error), error,
               "merge");
    cr_expect(same_bits(full, copy), "merging an empty part on the right changed bits");
    require_ok(attention_merge(&empty.out.view(), empty.lse.data(), &copy.out.view(), copy.lse.data(), &error), error,
               "merge");
    cr_expect(same_bits(empty, copy), "merging into an empty part does not copy");
    attention_output nothing(problem), other(problem);
    for (attention_output* part : {&nothing, &other}) {
        part->out.fill([] { return 0.0; });
        for (float& lse : part->lse) lse = -INFINITY;
    }
    require_ok(attention_merge(&nothing.out.view(), nothing.lse.data(), &other.out.view(), other.lse.data(), &error),
               error, "merge");
    cr_expect(same_bits(nothing, other), "two empty parts must stay empty");
}

Test(attention_property, rows_that_see_nothing) {
    for (const int32_t isa : usable_isas())
        for (const bool sink : {false, true}) {
            scheme_spec spec = with_rope("nothing");
            if (sink) spec.sinks = {0.25f, -2.0f};
            attention_problem problem = make_problem(120, 50, 64, 8);  // rows 0 .. 69 lie before every key
            problem.batch = 2;
            problem.key_ranges = {0, 50, 50, 50};  // batch entry 1 has no key
            const attention_output got = run_attention(shared_context(isa, 1), spec, problem, attention_data(problem));
            for (int64_t b = 0; b < 2; ++b)
                for (int64_t h = 0; h < 2; ++h)
                    for (int64_t i = 0; i < (b == 1 ? 120 : 70); ++i) {
                        const float lse = got.lse[static_cast<size_t>((b * 2 + h) * 120 + i)];
                        const float should = sink ? spec.sinks[static_cast<size_t>(h)] : -INFINITY;
                        cr_assert(lse == should, "lse of row %lld, head %lld is %.9g, must be %.9g",
                                  static_cast<long long>(i), static_cast<long long>(h), static_cast<double>(lse),
                                  static_cast<double>(should));
                        for (int64_t d = 0; d < 64; ++d)
                            cr_assert(got.out.get(b, h, i, d) == 0 && !std::signbit(got.out.get(b, h, i, d)),
                                      "row %lld is %g", static_cast<long long>(i), got.out.get(b, h, i, d));
                    }
        }
}
