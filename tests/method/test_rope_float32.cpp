// FARSPAN_ANGLE_FLOAT32: the roundings of Hugging Face's float code.
#include <criterion/criterion.h>

#include <cmath>

#include "lowered.hpp"
#include "method/registry.hpp"
#include "rope_float32.hpp"

using namespace farspan_test;
using farspan::rope_part;

namespace {

// Both sides call the same powf; only the order of two float operations could differ.
void expect_same_floats(const rope_part& got, const std::vector<float>& expected, const char* what, int seed) {
    cr_assert_eq(got.inv_freq.size(), expected.size());
    cr_assert(got.float32_angles);
    for (std::size_t p = 0; p < expected.size(); ++p)
        cr_assert_eq(got.inv_freq[p], static_cast<double>(expected[p]), "%s, seed %d, pair %zu: %.9g, expected %.9g",
                     what, seed, p, got.inv_freq[p], static_cast<double>(expected[p]));
}

scheme_spec float_rope(int32_t method, generator& random) {
    scheme_spec spec = valid_rope(method);
    spec.rope.angle = FARSPAN_ANGLE_FLOAT32;
    spec.rope.rotary_dim = 2 * static_cast<int32_t>(random.whole(1, 128));
    spec.rope.base = random.pick<double>({10000, 500000, 1e6, 150000, 1234.5});
    return spec;
}

}  // namespace

Test(float32, base_and_linear_have_the_bits_of_hugging_face) {
    for (int seed = 1; seed <= 200; ++seed) {
        generator random(static_cast<uint64_t>(seed));
        scheme_spec spec = float_rope(FARSPAN_ROPE_BASE, random);
        expect_same_floats(rope_of(spec), oracle::hf_float32_inv_freq(spec.rope.base, spec.rope.rotary_dim), "base",
                           seed);
        spec = float_rope(FARSPAN_ROPE_LINEAR, random);
        spec.rope.factor = random.real(1, 40);
        expect_same_floats(rope_of(spec),
                           oracle::hf_float32_linear(spec.rope.base, spec.rope.rotary_dim, spec.rope.factor), "linear",
                           seed);
    }
}

Test(float32, yarn_has_the_bits_of_hugging_face) {
    int compared = 0;
    for (int seed = 1; seed <= 300; ++seed) {
        generator random(static_cast<uint64_t>(seed));
        scheme_spec spec = float_rope(FARSPAN_ROPE_YARN, random);
        spec.rope.original_context = random.whole(1024, 65536);
        spec.rope.factor = random.real(1, 64);
        spec.rope.truncate = random.coin();
        if (refuse(spec).status != FARSPAN_OK) continue;
        oracle::yarn_parameters y;
        y.base = spec.rope.base;
        y.rotary_dim = spec.rope.rotary_dim;
        y.original_context = static_cast<double>(spec.rope.original_context);
        y.factor = spec.rope.factor;
        y.truncate = spec.rope.truncate != 0;
        expect_same_floats(rope_of(spec), oracle::hf_float32_yarn(y), "yarn", seed);
        ++compared;
    }
    cr_expect_gt(compared, 250);
}

// Every method: the values are floats, close to the exact ones, and the magnitude is the same number.
Test(float32, every_method_rounds_its_frequencies) {
    for (int32_t method = 1; method < farspan::method_count(FARSPAN_PART_ROPE); ++method) {
        scheme_spec spec = valid_rope(method);
        for (const int64_t length : {1, 5000}) {
            const rope_part exact = rope_of(spec, length);
            spec.rope.angle = FARSPAN_ANGLE_FLOAT32;
            const rope_part rounded = rope_of(spec, length);
            spec.rope.angle = FARSPAN_ANGLE_EXACT;
            for (std::size_t p = 0; p < exact.inv_freq.size(); ++p) {
                cr_expect_eq(rounded.inv_freq[p], static_cast<double>(static_cast<float>(rounded.inv_freq[p])),
                             "%s pair %zu", spec.name.c_str(), p);
                cr_expect(close(rounded.inv_freq[p], exact.inv_freq[p], 2e-6), "%s pair %zu: %.9g against %.17g",
                          spec.name.c_str(), p, rounded.inv_freq[p], exact.inv_freq[p]);
            }
            cr_expect_eq(rounded.magnitude, exact.magnitude, "%s", spec.name.c_str());
        }
    }
}
