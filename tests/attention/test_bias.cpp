// Attention under every bias.
#include <criterion/criterion.h>

#include "generator.hpp"
#include "sweep.hpp"

using namespace farspan_test;

namespace {

attention_problem make_heads(int64_t heads, int64_t queries, int64_t keys, uint64_t seed) {
    attention_problem problem = make_problem(queries, keys, 40, seed);
    problem.query_heads = heads;
    problem.key_heads = heads % 2 == 0 ? heads / 2 : heads;
    return problem;
}

scheme_spec with_arrays(int32_t method, int32_t heads, uint64_t seed) {
    scheme_spec spec(farspan_method_name(FARSPAN_PART_BIAS, method));
    spec.with_bias(method, heads);
    generator random(seed);
    if (method == FARSPAN_BIAS_T5)
        for (int n = 0; n < spec.bias.buckets * heads; ++n)
            spec.bias_values.push_back(static_cast<float>(2 * random.real()));
    if (method == FARSPAN_BIAS_KERPLE_LOG || method == FARSPAN_BIAS_KERPLE_POWER)
        for (int h = 0; h < heads; ++h) {
            spec.bias_a.push_back(random.real(0.05, 1.0));
            spec.bias_p.push_back(random.real(0.1, method == FARSPAN_BIAS_KERPLE_POWER ? 1.0 : 2.0));
        }
    return spec;
}

const std::vector<int32_t> distance_methods = {FARSPAN_BIAS_ALIBI, FARSPAN_BIAS_T5, FARSPAN_BIAS_KERPLE_LOG,
                                               FARSPAN_BIAS_KERPLE_POWER, FARSPAN_BIAS_SANDWICH};

}  // namespace

Test(attention_bias, every_method) {
    sweep family("bias");
    uint64_t seed = 100;
    for (const int32_t method : distance_methods)
        for (const int64_t heads : {1, 2, 3, 6, 12}) {
            scheme_spec spec = with_arrays(method, static_cast<int32_t>(heads), ++seed);
            spec.name += " x " + std::to_string(heads);
            family.check(spec, make_heads(heads, 100, 100, ++seed));
            family.check(spec, make_heads(heads, 40, 200, ++seed));
        }
}

Test(attention_bias, with_rope_and_cap) {
    sweep family("bias mixed");
    uint64_t seed = 200;
    for (const int32_t method : distance_methods) {
        scheme_spec spec = with_arrays(method, 4, ++seed);
        spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_INTERLEAVED, 40);
        spec.score.softcap = 3;
        spec.mask.sinks = 3;
        spec.mask.window_left = 70;
        family.check(spec, make_heads(4, 150, 150, ++seed));
    }
}

Test(attention_bias, both_directions) {
    sweep family("bias encoder");
    uint64_t seed = 300;
    for (const int32_t method : distance_methods)
        for (const bool bidirectional : {false, true}) {
            scheme_spec spec = with_arrays(method, 4, ++seed);
            if (bidirectional && method != FARSPAN_BIAS_ALIBI && method != FARSPAN_BIAS_T5) continue;
            // refused: it would not tell keys ahead apart
            if (!bidirectional && method == FARSPAN_BIAS_ALIBI) continue;
            spec.bias.bidirectional = bidirectional;
            spec.mask.causal = 0;
            spec.name += bidirectional ? ", both directions" : ", not causal";
            family.check(spec, make_heads(4, 110, 140, ++seed));
            spec.mask.window_left = spec.mask.window_right = 33;
            family.check(spec, make_heads(4, 110, 140, ++seed));
        }
}

Test(attention_bias, options_of_alibi) {
    sweep family("alibi");
    uint64_t seed = 400;
    const auto check = [&](const char* name, auto change) {
        for (const int32_t heads : {4, 6}) {
            scheme_spec spec = with_arrays(FARSPAN_BIAS_ALIBI, heads, ++seed);
            spec.name = name;
            change(spec.bias);
            family.check(spec, make_heads(heads, 120, 170, ++seed));
        }
    };
    check("max_bias 4", [](auto& bias) { bias.max_bias = 4; });
    check("scale", [](auto& bias) { bias.scale = 0.125; });
    check("distance limit", [](auto& bias) { bias.distance_limit = 50; });
    check("trained length", [](auto& bias) { bias.trained_length = 64; });
    check("trained length not reached", [](auto& bias) { bias.trained_length = 1000; });
    check("limit and scale", [](auto& bias) { bias.distance_limit = 9, bias.scale = 0.3; });
}

