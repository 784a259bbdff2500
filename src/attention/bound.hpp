// What certainly does not matter is left out: the rule, for pages of a cache (negligible.hpp) and for tiles of a prompt
// (negligible_tiles.hpp).
//
// For a query q and n keys k_j with biases b_j, in base-2 units,
//   sum_j 2^(<q, k_j> + b_j)  <=  n 2^(|q| max_j |k_j| + max_j b_j)
// and once the logits s_j are known, <= n 2^(max_j s_j). Keys are left out if all that has been left out for the query,
// they included, is at most 2^-25 of the weights found so far. The exact output is then (1 - rho) times what is computed
// plus rho times a mean of values, rho <= 2^-25: it differs by at most 2^-24 max|v|, which is less than the rounding of
// the products; its lse by at most 2^-24.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

#include "plan/bias_ceiling.hpp"

namespace farspan {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double rounding_margin = 1.00001;  // for norms that are rounded

// At least the norm of a row.
inline double norm_bound(const float* row, int64_t dim) {
    double square = 0;
    for (int64_t d = 0; d < dim; ++d) square += static_cast<double>(row[d]) * row[d];
    return std::sqrt(square) * rounding_margin;
}

// A lower bound of log2(sum 2^maximum), the weights found so far.
inline double least_log2(float maximum, float sum) {
    return sum > 0 ? maximum + static_cast<double>(std::ilogb(sum)) : -infinite;
}

// What no product exceeds, base 2.
inline double cap_of(const score_part& score) {
    return score.softcap > 0 ? score.softcap * std::numbers::log2e : infinite;
}

// A rotation keeps norms, but for its magnitude, which queries and keys both get.
inline double growth_of(const rope_part& rope) { return rope.enabled ? std::max(1.0, rope.magnitude) : 1; }

// At least every logit of keys of this norm, with margins for their rounding. What may overflow on its way, or is not
// finite, has no bound; nor has NaN.
inline double logit_bound(double query_norm, double key_norm, double cap, double bias) {
    constexpr double never_overflows = 0x1p100;
    const double product = query_norm * key_norm;
    if (!(product <= never_overflows)) return infinite;
    const double capped = std::min(product, cap);
    return capped + bias + (capped + std::fabs(bias)) * 0x1p-21;
}

// What may still be left out, as a part of the weights found so far.
class allowance {
public:
    explicit allowance(double part = 1) : left_(0x1p-25 * part) {}

    // So many keys with logits up to this one, when the weights found sum to 2^found: true and spent, or false.
    bool take(double logit, int64_t keys, double found) {
        const double weight = static_cast<double>(keys) * std::exp2(logit - found + margin);
        if (!(weight <= left_)) return false;  // also for NaN
        left_ -= weight;
        return true;
    }
    // The largest logit that it would take, nearly.
    float most_logit(int64_t keys, double found) const {
        return static_cast<float>(std::log2(left_ / static_cast<double>(keys)) + found);
    }

private:
    static constexpr double margin = 0.01;  // for what is rounded in the weights themselves
    double left_;
};

}  // namespace farspan
