// Inputs for property tests: reproducible numbers and small attention problems.
#pragma once

#include <criterion/criterion.h>

#include <cmath>
#include <random>
#include <stdexcept>
#include <vector>

#include "attention.hpp"

namespace oracle_test {

inline std::vector<double> random_numbers(size_t count, unsigned seed) {
    std::mt19937_64 generator(seed);
    std::vector<double> numbers(count);
    // Not std::normal_distribution: its sequence differs between standard libraries.
    for (double& number : numbers) number = static_cast<double>(generator() >> 11) * 0x1p-52 - 1.0;
    return numbers;
}

inline oracle::attention_inputs random_problem(int query_heads, int key_heads, int64_t queries, int64_t keys,
                                               int head_dim, unsigned seed) {
    oracle::attention_inputs in;
    in.query_heads = query_heads;
    in.key_heads = key_heads;
    in.queries = queries;
    in.keys = keys;
    in.head_dim = head_dim;
    in.value_dim = head_dim;
    const auto size = [&](int heads, int64_t rows) { return static_cast<size_t>(heads * rows * head_dim); };
    in.q = random_numbers(size(query_heads, queries), seed);
    in.k = random_numbers(size(key_heads, keys), seed + 1);
    in.v = random_numbers(size(key_heads, keys), seed + 2);
    return in;
}

inline double dot(const std::vector<double>& x, const std::vector<double>& y) {
    double sum = 0.0;
    for (size_t d = 0; d < x.size(); ++d) sum += x[d] * y[d];
    return sum;
}

inline double largest_difference(const std::vector<double>& x, const std::vector<double>& y) {
    if (x.size() != y.size()) return INFINITY;
    double largest = 0.0;
    for (size_t n = 0; n < x.size(); ++n)
        if (x[n] != y[n]) largest = std::max(largest, std::abs(x[n] - y[n]));  // equal infinities differ by 0
    return largest;
}

inline void expect_close(const std::vector<double>& got, const std::vector<double>& expected, double tolerance,
                         const char* what) {
    const double difference = largest_difference(got, expected);
    cr_expect(difference <= tolerance, "%s: differs by %.3g > %.3g", what, difference, tolerance);
}

inline void expect_same_attention(const oracle::attention_result& got, const oracle::attention_result& expected,
                                  double tolerance, const char* what) {
    expect_close(got.out, expected.out, tolerance, what);
    expect_close(got.lse, expected.lse, tolerance, what);
}

template <class Call>
void expect_refused(Call call, const char* what) {
    bool refused = false;
    try {
        call();
    } catch (const std::invalid_argument&) {
        refused = true;
    }
    cr_expect(refused, "%s must be refused", what);
}

}  // namespace oracle_test
