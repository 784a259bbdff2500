#include "bias.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <stdexcept>

namespace oracle {
namespace {

double real(int64_t value) { return static_cast<double>(value); }

std::vector<double> power_of_two_slopes(int heads, double bias_max) {
    std::vector<double> slopes;
    for (int h = 0; h < heads; ++h) slopes.push_back(std::pow(2.0, -bias_max * (h + 1) / heads));
    return slopes;
}

int floor_power_of_two(int heads) {
    if (heads < 1) throw std::invalid_argument("heads must be positive");
    return static_cast<int>(std::bit_floor(static_cast<unsigned>(heads)));
}

}  // namespace

std::vector<double> alibi_slopes(int heads, double bias_max) {
    const int lower = floor_power_of_two(heads);
    std::vector<double> slopes = power_of_two_slopes(lower, bias_max);
    const std::vector<double> finer = power_of_two_slopes(2 * lower, bias_max);
    for (int extra = 0; extra < heads - lower; ++extra) slopes.push_back(finer[static_cast<size_t>(2 * extra)]);
    return slopes;
}

std::vector<double> alibi_slopes_mpt(int heads, double bias_max) {
    const int lower = floor_power_of_two(heads);
    if (lower == heads) return power_of_two_slopes(heads, bias_max);
    const std::vector<double> all = power_of_two_slopes(2 * lower, bias_max);
    std::vector<double> slopes;
    for (size_t k = 1; k < all.size(); k += 2) slopes.push_back(all[k]);
    for (size_t k = 0; k < all.size(); k += 2) slopes.push_back(all[k]);
    slopes.resize(static_cast<size_t>(heads));
    return slopes;
}

std::vector<double> alibi_slopes_ggml(int heads, double bias_max) {
    const int lower = floor_power_of_two(heads);
    const double m0 = std::pow(2.0, -bias_max / lower);
    const double m1 = std::pow(2.0, -(bias_max / 2.0) / lower);
    std::vector<double> slopes;
    for (int h = 0; h < heads; ++h)
        slopes.push_back(h < lower ? std::pow(m0, h + 1) : std::pow(m1, 2 * (h - lower) + 1));
    return slopes;
}

double alibi_relative(double slope, int64_t i, int64_t j) { return -slope * real(i - j); }
double alibi_key_only(double slope, int64_t j) { return slope * real(j); }
double alibi_right_aligned(double slope, int64_t j, int64_t keys) { return slope * real(j - (keys - 1)); }
double alibi_symmetric(double slope, int64_t i, int64_t j) { return -slope * real(std::abs(i - j)); }

double alibi_falcon(double slope, int64_t j, int head_dim) {
    return alibi_key_only(slope, j) / std::sqrt(static_cast<double>(head_dim));
}

double alibi_bloom(double slope, const std::vector<int>& attention_mask, int64_t j) {
    int64_t running = 0;
    for (int64_t t = 0; t <= j; ++t) running += attention_mask.at(static_cast<size_t>(t));
    return slope * real((running - 1) * attention_mask.at(static_cast<size_t>(j)));
}

double alibi_lm_infinite(double slope, int64_t i, int64_t j, int64_t limit) {
    return -slope * real(std::min(i - j, limit));
}

double alibi_interpolated(double slope, int64_t i, int64_t j, int64_t trained_length, int64_t keys) {
    const double share = keys > trained_length ? real(trained_length) / real(keys) : 1.0;
    return alibi_relative(slope * share, i, j);
}

int t5_bucket(int64_t relative, bool bidirectional, int buckets, int max_distance) {
    const int side = bidirectional ? buckets / 2 : buckets;
    const int offset = bidirectional && relative > 0 ? side : 0;
    const int64_t n = bidirectional ? std::abs(relative) : std::max<int64_t>(-relative, 0);
    const int max_exact = side / 2;
    if (n < max_exact) return offset + static_cast<int>(n);
    const double share = std::log(real(n) / max_exact) / std::log(static_cast<double>(max_distance) / max_exact);
    return offset + std::min(side - 1, max_exact + static_cast<int>(share * (side - max_exact)));
}

double t5_bias(const std::vector<double>& table, int bucket, int head, int heads) {
    return table.at(static_cast<size_t>(bucket) * static_cast<size_t>(heads) + static_cast<size_t>(head));
}

double kerple_log(double p, double a, int64_t distance) {
    if (distance <= 0) return 0.0;
    return -std::max(p, 0.01) * std::log(1.0 + std::max(a, 0.01) * real(distance));
}

double kerple_power(double p, double a, int64_t distance) {
    if (distance <= 0) return 0.0;
    return -std::max(a, 0.01) * std::pow(real(distance), std::clamp(p, 0.01, 2.0));
}

double kerple_weight(double p, double a, int64_t distance) { return std::exp(kerple_power(p, a, distance)); }

double sandwich(int64_t distance, int head, int heads, int width) {
    if (distance <= 0) return 0.0;
    double sum = 0.0;
    for (int k = 1; k <= width / 2; ++k) sum += std::cos(real(distance) * std::pow(10000.0, -2.0 * k / width));
    return (sum - width / 2) / ((head + 1) * 8.0 / heads);
}

double fire_input(int64_t i, int64_t j, double c, double threshold, double multiplier, double eps) {
    const double normaliser = std::max(real(i), std::abs(multiplier * threshold));
    return std::log(std::abs(c * real(i - j)) + 1.0) / (std::log(std::abs(c * normaliser) + 1.0) + eps);
}

double fire_bias(double input, const fire_mlp& mlp, int head) {
    const size_t hidden = mlp.w1.size();
    double sum = mlp.b2.at(static_cast<size_t>(head));
    for (size_t u = 0; u < hidden; ++u) {
        const double activation = std::max(0.0, mlp.w1[u] * input + mlp.b1.at(u));
        sum += mlp.w2.at(static_cast<size_t>(head) * hidden + u) * activation;
    }
    return sum;
}

}  // namespace oracle
