// AVX2, FMA, F16C.
#include <immintrin.h>

namespace farspan::kernels::FARSPAN_ISA_NS {
namespace {

constexpr int block_vecs = 2;  // 6 x 2 accumulators, 2 right operands, 1 left operand: 15 of 16 registers

using doubles = xsimd::batch<double, FARSPAN_ARCH>;
FARSPAN_INLINE doubles mul_add(doubles a, doubles b, doubles c) { return _mm256_fmadd_pd(a, b, c); }
FARSPAN_INLINE void store_rounded(float* p, doubles v) { _mm_storeu_ps(p, _mm256_cvtpd_ps(v)); }
FARSPAN_INLINE doubles load_doubles(const float* p) { return _mm256_cvtps_pd(_mm_loadu_ps(p)); }
FARSPAN_INLINE vec mul_add(vec a, vec b, vec c) { return xsimd::fma(a, b, c); }
FARSPAN_INLINE vec neg_mul_add(vec a, vec b, vec c) { return _mm256_fnmadd_ps(a, b, c); }
FARSPAN_INLINE vec max_number(vec a, vec b) { return _mm256_max_ps(a, b); }
FARSPAN_INLINE vec min_number(vec a, vec b) { return _mm256_min_ps(a, b); }
FARSPAN_INLINE bool any_nan(vec a, vec b) { return _mm256_movemask_ps(_mm256_cmp_ps(a, b, _CMP_UNORD_Q)) != 0; }
FARSPAN_INLINE vec zero_where(vec_bool hidden, vec v) { return _mm256_andnot_ps(hidden, v); }
FARSPAN_INLINE float first(vec v) { return _mm256_cvtss_f32(v); }
FARSPAN_INLINE float sum_lanes(vec v) {
    __m128 t = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    t = _mm_add_ps(t, _mm_movehl_ps(t, t));
    return _mm_cvtss_f32(_mm_add_ss(t, _mm_movehdup_ps(t)));
}
FARSPAN_INLINE float max_lanes(vec v) {
    __m128 t = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    t = _mm_max_ps(t, _mm_movehl_ps(t, t));
    return _mm_cvtss_f32(_mm_max_ss(t, _mm_movehdup_ps(t)));
}

FARSPAN_INLINE __m256i first_lanes(int64_t n) {
    const __m256i numbers = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)), numbers);
}
FARSPAN_INLINE vec load_part(const float* p, int64_t n) { return _mm256_maskload_ps(p, first_lanes(n)); }
FARSPAN_INLINE void store_part(float* p, vec v, int64_t n) { _mm256_maskstore_ps(p, first_lanes(n), v); }

FARSPAN_INLINE vec interleave_low(vec a, vec b) {
    return _mm256_permute2f128_ps(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b), 0x20);
}
FARSPAN_INLINE vec interleave_high(vec a, vec b) {
    return _mm256_permute2f128_ps(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b), 0x31);
}
FARSPAN_INLINE void split_pairs(vec a, vec b, vec& even, vec& odd) {
    const __m256 low = _mm256_permute2f128_ps(a, b, 0x20), high = _mm256_permute2f128_ps(a, b, 0x31);
    even = _mm256_shuffle_ps(low, high, 0x88);
    odd = _mm256_shuffle_ps(low, high, 0xdd);
}
FARSPAN_INLINE void load_pairs(const float* p, vec& even, vec& odd) {
    split_pairs(load(p), load(p + lanes), even, odd);
}
FARSPAN_INLINE void store_pairs(float* p, vec even, vec odd) {
    store(p, interleave_low(even, odd));
    store(p + lanes, interleave_high(even, odd));
}

FARSPAN_INLINE void stream_f32(float* p, vec v) { _mm256_stream_ps(p, v); }
FARSPAN_INLINE vec load_f16(const uint16_t* p) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}
FARSPAN_INLINE __m128i round_f16(vec v) {
    __m128i rounded = _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT);
    __asm__("" : "+x"(rounded));  // not straight to memory, which takes twice as long on Zen 3
    return rounded;
}
FARSPAN_INLINE void store_f16(uint16_t* p, vec v) { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), round_f16(v)); }
FARSPAN_INLINE void stream_f16(uint16_t* p, vec v) { _mm_stream_si128(reinterpret_cast<__m128i*>(p), round_f16(v)); }
FARSPAN_INLINE __m256i quiet_nan(__m256 v, __m256i otherwise) {
    const __m256i quiet = _mm256_or_si256(_mm256_castps_si256(v), _mm256_set1_epi32(0x00400000));
    return _mm256_blendv_epi8(otherwise, quiet, _mm256_castps_si256(_mm256_cmp_ps(v, v, _CMP_UNORD_Q)));
}
FARSPAN_INLINE vec load_bf16(const uint16_t* p) {
    const __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    return _mm256_castsi256_ps(_mm256_slli_epi32(wide, 16));
}
FARSPAN_INLINE void load_bf16_two(const uint16_t* p, vec& a, vec& b) {
    const __m256i both = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    a = _mm256_castsi256_ps(_mm256_slli_epi32(both, 16));
    b = _mm256_castsi256_ps(_mm256_and_si256(both, _mm256_set1_epi32(static_cast<int>(0xffff0000u))));
}
FARSPAN_INLINE vec load_i8(const int8_t* p) {
    return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
}
FARSPAN_INLINE __m128i round_bf16(vec v) {
    const __m256i bits = _mm256_castps_si256(v);
    const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
    const __m256i rounded = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff)));
    const __m256i high = _mm256_srli_epi32(quiet_nan(v, rounded), 16);
    return _mm_packus_epi32(_mm256_castsi256_si128(high), _mm256_extracti128_si256(high, 1));
}
FARSPAN_INLINE void store_bf16(uint16_t* p, vec v) { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), round_bf16(v)); }
FARSPAN_INLINE void stream_bf16(uint16_t* p, vec v) { _mm_stream_si128(reinterpret_cast<__m128i*>(p), round_bf16(v)); }

FARSPAN_INLINE vec low_bits_to_exponent(vec v) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(v), 23));
}
FARSPAN_INLINE vec larger_bits(vec a, vec b) {
    return _mm256_castsi256_ps(_mm256_max_epu32(_mm256_castps_si256(a), _mm256_castps_si256(b)));
}
FARSPAN_INLINE uint32_t largest_bits(vec v) {
    const __m256i bits = _mm256_castps_si256(v);
    __m128i most = _mm_max_epu32(_mm256_castsi256_si128(bits), _mm256_extracti128_si256(bits, 1));
    most = _mm_max_epu32(most, _mm_shuffle_epi32(most, 0x4e));
    return static_cast<uint32_t>(_mm_cvtsi128_si32(_mm_max_epu32(most, _mm_shuffle_epi32(most, 0xb1))));
}

constexpr int exp2_steps = 4;
FARSPAN_INLINE vec low_bits_to_power(vec v) {
    const __m256i powers = _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(exp2_quarters)));
    const __m256i bits = _mm256_castps_si256(v);
    const __m256i power = _mm256_castps_si256(_mm256_permutevar_ps(_mm256_castsi256_ps(powers), bits));
    return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_slli_epi32(bits, 21), power));
}

}  // namespace
}  // namespace farspan::kernels::FARSPAN_ISA_NS
