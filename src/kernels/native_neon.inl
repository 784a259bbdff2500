// AArch64 Advanced SIMD with half-precision conversion (baseline ARMv8-A).
#include <arm_neon.h>

namespace farspan::kernels::FARSPAN_ISA_NS {
namespace {

constexpr int block_vecs = 4;  // 6 x 4 accumulators, 4 right operands, 1 left operand: 29 of 32 registers

using doubles = xsimd::batch<double, FARSPAN_ARCH>;
FARSPAN_INLINE doubles mul_add(doubles a, doubles b, doubles c) { return vfmaq_f64(c, a, b); }
FARSPAN_INLINE void store_rounded(float* p, doubles v) { vst1_f32(p, vcvt_f32_f64(v)); }
FARSPAN_INLINE doubles load_doubles(const float* p) { return vcvt_f64_f32(vld1_f32(p)); }
FARSPAN_INLINE vec mul_add(vec a, vec b, vec c) { return xsimd::fma(a, b, c); }
FARSPAN_INLINE vec neg_mul_add(vec a, vec b, vec c) { return vfmsq_f32(c, a, b); }
FARSPAN_INLINE vec max_number(vec a, vec b) { return vmaxnmq_f32(a, b); }
FARSPAN_INLINE vec min_number(vec a, vec b) { return vminnmq_f32(a, b); }
FARSPAN_INLINE bool any_nan(vec a, vec b) { return vminvq_u32(vandq_u32(vceqq_f32(a, a), vceqq_f32(b, b))) == 0; }
FARSPAN_INLINE vec zero_where(vec_bool hidden, vec v) {
    return vreinterpretq_f32_u32(vbicq_u32(vreinterpretq_u32_f32(v), hidden));
}
FARSPAN_INLINE float first(vec v) { return vgetq_lane_f32(v, 0); }
FARSPAN_INLINE float sum_lanes(vec v) { return vaddvq_f32(v); }
FARSPAN_INLINE float max_lanes(vec v) { return vmaxvq_f32(v); }

FARSPAN_INLINE vec load_part(const float* p, int64_t n) {
    float some[lanes] = {};
    std::memcpy(some, p, static_cast<size_t>(n) * sizeof(float));
    return load(some);
}
FARSPAN_INLINE void store_part(float* p, vec v, int64_t n) {
    float some[lanes];
    store(some, v);
    std::memcpy(p, some, static_cast<size_t>(n) * sizeof(float));
}

FARSPAN_INLINE vec interleave_low(vec a, vec b) { return vzip1q_f32(a, b); }
FARSPAN_INLINE vec interleave_high(vec a, vec b) { return vzip2q_f32(a, b); }
FARSPAN_INLINE void split_pairs(vec a, vec b, vec& even, vec& odd) {
    even = vuzp1q_f32(a, b);
    odd = vuzp2q_f32(a, b);
}
FARSPAN_INLINE void load_pairs(const float* p, vec& even, vec& odd) {
    const float32x4x2_t pair = vld2q_f32(p);
    even = pair.val[0];
    odd = pair.val[1];
}
FARSPAN_INLINE void store_pairs(float* p, vec even, vec odd) { vst2q_f32(p, float32x4x2_t{{even, odd}}); }

FARSPAN_INLINE vec load_f16(const uint16_t* p) { return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p))); }
FARSPAN_INLINE void store_f16(uint16_t* p, vec v) { vst1_u16(p, vreinterpret_u16_f16(vcvt_f16_f32(v))); }
FARSPAN_INLINE uint32x4_t quiet_nan(float32x4_t v, uint32x4_t otherwise) {
    const uint32x4_t quiet = vorrq_u32(vreinterpretq_u32_f32(v), vdupq_n_u32(0x00400000));
    return vbslq_u32(vceqq_f32(v, v), otherwise, quiet);
}
FARSPAN_INLINE vec load_bf16(const uint16_t* p) {
    return vreinterpretq_f32_u32(vshlq_n_u32(vmovl_u16(vld1_u16(p)), 16));
}
FARSPAN_INLINE void load_bf16_two(const uint16_t* p, vec& a, vec& b) {
    a = load_bf16(p);
    b = load_bf16(p + lanes);
}
FARSPAN_INLINE vec load_i8(const int8_t* p) {
    int32_t four;
    std::memcpy(&four, p, sizeof four);
    return vcvtq_f32_s32(vmovl_s16(vget_low_s16(vmovl_s8(vcreate_s8(static_cast<uint32_t>(four))))));
}
FARSPAN_INLINE void store_bf16(uint16_t* p, vec v) {
    const uint32x4_t bits = vreinterpretq_u32_f32(v);
    const uint32x4_t odd = vandq_u32(vshrq_n_u32(bits, 16), vdupq_n_u32(1));
    const uint32x4_t rounded = vaddq_u32(bits, vaddq_u32(odd, vdupq_n_u32(0x7fff)));
    vst1_u16(p, vshrn_n_u32(quiet_nan(v, rounded), 16));
}

// Stores that bypass the caches exist in pairs only; the processor finds such streams itself.
FARSPAN_INLINE void stream_f32(float* p, vec v) { store(p, v); }
FARSPAN_INLINE void stream_f16(uint16_t* p, vec v) { store_f16(p, v); }
FARSPAN_INLINE void stream_bf16(uint16_t* p, vec v) { store_bf16(p, v); }

FARSPAN_INLINE vec low_bits_to_exponent(vec v) {
    return vreinterpretq_f32_s32(vshlq_n_s32(vreinterpretq_s32_f32(v), 23));
}
FARSPAN_INLINE vec larger_bits(vec a, vec b) {
    return vreinterpretq_f32_u32(vmaxq_u32(vreinterpretq_u32_f32(a), vreinterpretq_u32_f32(b)));
}
FARSPAN_INLINE uint32_t largest_bits(vec v) { return vmaxvq_u32(vreinterpretq_u32_f32(v)); }

constexpr int exp2_steps = 1;
FARSPAN_INLINE vec low_bits_to_power(vec v) { return low_bits_to_exponent(v); }

}  // namespace
}  // namespace farspan::kernels::FARSPAN_ISA_NS
