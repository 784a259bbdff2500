#pragma once
// Rotation of feature pairs: (u, v) becomes (u cos - v sin, v cos + u sin).
#include "kernels/vec.inl"

namespace farspan::kernels::FARSPAN_ISA_NS {
namespace {

// Pairs p .. p + n - 1 of a row, n <= lanes: half keeps u and v `pairs` apart, interleaved keeps them adjacent.
template <bool half>
FARSPAN_INLINE void load_uv(const float* row, int64_t pairs, int64_t p, int64_t n, vec& u, vec& v) {
    if constexpr (half) {
        u = load_some(row + p, n);
        v = load_some(row + pairs + p, n);
    } else if (n >= lanes) {
        load_pairs(row + 2 * p, u, v);
    } else {
        float some[2 * lanes] = {};
        std::memcpy(some, row + 2 * p, static_cast<size_t>(2 * n) * sizeof(float));
        load_pairs(some, u, v);
    }
}

template <bool half>
FARSPAN_INLINE void store_uv(float* row, int64_t pairs, int64_t p, int64_t n, vec u, vec v) {
    if constexpr (half) {
        store_some(row + p, u, n);
        store_some(row + pairs + p, v, n);
    } else if (n >= lanes) {
        store_pairs(row + 2 * p, u, v);
    } else {
        float some[2 * lanes];
        store_pairs(some, u, v);
        std::memcpy(row + 2 * p, some, static_cast<size_t>(2 * n) * sizeof(float));
    }
}

template <bool half, bool back>
FARSPAN_INLINE void rotate_vec(float* row, int64_t pairs, int64_t p, int64_t n, const float* cosine,
                               const float* sine) {
    vec u, v;
    load_uv<half>(row, pairs, p, n, u, v);
    const vec c = load_some(cosine + p, n), s = load_some(sine + p, n);
    if constexpr (back)
        store_uv<half>(row, pairs, p, n, mul_add(v, s, u * c), neg_mul_add(u, s, v * c));
    else
        store_uv<half>(row, pairs, p, n, neg_mul_add(v, s, u * c), mul_add(u, s, v * c));
}

// back: the transpose, (u, v) becomes (u cos + v sin, v cos - u sin).
template <bool half, bool back = false>
void rotate(float* x, int64_t ld, int64_t rows, int64_t pairs, const float* cosine, const float* sine,
            int64_t table_ld) {
    for (int64_t r = 0; r < rows; ++r) {
        int64_t p = 0;
        for (; p + lanes <= pairs; p += lanes)
            rotate_vec<half, back>(x + r * ld, pairs, p, lanes, cosine + r * table_ld, sine + r * table_ld);
        if (p < pairs)
            rotate_vec<half, back>(x + r * ld, pairs, p, pairs - p, cosine + r * table_ld, sine + r * table_ld);
    }
}

// a * (ch + cl) + b * (sh + sl), as if rounded from about 46 bits of |a c| + |b s|.
#if defined(FARSPAN_ARCH)
FARSPAN_INLINE vec exact_sum(vec a, vec ch, vec cl, vec b, vec sh, vec sl) {
    const vec zero = splat(0.0f);
    const vec left = a * ch, right = b * sh;
    const vec left_error = mul_add(a, ch, zero - left), right_error = mul_add(b, sh, zero - right);
    const vec sum = left + right;
    const vec part = sum - left;
    const vec sum_error = (left - (sum - part)) + (right - part);
    const vec low = mul_add(a, cl, mul_add(b, sl, left_error + right_error)) + sum_error;
    // Next to an infinity the error terms are NaN; the plain sum is right.
    return select(low == low, sum + low, sum);
}
#else
FARSPAN_INLINE vec exact_sum(vec a, vec ch, vec cl, vec b, vec sh, vec sl) {
    const double c = static_cast<double>(ch.x) + cl.x, s = static_cast<double>(sh.x) + sl.x;
    return {static_cast<float>(a.x * c + b.x * s)};
}
#endif

template <bool half>
FARSPAN_INLINE void rotate_exact_vec(float* row, int64_t pairs, int64_t p, int64_t n, const float* const (&table)[4],
                                     int64_t offset) {
    vec u, v;
    load_uv<half>(row, pairs, p, n, u, v);
    const vec ch = load_some(table[0] + offset + p, n), cl = load_some(table[1] + offset + p, n);
    const vec sh = load_some(table[2] + offset + p, n), sl = load_some(table[3] + offset + p, n);
    const vec minus_v = splat(-0.0f) - v;
    store_uv<half>(row, pairs, p, n, exact_sum(u, ch, cl, minus_v, sh, sl), exact_sum(v, ch, cl, u, sh, sl));
}

template <bool half>
void rotate_exact(float* x, int64_t ld, int64_t rows, int64_t pairs, const float* cosine_hi, const float* cosine_lo,
                  const float* sine_hi, const float* sine_lo, int64_t table_ld) {
    const float* const table[4] = {cosine_hi, cosine_lo, sine_hi, sine_lo};
    for (int64_t r = 0; r < rows; ++r) {
        int64_t p = 0;
        for (; p + lanes <= pairs; p += lanes) rotate_exact_vec<half>(x + r * ld, pairs, p, lanes, table, r * table_ld);
        if (p < pairs) rotate_exact_vec<half>(x + r * ld, pairs, p, pairs - p, table, r * table_ld);
    }
}

}  // namespace
}  // namespace farspan::kernels::FARSPAN_ISA_NS
