// Frequencies and magnitudes of every rope method against the oracle, at random parameters.
#include <criterion/criterion.h>

#include <cmath>
#include <cstdio>
#include <numbers>

#include "lowered.hpp"
#include "method/registry.hpp"
#include "oracle_parts.hpp"
#include "rope_releases.hpp"

using namespace farspan_test;
using farspan::rope_part;

namespace {

// Frequencies are quotients and blends of a few correctly rounded functions; dynamic NTK loses two digits to a
// difference.
constexpr double tolerance = 1e-13;

std::string describe(const scheme_spec& spec, unsigned seed, int64_t length) {
    const farspan_rope_config& r = spec.rope;
    char text[400];
    std::snprintf(
        text, sizeof text,
        "seed %u %s: R %d base %.17g factor %.17g L %lld n %lld beta %g %g ext %g ramp %d truncate %d mscale %g %g "
        "magnitude %d attention_factor %g switch %d",
        seed, spec.name.c_str(), r.rotary_dim, r.base, r.factor, static_cast<long long>(r.original_context),
        static_cast<long long>(length), r.beta_fast, r.beta_slow, r.extrapolation_factor, r.ramp, r.truncate, r.mscale,
        r.mscale_all_dim, r.magnitude, r.attention_factor, r.length_switch);
    return text;
}

// Random values for the fields that the method reads.
scheme_spec random_rope(int32_t method, generator& random) {
    scheme_spec spec = valid_rope(method);
    farspan_rope_config& r = spec.rope;
    r.layout = static_cast<int32_t>(random.whole(1, 2));
    r.rotary_dim = 2 * static_cast<int32_t>(random.whole(2, random.coin() ? 8 : 128));
    r.base = std::exp(random.real(1, 17));
    const bool ramped =
        method == FARSPAN_ROPE_NTK_BY_PARTS || method == FARSPAN_ROPE_YARN || method == FARSPAN_ROPE_DYNAMIC_YARN;
    if (r.original_context != 0) r.original_context = random.whole(ramped ? 200 : 2, 100000);
    if (reads_factor(method)) r.factor = std::exp(random.real(-0.7, 5));
    if (method != FARSPAN_ROPE_XPOS) r.attention_factor = random.coin() ? 1 : random.real(0.5, 2);
    if (method != FARSPAN_ROPE_XPOS && random.whole(0, 3) == 0) r.magnitude = FARSPAN_MAGNITUDE_EXPLICIT;
    if (ramped) {
        r.beta_fast = random.coin() ? 32 : random.real(5, 60);
        r.beta_slow = random.coin() ? 1 : random.real(0.5, 4);
        r.extrapolation_factor = random.coin() ? 1 : random.real(0, 1);
        if (random.whole(0, 2) == 0 && method != FARSPAN_ROPE_DYNAMIC_YARN) r.ramp = FARSPAN_RAMP_ROTATIONS;
        if (r.ramp == FARSPAN_RAMP_PAIR_INDEX) r.truncate = random.coin();
    }
    if (method == FARSPAN_ROPE_YARN && r.magnitude == FARSPAN_MAGNITUDE_DEFAULT) {
        if (random.coin()) {
            r.mscale = random.real(0.1, 2);
            r.mscale_all_dim = random.real(0.1, 2);
        } else if (random.coin()) {
            r.magnitude = FARSPAN_MAGNITUDE_UNCLAMPED;
        }
    }
    if (method == FARSPAN_ROPE_NTK_MIXED) r.mixed_exponent = random.real(0, 1);
    if (method == FARSPAN_ROPE_LLAMA3) {
        r.low_freq_factor = random.real(0.5, 3);
        r.high_freq_factor = r.low_freq_factor + random.real(0.1, 5);
    }
    if (method == FARSPAN_ROPE_PROPORTIONAL) r.rotated_fraction = random.pick<double>({0, 0.25, 0.5, 0.3, 0.99, 1});
    if (method == FARSPAN_ROPE_XPOS) {
        r.xpos_scale_base = random.real(16, 2000);
        r.xpos_gamma = random.real(0.1, 2);
    }
    const auto divisors = [&](std::vector<double>& list) {
        if (list.empty()) return;
        list.resize(static_cast<std::size_t>(r.rotary_dim / 2));
        for (double& divisor : list) divisor = random.real(0.5, 60);
    };
    divisors(spec.short_factors);
    divisors(spec.long_factors);
    if (method == FARSPAN_ROPE_LONGROPE) {
        r.length_switch = static_cast<int32_t>(random.whole(0, 2));
        if (r.magnitude == FARSPAN_MAGNITUDE_DEFAULT && random.coin()) r.magnitude = FARSPAN_MAGNITUDE_YARN;
    }
    return spec;
}

int64_t random_length(const scheme_spec& spec, generator& random) {
    const int64_t context = spec.rope.original_context;
    if (context == 0) return random.whole(1, 100000);
    return random.pick<int64_t>({1, context - 1, context, context + 1, 2 * context, random.whole(1, 20 * context)});
}

int64_t compare(scheme_spec& spec, int64_t length, unsigned seed) {
    const rope_part got = rope_of(spec, length);
    const oracle::rope_frequencies expected = oracle_frequencies(spec, length);
    const std::string text = describe(spec, seed, length);
    cr_assert_eq(got.inv_freq.size(), expected.inv_freq.size(), "%s", text.c_str());
    for (std::size_t p = 0; p < got.inv_freq.size(); ++p)
        cr_assert(close(got.inv_freq[p], expected.inv_freq[p], tolerance), "%s: pair %zu is %.17g, expected %.17g",
                  text.c_str(), p, got.inv_freq[p], expected.inv_freq[p]);
    cr_assert(close(got.magnitude, expected.magnitude, tolerance), "%s: magnitude %.17g, expected %.17g", text.c_str(),
              got.magnitude, expected.magnitude);
    cr_assert(got.enabled && got.rotary_dim == spec.rope.rotary_dim && got.rotary_offset == spec.rope.rotary_offset);
    cr_assert_eq(got.layout == farspan::pair_layout::half, spec.rope.layout == FARSPAN_LAYOUT_HALF);
    cr_assert_not(got.float32_angles);
    return static_cast<int64_t>(got.inv_freq.size()) + 1;
}

}  // namespace

