// Rotation tables against 64-bit significands, bias tables against their definition.
#include <criterion/criterion.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "number_types.hpp"
#include "plan/bias_table.hpp"
#include "plan/rotary_table.hpp"
#include "plan_case.hpp"

using namespace farspan;
using namespace farspan_test;

namespace {

rope_part make_rope(double base, int32_t dim) {
    rope_part rope;
    rope.enabled = true;
    rope.rotary_dim = dim;
    for (int32_t p = 0; p < dim / 2; ++p) rope.inv_freq.push_back(std::pow(base, -2.0 * p / dim));
    return rope;
}

std::vector<int64_t> spread_positions(generator& random) {
    std::vector<int64_t> positions = {0, 1, 63, 64, 65, 127, 128, 999999, 10000000};
    for (int n = 0; n < 400; ++n) positions.push_back(random.whole(0, n < 200 ? 100000 : 10000000));
    return positions;
}

}  // namespace

Test(plan_tables, angles_are_exact_in_double) {
    generator random(1);
    for (const double base : {10000.0, 500000.0, 2.0}) {
        const rope_part rope = make_rope(base, 128);
        angle_source angles(kernels::best_table(), rope);
        double cosine[64], sine[64], worst = 0;
        for (const int64_t position : spread_positions(random))
            for (const int64_t signed_position : {position, -position}) {
                angles.fill(static_cast<double>(signed_position), cosine, sine);
                for (size_t p = 0; p < 64; ++p) {
                    const exact_turn exact = turn_of(static_cast<long double>(signed_position), rope.inv_freq[p]);
                    const auto off = static_cast<double>(
                        std::max(std::fabs(cosine[p] - exact.cosine), std::fabs(sine[p] - exact.sine)));
                    worst = std::max(worst, off);
                    cr_assert(off <= 1e-15, "base %g, position %lld, pair %zu: off by %.3g", base,
                              static_cast<long long>(signed_position), p, off);
                }
            }
        std::printf("angles       base %g: worst error %.2e\n", base, worst);
    }
}

Test(plan_tables, angles_do_not_depend_on_the_order_of_calls) {
    const rope_part rope = make_rope(10000, 64);
    generator random(2);
    std::vector<int64_t> positions = spread_positions(random);
    std::vector<double> first, cosine(32), sine(32);
    angle_source one(kernels::best_table(), rope), other(kernels::best_table(), rope);
    for (const int64_t position : positions) {
        one.fill(static_cast<double>(position), cosine.data(), sine.data());
        first.insert(first.end(), cosine.begin(), cosine.end());
    }
    for (size_t n = positions.size(); n-- > 0;) {
        other.fill(static_cast<double>(positions[n]), cosine.data(), sine.data());
        for (size_t p = 0; p < 32; ++p)
            cr_assert(cosine[p] == first[n * 32 + p], "position %lld, pair %zu", static_cast<long long>(positions[n]),
                      p);
    }
}

Test(plan_tables, fractional_positions) {
    const rope_part rope = make_rope(10000, 64);
    angle_source angles(kernels::best_table(), rope);
    std::vector<double> cosine(32), sine(32);
    for (const double position : {0.5, 1.0 / 3, 12345.678, -7.25, 1e6 + 1.0 / 16}) {
        angles.fill(position, cosine.data(), sine.data());
        for (size_t p = 0; p < 32; ++p) {
            const exact_turn exact = turn_of(static_cast<long double>(position), rope.inv_freq[p]);
            cr_assert(std::fabs(cosine[p] - exact.cosine) <= 1e-15L && std::fabs(sine[p] - exact.sine) <= 1e-15L,
                      "position %g, pair %zu", position, p);
        }
    }
}

