// farspan_scheme_probe and farspan_scheme_visible against the oracle, pair by pair.
#include <criterion/criterion.h>

#include <cmath>

#include "generator.hpp"
#include "random_scheme.hpp"
#include "scheme_oracle.hpp"
#include "sweep.hpp"

using namespace farspan_test;

namespace {

constexpr int64_t keys = 150;

bool close(double got, double should) {
    return got == should || std::fabs(got - should) <= 1e-11 * std::max(1.0, std::fabs(should));
}

void check_pairs(const scheme_spec& spec, const farspan_scheme* scheme, int64_t length, uint64_t seed) {
    const scheme_oracle rules(spec, length, 1);
    for (int64_t i = 0; i < keys; ++i)
        for (int64_t j = 0; j < keys; ++j) {
            const auto h = static_cast<int32_t>((i + j) % random_scheme_heads);
            farspan_probe probe;
            farspan_probe_init(&probe, sizeof probe);
            error_slot error;
            require_ok(farspan_scheme_probe(scheme, length, i, j, h, &probe, &error), error, spec.name);
            const auto at = [&](const char* what, double got, double should) {
                cr_assert(close(got, should), "seed %llu, %s, i %lld, j %lld, h %d: %s is %.17g, oracle %.17g",
                          static_cast<unsigned long long>(seed), spec.name.c_str(), static_cast<long long>(i),
                          static_cast<long long>(j), h, what, got, should);
            };
            const bool visible = rules.visible(i, j);
            at("visible", probe.visible, visible);
            if (!visible) continue;
            const oracle::rotated_pair seen = rules.remap(i, j);
            at("branch", probe.branch, rules.branch(i, j));
            at("relative position", probe.relative_position, seen.query - seen.key);
            at("its difference", probe.query_angle_position - probe.key_angle_position, probe.relative_position);
            at("bias", probe.bias, rules.bias(h, i, j));
            at("scale", probe.scale, rules.scale(i));
            at("magnitude", probe.magnitude, rules.rotates() ? rules.frequencies().magnitude : 1.0);
        }
}

void check_intervals(const scheme_spec& spec, const farspan_scheme* scheme, int64_t length, uint64_t seed) {
    const scheme_oracle rules(spec, length, 1);
    for (int64_t i = 0; i < keys; ++i) {
        int64_t at[4] = {-1, -1, -1, -1};
        error_slot error;
        require_ok(farspan_scheme_visible(scheme, i, keys, at, &error), error, spec.name);
        cr_assert(0 <= at[0] && at[0] <= at[1] && at[1] <= at[2] && at[2] <= at[3] && at[3] <= keys,
                  "seed %llu, i %lld: intervals [%lld, %lld) [%lld, %lld) are not in order",
                  static_cast<unsigned long long>(seed), static_cast<long long>(i), static_cast<long long>(at[0]),
                  static_cast<long long>(at[1]), static_cast<long long>(at[2]), static_cast<long long>(at[3]));
        for (int64_t j = 0; j < keys; ++j) {
            const bool inside = (at[0] <= j && j < at[1]) || (at[2] <= j && j < at[3]);
            cr_assert(inside == rules.visible(i, j), "seed %llu, %s, i %lld, j %lld: inside is %d, oracle %d",
                      static_cast<unsigned long long>(seed), spec.name.c_str(), static_cast<long long>(i),
                      static_cast<long long>(j), inside, rules.visible(i, j));
        }
    }
}

}  // namespace

Test(attention_probe, random_schemes) {
    for (uint64_t seed = 1; seed <= 120; ++seed) {
        scheme_spec spec = random_scheme(seed);
        const scheme_handle scheme = spec.create();
        const int64_t length = generator(seed).pick<int64_t>({150, 200, 4000});
        check_intervals(spec, scheme.get(), length, seed);
        check_pairs(spec, scheme.get(), length, seed);
    }
}

// The same random schemes, all parts together, in attention.
Test(attention_probe, random_schemes_attend) {
    sweep family("random");
    for (uint64_t seed = 1; seed <= 120; ++seed) {
        generator random(seed + 10000);
        attention_problem problem = make_problem(random.whole(1, 170), random.whole(1, 220), 64, seed);
        problem.query_heads = random_scheme_heads;
        problem.key_heads = random.pick<int64_t>({1, 2, 4});
        const scheme_spec spec = random_scheme(seed);
        problem.dense_bias = spec.bias.method == FARSPAN_BIAS_DENSE;
        if (random.coin()) problem.length = random.whole(220, 5000);
        if (spec.score.multiplier > 1 || spec.score.temperature != FARSPAN_TEMPERATURE_NONE) problem.amplitude = 0.7;
        family.check(spec, problem);
    }
}
