// Properties that RoPE and its scalings must have, whatever the numbers.
#include <functional>

#include "rope_float32.hpp"
#include "rotation.hpp"
#include "test_support.hpp"

using namespace oracle;
using namespace oracle_test;

namespace {

constexpr double base = 10000.0;
constexpr int dim = 64;
constexpr double context = 4096.0;
constexpr pair_layout layouts[] = {pair_layout::half, pair_layout::interleaved};

yarn_parameters yarn_of(double factor) {
    yarn_parameters y;
    y.base = base;
    y.rotary_dim = dim;
    y.factor = factor;
    y.original_context = context;
    return y;
}

struct named_scaling {
    const char* name;
    std::function<rope_frequencies(double factor)> of;
};

const std::vector<named_scaling> scalings = {
    {"PI", [](double s) { return rope_position_interpolation(base, dim, s); }},
    {"dynamic PI", [](double s) { return rope_dynamic_position_interpolation(base, dim, context, s * context); }},
    {"NTK", [](double s) { return rope_ntk_aware(base, dim, s); }},
    {"NTK-old", [](double s) { return rope_ntk_old(base, dim, s); }},
    {"NTK-fixed", [](double s) { return rope_ntk_fixed(base, dim, s); }},
    {"NTK-mixed", [](double s) { return rope_ntk_mixed(base, dim, s, 0.625); }},
    {"dynamic NTK", [](double s) { return rope_dynamic_ntk(base, dim, 1.0, context, s * context); }},
    {"NTK-by-parts", [](double s) { return rope_ntk_by_parts(base, dim, s, context); }},
    {"PartNTK", [](double s) { return rope_part_ntk(base, dim, s, context); }},
    {"YaRN", [](double s) { return rope_yarn(yarn_of(s)); }},
    {"dynamic YaRN", [](double s) { return rope_dynamic_yarn(yarn_of(1.0), context, s * context, false); }},
    {"llama3", [](double s) { return rope_llama3(base, dim, s, context, 1.0, 4.0); }},
};

double logit(const std::vector<double>& q, const std::vector<double>& k, double i, double j, const rope_frequencies& f,
             pair_layout layout) {
    return dot(rotate(q, i, f, layout), rotate(k, j, f, layout));
}

}  // namespace

// A score depends on the distance only. The tolerance is the double error of an angle near 1e7 radians.
Test(rope, shift_invariance) {
    const auto q = random_numbers(dim, 1), k = random_numbers(dim, 2);
    for (const named_scaling& scaling : scalings)
        for (pair_layout layout : layouts) {
            const rope_frequencies f = scaling.of(8.0);
            const double reference = logit(q, k, 37, 5, f, layout);
            for (double shift : {1.0, 1000.0, 131072.0, 1e7}) {
                const double moved = logit(q, k, 37 + shift, 5 + shift, f, layout);
                cr_expect(std::abs(moved - reference) < 1e-12 + shift * 4e-15, "%s, shift %g", scaling.name, shift);
            }
        }
}

Test(rope, factor_one_changes_nothing) {
    const rope_frequencies plain = rope_base(base, dim);
    for (const named_scaling& scaling : scalings) {
        expect_close(scaling.of(1.0).inv_freq, plain.inv_freq, 1e-15, scaling.name);
        cr_expect_eq(scaling.of(1.0).magnitude, 1.0, "%s", scaling.name);
    }
}

// No scaling turns a pair faster than the trained model did, nor slower than interpolation by the factor.
Test(rope, scaled_frequencies_stay_between_base_and_interpolation) {
    const rope_frequencies plain = rope_base(base, dim);
    for (const named_scaling& scaling : scalings) {
        const rope_frequencies f = scaling.of(8.0);
        for (size_t p = 0; p < f.inv_freq.size(); ++p) {
            cr_expect(f.inv_freq[p] <= plain.inv_freq[p] * (1 + 1e-14), "%s pair %zu", scaling.name, p);
            cr_expect(f.inv_freq[p] >= plain.inv_freq[p] / 8.0 * (1 - 1e-14), "%s pair %zu", scaling.name, p);
        }
    }
}

Test(rope, mixed_ntk_contains_fixed_and_interpolation) {
    expect_close(rope_ntk_mixed(base, dim, 8, 1.0).inv_freq, rope_ntk_fixed(base, dim, 8).inv_freq, 1e-15, "b = 1");
    expect_close(rope_ntk_mixed(base, dim, 8, 0.0).inv_freq, rope_position_interpolation(base, dim, 8).inv_freq, 1e-15,
                 "b = 0");
}

// Methods specification 2.4: llama3 is the paper's NTK-by-parts with ramp 1 to 4.
Test(rope, llama3_is_ntk_by_parts) {
    expect_close(rope_llama3(5e5, 128, 8, 8192, 1, 4).inv_freq, rope_ntk_by_parts(5e5, 128, 8, 8192, 1, 4).inv_freq,
                 1e-15, "llama3");
}

Test(rope, dynamic_methods_meet_the_static_ones) {
    expect_close(rope_dynamic_ntk(base, dim, 4, context, context / 2).inv_freq, rope_base(base, dim).inv_freq, 0.0,
                 "dynamic NTK within the trained context");
    expect_close(rope_dynamic_ntk(base, dim, 1, context, 4 * context).inv_freq, rope_ntk_aware(base, dim, 4).inv_freq,
                 0.0, "dynamic NTK with factor 1");
    const rope_frequencies grown = rope_dynamic_yarn(yarn_of(1), context, 4 * context, false);
    expect_close(grown.inv_freq, rope_yarn(yarn_of(4)).inv_freq, 0.0, "dynamic YaRN");
    cr_expect_eq(grown.magnitude, rope_yarn(yarn_of(4)).magnitude);
    const std::vector<double> factors(dim / 2, 3.0);
    expect_close(longrope_dynamic_factors(factors, 4, context, 4 * context), factors, 1e-15, "LongRoPE at full length");
}