// f32 tables are the double values rounded once, with magnitude, map and decay.
Test(plan_tables, tables_are_rounded_once) {
    generator random(3);
    const std::vector<int64_t> positions = spread_positions(random);
    for (const double magnitude : {1.0, 1.3466}) {
        rope_part rope = make_rope(10000, 64);
        rope.magnitude = magnitude;
        position_map map;
        map.group = 4;
        map.shift = 3.5;
        for (const bool mapped : {false, true}) {
            const rotary_table table =
                make_rotary_table(kernels::best_table(), rope, mapped ? map : position_map::identity(), positions, {});
            cr_assert(table.needed && table.stride == 32 &&
                      reinterpret_cast<std::uintptr_t>(table.cosine_row(0)) % 64 == 0);
            for (size_t t = 0; t < positions.size(); ++t)
                for (size_t p = 0; p < 32; ++p) {
                    const long double position = mapped ? static_cast<long double>(positions[t] / 4) + 3.5L
                                                        : static_cast<long double>(positions[t]);
                    const exact_turn exact = turn_of(position, rope.inv_freq[p]);
                    const double cosine =
                        float_ulps(table.cosine_row(static_cast<int64_t>(t))[p], magnitude * exact.cosine);
                    const double sine = float_ulps(table.sine_row(static_cast<int64_t>(t))[p], magnitude * exact.sine);
                    cr_assert(cosine <= 0.501 && sine <= 0.501,
                              "position %lld, pair %zu: cos off by %.3f ulp, sin by %.3f",
                              static_cast<long long>(positions[t]), p, cosine, sine);
                }
        }
    }
}

Test(plan_tables, constant_maps_and_rows_that_are_not_needed) {
    const std::vector<int64_t> positions = {5, 6, 7};
    rope_part rope = make_rope(10000, 20);
    cr_expect(!make_rotary_table(kernels::best_table(), rope_part{}, {}, positions, {}).needed, "no rope");
    cr_expect(!make_rotary_table(kernels::best_table(), rope, position_map::constant(0), positions, {}).needed,
              "position 0 turns nothing");
    const rotary_table fixed =
        make_rotary_table(kernels::best_table(), rope, position_map::constant(17), positions, {});
    cr_expect(fixed.needed && fixed.stride == 0, "one row serves all");
    for (size_t p = 0; p < 10; ++p)
        cr_expect(fixed.cosine_row(2)[p] == static_cast<float>(std::cos(17 * rope.inv_freq[p])), "pair %zu", p);
    rope.magnitude = 2;
    cr_expect(make_rotary_table(kernels::best_table(), rope, position_map::constant(0), positions, {}).needed,
              "position 0 with a magnitude scales");
}

Test(plan_tables, decay_multiplies) {
    rope_part rope = make_rope(10000, 32);
    for (int p = 0; p < 16; ++p) rope.log2_decay.push_back(-0.001 * (16 - p));
    const std::vector<int64_t> positions = {100, 200, 300}, distance = {0, 57, 8000};
    const rotary_table table = make_rotary_table(kernels::best_table(), rope, {}, positions, distance);
    for (int64_t t = 0; t < 3; ++t)
        for (size_t p = 0; p < 16; ++p) {
            const auto at = static_cast<size_t>(t);
            const long double factor =
                std::exp2(static_cast<long double>(rope.log2_decay[p]) * static_cast<long double>(distance[at]));
            const exact_turn exact = turn_of(static_cast<long double>(positions[at]), rope.inv_freq[p]);
            cr_assert(float_ulps(table.cosine_row(t)[p], factor * exact.cosine) <= 0.501, "row %lld, pair %zu",
                      static_cast<long long>(t), p);
        }
}

Test(plan_tables, positions_by_axis) {
    rope_part rope = make_rope(10000, 32);
    rope.axes = 3;
    for (int p = 0; p < 16; ++p) rope.pair_axis.push_back(static_cast<uint8_t>(p % 3));
    generator random(4);
    std::vector<int64_t> positions;
    for (int n = 0; n < 3 * 50; ++n) positions.push_back(random.whole(0, 1000000));
    const rotary_table table = make_axes_table(kernels::best_table(), rope, positions, 50);
    for (int64_t t = 0; t < 50; ++t)
        for (size_t p = 0; p < 16; ++p) {
            const exact_turn exact =
                turn_of(static_cast<long double>(positions[static_cast<size_t>(t) + p % 3 * 50]), rope.inv_freq[p]);
            cr_assert(float_ulps(table.sine_row(t)[p], exact.sine) <= 0.501, "row %lld, pair %zu",
                      static_cast<long long>(t), p);
        }
}

