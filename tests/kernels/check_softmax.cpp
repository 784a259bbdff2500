// row_maxima. softmax, softmax_products: the online step, and the accuracy of its exponential.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "check.hpp"

namespace check {
namespace {

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

// The worst relative error of 2^x that the kernels may have, and what rounding s - M to float adds to it.
constexpr double exp2_error = 1.5e-7;
double weight_tolerance(double difference, double weight) {
    return weight * (exp2_error + std::fabs(difference) * 0.6931472 * 0x1p-24) + 0x1p-126;
}

struct state {
    scratch s, o;
    std::vector<float> m, l;
    state(int64_t rows, int64_t dim)
        : s(rows, 144),
          o(rows, round_up(dim + 1, 16)),
          m(static_cast<std::size_t>(rows)),
          l(static_cast<std::size_t>(rows)) {}
};

void check_row(verdict& result, const state& x, const std::vector<float>& old_m, const std::vector<float>& old_l,
               int64_t r, int64_t cols, int64_t dim) {
    const auto i = static_cast<std::size_t>(r);
    float maximum = old_m[i];
    bool has_nan = std::isnan(old_l[i]);
    for (int64_t c = 0; c < cols; ++c) {
        has_nan |= std::isnan(x.s.before(r, c));
        if (x.s.before(r, c) > maximum) maximum = x.s.before(r, c);
    }
    result.same_bits(x.m[i], maximum, r, -1);
    const double base = maximum == -inf ? 0.0 : maximum;
    const double shrink = maximum > old_m[i] ? std::exp2(static_cast<double>(old_m[i]) - maximum) : 1.0;
    double sum = old_l[i] * shrink,
           sum_tolerance = std::isfinite(sum) ? weight_tolerance(static_cast<double>(old_m[i]) - base, sum) : 0.0;
    if (old_m[i] == -inf) sum_tolerance = 0.0;
    for (int64_t c = 0; c < cols; ++c) {
        const double difference = static_cast<double>(x.s.before(r, c)) - base, weight = std::exp2(difference);
        const double tolerance = std::isfinite(difference) ? weight_tolerance(difference, weight) : 0.0;
        result.close(x.s.at(r, c), weight, tolerance, r, c);
        if (difference == 0.0) result.same_bits(x.s.at(r, c), 1.0f, r, c);
        if (difference < -150.0) result.same_bits(x.s.at(r, c), 0.0f, r, c);
        sum += weight;
        sum_tolerance += tolerance;
    }
    result.close(x.l[i], has_nan ? nan : sum, sum_tolerance + 0x1p-24 * static_cast<double>(cols / 4 + 4) * sum, r, -2);
    for (int64_t c = 0; c < dim; ++c) {
        const double before = x.o.before(r, c);
        const double tolerance =
            std::isfinite(before * shrink) && shrink > 0.0
                ? weight_tolerance(std::log2(shrink), std::fabs(before * shrink)) + std::fabs(before) * 0x1p-126
                : 0.0;
        if (shrink == 1.0)
            result.same_bits(x.o.at(r, c), x.o.before(r, c), r, c);
        else
            result.close(x.o.at(r, c), before * shrink, tolerance + 0x1p-126, r, c);
    }
}

void test_softmax(run& run) {
    for (int repeat = 0; repeat < 300; ++repeat) {
        const int64_t rows = 1 + run.random.below(64), cols = 16 * (1 + run.random.below(8)),
                      dim = run.random.below(130);
        state x(rows, dim);
        const double spread = std::exp(run.random.uniform(-3.0, 4.0));
        x.s.fill([&] { return run.random.normal(spread); });
        x.o.fill([&] { return run.random.normal(); });
        for (int64_t r = 0; r < rows; ++r) {
            const auto i = static_cast<std::size_t>(r);
            const bool fresh = run.random.below(3) == 0;
            x.m[i] = fresh ? -inf : run.random.normal(spread);
            x.l[i] = fresh ? 0.0f : 1.0f + std::fabs(run.random.normal(20.0));
            if (fresh)
                for (int64_t c = 0; c < x.o.ld(); ++c) x.o.row(r)[c] = 0.0f;
            switch (run.random.below(10)) {
                case 0:
                    for (int64_t c = 0; c < cols; ++c) x.s.row(r)[c] = -inf;
                    break;  // sees nothing
                case 1:
                    for (int64_t c = run.random.below(cols); c < cols; ++c) x.s.row(r)[c] = -inf;
                    break;
                case 2:
                    x.s.row(r)[run.random.below(cols)] = nan;
                    break;
                case 3:
                    for (int64_t c = 0; c < cols; ++c) x.s.row(r)[c] = c == 3 ? nan : -inf;
                    break;
                case 4:
                    x.s.row(r)[run.random.below(cols)] = inf;
                    break;  // inf - inf
                case 5:
                    x.s.row(r)[run.random.below(cols)] = 300.0f;
                    break;
                default:
                    break;
            }
        }
        x.s.remember();
        x.o.remember();
        const std::vector<float> old_m = x.m, old_l = x.l;
        verdict result(run, "softmax rows %lld cols %lld dim %lld spread %.2g", (long long)rows, (long long)cols,
                       (long long)dim, spread);
        run.table.softmax(x.s.data(), x.s.ld(), rows, cols, x.m.data(), x.l.data(), x.o.data(), x.o.ld(), dim);
        for (int64_t r = 0; r < rows; ++r) check_row(result, x, old_m, old_l, r, cols, dim);
        x.s.unchanged_outside(result, [&](int64_t, int64_t c) { return c < cols; });
        x.o.unchanged_outside(result, [&](int64_t, int64_t c) { return c < round_up(dim, 16); });
    }
}

// Rows must come out alike however many are computed together.
void test_row_independence(run& run) {
    const int64_t dim = 64, cols = 128;
    state x(64, dim), y(1, dim);
    x.s.fill([&] { return run.random.normal(10.0); });
    x.o.fill([&] { return run.random.normal(); });
    for (float& m : x.m) m = run.random.normal(10.0);
    for (float& l : x.l) l = 3.0f;
    x.s.remember();
    x.o.remember();
    const std::vector<float> old_m = x.m;
    run.table.softmax(x.s.data(), x.s.ld(), 64, cols, x.m.data(), x.l.data(), x.o.data(), x.o.ld(), dim);
    for (int64_t r = 0; r < 64; ++r) {
        verdict result(run, "row %lld alone", (long long)r);
        for (int64_t c = 0; c < cols; ++c) y.s.row(0)[c] = x.s.before(r, c);
        for (int64_t c = 0; c < dim; ++c) y.o.row(0)[c] = x.o.before(r, c);
        y.m[0] = old_m[static_cast<std::size_t>(r)];
        y.l[0] = 3.0f;
        run.table.softmax(y.s.data(), y.s.ld(), 1, cols, y.m.data(), y.l.data(), y.o.data(), y.o.ld(), dim);
        for (int64_t c = 0; c < cols; ++c) result.same_bits(x.s.at(r, c), y.s.at(0, c), r, c);
        for (int64_t c = 0; c < dim; ++c) result.same_bits(x.o.at(r, c), y.o.at(0, c), r, c);
        result.same_bits(x.l[static_cast<std::size_t>(r)], y.l[0], r, -2);
    }
}

// Of several NaN in a row, any may be the one that its sum becomes.
void same_number(verdict& result, float actual, float expected, int64_t r, int64_t c) {
    if (!std::isnan(actual) || !std::isnan(expected)) result.same_bits(actual, expected, r, c);
}

// What overflowed is marked on the way, wherever in a row, and not in its neighbours.
void test_products(run& run) {
    for (int repeat = 0; repeat < 200; ++repeat) {
        const int64_t rows = 1 + run.random.below(64), cols = 16 * (1 + run.random.below(8)),
                      dim = run.random.below(130);
        state x(rows, dim), y(rows, dim);
        const double spread = std::exp(run.random.uniform(-3.0, 5.0));
        x.s.fill([&] { return run.random.normal(spread); });
        x.o.fill([&] { return run.random.normal(); });
        for (int64_t r = 0; r < rows; ++r) {
            const auto i = static_cast<std::size_t>(r);
            x.m[i] = run.random.below(3) == 0 ? -inf : run.random.normal(spread);
            x.l[i] = x.m[i] == -inf ? 0.0f : 1.0f + std::fabs(run.random.normal(20.0));
            const float odd[] = {inf, -inf, nan, 3e38f, -3e38f};
            for (uint64_t n = run.random.below(8) == 0 ? 1 + run.random.below(3) : 0; n > 0; --n)
                x.s.row(r)[run.random.below(cols)] = odd[run.random.below(5)];
        }
        for (int64_t r = 0; r < rows; ++r) {
            std::copy_n(x.s.row(r), cols, y.s.row(r));
            std::copy_n(x.o.row(r), x.o.ld(), y.o.row(r));
        }
        y.m = x.m;
        y.l = x.l;
        x.s.remember();
        x.o.remember();
        verdict result(run, "softmax_products rows %lld cols %lld dim %lld spread %.2g", (long long)rows,
                       (long long)cols, (long long)dim, spread);
        run.table.softmax_products(x.s.data(), x.s.ld(), rows, cols, x.m.data(), x.l.data(), x.o.data(), x.o.ld(), dim);
        run.table.mark_overflow(y.s.data(), y.s.ld(), rows, cols);
        run.table.softmax(y.s.data(), y.s.ld(), rows, cols, y.m.data(), y.l.data(), y.o.data(), y.o.ld(), dim);
        for (int64_t r = 0; r < rows; ++r) {
            const auto i = static_cast<std::size_t>(r);
            for (int64_t c = 0; c < cols; ++c) same_number(result, x.s.at(r, c), y.s.at(r, c), r, c);
            for (int64_t c = 0; c < round_up(dim, 16); ++c) same_number(result, x.o.at(r, c), y.o.at(r, c), r, c);
            same_number(result, x.m[i], y.m[i], r, -1);
            same_number(result, x.l[i], y.l[i], r, -2);
        }
        x.s.unchanged_outside(result, [&](int64_t, int64_t c) { return c < cols; });
        x.o.unchanged_outside(result, [&](int64_t, int64_t c) { return c < round_up(dim, 16); });
    }
}

// Up to the first row that exceeds its limit or has a NaN, wherever in the row.
void test_row_maxima(run& run) {
    for (int repeat = 0; repeat < 400; ++repeat) {
        const int64_t rows = 1 + run.random.below(64), cols = 16 * (1 + run.random.below(8));
        scratch s(rows, 144);
        std::vector<float> most(64), maximum(64, 77.0f);
        int64_t before = rows;
        for (int64_t r = 0; r < rows; ++r) {
            float* row = s.row(r);
            for (int64_t c = 0; c < cols; ++c) row[c] = run.random.below(9) == 0 ? -inf : run.random.normal(4);
            const float largest = *std::max_element(row, row + cols);
            const int64_t kind = run.random.below(100);
            most[static_cast<std::size_t>(r)] = kind == 0 ? std::nextafter(largest, -inf) : kind < 50 ? largest : inf;
            if (kind == 99) row[run.random.below(cols)] = nan;
            if (kind == 98) most[static_cast<std::size_t>(r)] = nan;
            if ((kind == 0 || kind >= 98) && before == rows) before = r;
        }
        s.remember();
        verdict result(run, "row_maxima rows %lld cols %lld", (long long)rows, (long long)cols);
        result.require(run.table.row_maxima(s.data(), s.ld(), rows, cols, most.data(), maximum.data()) == before,
                       "another row");
        for (int64_t r = 0; r < 64; ++r)
            result.same_bits(maximum[static_cast<std::size_t>(r)],
                             r < before ? *std::max_element(s.row(r), s.row(r) + cols) : 77.0f, r, -1);
        s.unchanged_outside(result, [](int64_t, int64_t) { return false; });
    }
}

// 2^x over the whole range, with a maximum of 0 so that s - M is exact.
void test_exponential(run& run) {
    state x(64, 0);
    double worst = 0.0;
    for (int step = 0; step < 130; ++step) {  // x in (-step - 1, -step]
        for (int64_t r = 0; r < 64; ++r)
            for (int64_t c = 0; c < 128; ++c) {
                const double place = static_cast<double>(r * 128 + c) / 8192.0;
                x.s.row(r)[c] = static_cast<float>(-step - (c % 2 == 0 ? place : run.random.uniform(0.0, 1.0)));
            }
        for (auto& m : x.m) m = 0.0f;
        x.s.remember();
        run.table.softmax(x.s.data(), x.s.ld(), 64, 128, x.m.data(), x.l.data(), x.o.data(), x.o.ld(), 0);
        verdict result(run, "2^x for x from %d down to %d", -step, -step - 1);
        for (int64_t r = 0; r < 64; ++r)
            for (int64_t c = 0; c < 128; ++c) {
                const float exponent = x.s.before(r, c);
                const double expected = std::exp2(static_cast<double>(exponent));
                if (exponent < -126.0f) {
                    result.same_bits(x.s.at(r, c), 0.0f, r, c);
                    continue;
                }
                result.close(x.s.at(r, c), expected, exp2_error * expected, r, c);
                worst = std::max(worst, std::fabs(x.s.at(r, c) / expected - 1.0));
            }
    }
    std::printf("%-7s largest relative error of 2^x: %.3g\n", run.table.name, worst);
}

}  // namespace

const std::vector<entry>& softmax_entries() {
    static const std::vector<entry> entries = {{"softmax", test_softmax},
                                               {"softmax.rows", test_row_independence},
                                               {"softmax_products", test_products},
                                               {"softmax.exponential", test_exponential},
                                               {"row_maxima", test_row_maxima}};
    return entries;
}

}  // namespace check
