// sum_exp_row, exp_row: one row of logits of any width at any address.
#include <algorithm>
#include <cmath>
#include <limits>

#include "check.hpp"

namespace check {
namespace {

constexpr float inf = std::numeric_limits<float>::infinity();

// Relative error of one term e^d: that of 2^x, and two roundings and the constant's error in its argument.
double term_error(double difference) { return 1.5e-7 + std::fabs(difference) * 1.4e-7; }

int64_t some_count(run& run) { return run.random.below(4) == 0 ? run.random.below(20000) : run.random.below(300); }

place some_place(run& run) { return run.random.below(2) == 0 ? place::at_start : place::at_end; }

float some_logit(run& run, double spread) { return run.random.below(50) == 0 ? -inf : run.random.normal(spread); }

// A row as each type stores it, exactly as long as it is, and the numbers that it then has.
struct stored_row {
    const char* data;
    std::vector<float> numbers;
    int type;
    int64_t size;

    stored_row(run& run, guarded_memory& memory, place where, int type_of, const std::vector<float>& given)
        : numbers(given.size()), type(type_of), size(type_of == 0 ? 4 : 2) {
        const auto count = static_cast<int64_t>(given.size());
        char* to = memory.take_array<char>(where, count * size);
        const kernel_table& t = run.table;
        const farspan::kernels::store_rows_fn store[] = {t.store_rows_f32, t.store_rows_f16, t.store_rows_bf16};
        const farspan::kernels::load_rows_fn load[] = {t.load_rows_f32, t.load_rows_f16, t.load_rows_bf16};
        store[type](given.data(), count, 1, count, nullptr, to, count, 1);
        load[type](to, count, 1, 1, count, numbers.data(), count, count);
        data = to;
    }
};

// ln(sum) apart from its base, as a caller forms it.
struct row_sum {
    float maximum = -inf;
    double sum = 0;
    int stops = 0;
};
row_sum sum_of(run& run, const stored_row& row) {
    row_sum result;
    const auto count = static_cast<int64_t>(row.numbers.size());
    for (int64_t done = 0; done < count;) {
        const float before = result.maximum;
        done += run.table.sum_exp_row[row.type](row.data + done * row.size, count - done, &result.maximum, &result.sum);
        if (!(result.maximum > before)) continue;
        result.sum *= std::exp(static_cast<double>(before) - static_cast<double>(result.maximum));
        ++result.stops;
    }
    return result;
}

void test_sum_exp_row(run& run) {
    guarded_memory memory(1 << 17);
    for (int repeat = 0; repeat < 600; ++repeat) {
        const int64_t count = some_count(run);
        const double spread = std::exp(run.random.uniform(-3.0, 4.0));
        std::vector<float> given;
        for (int64_t c = 0; c < count; ++c) given.push_back(some_logit(run, spread));
        if (repeat % 5 == 0) std::sort(given.begin(), given.end());  // always a new maximum
        const stored_row row(run, memory, some_place(run), repeat % 3, given);
        float maximum = -inf;
        for (const float x : row.numbers) maximum = std::max(maximum, x);
        double sum = 0.0, tolerance = 0.0;
        for (const float x : row.numbers) {
            const double difference = static_cast<double>(x) - static_cast<double>(maximum);
            if (x == -inf) continue;
            sum += std::exp(difference);
            tolerance += std::exp(difference) * term_error(difference) + 0x1p-126;
        }
        // 64 additions per lane at most, and those of the lanes, each of half an ulp of what it has so far.
        tolerance += sum * 80 * 0x1p-24;
        verdict result(run, "sum_exp_row of %lld, type %d, spread %.2g", (long long)count, row.type, spread);
        const row_sum got = sum_of(run, row);
        result.require(got.maximum == maximum, "not the largest number");
        if (!(std::fabs(got.sum - sum) <= tolerance))
            result.wrong("%.12g, expected %.12g within %.3g", got.sum, sum, tolerance);
    }
}

void test_sum_exp_row_special(run& run) {
    guarded_memory memory(1 << 17);
    for (const int64_t count : {1, 3, 16, 17, 64, 65, 1000, 5000})
        for (int type = 0; type < 3; ++type) {
            std::vector<float> given(static_cast<std::size_t>(count), -inf);
            verdict result(run, "sum_exp_row of %lld, type %d, special rows", (long long)count, type);
            const auto sum = [&] { return sum_of(run, stored_row(run, memory, place::at_end, type, given)); };
            result.require(sum().sum == 0.0 && sum().maximum == -inf && sum().stops == 0, "-infinity has a weight");
            float& one = given[static_cast<std::size_t>(run.random.below(count))];
            one = 7.5f;
            result.require(sum().sum == 1.0 && sum().maximum == 7.5f && sum().stops == 1,
                           "the largest does not weigh 1");
            one = 200.0f;  // e^200 is no float
            result.require(sum().sum == 1.0 && sum().maximum == 200.0f, "a large number does not weigh 1");
            one = std::numeric_limits<float>::quiet_NaN();
            result.require(std::isnan(sum().sum), "NaN is lost");
            given.front() = 5.0f;
            one = std::numeric_limits<float>::quiet_NaN();
            given.push_back(9.0f);
            result.require(std::isnan(sum().sum) && sum().maximum == 9.0f, "NaN is lost to a maximum");
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
    static const std::vector<entry> entries = {{"sum_exp_row", test_sum_exp_row},
                                               {"sum_exp_row.special", test_sum_exp_row_special},
                                               {"exp_row", test_exp_row}};
    return entries;
}

}  // namespace check
