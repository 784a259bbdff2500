#include "eval/verdict.hpp"

#include <cmath>

namespace farspan {
namespace {

constexpr double improves_below = 0.98, holds_up_to = 1.10, degrades_up_to = 1.5;

int32_t verdict_of(double ratio) {
    if (ratio < improves_below) return FARSPAN_VERDICT_IMPROVES;
    if (ratio <= holds_up_to) return FARSPAN_VERDICT_HOLDS;
    return ratio <= degrades_up_to ? FARSPAN_VERDICT_DEGRADES : FARSPAN_VERDICT_EXPLODES;
}

}  // namespace

const char* const verdict_rule =
    "r = worst perplexity beyond the trained length / perplexity at it: improves r < 0.98, holds <= 1.10, "
    "degrades <= 1.5, explodes > 1.5 or not finite";

const char* verdict_name(int32_t verdict) {
    switch (verdict) {
        case FARSPAN_VERDICT_UNTESTED:
            return "untested";
        case FARSPAN_VERDICT_IMPROVES:
            return "improves";
        case FARSPAN_VERDICT_HOLDS:
            return "holds";
        case FARSPAN_VERDICT_DEGRADES:
            return "degrades";
        case FARSPAN_VERDICT_EXPLODES:
            return "explodes";
        default:
            return nullptr;
    }
}

farspan_verdict judge(const int64_t* lengths, const double* nll, int64_t count, int64_t trained_length, pacer& pace) {
    farspan_verdict result{};
    result.struct_size = sizeof result;
    int64_t beyond = 0;
    while (beyond < count && lengths[beyond] <= trained_length) ++beyond;
    if (beyond == 0 || beyond == count) return result;
    const double reference = std::exp(nll[beyond - 1]);
    result.reference_length = lengths[beyond - 1];
    for (int64_t n = beyond; n < count; ++n) {
        pace.step(2);
        const double ratio = std::exp(nll[n]) / reference;
        // A ratio that is no number is worse than any number.
        const bool worse = ratio > result.worst_ratio || (std::isnan(ratio) && !std::isnan(result.worst_ratio));
        if (n > beyond && !worse) continue;
        result.worst_ratio = ratio;
        result.worst_length = lengths[n];
    }
    result.verdict = verdict_of(result.worst_ratio);
    return result;
}

}  // namespace farspan
