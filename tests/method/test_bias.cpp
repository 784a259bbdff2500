// Biases of every method against the oracle, for all heads, over distances in both directions.
#include <criterion/criterion.h>

#include <cmath>

#include "bias.hpp"
#include "lowered.hpp"
#include "method/registry.hpp"
#include "scheme_oracle.hpp"

using namespace farspan_test;
using farspan::bias_part;

namespace {

scheme_spec random_bias(int32_t method, generator& random) {
    scheme_spec spec = valid_bias(method);
    farspan_bias_config& b = spec.bias;
    b.heads = static_cast<int32_t>(random.whole(1, 40));
    if (method == FARSPAN_BIAS_ALIBI) {
        b.bidirectional = random.coin();
        switch (random.whole(0, 3)) {
            case 0:
                b.max_bias = random.real(1, 20);
                break;
            case 1:
                b.alibi_heads = static_cast<int32_t>(random.whole(1, b.heads));
                break;
            case 2:
                for (int32_t h = 0; h < b.heads; ++h) spec.slopes.push_back(random.real(-1, 1));
                break;
            default:
                break;
        }
        b.scale = random.coin() ? 1 : random.real(0.05, 2);
        if (random.coin()) b.distance_limit = random.whole(1, 100);
        if (random.coin()) b.trained_length = random.whole(1, 300);
    }
    if (method == FARSPAN_BIAS_T5) {
        b.bidirectional = random.coin();
        b.buckets = 4 * static_cast<int32_t>(random.whole(1, 20));
        b.max_distance = random.pick<int64_t>({b.buckets, 128, 256, 1000}) + b.buckets;
        spec.bias_values.clear();
        for (int n = 0; n < b.buckets * b.heads; ++n) spec.bias_values.push_back(static_cast<float>(random.real()));
    }
    if (method == FARSPAN_BIAS_SANDWICH) b.dim = 2 * static_cast<int32_t>(random.whole(1, 70));
    if (!spec.bias_a.empty()) {
        spec.bias_a.clear();
        spec.bias_p.clear();
        for (int32_t h = 0; h < b.heads; ++h) {
            spec.bias_a.push_back(random.real(0.01, 3));
            spec.bias_p.push_back(random.real(0.01, 2));
        }
    }
    return spec;
}

// Where the logarithm of a T5 distance falls within float's rounding of a bucket edge, either bucket is right.
bool on_bucket_edge(const farspan_bias_config& b, int64_t distance) {
    if (b.method != FARSPAN_BIAS_T5) return false;
    const int side = b.bidirectional ? b.buckets / 2 : b.buckets, exact = side / 2;
    const double away = std::fabs(static_cast<double>(distance));
    if (away < exact) return false;
    const double share =
        std::log(away / exact) / std::log(static_cast<double>(b.max_distance) / exact) * (side - exact);
    return std::fabs(share - std::round(share)) < 1e-5;
}

}  // namespace

Test(bias, every_method_equals_the_oracle) {
    for (int32_t method = 1; method < FARSPAN_BIAS_DENSE; ++method) {
        int64_t compared = 0, edges = 0;
        for (unsigned seed = 1; seed <= 40; ++seed) {
            generator random(100 * static_cast<uint64_t>(method) + seed);
            scheme_spec spec = random_bias(method, random);
            const int64_t length = random.whole(1, 900);
            const int64_t offset = random.coin() ? 0 : random.whole(0, spec.bias.heads - 1);  // of a rank
            const bias_part part = lower_bias(*make_parts(spec), length, offset);
            const scheme_oracle expected(spec, length, 1);
            cr_assert_eq(part.heads, spec.bias.heads - offset);
            for (int32_t head = 0; head < part.heads; ++head)
                for (int64_t distance = -200; distance < 900; distance += random.whole(1, 9)) {
                    if (on_bucket_edge(spec.bias, distance)) {
                        ++edges;
                        continue;
                    }
                    const double got = part.value(head, distance),
                                 want = expected.bias(head + static_cast<int>(offset), distance + 1000, 1000);
                    cr_assert(std::fabs(got - want) <= 1e-12 * (1 + std::fabs(want)),
                              "method %d seed %u heads %d offset %d head %d distance %lld: %.17g, expected %.17g",
                              method, seed, spec.bias.heads, static_cast<int>(offset), head,
                              static_cast<long long>(distance), got, want);
                    ++compared;
                }
        }
        cr_expect(compared > 50000 && edges * 20 < compared, "method %d: %lld biases compared, %lld on an edge", method,
                  static_cast<long long>(compared), static_cast<long long>(edges));
    }
}