Test(rope, every_method_equals_the_oracle) {
    for (int32_t method = 1; method < farspan::method_count(FARSPAN_PART_ROPE); ++method) {
        int64_t compared = 0, refused = 0;
        for (unsigned seed = 1; seed <= 400; ++seed) {
            generator random(1000 * static_cast<uint64_t>(method) + seed);
            scheme_spec spec = random_rope(method, random);
            const int64_t length = random_length(spec, random);
            // Random ramps may be empty or reversed; test_errors.cpp looks at those. The oracle asks for the pair
            // index's ramp even where it is not used.
            scheme_spec by_index = spec;
            by_index.rope.ramp = FARSPAN_RAMP_PAIR_INDEX;
            if (const refusal r = refuse(by_index); r.status != FARSPAN_OK) {
                cr_assert(r.message.find("ramp") != std::string::npos, "%s: %s", describe(spec, seed, length).c_str(),
                          r.message.c_str());
                ++refused;
                continue;
            }
            compared += compare(spec, length, seed);
        }
        cr_expect(compared > 4000 && refused < 200, "method %d: %lld numbers compared, %lld schemes refused", method,
                  static_cast<long long>(compared), static_cast<long long>(refused));
    }
}

// The oracle and the library refuse the same ramps: reversed and empty ones.
Test(rope, empty_ramps_are_refused_where_the_oracle_refuses) {
    int refused = 0, accepted = 0;
    for (unsigned seed = 1; seed <= 3000; ++seed) {
        generator random(seed);
        scheme_spec spec = valid_rope(FARSPAN_ROPE_YARN);
        spec.rope.rotary_dim = 2 * static_cast<int32_t>(random.whole(1, 64));
        spec.rope.base = std::exp(random.real(0.2, 14));
        spec.rope.original_context = random.whole(1, random.coin() ? 20 : 1000000);
        spec.rope.factor = 4;
        bool defined = static_cast<double>(spec.rope.original_context) >= 2 * std::numbers::pi;
        try {
            oracle_frequencies(spec, 1);
        } catch (const std::invalid_argument&) {
            defined = false;
        }
        const refusal r = refuse(spec);
        cr_assert_eq(r.status == FARSPAN_OK, defined, "%s: %s", describe(spec, seed, 1).c_str(), r.message.c_str());
        if (defined)
            compare(spec, 1, seed);
        else
            cr_assert_eq(r.status, FARSPAN_ERROR_PARAMETER_RANGE);
        ++(defined ? accepted : refused);
    }
    cr_expect(refused > 200 && accepted > 200, "%d refused, %d accepted", refused, accepted);
}

