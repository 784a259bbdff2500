#pragma once
// Passes over a tile for the gradient of attention.
#include "kernels/score.inl"

namespace farspan::kernels::FARSPAN_ISA_NS {
namespace {

// 1 - tanh^2, from the same terms as tanh: 4 e / (1 + e)^2 where 1 - t^2 would cancel.
FARSPAN_INLINE vec tanh_slope(vec x, vec t) {
    const vec magnitude = absolute(x), one = splat(1.0f);
    const vec e = exp2_negative(magnitude * splat(-2.885390082f));
    const vec sum = one + e;
    return select(magnitude < splat(0.625f), neg_mul_add(t, t, one), splat(4.0f) * e / (sum * sum));
}

void softcap_slope(float* s, float* slope, int64_t lds, int64_t rows, int64_t cols, float cap) {
    const vec scale = splat(cap), inverse = splat(1.0f / cap);
    for (int64_t r = 0; r < rows; ++r)
        for (int64_t c = 0; c < cols; c += lanes) {
            const vec x = load(s + r * lds + c) * inverse, t = tanh_of(x);
            store(s + r * lds + c, scale * t);
            store(slope + r * lds + c, tanh_slope(x, t));
        }
}

// A hidden key has the weight 0 whatever lse says; what has the weight 0 has no gradient whatever dp says: padding may
// hold NaN.
void softmax_gradient(float* s, float* dp, int64_t lds, int64_t rows, int64_t cols, const float* lse,
                      const float* delta) {
    const vec zero = splat(0.0f), hidden = splat(-infinity);
    for (int64_t r = 0; r < rows; ++r) {
        const vec base = splat(lse[r]), mean = splat(delta[r]);
        for (int64_t c = 0; c < cols; c += lanes) {
            float *weight = s + r * lds + c, *change = dp + r * lds + c;
            const vec x = load(weight);
            const vec p = select(x == hidden, zero, exp2_negative(x - base));
            store(weight, p);
            store(change, select(p == zero, zero, p * (load(change) - mean)));
        }
    }
}

void scale_tile(float* x, const float* factor, int64_t ld, int64_t rows, int64_t cols) {
    const vec zero = splat(0.0f);
    for (int64_t r = 0; r < rows; ++r)
        for (int64_t c = 0; c < cols; c += lanes) {
            const vec before = load(x + r * ld + c);
            store(x + r * ld + c, select(before == zero, zero, before * load(factor + r * ld + c)));
        }
}

}  // namespace
}  // namespace farspan::kernels::FARSPAN_ISA_NS