// Entries lie by falling distance, in base 2, with the margin filled too; and every pair of the problem is covered.
Test(plan_tables, biases_by_distance) {
    bias_part bias;
    bias.kind = bias_part::table;
    bias.heads = 3;
    bias.fill = [](int64_t distance, int32_t first, int32_t last, double* values) {
        for (int32_t head = first; head < last; ++head) *values++ = 0.25 * head - 0.01 * static_cast<double>(distance);
    };
    int tabulated = 0;
    for (uint64_t seed = 1; seed <= 60; ++seed) {
        plan_case one = random_case(seed);
        one.shape.query_heads = 3;
        const distance_set distances = distances_of(one.shape, 40);
        const bias_table table(bias, 3, distances);
        const auto should = [&](int32_t head, int64_t distance) {
            return static_cast<float>(bias.value(head, distance) * std::numbers::log2e);
        };
        tabulated += distances.size() == 1;
        const position_row& row = one.shape.rows[0];
        for (const segment& s : one.shape.segments)
            for (int64_t i = s.first_query; i < s.last_query; i += 7)
                for (int64_t j = s.first_key; j < s.last_key; j += 5)
                    for (int32_t head = 0; head < 3; ++head) {
                        const int64_t distance = row.query[static_cast<size_t>(i)] - row.key[static_cast<size_t>(j)];
                        cr_assert(table.value(head, distance) == should(head, distance), "seed %llu, distance %lld",
                                  static_cast<unsigned long long>(seed), static_cast<long long>(distance));
                        float staging[81];
                        const float* falling = table.falling(head, distance + 40, 81, staging);
                        if (distances.size() == 1)
                            cr_assert(falling != staging, "seed %llu: not in the table",
                                      static_cast<unsigned long long>(seed));
                        for (const int64_t n : {-40, -1, 0, 1, 40})
                            cr_assert(falling[40 + n] == should(head, distance - n),
                                      "seed %llu, distance %lld, entry %lld", static_cast<unsigned long long>(seed),
                                      static_cast<long long>(distance), static_cast<long long>(n));
                    }
    }
    cr_expect(tabulated > 20 && tabulated < 60, "%d of 60 without gaps: both ways must be taken", tabulated);
}

// Over random intervals: at least the bias of every distance that occurs, and no more than the largest of the blocks of
// 64 that the interval meets.
Test(plan_tables, ceilings_of_tables) {
    bias_part bias;
    bias.kind = bias_part::table;
    bias.heads = 3;
    bias.fill = [](int64_t distance, int32_t first, int32_t last, double* values) {
        for (int32_t head = first; head < last; ++head)
            *values++ = 20 * std::sin(0.013 * static_cast<double>(distance + 40 * head)) -
                        0.02 * head * static_cast<double>(std::abs(distance));
    };
    generator random(7);
    int tabulated = 0, bounded = 0, checked = 0;
    for (uint64_t seed = 1; seed <= 60; ++seed) {
        plan_case one = random_case(seed);
        one.shape.query_heads = 3;
        const distance_set covered = distances_of(one.shape, 40);
        const bias_table table(bias, 3, covered);
        const bias_ceiling ceiling = table.ceiling();
        tabulated += covered.size() == 1;
        const position_row& row = one.shape.rows[0];
        std::vector<int64_t> distances;
        for (const segment& s : one.shape.segments)
            for (int64_t i = s.first_query; i < s.last_query; i += 3)
                for (int64_t j = s.first_key; j < s.last_key; ++j)
                    distances.push_back(row.query[static_cast<size_t>(i)] - row.key[static_cast<size_t>(j)]);
        if (distances.empty()) continue;
        std::sort(distances.begin(), distances.end());
        for (int n = 0; n < 40; ++n) {
            const auto pick = [&] { return random.whole(0, static_cast<int64_t>(distances.size()) - 1); };
            int64_t from = pick(), to = pick();
            if (from > to) std::swap(from, to);
            const int64_t first = distances[static_cast<size_t>(from)], last = distances[static_cast<size_t>(to)];
            for (int32_t head = 0; head < 3; ++head) {
                float most = -INFINITY, beyond = -INFINITY;
                for (int64_t at = from; at <= to; ++at)
                    most = std::max(most, table.value(head, distances[static_cast<size_t>(at)]));
                const double bound = ceiling.over(head, first, last);
                cr_assert(bound >= most, "seed %llu, [%lld, %lld]: %g is below %g",
                          static_cast<unsigned long long>(seed), static_cast<long long>(first),
                          static_cast<long long>(last), bound, static_cast<double>(most));
                ++checked;
                if (std::isinf(bound)) continue;  // no table at all
                ++bounded;
                if (last - first > 5000) continue;
                for (int64_t d = (first >> 6) * 64; d < ((last >> 6) + 1) * 64; ++d)
                    beyond = std::max(beyond, static_cast<float>(bias.value(head, d) * std::numbers::log2e));
                cr_assert(bound <= beyond, "seed %llu, [%lld, %lld]: %g is above %g",
                          static_cast<unsigned long long>(seed), static_cast<long long>(first),
                          static_cast<long long>(last), bound, static_cast<double>(beyond));
            }
        }
    }
    cr_expect(tabulated > 20 && tabulated < 60 && bounded > checked / 2, "%d of 60 tabulated, %d of %d bounded",
              tabulated, bounded, checked);
}

