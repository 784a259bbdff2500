#include "eval/zipf.hpp"

#include <cmath>

namespace farspan {
namespace {

constexpr double ln_2 = 0.693147180559945309417;

// Not std::log and std::exp, whose last bit differs between machines: a count is cut off, and one bit may make it another.

// x = m 2^e with m in [sqrt(1/2), sqrt(2)); ln m = 2 artanh((m - 1) / (m + 1)), whose argument is below 0.172.
double logarithm(double x) {
    int exponent = 0;
    double m = std::frexp(x, &exponent);
    if (m < 0.70710678118654752) {
        m *= 2;
        --exponent;
    }
    const double s = (m - 1) / (m + 1);
    double sum = 0;
    for (int n = 23; n >= 1; n -= 2) sum = sum * s * s + 1.0 / n;
    return 2 * s * sum + exponent * ln_2;
}

// x = n ln 2 + r with |r| <= 0.35
double exponential(double x) {
    const double n = std::nearbyint(x / ln_2), r = x - n * ln_2;
    double sum = 1;
    for (int k = 16; k >= 1; --k) sum = 1 + sum * r / k;
    return std::ldexp(sum, static_cast<int>(n));
}

double power(double base, double exponent) { return exponential(exponent * logarithm(base)); }

// Euler and Maclaurin behind 32 terms: the first that is left out is below 1e-17.
double zeta(double a) {
    constexpr double n = 32;
    double sum = 0;
    for (double k = 1; k < n; ++k) sum += power(k, -a);
    const double last = power(n, -a);
    double term = a * last / n;
    sum += last * n / (a - 1) + last / 2 + term / 12;
    term *= (a + 1) * (a + 2) / (n * n);
    sum -= term / 720;
    term *= (a + 3) * (a + 4) / (n * n);
    sum += term / 30240;
    term *= (a + 5) * (a + 6) / (n * n);
    return sum - term / 1209600;
}

}  // namespace

zipf_law::zipf_law(double exponent) : exponent_(exponent), zeta_(zeta(exponent)) {}

double zipf_law::share(int64_t rank) const { return power(static_cast<double>(rank), -exponent_) / zeta_; }

// A difference of 1 before both are cut off leaves one behind.
int64_t word_counts::fewest_words(int64_t rank) const {
    const double words = std::ceil(1 / (law_.share(rank) - law_.share(rank + 1)));
    return words < 0x1p40 ? static_cast<int64_t>(words) : int64_t{1} << 40;
}

}  // namespace farspan
