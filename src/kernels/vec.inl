#pragma once
// The vector type that the algorithms are written on, one per instruction set. `vec` has `lanes` floats and +, -, *, <,
// >=, ==; comparisons give a `vec_bool` for select(condition, then, otherwise). Everything else is named here:
//   load, store           whole vectors, no alignment demanded
//   load_part, store_part the first 0 < n < lanes floats; nothing behind them is touched, the other lanes are 0
//   splat, first, lane_numbers
//   mul_add(a, b, c)      a * b + c, fused wherever the instruction set can
//   neg_mul_add(a, b, c)  c - a * b
//   max_number(a, b), min_number(a, b)   the larger and the smaller; b if a is NaN
//   zero_where(condition, v)   0 or v
//   sum_lanes, max_lanes  fixed order
//   load_pairs, store_pairs             p[2 i] <-> even[i], p[2 i + 1] <-> odd[i]
//   split_pairs           a0 a1 ... b0 b1 ... -> even = a0 a2 ... b0 b2 ..., odd = a1 a3 ... b1 b3 ...
//   any_nan(a, b)         not for plain floats
//   interleave_low, interleave_high     a0 b0 a1 b1 ... : the lower and the upper half of it
//   load_f16, load_bf16, store_f16, store_bf16   `lanes` values from or to 16-bit memory; NaN stays NaN, quiet in
//   memory
//   stream_f32, stream_f16, stream_bf16   stores past the caches where there are any, at multiples of the vector's size
//   load_i8               `lanes` whole numbers
//   load_bf16_two         2 * lanes values in any order
//   larger_bits, largest_bits   of floats as unsigned numbers: of both lane by lane, of all lanes
//   exp2_steps, low_bits_to_power(v)   2^(n / steps) of the whole number n + 127 steps in the low bits of v
//   doubles, mul_add, store_rounded, load_doubles   not for plain floats: a vector of doubles of xsimd's, a * b + c
//   fused, rounded to floats, from floats
//   exp2_negative(x)      2^x for x <= 0: exactly 1 at 0, 0 where it would be subnormal (x < -126), NaN for NaN
#if defined(FARSPAN_ARCH)
#include <xsimd/xsimd.hpp>
#endif

#include <cstdint>
#include <cstring>

#include "kernels/kernel_table.hpp"

// Full unrolling turns the accumulator arrays into registers.
#if defined(__clang__)
#define FARSPAN_UNROLL _Pragma("clang loop unroll(full)")
#else
#define FARSPAN_UNROLL _Pragma("GCC unroll 16")
#endif
#define FARSPAN_INLINE inline __attribute__((always_inline))

namespace farspan::kernels::FARSPAN_ISA_NS {
namespace {

constexpr float infinity = __builtin_inff(), largest_float = 0x1.fffffep127f;

FARSPAN_INLINE int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
FARSPAN_INLINE int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

FARSPAN_INLINE float float_of(uint32_t bits) {
    float value;
    __builtin_memcpy(&value, &bits, sizeof value);
    return value;
}
FARSPAN_INLINE uint32_t bits_of(float value) {
    uint32_t bits;
    __builtin_memcpy(&bits, &value, sizeof bits);
    return bits;
}

// Of a power in [1, 2).
constexpr uint32_t quarter_bits(float power, uint32_t j) {
    return static_cast<uint32_t>((power - 1) * 0x1p23f) - (j << 21);
}

// 2^f for 0 <= f <= 1 and for |f| <= 1/2: minimax in relative error with the constant term held at 1.
// Error of either polynomial 2.0e-9; of its evaluation in float about 1 ulp.
constexpr float exp2_unit[7] = {0x1p0f,
                                0x1.62e42b5e48afep-1f,
                                0x1.ebfd579e40d27p-3f,
                                0x1.c68910ac2e14bp-5f,
                                0x1.3d0b9687f83f1p-7f,
                                0x1.46d62aa5e2da7p-10f,
                                0x1.c541d62d55115p-13f};
constexpr float exp2_centred[7] = {0x1p0f,
                                   0x1.62e430af29801p-1f,
                                   0x1.ebfbdc3c294acp-3f,
                                   0x1.c6aee88b0b5cdp-5f,
                                   0x1.3b2d4cf2e1865p-7f,
                                   0x1.5f3e54c7a9942p-10f,
                                   0x1.41fbbe7c2e4b9p-13f};
// 2^(f/4) for |f| <= 1/2, in the same way: error 4e-9.
constexpr float exp2_quarter[5] = {0x1p0f, 0x1.62e42cp-3f, 0x1.ebfbd8p-7f, 0x1.c6e8cep-11f, 0x1.3b78b8p-15f};
// 2^(j/4) as bits, without the exponent of 1 and what 4 n + j leaves of j when it is shifted to the place of n.
alignas(16) constexpr uint32_t exp2_quarters[4] = {quarter_bits(0x1p0f, 0), quarter_bits(0x1.306fep0f, 1),
                                                   quarter_bits(0x1.6a09e6p0f, 2), quarter_bits(0x1.ae89fap0f, 3)};

}  // namespace
}  // namespace farspan::kernels::FARSPAN_ISA_NS

#if defined(FARSPAN_ARCH)
#include "kernels/vec_xsimd.inl"
#else
#include "kernels/vec_scalar.inl"
#endif

namespace farspan::kernels::FARSPAN_ISA_NS {
namespace {

// Columns of a packed strip: what the products take at a time.
constexpr int64_t strip = block_vecs * lanes > 16 ? block_vecs* lanes : 16;

FARSPAN_INLINE vec load_some(const float* p, int64_t n) { return n >= lanes ? load(p) : load_part(p, n); }
FARSPAN_INLINE void store_some(float* p, vec v, int64_t n) {
    if (n >= lanes)
        store(p, v);
    else
        store_part(p, v, n);
}

// Adding it leaves the nearest whole number of steps in the low bits, biased.
constexpr float exp2_magic = 12582912.0f + 127.0f * exp2_steps;
// 2^(f / steps) for |f| <= 1/2.
constexpr auto& exp2_of_step = []() -> auto& {
    if constexpr (exp2_steps == 4)
        return exp2_quarter;
    else
        return exp2_centred;
}
();

FARSPAN_INLINE vec polynomial(vec f, const float (&c)[7]) {
    vec p = mul_add(splat(c[6]), f, splat(c[5]));
    p = mul_add(p, f, splat(c[4]));
    p = mul_add(p, f, splat(c[3]));
    p = mul_add(p, f, splat(c[2]));
    p = mul_add(p, f, splat(c[1]));
    return mul_add(p, f, splat(c[0]));
}

// 2^x for x >= -126 or NaN, anything for others.
FARSPAN_INLINE vec exp2_normal(vec x) {
#if defined(FARSPAN_NATIVE_EXP2)
    return scale_by_floor(polynomial(fraction(x), exp2_unit), x);
#else
    // Adding 1.5 * 2^23 + 127 leaves the rounded exponent, biased, in the low bits. NaN comes out of the product.
    const vec magic = splat(12582912.0f + 127.0f);
    const vec shifted = x + magic;
    const vec f = x - (shifted - magic);
    return polynomial(f, exp2_centred) * low_bits_to_exponent(shifted);
#endif
}

// Subnormal weights would be worth nothing and cost an assist in every product, so they are 0 on every instruction set.
FARSPAN_INLINE vec exp2_negative(vec x) {
    return zero_where(x < splat(-126.0f), exp2_normal(x));  // false for NaN
}

}  // namespace
}  // namespace farspan::kernels::FARSPAN_ISA_NS