Test(plan_tables, ceilings_of_slopes) {
    bias_part bias;
    bias.kind = bias_part::slope;
    bias.slopes = {0.5, -0.25, 0.001};
    const auto near = [](double a, double b) { return std::fabs(a - b) < 1e-12 * (1 + std::fabs(b)); };
    const bias_ceiling forward(bias);
    cr_expect(forward.falls(0, 0, 1000) && !forward.falls(1, 0, 10) && !forward.falls(2, 0, 1000));
    cr_expect(near(forward.over(0, 10, 90), -5 * std::numbers::log2e) &&
              near(forward.over(0, -4, 90), 2 * std::numbers::log2e));
    cr_expect(near(forward.over(1, 10, 90), 22.5 * std::numbers::log2e), "a slope that rises");
    bias.symmetric = true;
    const bias_ceiling both(bias);
    cr_expect(near(both.over(0, 10, 90), -5 * std::numbers::log2e) &&
              near(both.over(0, -90, -20), -10 * std::numbers::log2e) && both.over(0, -4, 90) == 0 &&
              near(both.over(1, -90, 20), 22.5 * std::numbers::log2e));
    cr_expect(!bias_ceiling().falls(0, 0, 1000) && std::isinf(bias_ceiling().over(0, 0, 10)), "no bias, no bound");
}

// A bias that settles, as T5's does, and is the same beyond: few values stand for all distances, alone and in runs.
Test(plan_tables, biases_that_settle) {
    bias_part bias;
    bias.kind = bias_part::table;
    bias.heads = 2;
    bias.settled = 200;
    int computed = 0;
    bias.fill = [&](int64_t distance, int32_t first, int32_t last, double* values) {
        ++computed;
        for (int32_t head = first; head < last; ++head)
            *values++ = head - 0.01 * static_cast<double>(std::clamp<int64_t>(distance, -200, 200));
    };
    for (const interval& distances : {interval{-1000000, 1000000}, interval{0, 900000}, interval{500000, 600000},
                                      interval{-70, 260}, interval{-900000, -800000}}) {
        computed = 0;
        const bias_table table(bias, 2, {distances});
        cr_expect(computed < 1000, "%d distances tabulated", computed);
        const bias_ceiling ceiling = table.ceiling();
        for (int64_t distance = distances.first; distance < distances.last;
             distance += std::abs(distance) < 600 ? 1 : 997) {
            float staging[bias_table::reach];
            const int64_t count = std::min<int64_t>(bias_table::reach, distance - distances.first + 1);
            const float* falling = table.falling(1, distance, count, staging);
            cr_assert(falling != staging, "distance %lld: not in the table", static_cast<long long>(distance));
            for (int64_t n = 0; n < count; ++n)
                cr_assert(falling[n] == static_cast<float>(bias.value(1, distance - n) * std::numbers::log2e),
                          "distance %lld, entry %lld", static_cast<long long>(distance), static_cast<long long>(n));
            cr_assert(ceiling.over(1, distance - count + 1, distance) >= falling[count - 1]);
        }
        cr_expect(table.covers({distances}));
    }
    const bias_table near(bias, 2, {{0, 100}});
    cr_expect(!near.covers({{0, 300}}) && near.covers({{5, 90}}));
    computed = 0;
    const bias_table grown(bias, 2, {{0, 1000}}, nullptr, &near);
    cr_expect(computed > 0 && computed <= 450 - 128, "what was known is taken over: %d computed", computed);
    cr_expect_eq(grown.value(0, 50), near.value(0, 50));
}
