#pragma once
// Passes over a tile of logits. `cols` is a multiple of 16, hence of lanes; rows of s are padded.
#include "kernels/vec.inl"

namespace farspan::kernels::FARSPAN_ISA_NS {
namespace {

// tanh, relative error about 3e-7 everywhere: an odd polynomial below 5/8, (1 - e) / (1 + e) with e = exp(-2 |x|)
// above.
FARSPAN_INLINE vec tanh_of(vec x) {
    const vec magnitude = absolute(x), square = x * x;
    vec p = mul_add(splat(-5.70498872745e-3f), square, splat(2.06390887954e-2f));
    p = mul_add(p, square, splat(-5.37397155531e-2f));
    p = mul_add(p, square, splat(1.33314422036e-1f));
    p = mul_add(p, square, splat(-3.33332819422e-1f));
    const vec near_zero = mul_add(p * square, x, x);
    const vec e = exp2_negative(magnitude * splat(-2.885390082f));
    const vec one = splat(1.0f);
    const vec far = (one - e) / (one + e);
    const vec signed_far = select(x < splat(0.0f), splat(0.0f) - far, far);
    return select(magnitude < splat(0.625f), near_zero, signed_far);
}

void softcap(float* s, int64_t lds, int64_t rows, int64_t cols, float cap) {
    const vec scale = splat(cap), inverse = splat(1.0f / cap);
    for (int64_t r = 0; r < rows; ++r)
        for (int64_t c = 0; c < cols; c += lanes) {
            float* p = s + r * lds + c;
            store(p, scale * tanh_of(load(p) * inverse));
        }
}

// An infinite product is one that overflowed on its way, whatever its sign: 0 * infinity makes it NaN on every
// instruction set.
void mark_overflow(float* s, int64_t lds, int64_t rows, int64_t cols) {
    const vec zero = splat(0.0f);
    for (int64_t r = 0; r < rows; ++r)
        for (int64_t c = 0; c < cols; c += lanes) {
            const vec x = load(s + r * lds + c);
            store(s + r * lds + c, mul_add(x, zero, x));
        }
}

// With a bias a score saturates: the largest floats take the place of infinities, which would hide the key or make NaN.
// NaN stays.
FARSPAN_INLINE vec saturated(vec x) {
    const vec most = splat(largest_float), least = splat(-largest_float);
    return select(x < least, least, select(most < x, most, x));
}

// A bias of -infinity hides the key.
FARSPAN_INLINE vec with_bias(vec factor, vec bias, vec x) {
    const vec sum = mul_add(factor, bias, x);
    return select(bias == splat(-infinity), sum, saturated(sum));
}

template <bool symmetric>
FARSPAN_INLINE void subtract_slope(float* s, int64_t lds, int64_t rows, int64_t cols, float slope, const float* row,
                                   const float* key) {
    const vec factor = splat(slope);
    for (int64_t r = 0; r < rows; ++r) {
        const vec position = splat(row[r]);
        for (int64_t c = 0; c < cols; c += lanes) {
            vec distance = position - load(key + c);
            if constexpr (symmetric) distance = absolute(distance);
            store(s + r * lds + c, saturated(neg_mul_add(factor, distance, load(s + r * lds + c))));
        }
    }
}

void bias_slope(float* s, int64_t lds, int64_t rows, int64_t cols, float slope, int32_t symmetric, const float* row,
                const float* key) {
    if (symmetric != 0)
        subtract_slope<true>(s, lds, rows, cols, slope, row, key);
    else
        subtract_slope<false>(s, lds, rows, cols, slope, row, key);
}

void bias_rows(float* s, int64_t lds, int64_t rows, int64_t count, const float* const* bias, float factor) {
    const vec f = splat(factor);
    for (int64_t r = 0; r < rows; ++r) {
        float* row = s + r * lds;
        int64_t c = 0;
        for (; c + lanes <= count; c += lanes) store(row + c, with_bias(f, load(bias[r] + c), load(row + c)));
        if (c < count) {
            const int64_t n = count - c;
            store_part(row + c, with_bias(f, load_part(bias[r] + c, n), load_part(row + c, n)), n);
        }
    }
}

void select_older(float* s, const float* older, int64_t lds, int64_t rows, int64_t cols, const int32_t* threshold) {
    const vec numbers = lane_numbers();
    for (int64_t r = 0; r < rows; ++r) {
        const int64_t last = smaller(larger(threshold[r], 0), cols);
        const vec end = splat(static_cast<float>(last));
        for (int64_t c = 0; c < last; c += lanes) {
            const vec_bool is_older = numbers + splat(static_cast<float>(c)) < end;
            store(s + r * lds + c, select(is_older, load(older + r * lds + c), load(s + r * lds + c)));
        }
    }
}

// Hides the lanes of [from, to) that lie in this row.
FARSPAN_INLINE void hide(float* row, int64_t from, int64_t to) {
    const vec numbers = lane_numbers(), hidden = splat(-infinity);
    const vec first_hidden = splat(static_cast<float>(from)), end = splat(static_cast<float>(to));
    for (int64_t c = from / lanes * lanes; c < to; c += lanes) {
        const vec lane = numbers + splat(static_cast<float>(c));
        vec x = load(row + c);
        x = select(lane < first_hidden, x, select(lane < end, hidden, x));
        store(row + c, x);
    }
}

void mask(float* s, int64_t lds, int64_t rows, int64_t cols, const int32_t* first0, const int32_t* last0,
          const int32_t* first1, const int32_t* last1) {
    for (int64_t r = 0; r < rows; ++r) {
        // Two disjoint intervals in ascending order, clipped to the tile; empty ones sit at its end.
        int64_t a0 = larger(first0[r], 0), a1 = smaller(last0[r], cols);
        int64_t b0 = first1 != nullptr ? larger(first1[r], 0) : cols,
                b1 = first1 != nullptr ? smaller(last1[r], cols) : cols;
        if (a0 >= a1) a0 = a1 = cols;
        if (b0 >= b1) b0 = b1 = cols;
        if (b0 < a0) {
            const int64_t t0 = a0, t1 = a1;
            a0 = b0, a1 = b1;
            b0 = t0, b1 = t1;
        }
        float* row = s + r * lds;
        hide(row, 0, a0);
        hide(row, a1, larger(a1, b0));
        hide(row, larger(a1, b1), cols);
    }
}

}  // namespace
}  // namespace farspan::kernels::FARSPAN_ISA_NS
