// vec of one plain float: the portable fallback, compiled without auto-vectorisation, and without fused products, which
// the x86-64 baseline would turn into library calls.
namespace farspan::kernels::FARSPAN_ISA_NS {
namespace {

constexpr int lanes = 1;
constexpr int block_vecs = 2;

struct vec {
    float x;
};
using vec_bool = bool;

FARSPAN_INLINE vec operator+(vec a, vec b) { return {a.x + b.x}; }
FARSPAN_INLINE vec operator-(vec a, vec b) { return {a.x - b.x}; }
FARSPAN_INLINE vec operator*(vec a, vec b) { return {a.x * b.x}; }
FARSPAN_INLINE vec operator/(vec a, vec b) { return {a.x / b.x}; }
FARSPAN_INLINE vec_bool operator<(vec a, vec b) { return a.x < b.x; }
FARSPAN_INLINE vec_bool operator>=(vec a, vec b) { return a.x >= b.x; }
FARSPAN_INLINE vec_bool operator==(vec a, vec b) { return a.x == b.x; }
FARSPAN_INLINE vec select(vec_bool condition, vec then, vec otherwise) { return condition ? then : otherwise; }

FARSPAN_INLINE vec load(const float* p) {
    vec v;
    std::memcpy(&v, p, sizeof v);
    return v;
}
FARSPAN_INLINE void store(float* p, vec v) { std::memcpy(p, &v, sizeof v); }
FARSPAN_INLINE vec load_part(const float* p, int64_t) { return load(p); }
FARSPAN_INLINE void store_part(float* p, vec v, int64_t) { store(p, v); }
FARSPAN_INLINE vec splat(float x) { return {x}; }
FARSPAN_INLINE vec lane_numbers() { return {0.0f}; }
FARSPAN_INLINE vec absolute(vec v) { return {float_of(bits_of(v.x) & 0x7fffffffu)}; }

FARSPAN_INLINE vec mul_add(vec a, vec b, vec c) { return {a.x * b.x + c.x}; }
FARSPAN_INLINE vec neg_mul_add(vec a, vec b, vec c) { return {c.x - a.x * b.x}; }
FARSPAN_INLINE vec max_number(vec a, vec b) { return {a.x > b.x ? a.x : b.x}; }
FARSPAN_INLINE vec min_number(vec a, vec b) { return {a.x < b.x ? a.x : b.x}; }
FARSPAN_INLINE vec zero_where(vec_bool hidden, vec v) { return {hidden ? 0.0f : v.x}; }
FARSPAN_INLINE float first(vec v) { return v.x; }
FARSPAN_INLINE float sum_lanes(vec v) { return v.x; }
FARSPAN_INLINE float max_lanes(vec v) { return v.x; }

FARSPAN_INLINE vec interleave_low(vec a, vec) { return a; }
FARSPAN_INLINE vec interleave_high(vec, vec b) { return b; }
FARSPAN_INLINE void split_pairs(vec a, vec b, vec& even, vec& odd) {
    even = a;
    odd = b;
}
FARSPAN_INLINE void load_pairs(const float* p, vec& even, vec& odd) {
    even = load(p);
    odd = load(p + 1);
}
FARSPAN_INLINE void store_pairs(float* p, vec even, vec odd) {
    store(p, even);
    store(p + 1, odd);
}

FARSPAN_INLINE vec low_bits_to_exponent(vec v) { return {float_of(bits_of(v.x) << 23)}; }
FARSPAN_INLINE vec larger_bits(vec a, vec b) { return bits_of(a.x) > bits_of(b.x) ? a : b; }
FARSPAN_INLINE uint32_t largest_bits(vec v) { return bits_of(v.x); }

constexpr int exp2_steps = 1;
FARSPAN_INLINE vec low_bits_to_power(vec v) { return low_bits_to_exponent(v); }

FARSPAN_INLINE uint16_t read_16(const uint16_t* p) {
    uint16_t bits;
    std::memcpy(&bits, p, sizeof bits);
    return bits;
}

inline vec load_f16(const uint16_t* p) {
    const uint32_t half = read_16(p);
    const uint32_t sign = (half & 0x8000u) << 16, exponent = half >> 10 & 0x1fu, fraction = half & 0x3ffu;
    if (exponent == 0) {  // zero or subnormal: fraction * 2^-24, exact
        const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
        return {float_of(sign | bits_of(magnitude))};
    }
    if (exponent == 31) return {float_of(sign | 0x7f800000u | fraction << 13 | (fraction != 0 ? 0x00400000u : 0u))};
    return {float_of(sign | (exponent + 112) << 23 | fraction << 13)};
}

inline void store_f16(uint16_t* p, vec v) {
    const uint32_t bits = bits_of(v.x), sign = bits >> 16 & 0x8000u, magnitude = bits & 0x7fffffffu;
    uint32_t half;
    if (magnitude > 0x7f800000u)
        half = 0x7e00u | (magnitude >> 13 & 0x3ffu);
    else if (magnitude >= 0x477ff000u)  // 65520 and above round to infinity
        half = 0x7c00u;
    // normal: round to nearest even on the 13 bits that go; a carry moves the exponent
    else if (magnitude >= 0x38800000u)
        half = (magnitude - 0x38000000u + 0xfffu + (magnitude >> 13 & 1u)) >> 13;
    else  // subnormal: adding 1/2 aligns the last place to 2^-24 and rounds to nearest even
        half = bits_of(float_of(magnitude) + 0.5f) - 0x3f000000u;
    const uint16_t result = static_cast<uint16_t>(sign | half);
    std::memcpy(p, &result, sizeof result);
}

FARSPAN_INLINE vec load_bf16(const uint16_t* p) { return {float_of(static_cast<uint32_t>(read_16(p)) << 16)}; }

FARSPAN_INLINE void load_bf16_two(const uint16_t* p, vec& a, vec& b) {
    a = load_bf16(p);
    b = load_bf16(p + 1);
}

FARSPAN_INLINE vec load_i8(const int8_t* p) { return {static_cast<float>(*p)}; }

FARSPAN_INLINE void store_bf16(uint16_t* p, vec v) {
    const uint32_t bits = bits_of(v.x);
    const bool nan = (bits & 0x7fffffffu) > 0x7f800000u;
    const uint32_t rounded = nan ? bits | 0x00400000u : bits + 0x7fffu + (bits >> 16 & 1u);
    const uint16_t result = static_cast<uint16_t>(rounded >> 16);
    std::memcpy(p, &result, sizeof result);
}

FARSPAN_INLINE void stream_f32(float* p, vec v) { store(p, v); }
FARSPAN_INLINE void stream_f16(uint16_t* p, vec v) { store_f16(p, v); }
FARSPAN_INLINE void stream_bf16(uint16_t* p, vec v) { store_bf16(p, v); }

}  // namespace
}  // namespace farspan::kernels::FARSPAN_ISA_NS