Test(attention_bias, options_of_t5_and_sandwich) {
    sweep family("t5");
    uint64_t seed = 500;
    for (const auto& [buckets, reach] :
         std::vector<std::pair<int32_t, int64_t>>{{32, 128}, {8, 20}, {16, 64}, {64, 1000}}) {
        scheme_spec spec("t5 " + std::to_string(buckets));
        spec.with_bias(FARSPAN_BIAS_T5, 2);
        spec.bias.buckets = buckets;
        spec.bias.max_distance = reach;
        generator random(++seed);
        for (int n = 0; n < buckets * 2; ++n) spec.bias_values.push_back(static_cast<float>(3 * random.real()));
        family.check(spec, make_heads(2, 150, 300, ++seed));
    }
    scheme_spec sandwich = with_arrays(FARSPAN_BIAS_SANDWICH, 4, 0);
    sandwich.bias.dim = 64;
    family.check(sandwich, make_heads(4, 100, 200, ++seed));
}

Test(attention_bias, heads_of_another_rank) {
    sweep family("head offset");
    uint64_t seed = 600;
    for (const int32_t method : distance_methods)
        for (const int32_t offset : {1, 4, 8}) {
            scheme_spec spec = with_arrays(method, 12, ++seed);
            attention_problem problem = make_heads(4, 60, 90, ++seed);
            problem.head_offset = offset;
            family.check(spec, problem);
        }
}

Test(attention_bias, positions_with_gaps) {
    sweep family("bias gaps");
    uint64_t seed = 700;
    for (const int32_t method : distance_methods)
        for (const int64_t widest : {2, 60}) {
            scheme_spec spec = with_arrays(method, 2, ++seed);
            if (method == FARSPAN_BIAS_SANDWICH) spec.bias.dim = 8;
            spec.name += ", gaps to " + std::to_string(widest);
            attention_problem problem = make_heads(2, 80, 120, ++seed);
            problem.batch = 2;
            generator random(seed);
            for (int b = 0; b < 2; ++b) {
                int64_t position = 0;
                for (int64_t j = 0; j < problem.keys; ++j)
                    problem.key_positions.push_back(position += random.whole(0, 4) == 0 ? random.whole(0, widest) : 1);
                for (int64_t i = 0; i < problem.queries; ++i)
                    problem.query_positions.push_back(random.whole(0, position));
            }
            family.check(spec, problem);
        }
}

// A row that sees nothing but keys at a great distance has logits of a great size, and float resolves them to 2^-24 of
// it. The distances are also spread too wide for a table.
Test(attention_bias, far_keys_alone) {
    for (const int32_t method : distance_methods) {
        const scheme_spec spec = with_arrays(method, 2, 720);
        attention_problem problem = make_heads(2, 80, 120, 721);
        for (int64_t i = 0; i < problem.queries; ++i) problem.query_positions.push_back(119 + i * 100);
        const attention_data data(problem);
        const attention_expected expected = expect_attention(spec, problem, data);
        double logits = 1;
        for (const double lse : expected.lse) logits = std::max(logits, std::fabs(lse));
        for (const int32_t isa : usable_isas()) {
            const attention_error error =
                compare(run_attention(shared_context(isa, 1), spec, problem, data), expected, problem);
            const double bound = 2e-6 + logits * 0x1p-23;
            cr_expect(error.out <= bound && error.lse <= lse_bound, "%s on %s: out off by %.3g > %.3g, lse by %.3g; %s",
                      spec.name.c_str(), farspan_isa_name(isa), error.out, bound, error.lse, error.worst.c_str());
        }
    }
}

Test(attention_bias, packed_and_padded) {
    sweep family("bias packed");
    uint64_t seed = 800;
    for (const int32_t method : distance_methods) {
        const scheme_spec spec = with_arrays(method, 2, ++seed);
        attention_problem packed = make_heads(2, 120, 260, ++seed);
        packed.query_offsets = {0, 1, 60, 60, 120};
        packed.key_offsets = {0, 100, 160, 190, 260};
        family.check(spec, packed);
        attention_problem padded = make_heads(2, 120, 260, ++seed);
        padded.batch = 2;
        padded.key_ranges = {100, 260, 0, 131};
        family.check(spec, padded);
    }
}

Test(attention_bias, dense) {
    sweep family("dense");
    uint64_t seed = 900;
    for (const int32_t dtype : {FARSPAN_F32, FARSPAN_F16, FARSPAN_BF16})
        for (const layout how :
             {layout::contiguous, layout::padded_rows, layout::feature_reversed, layout::feature_major})
            for (const bool causal : {true, false}) {
                scheme_spec spec("dense");
                spec.with_bias(FARSPAN_BIAS_DENSE, 0);
                spec.mask.causal = causal;
                attention_problem problem = make_heads(4, 70, 150, ++seed);
                problem.dense_bias = true;
                problem.bias = {dtype, how};
                problem.batch = 2;
                problem.bias_per_batch = seed % 2 == 0;
                problem.bias_per_head = seed % 3 != 0;
                family.check(spec, problem);
            }
}