// A ramp whose ends meet at pair 0 keeps pair 0 alone, as Hugging Face's high + 0.001.
Test(rope, a_ramp_of_no_width_is_a_step) {
    scheme_spec spec = valid_rope(FARSPAN_ROPE_YARN);
    spec.rope.factor = 4;
    spec.rope.beta_fast = spec.rope.beta_slow = 2048 / (2 * std::numbers::pi);
    compare(spec, 1, 0);
    cr_expect_eq(rope_of(spec).inv_freq[0], 1.0);
    cr_expect(close(rope_of(spec).inv_freq[1], std::pow(10000, -0.125) / 4, tolerance));
}

// At rest and up to the trained length the dynamic methods are plain RoPE, to the last bit.
Test(rope, dynamic_methods_are_plain_up_to_the_trained_length) {
    scheme_spec plain = valid_rope(FARSPAN_ROPE_BASE);
    plain.rope.rotary_dim = 128;
    plain.rope.base = 500000;
    const rope_part expected = rope_of(plain);
    for (const int32_t method : {FARSPAN_ROPE_DYNAMIC_LINEAR, FARSPAN_ROPE_DYNAMIC_NTK, FARSPAN_ROPE_DYNAMIC_NTK_QWEN,
                                 FARSPAN_ROPE_DYNAMIC_YARN}) {
        scheme_spec spec = valid_rope(method);
        spec.rope.rotary_dim = 128;
        spec.rope.base = 500000;
        for (const int64_t length : {1, 2047, 2048}) {
            const rope_part got = rope_of(spec, length);
            cr_expect(got.inv_freq == expected.inv_freq && got.magnitude == 1, "%s at %lld", spec.name.c_str(),
                      static_cast<long long>(length));
        }
        cr_expect(rope_of(spec, 2049).inv_freq != expected.inv_freq, "%s", spec.name.c_str());
    }
}

// A factor of 1 changes nothing, and larger factors never speed a pair up.
Test(rope, factors_slow_pairs_down_and_one_changes_nothing) {
    scheme_spec plain = valid_rope(FARSPAN_ROPE_BASE);
    const rope_part expected = rope_of(plain);
    int compared = 0;
    for (int32_t method = 1; method < farspan::method_count(FARSPAN_PART_ROPE); ++method) {
        if (!reads_factor(method) || method == FARSPAN_ROPE_LONGROPE || method == FARSPAN_ROPE_DYNAMIC_NTK) continue;
        scheme_spec spec = valid_rope(method);
        const rope_part same = rope_of(spec);
        spec.rope.factor = 8;
        const rope_part slower = rope_of(spec);
        for (std::size_t p = 0; p < 8; ++p, ++compared) {
            cr_expect(close(same.inv_freq[p], expected.inv_freq[p], tolerance), "%s pair %zu", spec.name.c_str(), p);
            cr_expect_leq(slower.inv_freq[p], same.inv_freq[p] * (1 + tolerance), "%s pair %zu", spec.name.c_str(), p);
            cr_expect_geq(slower.inv_freq[p], same.inv_freq[p] / 8 * (1 - tolerance), "%s pair %zu", spec.name.c_str(),
                          p);
        }
        cr_expect_eq(same.magnitude, 1.0, "%s", spec.name.c_str());
    }
    cr_expect_eq(compared, 8 * 9);
}

