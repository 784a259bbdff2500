#include "int8_rows.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

namespace farspan_test {
namespace {

// x as a multiple of the scale, at most `most` of them.
double in_steps(double x, double scale, double most, bool refuse_ties) {
    if (!(scale > 0)) return 0;
    const double steps = x / scale;
    if (refuse_ties && std::fabs(steps - std::floor(steps) - 0.5) < std::fabs(steps) * 0x1p-22)
        throw std::logic_error("a value half-way between two of int8");
    return std::clamp(std::nearbyint(steps), -most, most) * scale;
}

}  // namespace

// 8 bits, 16 for the few features that are far larger than the others.
void round_key_to_int8(double* key, int64_t dim, bool refuse_ties) {
    double largest = 0, most_ordinary = 0;
    for (int64_t d = 0; d < dim; ++d) largest = std::max(largest, std::fabs(key[d]));
    for (int64_t first = 0; first < dim; first += 256) {
        std::vector<double> sizes;
        for (int64_t d = first; d < std::min<int64_t>(first + 256, dim); ++d) sizes.push_back(std::fabs(key[d]));
        std::sort(sizes.begin(), sizes.end());
        most_ordinary = std::max(most_ordinary, sizes[sizes.size() - sizes.size() / 8 - 1]);
    }
    const auto is_wide = [&](double x) { return largest > 3 * most_ordinary && std::fabs(x) > 2.25 * most_ordinary; };
    double ordinary = 0;
    for (int64_t d = 0; d < dim; ++d)
        if (!is_wide(key[d])) ordinary = std::max(ordinary, std::fabs(key[d]));
    const double scale = std::max(static_cast<float>(ordinary) / 127, static_cast<float>(largest) / (127 * 256));
    for (int64_t d = 0; d < dim; ++d) key[d] = in_steps(key[d], scale, is_wide(key[d]) ? 127 * 256 : 127, refuse_ties);
}

// Groups of 16 with a scale of 8 significant bits, rounded up.
void round_value_to_int8(double* value, int64_t dim, bool refuse_ties) {
    for (int64_t first = 0; first < dim; first += 16) {
        const int64_t count = std::min<int64_t>(16, dim - first);
        double largest = 0;
        for (int64_t d = 0; d < count; ++d) largest = std::max(largest, std::fabs(value[first + d]));
        int exponent = 0;
        const double digits = std::frexp(static_cast<float>(largest) / 127, &exponent);
        const double scale = std::ldexp(std::ceil(digits * 256), exponent - 8);
        for (int64_t d = 0; d < count; ++d) value[first + d] = in_steps(value[first + d], scale, 127, refuse_ties);
    }
}

}  // namespace farspan_test
