// AVX-512 F, DQ, BW, VL, F16C.
#include <immintrin.h>

#define FARSPAN_NATIVE_EXP2 1

namespace farspan::kernels::FARSPAN_ISA_NS {
namespace {

constexpr int block_vecs = 4;  // 6 x 4 accumulators, 4 right operands, 1 left operand: 29 of 32 registers

// xsimd 8.1 computes fma for AVX-512 as a product and a sum.
using doubles = xsimd::batch<double, FARSPAN_ARCH>;
FARSPAN_INLINE doubles mul_add(doubles a, doubles b, doubles c) { return _mm512_fmadd_pd(a, b, c); }
FARSPAN_INLINE void store_rounded(float* p, doubles v) { _mm256_storeu_ps(p, _mm512_cvtpd_ps(v)); }
FARSPAN_INLINE doubles load_doubles(const float* p) { return _mm512_cvtps_pd(_mm256_loadu_ps(p)); }
FARSPAN_INLINE vec mul_add(vec a, vec b, vec c) { return _mm512_fmadd_ps(a, b, c); }
FARSPAN_INLINE vec neg_mul_add(vec a, vec b, vec c) { return _mm512_fnmadd_ps(a, b, c); }
FARSPAN_INLINE vec max_number(vec a, vec b) { return _mm512_max_ps(a, b); }
FARSPAN_INLINE vec min_number(vec a, vec b) { return _mm512_min_ps(a, b); }
FARSPAN_INLINE bool any_nan(vec a, vec b) { return _mm512_cmp_ps_mask(a, b, _CMP_UNORD_Q) != 0; }
FARSPAN_INLINE vec zero_where(vec_bool hidden, vec v) {
    return _mm512_maskz_mov_ps(_knot_mask16(static_cast<__mmask16>(hidden)), v);
}
FARSPAN_INLINE float first(vec v) { return _mm512_cvtss_f32(v); }
FARSPAN_INLINE float sum_lanes(vec v) { return _mm512_reduce_add_ps(v); }
FARSPAN_INLINE float max_lanes(vec v) { return _mm512_reduce_max_ps(v); }

FARSPAN_INLINE __mmask16 first_lanes(int64_t n) { return static_cast<__mmask16>((1u << n) - 1u); }
FARSPAN_INLINE vec load_part(const float* p, int64_t n) { return _mm512_maskz_loadu_ps(first_lanes(n), p); }
FARSPAN_INLINE void store_part(float* p, vec v, int64_t n) { _mm512_mask_storeu_ps(p, first_lanes(n), v); }

FARSPAN_INLINE vec interleave_low(vec a, vec b) {
    const __m512i order = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    return _mm512_permutex2var_ps(a, order, b);
}
FARSPAN_INLINE vec interleave_high(vec a, vec b) {
    const __m512i order = _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    return _mm512_permutex2var_ps(a, order, b);
}
FARSPAN_INLINE void split_pairs(vec low, vec high, vec& even, vec& odd) {
    const __m512i evens = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    const __m512i odds = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    even = _mm512_permutex2var_ps(low, evens, high);
    odd = _mm512_permutex2var_ps(low, odds, high);
}
FARSPAN_INLINE void load_pairs(const float* p, vec& even, vec& odd) {
    split_pairs(load(p), load(p + lanes), even, odd);
}
FARSPAN_INLINE void store_pairs(float* p, vec even, vec odd) {
    store(p, interleave_low(even, odd));
    store(p + lanes, interleave_high(even, odd));
}

FARSPAN_INLINE void stream_f32(float* p, vec v) { _mm512_stream_ps(p, v); }
FARSPAN_INLINE vec load_f16(const uint16_t* p) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
}
FARSPAN_INLINE __m256i round_f16(vec v) { return _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
FARSPAN_INLINE void store_f16(uint16_t* p, vec v) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), round_f16(v)); }
FARSPAN_INLINE void stream_f16(uint16_t* p, vec v) { _mm256_stream_si256(reinterpret_cast<__m256i*>(p), round_f16(v)); }
FARSPAN_INLINE vec load_bf16(const uint16_t* p) {
    const __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
    return _mm512_castsi512_ps(_mm512_slli_epi32(wide, 16));
}
FARSPAN_INLINE void load_bf16_two(const uint16_t* p, vec& a, vec& b) {
    const __m512i both = _mm512_loadu_si512(p);
    a = _mm512_castsi512_ps(_mm512_slli_epi32(both, 16));
    b = _mm512_castsi512_ps(_mm512_and_si512(both, _mm512_set1_epi32(static_cast<int>(0xffff0000u))));
}
FARSPAN_INLINE vec load_i8(const int8_t* p) {
    return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
}
FARSPAN_INLINE __m256i round_bf16(vec v) {
    const __m512i bits = _mm512_castps_si512(v);
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    const __m512i rounded = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
    const __mmask16 nan = _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q);
    const __m512i result = _mm512_mask_or_epi32(rounded, nan, bits, _mm512_set1_epi32(0x00400000));
    return _mm512_cvtepi32_epi16(_mm512_srli_epi32(result, 16));
}
FARSPAN_INLINE void store_bf16(uint16_t* p, vec v) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), round_bf16(v));
}
FARSPAN_INLINE void stream_bf16(uint16_t* p, vec v) {
    _mm256_stream_si256(reinterpret_cast<__m256i*>(p), round_bf16(v));
}

FARSPAN_INLINE vec larger_bits(vec a, vec b) {
    return _mm512_castsi512_ps(_mm512_max_epu32(_mm512_castps_si512(a), _mm512_castps_si512(b)));
}
FARSPAN_INLINE uint32_t largest_bits(vec v) { return _mm512_reduce_max_epu32(_mm512_castps_si512(v)); }

constexpr int exp2_steps = 4;
FARSPAN_INLINE vec low_bits_to_power(vec v) {
    const __m512i powers = _mm512_broadcast_i32x4(_mm_load_si128(reinterpret_cast<const __m128i*>(exp2_quarters)));
    const __m512i bits = _mm512_castps_si512(v);
    const __m512i power = _mm512_castps_si512(_mm512_permutevar_ps(_mm512_castsi512_ps(powers), bits));
    return _mm512_castsi512_ps(_mm512_add_epi32(_mm512_slli_epi32(bits, 21), power));
}

// x - floor(x), +0 for an infinity; and a * 2^floor(x).
FARSPAN_INLINE vec fraction(vec x) { return _mm512_reduce_ps(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC); }
FARSPAN_INLINE vec scale_by_floor(vec a, vec x) { return _mm512_scalef_ps(a, x); }

}  // namespace
}  // namespace farspan::kernels::FARSPAN_ISA_NS