Test(rope, layouts_are_a_permutation) {
    const auto x = random_numbers(dim, 3);
    std::vector<double> permuted(dim);
    for (size_t p = 0; p < dim / 2; ++p) {
        permuted[2 * p] = x[p];
        permuted[2 * p + 1] = x[p + dim / 2];
    }
    const rope_frequencies f = rope_base(base, dim);
    const auto half = rotate(x, 77, f, pair_layout::half);
    const auto interleaved = rotate(permuted, 77, f, pair_layout::interleaved);
    for (size_t p = 0; p < dim / 2; ++p) {
        cr_expect_eq(half[p], interleaved[2 * p]);
        cr_expect_eq(half[p + dim / 2], interleaved[2 * p + 1]);
    }
}

Test(rope, undo_delta_and_backward) {
    const auto x = random_numbers(dim + 8, 4), y = random_numbers(dim + 8, 5);
    for (pair_layout layout : layouts) {
        const rope_frequencies f = rope_yarn(yarn_of(16));
        expect_close(rotate_undo(rotate(x, 1234, f, layout, 8), 1234, f, layout, 8), x, 1e-14, "undo");
        const auto moved = rotate_delta(rotate(x, 1000, f, layout, 8), 234, f, layout, 8);
        expect_close(moved, rotate(x, 1234, f, layout, 8), 1e-12, "delta");
        const double forward = dot(rotate(x, 1234, f, layout, 8), y);
        const double backward = dot(x, rotate_backward(y, 1234, f, layout, 8));
        // The copied channels are their own transpose.
        cr_expect(std::abs(forward - backward) < 1e-13);
        expect_close(rotate(x, 0, rope_base(base, dim), layout, 8), x, 0.0, "position 0");
    }
}

Test(rope, mrope_with_equal_streams_is_rope) {
    const rope_frequencies f = rope_base(1e6, 128);
    const auto plain = rope_angles(9.0, f);
    const std::vector<double> same = {9.0, 9.0, 9.0, 9.0};
    expect_close(rope_angles(mrope_positions({16, 24, 24}, same, 64), f), plain, 0.0, "contiguous");
    expect_close(rope_angles(mrope_positions_ggml({16, 24, 24, 0}, same, 64), f), plain, 0.0, "ggml");
    expect_close(rope_angles(imrope_positions_hf({24, 20, 20}, same, 64), f), plain, 0.0, "interleaved");
    expect_close(rope_angles(imrope_positions_ggml({24, 20, 20, 0}, same, 64), f), plain, 0.0, "interleaved, ggml");
}

// xPos: the logit of distance d is the RoPE logit of each pair times zeta[p]^(d/512), wherever the centre is.
Test(rope, xpos_decay_and_centre) {
    const auto q = random_numbers(dim, 6), k = random_numbers(dim, 7);
    const rope_frequencies f = rope_base(base, dim);
    const auto zeta = xpos_zeta(dim);
    const auto rotated_q = rotate(q, 300, f, pair_layout::interleaved);
    const auto rotated_k = rotate(k, 100, f, pair_layout::interleaved);
    double expected = 0.0;
    for (size_t d = 0; d < dim; ++d) expected += rotated_q[d] * rotated_k[d] * std::pow(zeta[d / 2], 200 / 512.0);
    for (double centre : {0.0, 150.0, 300.0, 1000.0})
        cr_expect(std::abs(dot(xpos_rotate_query(q, 300, centre, 512, f), xpos_rotate_key(k, 100, centre, 512, f)) -
                           expected) < 1e-10);
}

Test(rope, float_roundings_are_small_at_short_and_large_at_long_positions) {
    const auto exact = rope_base(base, 128).inv_freq;
    const auto rounded = hf_float32_inv_freq(base, 128);
    for (size_t p = 0; p < exact.size(); ++p)
        cr_expect(std::abs(static_cast<double>(rounded[p]) / exact[p] - 1) < 8e-7);
    cr_expect(hf_float32_max_cos_error(512, base, 128) < 1e-5);
    cr_expect(hf_float32_max_cos_error(1e6, base, 128) > 1e-2);
    const auto linear = hf_float32_linear(base, 128, 4);
    for (size_t p = 0; p < exact.size(); ++p) cr_expect_eq(linear[p], rounded[p] / 4.0f);
}

Test(rope, degenerate_inputs_are_refused) {
    expect_refused([] { rope_base(base, 63); }, "odd rotary_dim");
    expect_refused([] { rope_base(base, 0); }, "rotary_dim 0");
    expect_refused([] { rope_base(0.0, dim); }, "base 0");
    expect_refused([] { rope_ntk_aware(base, 2, 4); }, "NTK with rotary_dim 2");
    expect_refused([] { rope_position_interpolation(base, dim, 0); }, "factor 0");
    expect_refused([] { rope_llama3(base, dim, 8, 8192, 4, 4); }, "llama3 with equal bounds");
    expect_refused([] { rope_freq_factors(base, dim, {1.0}); }, "too few frequency factors");
    expect_refused([] { mrope_positions({1, 1, 1}, {0, 0, 0}, 4); }, "sections that do not sum to the pairs");
    expect_refused([] { rotate({1, 2}, 1, rope_base(base, 4), pair_layout::half); }, "a range longer than the head");
    yarn_parameters y = yarn_of(4);
    y.original_context = 1;
    expect_refused([&] { rope_yarn(y); }, "YaRN with a trained context of one token");
}
