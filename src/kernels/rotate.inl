#pragma once
// Rotation of feature pairs: (u, v) becomes (u cos - v sin, v cos + u sin).
#include "kernels/rows.inl"

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

// cos and sin of some pairs, each with what a float leaves of it.
struct exact_turn {
    vec ch, cl, sh, sl;
};

// (u, v) becomes (u cos - v sin, v cos + u sin). With fused products the error of the first product is exact, the
// second is formed and added in one rounding (Kahan), and the low parts join the error: two roundings of numbers next
// to the result, and some 2^-48 of |u cos| + |v sin|.
FARSPAN_INLINE void turn_exactly(vec& u, vec& v, const exact_turn& t) {
#if defined(FARSPAN_ARCH)
    const vec vs = v * t.sh, us = u * t.sh;
    const vec minus_first = neg_mul_add(u, t.ch, vs), second = mul_add(v, t.ch, us);
    const vec first_low = mul_add(u, t.cl, neg_mul_add(v, t.sl, neg_mul_add(v, t.sh, vs)));
    const vec minus_second_low = neg_mul_add(v, t.cl, neg_mul_add(u, t.sl, neg_mul_add(u, t.sh, us)));
    const vec first = first_low - minus_first, last = second - minus_second_low;
    if (__builtin_expect(!any_nan(first, last), 1)) {
        u = first;
        v = last;
        return;
    }
#endif
    const vec minus_v = splat(-0.0f) - v;
    const vec turned = exact_sum(u, t.ch, t.cl, minus_v, t.sh, t.sl);
    v = exact_sum(v, t.ch, t.cl, u, t.sh, t.sl);
    u = turned;
}

// As load_uv and store_uv, for whole vectors of rows of any element type. streamed: the row is not read again soon.
template <class element, bool half>
FARSPAN_INLINE void read_uv(const typename element::type* row, int64_t pairs, int64_t p, vec& u, vec& v) {
    if constexpr (half) {
        u = element::read(row + p);
        v = element::read(row + pairs + p);
    } else {
        split_pairs(element::read(row + 2 * p), element::read(row + 2 * p + lanes), u, v);
    }
}

template <class element, bool half, bool streamed>
FARSPAN_INLINE void write_uv(typename element::type* row, int64_t pairs, int64_t p, vec u, vec v) {
    const auto write = [](auto* at, vec x) __attribute__((always_inline)) {
        if constexpr (streamed)
            element::stream(at, x);
        else
            element::write(at, x);
    };
    if constexpr (half) {
        write(row + p, u);
        write(row + pairs + p, v);
    } else {
        write(row + 2 * p, interleave_low(u, v));
        write(row + 2 * p + lanes, interleave_high(u, v));
    }
}

// The last n < lanes pairs of a row, which may be at the end of its memory.
template <class element, bool half>
FARSPAN_INLINE void turn_tail(const typename element::type* from, typename element::type* to, int64_t pairs, int64_t p,
                              int64_t n, const exact_turn& t) {
    typename element::type some[2 * lanes] = {};
    const size_t bytes = static_cast<size_t>(n) * sizeof some[0];
    if constexpr (half) {
        std::memcpy(some, from + p, bytes);
        std::memcpy(some + lanes, from + pairs + p, bytes);
    } else {
        std::memcpy(some, from + 2 * p, 2 * bytes);
    }
    vec u, v;
    read_uv<element, half>(some, lanes, 0, u, v);
    turn_exactly(u, v, t);
    write_uv<element, half, false>(some, lanes, 0, u, v);
    if constexpr (half) {
        std::memcpy(to + p, some, bytes);
        std::memcpy(to + pairs + p, some + lanes, bytes);
    } else {
        std::memcpy(to + 2 * p, some, 2 * bytes);
    }
}

