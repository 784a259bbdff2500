// Scales, temperatures and sinks against the oracle.
#include <criterion/criterion.h>

#include <cmath>

#include "lowered.hpp"
#include "method/registry.hpp"
#include "scheme_oracle.hpp"

using namespace farspan_test;
using farspan::score_part;

namespace {

scheme_spec random_score(int32_t method, generator& random) {
    scheme_spec spec = valid_temperature(method);
    farspan_score_config& s = spec.score;
    if (random.coin()) s.scale = random.real(0.01, 2);
    if (random.coin()) s.multiplier = random.real(0.5, 3);
    if (method != FARSPAN_TEMPERATURE_NONE) s.trained_length = random.coin() ? 512 : random.real(2, 5000);
    for (const int32_t weighted :
         {FARSPAN_TEMPERATURE_LLAMA4, FARSPAN_TEMPERATURE_LENGTH, FARSPAN_TEMPERATURE_MINISTRAL3})
        if (method == weighted) s.alpha = random.real(0, 0.5);
    if (method == FARSPAN_TEMPERATURE_LENGTH) s.power = random.pick<double>({0, 1, 2, 1.5});
    return spec;
}

}  // namespace

Test(score, every_temperature_equals_the_oracle) {
    for (int32_t method = 0; method < farspan::method_count(FARSPAN_PART_TEMPERATURE); ++method) {
        int compared = 0, changed = 0;
        for (unsigned seed = 1; seed <= 200; ++seed) {
            generator random(1000 * static_cast<uint64_t>(method) + seed);
            scheme_spec spec = random_score(method, random);
            const int64_t length = random.coin() ? random.whole(1, 700) : random.whole(1, 100000);
            const int64_t head_dim = random.pick<int64_t>({64, 80, 128, 1});
            const score_part part = score_of(spec, length);
            const scheme_oracle expected(spec, length, head_dim);
            const double constant =
                (spec.score.scale == 0 ? 1 / std::sqrt(static_cast<double>(head_dim)) : spec.score.scale);
            for (int64_t position = 0; position < 20000; position += random.whole(1, 900), ++compared) {
                const double got = part.query_scale(position, head_dim), want = expected.scale(position);
                cr_assert(close(got, want, 1e-14),
                          "temperature %d seed %u L %.17g n %lld position %lld: %.17g, expected %.17g", method, seed,
                          spec.score.trained_length, static_cast<long long>(length), static_cast<long long>(position),
                          got, want);
                changed += !close(got, constant * spec.score.multiplier, 1e-9);
            }
        }
        cr_expect(compared > 5000 && (method == 0 || changed > 500), "temperature %d: %d scales, %d changed", method,
                  compared, changed);
        if (method == 0) cr_expect_eq(changed, 0);
    }
}

// Queries before position 0 see nothing; their scale is that of the first, never NaN.
Test(score, negative_positions_count_as_the_first) {
    for (int32_t method = 0; method < farspan::method_count(FARSPAN_PART_TEMPERATURE); ++method) {
        scheme_spec spec = valid_temperature(method);
        const score_part part = score_of(spec, 100);
        for (const int64_t position : {int64_t{-1}, int64_t{-2}, INT64_MIN})
            cr_expect_eq(part.query_scale(position, 64), part.query_scale(0, 64), "temperature %d", method);
    }
}

Test(score, cap_and_sinks_are_handed_on) {
    scheme_spec spec("sinks");
    spec.score.softcap = 50;
    spec.sinks = {1, 2, 3, 4};
    const score_part part = lower_score(*make_parts(spec), 1, 1);
    cr_expect_eq(part.softcap, 50.0);
    cr_expect(part.sink_logits == std::vector<float>({2, 3, 4}));
    scheme_spec plain("plain");
    cr_expect(score_of(plain).sink_logits.empty());
    cr_expect_eq(score_of(plain).softcap, 0.0);
    cr_expect_not(static_cast<bool>(score_of(plain).temperature));
}

Test(score, the_scheme_owns_its_sinks) {
    scheme_spec spec("sinks");
    spec.sinks = {1, 2};
    const auto parts = make_parts(spec);
    spec.sinks.assign(2, 99);
    cr_expect(lower_score(*parts, 1).sink_logits == std::vector<float>({1, 2}));
}