// ALiBi without a limit is a slope, with one a table; the slope is what its definition says.
Test(bias, alibi_slopes_are_the_definition) {
    int slopes = 0, tables = 0;
    for (unsigned seed = 1; seed <= 300; ++seed) {
        generator random(seed);
        scheme_spec spec = random_bias(FARSPAN_BIAS_ALIBI, random);
        const bias_part part = bias_of(spec, random.whole(1, 900));
        cr_assert_eq(part.kind, spec.bias.distance_limit > 0 ? bias_part::table : bias_part::slope, "seed %u", seed);
        cr_assert_eq(part.symmetric, spec.bias.bidirectional != 0);
        ++(part.kind == bias_part::slope ? slopes : tables);
        if (part.kind != bias_part::slope) continue;
        cr_assert_eq(static_cast<int32_t>(part.slopes.size()), part.heads);
        for (int32_t head = 0; head < part.heads; ++head)
            for (const int64_t distance : {-77, -1, 0, 1, 4095}) {
                const auto counted =
                    static_cast<double>(part.symmetric ? std::abs(distance) : std::max<int64_t>(distance, 0));
                cr_assert_eq(part.value(head, distance), -part.slopes[head] * counted, "seed %u head %d", seed, head);
            }
    }
    cr_expect(slopes > 50 && tables > 50);
}

Test(bias, alibi_slopes_equal_the_oracle_for_every_number_of_heads) {
    for (int32_t heads = 1; heads <= 256; ++heads) {
        scheme_spec spec = valid_bias(FARSPAN_BIAS_ALIBI);
        spec.bias.heads = heads;
        const bias_part part = bias_of(spec);
        const std::vector<double> expected = oracle::alibi_slopes(heads);
        for (int32_t head = 0; head < heads; ++head)
            cr_assert(close(part.slopes[head], expected[head], 1e-14), "%d heads, head %d: %.17g, expected %.17g",
                      heads, head, part.slopes[head], expected[head]);
        // A rank that begins at half of the heads has the second half.
        const bias_part half = lower_bias(*make_parts(spec), 1, heads / 2);
        cr_assert_eq(half.heads, heads - heads / 2);
        for (int32_t head = 0; head < half.heads; ++head)
            cr_assert_eq(half.slopes[head], part.slopes[head + heads / 2]);
    }
}

// Interpolation also shrinks the symmetric form, and the limit counts tokens before it shrinks them.
Test(bias, alibi_interpolation_and_limit_combine) {
    scheme_spec spec = valid_bias(FARSPAN_BIAS_ALIBI);
    spec.bias.heads = 8;
    spec.bias.trained_length = 100;
    spec.bias.bidirectional = 1;
    for (const int64_t length : {1, 99, 100}) cr_expect_eq(bias_of(spec, length).value(0, -10), -5.0);
    cr_expect(close(bias_of(spec, 101).value(0, -10), -500.0 / 101, 1e-15));
    cr_expect_eq(bias_of(spec, 200).value(0, -10), -2.5);
    spec.bias.distance_limit = 4;
    cr_expect_eq(bias_of(spec, 200).value(0, -10), -1.0);
    cr_expect_eq(bias_of(spec, 200).value(0, 3), -0.75);
}

// The published bucket counts have the same edges in float and in double.
Test(bias, published_t5_buckets_have_no_doubtful_edge) {
    struct size {
        int32_t buckets;
        int64_t max_distance;
    };
    int64_t compared = 0;
    for (const size& s : {size{32, 128}, {32, 256}, {64, 128}, {64, 2048}, {32, 4096}, {320, 800}})
        for (const int32_t bidirectional : {0, 1}) {
            scheme_spec spec = valid_bias(FARSPAN_BIAS_T5);
            spec.bias.heads = 1;
            spec.bias.buckets = s.buckets;
            spec.bias.max_distance = s.max_distance;
            spec.bias.bidirectional = bidirectional;
            spec.bias_values.clear();
            for (int32_t n = 0; n < s.buckets; ++n) spec.bias_values.push_back(static_cast<float>(n));
            const bias_part part = bias_of(spec);
            for (int64_t distance = -2 * s.max_distance; distance < 2 * s.max_distance; ++distance, ++compared)
                cr_assert_eq(
                    part.value(0, distance),
                    oracle::t5_bucket(-distance, bidirectional != 0, s.buckets, static_cast<int>(s.max_distance)),
                    "%d/%lld distance %lld", s.buckets, static_cast<long long>(s.max_distance),
                    static_cast<long long>(distance));
        }
    cr_expect_gt(compared, 50000);
}

// Values outlive the scheme, and huge distances stay finite.
Test(bias, values_outlive_the_scheme) {
    for (int32_t method = 1; method < FARSPAN_BIAS_DENSE; ++method) {
        bias_part part;
        {
            scheme_spec spec = valid_bias(method);
            part = bias_of(spec);
        }
        for (const int64_t distance : {int64_t{0}, int64_t{1} << 40, -(int64_t{1} << 40)})
            cr_expect(std::isfinite(part.value(5, distance)), "method %d", method);
        if (method != FARSPAN_BIAS_T5) cr_expect_eq(part.value(0, 0), 0.0);
        if (method >= FARSPAN_BIAS_KERPLE_LOG) cr_expect_eq(part.value(0, -3), 0.0, "method %d", method);
    }
}

Test(bias, none_and_dense_have_no_values) {
    scheme_spec spec = valid_bias(FARSPAN_BIAS_NONE);
    cr_expect_eq(bias_of(spec).kind, bias_part::none);
    cr_expect_not(static_cast<bool>(bias_of(spec).fill));
    spec = valid_bias(FARSPAN_BIAS_DENSE);
    cr_expect_eq(bias_of(spec).kind, bias_part::dense);
    cr_expect_not(static_cast<bool>(bias_of(spec).fill));
}