template <class element, bool half, bool streamed>
FARSPAN_INLINE void turn_all(const row_views& x, int64_t pairs, const exact_turns& table) {
    using type = typename element::type;
    // The arithmetic of a line takes too long for the loads behind it to be under way already.
    const int64_t row_bytes = 2 * pairs * static_cast<int64_t>(sizeof(type)), ahead = 1 + 1023 / larger(row_bytes, 64);
    for (int64_t r = 0; r < x.rows; ++r) {
        const auto* from = static_cast<const type*>(x.in) + r * x.in_stride;
        auto* to = static_cast<type*>(x.out) + r * x.out_stride;
        // A number, since it may be outside of the tensor: prefetching does not mind.
        const auto soon =
            reinterpret_cast<uintptr_t>(from) + static_cast<uintptr_t>(ahead * x.in_stride) * sizeof(type);
        for (int64_t line = 0; line < row_bytes; line += 64)
            __builtin_prefetch(reinterpret_cast<const void*>(soon + static_cast<uintptr_t>(line)), 0, 3);
        const int64_t at = r * table.ld;
        const auto turn = [&](int64_t p, int64_t n) __attribute__((always_inline)) {
            return exact_turn{load_some(table.cosine + at + p, n), load_some(table.cosine_low + at + p, n),
                              load_some(table.sine + at + p, n), load_some(table.sine_low + at + p, n)};
        };
        int64_t p = 0;
        for (; p + lanes <= pairs; p += lanes) {
            vec u, v;
            read_uv<element, half>(from, pairs, p, u, v);
            turn_exactly(u, v, turn(p, lanes));
            write_uv<element, half, streamed>(to, pairs, p, u, v);
        }
        if (p < pairs) turn_tail<element, half>(from, to, pairs, p, pairs - p, turn(p, pairs - p));
    }
}

template <class element, bool half>
void turn_rows(const row_views* x, int64_t pairs, const exact_turns* table) {
    // Lines that are written whole, and streams that are aligned, whatever the vectors.
    constexpr uint64_t line = 64;
    const auto size = static_cast<uint64_t>(sizeof(typename element::type));
    const uint64_t places = reinterpret_cast<uintptr_t>(x->out) | static_cast<uint64_t>(x->out_stride) * size |
                            static_cast<uint64_t>(pairs) * size;
    if (x->streamed != 0 && places % line == 0)
        turn_all<element, half, true>(*x, pairs, *table);
    else
        turn_all<element, half, false>(*x, pairs, *table);
}

// As compose_turns, not rounded: a and b are cosines, then sines.
void compose_exactly(const double* a, const double* b, int64_t pairs, double* cosine, double* sine) {
    int64_t p = 0;
#if defined(FARSPAN_ARCH)
    constexpr auto step = static_cast<int64_t>(doubles::size);
    for (; p + step <= pairs; p += step) {
        const auto ca = doubles::load_unaligned(a + p), sa = doubles::load_unaligned(a + pairs + p);
        const auto cb = doubles::load_unaligned(b + p), sb = doubles::load_unaligned(b + pairs + p);
        (ca * cb - sa * sb).store_unaligned(cosine + p);
        (sa * cb + ca * sb).store_unaligned(sine + p);
    }
#endif
    for (; p < pairs; ++p) {
        cosine[p] = a[p] * b[p] - a[pairs + p] * b[pairs + p];
        sine[p] = a[pairs + p] * b[p] + a[p] * b[pairs + p];
    }
}

// x * factor = high + low, rounded to floats.
void split_turns(const double* x, int64_t count, double factor, float* high, float* low) {
    int64_t n = 0;
#if defined(FARSPAN_ARCH)
    constexpr auto step = static_cast<int64_t>(doubles::size);
    const doubles f(factor);
    for (; n + step <= count; n += step) {
        const doubles product = doubles::load_unaligned(x + n) * f;
        store_rounded(high + n, product);
        store_rounded(low + n, product - load_doubles(high + n));
    }
#endif
    for (; n < count; ++n) {
        const double product = x[n] * factor;
        high[n] = static_cast<float>(product);
        low[n] = static_cast<float>(product - high[n]);
    }
}

}  // namespace
}  // namespace farspan::kernels::FARSPAN_ISA_NS