// xPos: the decay per unit of distance is log2(zeta) / scale_base, zeta as the oracle has it for gamma 0.4.
Test(rope, xpos_decays_as_the_oracle) {
    for (const int32_t dim : {4, 16, 64, 128}) {
        scheme_spec spec = valid_rope(FARSPAN_ROPE_XPOS);
        spec.rope.rotary_dim = dim;
        const rope_part got = rope_of(spec);
        const std::vector<double> zeta = oracle::xpos_zeta(dim);
        cr_assert_eq(got.log2_decay.size(), zeta.size());
        for (std::size_t p = 0; p < zeta.size(); ++p) {
            cr_expect(close(std::exp2(512 * got.log2_decay[p]), zeta[p], 1e-13), "R %d pair %zu", dim, p);
            cr_expect_lt(got.log2_decay[p], 0.0);
        }
    }
    for (int32_t method = 1; method < farspan::method_count(FARSPAN_PART_ROPE); ++method) {
        scheme_spec spec = valid_rope(method);
        cr_expect_eq(rope_of(spec).log2_decay.empty(), method != FARSPAN_ROPE_XPOS, "%s", spec.name.c_str());
    }
}

// The three switches of LongRoPE are three releases of Hugging Face.
Test(rope, longrope_switches_follow_the_releases) {
    struct release {
        oracle::hf_release name;
        int32_t length_switch;
    };
    const release releases[] = {{oracle::hf_release::v4_45, FARSPAN_SWITCH_ALWAYS_LONG},
                                {oracle::hf_release::v4_47, FARSPAN_SWITCH_AT},
                                {oracle::hf_release::v4_48, FARSPAN_SWITCH_AFTER},
                                {oracle::hf_release::v4_56, FARSPAN_SWITCH_AFTER},
                                {oracle::hf_release::v5, FARSPAN_SWITCH_AFTER}};
    scheme_spec spec = valid_rope(FARSPAN_ROPE_LONGROPE);
    spec.rope.factor = 16;
    for (const release& r : releases) {
        spec.rope.length_switch = r.length_switch;
        for (const int64_t length : {1, 2047, 2048, 2049, 32768}) {
            const auto expected = oracle::hf_longrope_resolve(r.name, static_cast<double>(length), 2048, 32768);
            const rope_part got = rope_of(spec, length);
            cr_expect(close(got.inv_freq[0], 1 / (expected.long_list ? 4 : 1.5), 1e-15), "switch %d length %lld",
                      r.length_switch, static_cast<long long>(length));
            const double magnitude = expected.magnitude ? oracle::longrope_magnitude(16, 2048) : 1;
            cr_expect(close(got.magnitude, magnitude, 1e-15), "switch %d length %lld: %g", r.length_switch,
                      static_cast<long long>(length), got.magnitude);
        }
    }
}

// With ALWAYS_LONG the short list may be missing.
Test(rope, longrope_needs_no_short_list_that_it_never_uses) {
    scheme_spec spec = valid_rope(FARSPAN_ROPE_LONGROPE);
    spec.short_factors.clear();
    cr_expect_eq(refuse(spec).status, FARSPAN_ERROR_NULL_ARGUMENT);
    spec.rope.length_switch = FARSPAN_SWITCH_ALWAYS_LONG;
    cr_expect_eq(refuse(spec).status, FARSPAN_OK);
    cr_expect_eq(rope_of(spec).inv_freq[0], 0.25);
}

Test(rope, the_scheme_owns_its_arrays) {
    auto spec = std::make_unique<scheme_spec>(valid_rope(FARSPAN_ROPE_LONGROPE));
    const auto parts = make_parts(*spec);
    spec->short_factors.assign(8, 77);
    spec->long_factors.assign(8, 77);
    spec.reset();
    cr_expect_eq(lower_rope(*parts, 1).inv_freq[0], 1 / 1.5);
    cr_expect_eq(lower_rope(*parts, 4096).inv_freq[0], 0.25);
}
