#pragma once
// Passes over one row of natural logits of any width: what a loss over a vocabulary needs.
#include "kernels/rows.inl"

namespace farspan::kernels::FARSPAN_ISA_NS {
namespace {

// e^(x - base) for x <= base, anything for others. The difference is rounded before it is multiplied, so that the error
// is relative to it and not to the logits.
FARSPAN_INLINE vec exp_below(vec x, vec base) { return exp2_negative((x - base) * splat(0x1.715476p+0f)); }

// A row may be at the end of its memory: the last n < lanes numbers, and -infinity behind them.
template <class element>
FARSPAN_INLINE vec read_tail(const typename element::type* p, int64_t n) {
    typename element::type some[lanes] = {};
    std::memcpy(some, p, static_cast<size_t>(n) * sizeof some[0]);
    return select(lane_numbers() < splat(static_cast<float>(n)), element::read(some), splat(-infinity));
}

constexpr int64_t exp_group = 4 * lanes, exp_terms = 16 * exp_group;  // as many are added up in float: 64 per lane

// Per lane, the sum of e^(x - base) over up to exp_terms numbers, and the largest; NaN is no number, -infinity the
// least. The sum is worth nothing if a number is larger than the base.
struct exponentials {
    vec sum, most;
};
template <class element>
FARSPAN_INLINE exponentials sum_exponentials(const typename element::type* x, int64_t count, vec base) {
    constexpr int64_t bytes = exp_group * static_cast<int64_t>(sizeof *x), ahead = 2048;
    vec sum[4] = {splat(0.0f), splat(0.0f), splat(0.0f), splat(0.0f)}, most = splat(-infinity);
    const auto add = [&](int k, vec number) __attribute__((always_inline)) {
        most = max_number(number, most);
        sum[k] = sum[k] + exp_below(number, base);
    };
    int64_t c = 0;
    for (; c + exp_group <= count; c += exp_group) {
        // Memory is not that fast by itself where pages are small.
        for (int64_t line = 0; line < bytes; line += 64)
            __builtin_prefetch(reinterpret_cast<const char*>(x + c) + ahead + line, 0, 2);
        FARSPAN_UNROLL
        for (int k = 0; k < 4; ++k) add(k, element::read(x + c + k * lanes));
    }
    for (; c + lanes <= count; c += lanes) add(0, element::read(x + c));
    if (c < count) add(1, read_tail<element>(x + c, count - c));
    return {(sum[0] + sum[1]) + (sum[2] + sum[3]), most};
}

template <class element>
int64_t sum_exp_row(const void* logits, int64_t count, float* maximum, double* sum) {
    const auto* x = static_cast<const typename element::type*>(logits);
    const vec base = splat(*maximum == -infinity ? 0.0f : *maximum);
    for (int64_t c = 0; c < count; c += exp_terms) {
        const exponentials next = sum_exponentials<element>(x + c, smaller(exp_terms, count - c), base);
        if (const float most = max_lanes(next.most); most > *maximum) {
            *maximum = most;
            return c;
        }
        *sum += static_cast<double>(sum_lanes(next.sum));
    }
    return count;
}

void exp_row(float* x, int64_t count, float base, float factor) {
    const vec shift = splat(base), scale = splat(factor);
    for (int64_t c = 0; c < count; c += lanes)
        store_some(x + c, exp_below(load_some(x + c, count - c), shift) * scale, count - c);
}

}  // namespace
}  // namespace farspan::kernels::FARSPAN_ISA_NS
