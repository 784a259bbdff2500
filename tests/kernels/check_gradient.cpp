// The passes of a gradient over a score tile: softcap_slope, softmax_gradient, scale_tile.
#include <cmath>
#include <limits>

#include "check.hpp"

namespace check {
namespace {

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

int64_t some_rows(run& run) { return 1 + run.random.below(64); }
int64_t some_cols(run& run) { return 16 * (1 + run.random.below(8)); }

void test_softcap_slope(run& run) {
    for (int repeat = 0; repeat < 200; ++repeat) {
        const int64_t rows = 1 + run.random.below(8), cols = some_cols(run);
        const auto cap = static_cast<float>(std::exp(run.random.uniform(-3.0, 6.0)));
        const double spread = std::exp(run.random.uniform(-12.0, 4.0));
        scratch s(rows + 1, 144), slope(rows + 1, 144);
        s.fill([&] { return run.random.below(30) == 0 ? not_a_number : run.random.finite_float(cap * spread); });
        slope.fill([&] { return run.random.normal(); });
        s.remember();
        slope.remember();
        verdict result(run, "softcap_slope rows %lld cols %lld cap %g", (long long)rows, (long long)cols,
                       static_cast<double>(cap));
        run.table.softcap_slope(s.data(), slope.data(), s.ld(), rows, cols, cap);
        scratch capped(rows + 1, 144);
        for (int64_t r = 0; r < rows; ++r)
            for (int64_t c = 0; c < cols; ++c) capped.row(r)[c] = s.before(r, c);
        run.table.softcap(capped.data(), capped.ld(), rows, cols, cap);
        for (int64_t r = 0; r < rows; ++r)
            for (int64_t c = 0; c < cols; ++c) {
                const double x = static_cast<double>(s.before(r, c)) / cap, t = std::tanh(x),
                             e = std::exp(-2 * std::fabs(x));
                const double expected = 4 * e / ((1 + e) * (1 + e));
                result.same_bits(s.at(r, c), capped.at(r, c), r, c);
                // x is rounded, which counts |x| times in e^(-2 |x|); 1 - t^2 keeps the error of t; e below 2^-126 is
                // 0.
                const double tolerance =
                    expected * (6e-7 + 4e-7 * std::fabs(x)) + 1e-6 * t * t * (std::fabs(x) < 0.7) + 0x1.01p-124;
                result.close(slope.at(r, c), std::isnan(x) ? x : expected, tolerance, r, c);
            }
        s.unchanged_outside(result, [&](int64_t r, int64_t c) { return r < rows && c < cols; });
        slope.unchanged_outside(result, [&](int64_t r, int64_t c) { return r < rows && c < cols; });
    }
}

void test_softmax_gradient(run& run) {
    for (int repeat = 0; repeat < 200; ++repeat) {
        const int64_t rows = some_rows(run), cols = some_cols(run);
        scratch s(rows + 1, 144), dp(rows + 1, 144);
        std::vector<float> lse(static_cast<std::size_t>(rows)), delta(static_cast<std::size_t>(rows));
        for (float& x : lse)
            x = run.random.below(20) == 0 ? inf : run.random.below(20) == 0 ? not_a_number : run.random.normal(9.0);
        for (float& x : delta) x = run.random.below(20) == 0 ? not_a_number : run.random.normal();
        s.fill([&] {
            return run.random.below(4) == 0    ? -inf
                   : run.random.below(60) == 0 ? not_a_number
                                               : 9 - 30 * static_cast<float>(run.random.uniform(0, 6));
        });
        dp.fill([&] {
            return run.random.below(20) == 0 ? (run.random.below(2) == 0 ? inf : not_a_number) : run.random.normal();
        });
        s.remember();
        dp.remember();
        verdict result(run, "softmax_gradient rows %lld cols %lld", (long long)rows, (long long)cols);
        run.table.softmax_gradient(s.data(), dp.data(), s.ld(), rows, cols, lse.data(), delta.data());
        for (int64_t r = 0; r < rows; ++r)
            for (int64_t c = 0; c < cols; ++c) {
                const double base = lse[static_cast<std::size_t>(r)], mean = delta[static_cast<std::size_t>(r)];
                const double difference = static_cast<double>(s.before(r, c)) - base;
                const double weight = s.before(r, c) == -inf ? 0.0 : std::exp2(difference);
                const double tolerance = weight * (2e-7 + std::fabs(difference) * 0x1p-24) + 0x1p-126;
                result.close(s.at(r, c), weight, std::isfinite(weight) && weight > 0 ? tolerance : 0, r, c);
                // What has no weight has no gradient, whatever is there.
                if (s.at(r, c) == 0.0f) {
                    result.same_bits(dp.at(r, c), 0.0f, r, c);
                    continue;
                }
                const double change = static_cast<double>(dp.before(r, c)) - mean, expected = s.at(r, c) * change;
                result.close(dp.at(r, c), expected, std::isfinite(expected) ? 2e-7 * std::fabs(expected) + 0x1p-126 : 0,
                             r, c);
            }
        s.unchanged_outside(result, [&](int64_t r, int64_t c) { return r < rows && c < cols; });
        dp.unchanged_outside(result, [&](int64_t r, int64_t c) { return r < rows && c < cols; });
    }
}

void test_scale_tile(run& run) {
    for (int repeat = 0; repeat < 100; ++repeat) {
        const int64_t rows = some_rows(run), cols = some_cols(run);
        scratch x(rows + 1, 144), factor(rows + 1, 144);
        x.fill([&] { return run.random.below(4) == 0 ? 0.0f : run.random.normal(); });
        factor.fill([&] { return run.random.below(10) == 0 ? not_a_number : run.random.normal(); });
        x.remember();
        verdict result(run, "scale_tile rows %lld cols %lld", (long long)rows, (long long)cols);
        run.table.scale_tile(x.data(), factor.data(), x.ld(), rows, cols);
        for (int64_t r = 0; r < rows; ++r)
            for (int64_t c = 0; c < cols; ++c) {
                const float expected = x.before(r, c) == 0.0f ? 0.0f : x.before(r, c) * factor.at(r, c);
                if (std::isnan(expected))
                    result.close(x.at(r, c), expected, 0, r, c);
                else
                    result.same_bits(x.at(r, c), expected, r, c);
            }
        x.unchanged_outside(result, [&](int64_t r, int64_t c) { return r < rows && c < cols; });
    }
}

}  // namespace

const std::vector<entry>& gradient_entries() {
    static const std::vector<entry> entries = {{"softcap_slope", test_softcap_slope},
                                               {"softmax_gradient", test_softmax_gradient},
                                               {"scale_tile", test_scale_tile}};
    return entries;
}

}  // namespace check
