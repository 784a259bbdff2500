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

// The largest number; NaN is none, -infinity the least.
template <class element>
FARSPAN_INLINE float largest_number(const typename element::type* x, int64_t count) {
    vec most[2] = {splat(-infinity), splat(-infinity)};
    int64_t c = 0;
    for (; c + 2 * lanes <= count; c += 2 * lanes) {
        vec a, b;
        element::read_two(x + c, a, b);
        most[0] = max_number(a, most[0]);
        most[1] = max_number(b, most[1]);
    }
    for (; c < count; c += lanes)
        most[0] = max_number(c + lanes <= count ? element::read(x + c) : read_tail<element>(x + c, count - c), most[0]);
    return max_lanes(max_number(most[0], most[1]));
}

// The sum of e^(x - base), base >= every number.
template <class element>
FARSPAN_INLINE double sum_exponentials(const typename element::type* x, int64_t count, vec base) {
    vec sums[2] = {splat(0.0f), splat(0.0f)};
    int64_t c = 0;
    for (; c + 2 * lanes <= count; c += 2 * lanes) {
        vec a, b;
        element::read_two(x + c, a, b);
        sums[0] = sums[0] + exp_below(a, base);
        sums[1] = sums[1] + exp_below(b, base);
    }
    for (; c < count; c += lanes)
        sums[0] =
            sums[0] + exp_below(c + lanes <= count ? element::read(x + c) : read_tail<element>(x + c, count - c), base);
    return static_cast<double>(sum_lanes(sums[0] + sums[1]));
}

// Numbers of which none needs a thought: none above the base, none so far below that its term would be 0, no NaN. The
// bits of base - x say so of all at once: those of what is below 0, of NaN and of infinity are larger than those of the
// largest distance. Two vectors go through each step together, since the next waits for it.
constexpr float exp_reach = 87.0f;
constexpr int64_t exp_pair = 2 * lanes;
constexpr int64_t exp_terms = 64 * exp_pair;  // as many are added up in float: 64 per lane of either sum

// Whether there was none but such numbers: then their sum joins *sum. count is a multiple of exp_pair.
template <class element>
FARSPAN_INLINE bool add_plain_exponentials(const typename element::type* x, int64_t count, vec base, double* sum) {
    constexpr int64_t bytes = exp_pair * static_cast<int64_t>(sizeof *x), ahead = 1024;
    vec sums[2] = {splat(0.0f), splat(0.0f)}, far = splat(0.0f);
    for (int64_t c = 0; c < count; c += exp_pair) {
        // Memory is not that fast by itself behind so much arithmetic, and where pages are small.
        for (int64_t line = 0; line < bytes; line += 64)
            __builtin_prefetch(reinterpret_cast<const char*>(x + c) + ahead + line, 0, 3);
        vec t[2], shifted[2], f[2], p[2];
        element::read_two(x + c, t[0], t[1]);
        FARSPAN_UNROLL
        for (int k = 0; k < 2; ++k) t[k] = base - t[k];
        FARSPAN_UNROLL
        for (int k = 0; k < 2; ++k) far = larger_bits(far, t[k]);
        // -t log2(e) = n + f: n in steps of 1 or 1/4, whatever the table of the instruction set has.
        FARSPAN_UNROLL
        for (int k = 0; k < 2; ++k) t[k] = t[k] * splat(-0x1.715476p+0f * exp2_steps);
        FARSPAN_UNROLL
        for (int k = 0; k < 2; ++k) shifted[k] = t[k] + splat(exp2_magic);
        FARSPAN_UNROLL
        for (int k = 0; k < 2; ++k) f[k] = shifted[k] - splat(exp2_magic);
        FARSPAN_UNROLL
        for (int k = 0; k < 2; ++k) f[k] = t[k] - f[k];
        constexpr int last = static_cast<int>(sizeof exp2_of_step / sizeof exp2_of_step[0]) - 1;
        FARSPAN_UNROLL
        for (int k = 0; k < 2; ++k) p[k] = splat(exp2_of_step[last]);
        FARSPAN_UNROLL
        for (int n = last - 1; n >= 0; --n) {
            FARSPAN_UNROLL
            for (int k = 0; k < 2; ++k) p[k] = mul_add(p[k], f[k], splat(exp2_of_step[n]));
        }
        FARSPAN_UNROLL
        for (int k = 0; k < 2; ++k) sums[k] = mul_add(p[k], low_bits_to_power(shifted[k]), sums[k]);
    }
    if (largest_bits(far) > bits_of(exp_reach)) return false;
    *sum += static_cast<double>(sum_lanes(sums[0] + sums[1]));
    return true;
}

template <class element>
int64_t sum_exp_row(const void* logits, int64_t count, float* maximum, double* sum) {
    const auto* x = static_cast<const typename element::type*>(logits);
    // The more of a row is looked at first, the less often a larger number comes later.
    constexpr int64_t opening = 16 * exp_terms / sizeof *x;
    if (*maximum == -infinity) {
        *maximum = largest_number<element>(x, smaller(opening, count));
        if (*maximum > -infinity) return 0;
    }
    const vec base = splat(*maximum == -infinity ? 0.0f : *maximum);
    // Where one number needs a thought, its neighbours may too: a row can be masked with -infinity.
    constexpr int64_t distrust = 8 * exp_terms;
    int64_t plain_from = 0;
    for (int64_t c = 0; c < count; c += exp_terms) {
        const int64_t terms = smaller(exp_terms, count - c);
        int64_t plain = c >= plain_from ? terms / exp_pair * exp_pair : 0;
        if (plain > 0 && !add_plain_exponentials<element>(x + c, plain, base, sum)) {
            plain = 0;
            plain_from = c + distrust;
        }
        if (plain == terms) continue;
        if (const float most = largest_number<element>(x + c + plain, terms - plain); most > *maximum) {
            *maximum = most;
            return c + plain;
        }
        *sum += sum_exponentials<element>(x + c + plain, terms - plain, base);
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
