// max_row, sum_exp_row, exp_row: one row of logits of any width at any address.
#include <algorithm>
#include <cmath>
#include <limits>

#include "check.hpp"

namespace check {
namespace {

constexpr float inf = std::numeric_limits<float>::infinity();

// Relative error of one term e^d: that of 2^x, and two roundings and the constant's error in its argument.
double term_error(double difference) {
    return 1.5e-7 + std::fabs(difference) * 1.4e-7;
}

int64_t some_count(run& run) {
    return run.random.below(4) == 0 ? run.random.below(20000) : run.random.below(300);
}

place some_place(run& run) {
    return run.random.below(2) == 0 ? place::at_start : place::at_end;
}

float some_logit(run& run, double spread) {
    return run.random.below(50) == 0 ? -inf : run.random.normal(spread);
}

void test_max_row(run& run) {
    guarded_memory memory(1 << 17);
    for (int repeat = 0; repeat < 400; ++repeat) {
        const int64_t count = some_count(run);
        float* x = memory.take_array<float>(some_place(run), count);
        float expected = -inf;
        for (int64_t c = 0; c < count; ++c) {
            x[c] = repeat % 2 == 0 ? run.random.any_float() : run.random.normal(10.0);
            if (x[c] > expected) expected = x[c];
        }
        verdict result(run, "max_row of %lld", (long long)count);
        const float maximum = run.table.max_row(x, count);
        result.require(maximum == expected, "not the largest number");
    }
}

void test_sum_exp_row(run& run) {
    guarded_memory memory(1 << 17);
    for (int repeat = 0; repeat < 400; ++repeat) {
        const int64_t count = some_count(run);
        const double spread = std::exp(run.random.uniform(-3.0, 4.0));
        float* x = memory.take_array<float>(some_place(run), count);
        float base = -40.0f;
        for (int64_t c = 0; c < count; ++c) base = std::max(base, x[c] = some_logit(run, spread));
        double sum = 0.0, tolerance = 0.0;
        for (int64_t c = 0; c < count; ++c) {
            const double difference = static_cast<double>(x[c]) - static_cast<double>(base);
            if (difference == -inf) continue;
            sum += std::exp(difference);
            tolerance += std::exp(difference) * term_error(difference) + 0x1p-126;
        }
        // 64 additions per lane at most, and those of the lanes, each of half an ulp of what it has so far.
        tolerance += sum * 80 * 0x1p-24;
        verdict result(run, "sum_exp_row of %lld spread %.2g", (long long)count, spread);
        const double got = run.table.sum_exp_row(x, count, base);
        if (!(std::fabs(got - sum) <= tolerance))
            result.wrong("%.12g, expected %.12g within %.3g", got, sum, tolerance);
    }
}

void test_sum_exp_row_special(run& run) {
    guarded_memory memory(1 << 17);
    for (const int64_t count : {1, 3, 16, 17, 64, 65, 1000, 5000}) {
        float* x = memory.take_array<float>(place::at_end, count);
        verdict result(run, "sum_exp_row of %lld special rows", (long long)count);
        std::fill_n(x, count, -inf);
        result.require(run.table.sum_exp_row(x, count, 0.0f) == 0.0, "-infinity has a weight");
        const int64_t at = run.random.below(count);
        x[at] = 7.5f;
        result.require(run.table.sum_exp_row(x, count, 7.5f) == 1.0, "the base does not weigh 1");
        x[at] = std::numeric_limits<float>::quiet_NaN();
        result.require(std::isnan(run.table.sum_exp_row(x, count, 0.0f)), "NaN is lost");
    }
}

void test_exp_row(run& run) {
    guarded_memory memory(1 << 17);
    for (int repeat = 0; repeat < 400; ++repeat) {
        const int64_t count = some_count(run);
        const double spread = std::exp(run.random.uniform(-3.0, 4.0));
        const float factor = run.random.normal(3.0);
        float* x = memory.take_array<float>(some_place(run), count);
        std::vector<float> before;
        float base = -40.0f;
        for (int64_t c = 0; c < count; ++c) {
            before.push_back(x[c] = some_logit(run, spread));
            base = std::max(base, x[c]);
        }
        verdict result(run, "exp_row of %lld spread %.2g", (long long)count, spread);
        run.table.exp_row(x, count, base, factor);
        for (int64_t c = 0; c < count; ++c) {
            const double difference =
                static_cast<double>(before[static_cast<std::size_t>(c)]) - static_cast<double>(base);
            const double expected = static_cast<double>(factor) * std::exp(difference);
            const double tolerance =
                difference == -inf ? 0.0 : std::fabs(expected) * (term_error(difference) + 0x1p-24) + 0x1p-120;
            result.close(x[c], expected, tolerance, 0, c);
        }
    }
}

}  // namespace

const std::vector<entry>& exponential_entries() {
    static const std::vector<entry> entries = {{"max_row", test_max_row},
                                               {"sum_exp_row", test_sum_exp_row},
                                               {"sum_exp_row.special", test_sum_exp_row_special},
                                               {"exp_row", test_exp_row}};
    return entries;
}

}  // namespace check
