#pragma once
// Passes over one row of natural logits of any width: what a loss over a vocabulary needs.
#include "kernels/vec.inl"

namespace farspan::kernels::FARSPAN_ISA_NS {
namespace {

// The first n < lanes numbers; `otherwise` behind them.
FARSPAN_INLINE vec load_tail(const float* p, int64_t n, float otherwise) {
    return select(lane_numbers() < splat(static_cast<float>(n)), load_part(p, n), splat(otherwise));
}

float max_row(const float* x, int64_t count) {
    const vec none = splat(-infinity);
    vec most[4] = {none, none, none, none};
    int64_t c = 0;
    for (; c + 4 * lanes <= count; c += 4 * lanes) {
        FARSPAN_UNROLL
        for (int k = 0; k < 4; ++k) most[k] = max_number(load(x + c + k * lanes), most[k]);
    }
    for (; c + lanes <= count; c += lanes) most[0] = max_number(load(x + c), most[0]);
    if (c < count) most[0] = max_number(load_tail(x + c, count - c, -infinity), most[0]);
    return max_lanes(max_number(max_number(most[0], most[1]), max_number(most[2], most[3])));
}

// e^(x - base) for x <= base. The difference is rounded before it is multiplied, so that the error is relative to it
// and not to the logits.
FARSPAN_INLINE vec exp_below(vec x, vec base) {
    return exp2_negative((x - base) * splat(0x1.715476p+0f));
}

double sum_exp_row(const float* x, int64_t count, float base) {
    constexpr int64_t fold = 64 * lanes;  // terms that floats may sum before a double takes over
    const vec shift = splat(base);
    double total = 0.0;
    int64_t c = 0;
    while (c + 4 * lanes <= count) {
        const int64_t end = smaller(c + fold, count);
        vec sum[4] = {splat(0.0f), splat(0.0f), splat(0.0f), splat(0.0f)};
        for (; c + 4 * lanes <= end; c += 4 * lanes) {
            FARSPAN_UNROLL
            for (int k = 0; k < 4; ++k) sum[k] = sum[k] + exp_below(load(x + c + k * lanes), shift);
        }
        total += static_cast<double>(sum_lanes((sum[0] + sum[1]) + (sum[2] + sum[3])));
    }
    vec rest = splat(0.0f);
    for (; c + lanes <= count; c += lanes) rest = rest + exp_below(load(x + c), shift);
    if (c < count) rest = rest + exp_below(load_tail(x + c, count - c, -infinity), shift);
    return total + static_cast<double>(sum_lanes(rest));
}

void exp_row(float* x, int64_t count, float base, float factor) {
    const vec shift = splat(base), scale = splat(factor);
    for (int64_t c = 0; c < count; c += lanes)
        store_some(x + c, exp_below(load_some(x + c, count - c), shift) * scale, count - c);
}

}  // namespace
}  // namespace farspan::kernels::FARSPAN_ISA_NS
