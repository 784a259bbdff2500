#include "absolute.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace oracle {
namespace {

std::vector<double> interleaved_row(double position, int features, double base) {
    std::vector<double> row;
    for (int d = 0; d < features; ++d) {
        const double angle = position / std::pow(base, 2.0 * (d / 2) / features);
        row.push_back(d % 2 == 0 ? std::sin(angle) : std::cos(angle));
    }
    return row;
}

std::vector<double> block_row(double position, int features, double base) {
    std::vector<double> row;
    const int sines = (features + 1) / 2;
    for (int p = 0; p < sines; ++p) row.push_back(std::sin(position / std::pow(base, 2.0 * p / features)));
    for (int p = 0; p < features - sines; ++p) row.push_back(std::cos(position / std::pow(base, 2.0 * p / features)));
    return row;
}

// The denominator D/2 - 1 makes the last frequency exactly 1/base. At D = 2 and 3 it is 0; tensor2tensor
// guards with max(., 1), fairseq divides by it.
std::vector<double> shifted_block_row(double position, int features, double base) {
    std::vector<double> row(static_cast<size_t>(features), 0.0);
    const int half = features / 2;
    for (int p = 0; p < half; ++p) {
        const double angle = position * std::exp(-p * std::log(base) / std::max(half - 1, 1));
        row[static_cast<size_t>(p)] = std::sin(angle);
        row[static_cast<size_t>(half + p)] = std::cos(angle);
    }
    return row;
}

}  // namespace

std::vector<double> sinusoidal_row(double position, int features, sinusoidal_layout layout, double base) {
    if (features < 1) throw std::invalid_argument("features must be positive");
    switch (layout) {
        case sinusoidal_layout::interleaved:
            return interleaved_row(position, features, base);
        case sinusoidal_layout::blocks:
            return block_row(position, features, base);
        case sinusoidal_layout::blocks_shifted:
            return shifted_block_row(position, features, base);
    }
    throw std::invalid_argument("unknown sinusoidal layout");
}

std::vector<double> learned_row(const std::vector<double>& table, int rows, int features, int position) {
    if (position < 0 || position >= rows) throw std::invalid_argument("position outside the learned table");
    const auto first = table.begin() + static_cast<std::ptrdiff_t>(position) * features;
    return {first, first + features};
}

}  // namespace oracle
