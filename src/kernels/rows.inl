#pragma once
// Rows of the caller's tensors into float scratch and back. The caller's memory may have any alignment and stride, so
// single elements go through memcpy and nothing beside the addressed elements is touched.
#include "kernels/vec.inl"

namespace farspan::kernels::FARSPAN_ISA_NS {
namespace {

// read_two: 2 * lanes numbers, in an order that is the type's.
template <class element>
FARSPAN_INLINE void read_in_order(const typename element::type* p, vec& a, vec& b) {
    a = element::read(p);
    b = element::read(p + lanes);
}

struct element_f32 {
    using type = float;
    static FARSPAN_INLINE vec read(const float* p) { return load(p); }
    static FARSPAN_INLINE void read_two(const float* p, vec& a, vec& b) { read_in_order<element_f32>(p, a, b); }
    static FARSPAN_INLINE void write(float* p, vec v) { store(p, v); }
    static FARSPAN_INLINE void stream(float* p, vec v) { stream_f32(p, v); }
};
struct element_f16 {
    using type = uint16_t;
    static FARSPAN_INLINE vec read(const uint16_t* p) { return load_f16(p); }
    static FARSPAN_INLINE void read_two(const uint16_t* p, vec& a, vec& b) { read_in_order<element_f16>(p, a, b); }
    static FARSPAN_INLINE void write(uint16_t* p, vec v) { store_f16(p, v); }
    static FARSPAN_INLINE void stream(uint16_t* p, vec v) { stream_f16(p, v); }
};
struct element_bf16 {
    using type = uint16_t;
    static FARSPAN_INLINE vec read(const uint16_t* p) { return load_bf16(p); }
    static FARSPAN_INLINE void read_two(const uint16_t* p, vec& a, vec& b) { load_bf16_two(p, a, b); }
    static FARSPAN_INLINE void write(uint16_t* p, vec v) { store_bf16(p, v); }
    static FARSPAN_INLINE void stream(uint16_t* p, vec v) { stream_bf16(p, v); }
};

template <class element>
void load_rows(const void* src, int64_t row_stride, int64_t feature_stride, int64_t rows, int64_t dim, float* dst,
               int64_t ld, int64_t padded) {
    using type = typename element::type;
    for (int64_t r = 0; r < rows; ++r) {
        const type* in = static_cast<const type*>(src) + r * row_stride;
        float* out = dst + r * ld;
        int64_t c = 0;
        if (feature_stride == 1)
            for (; c + lanes <= dim; c += lanes) store(out + c, element::read(in + c));
        for (; c < dim; c += lanes) {
            type some[lanes] = {};
            for (int64_t k = 0; k < smaller(lanes, dim - c); ++k)
                std::memcpy(&some[k], in + (c + k) * feature_stride, sizeof(type));
            store_some(out + c, element::read(some), padded - c);
        }
        for (; c < padded; c += lanes) store_some(out + c, splat(0.0f), padded - c);
    }
}

// A factor of 0 stands for a row that saw nothing: infinities left in it are to become 0, not NaN.
FARSPAN_INLINE vec scaled(vec x, float factor) {
    return factor == 0.0f ? select(x == x, splat(0.0f), x) : x * splat(factor);
}

template <class element>
void store_rows(const float* src, int64_t ld, int64_t rows, int64_t dim, const float* factor, void* dst,
                int64_t row_stride, int64_t feature_stride) {
    using type = typename element::type;
    for (int64_t r = 0; r < rows; ++r) {
        const float* in = src + r * ld;
        type* out = static_cast<type*>(dst) + r * row_stride;
        const float scale = factor != nullptr ? factor[r] : 1.0f;
        int64_t c = 0;
        if (feature_stride == 1)
            for (; c + lanes <= dim; c += lanes) element::write(out + c, scaled(load(in + c), scale));
        for (; c < dim; c += lanes) {
            const int64_t count = smaller(lanes, dim - c);
            type some[lanes];
            element::write(some, scaled(load_some(in + c, count), scale));
            for (int64_t k = 0; k < count; ++k) std::memcpy(out + (c + k) * feature_stride, &some[k], sizeof(type));
        }
    }
}

void scale_rows(float* x, int64_t ld, int64_t rows, int64_t dim, const float* factor) {
    for (int64_t r = 0; r < rows; ++r) {
        float* row = x + r * ld;
        const vec f = splat(factor[r]);
        for (int64_t c = 0; c < dim; c += lanes) store_some(row + c, load_some(row + c, dim - c) * f, dim - c);
    }
}

void scale_columns(const float* x, int64_t ld, int64_t rows, int64_t dim, const float* factor, float* out) {
    for (int64_t r = 0; r < rows; ++r)
        for (int64_t c = 0; c < dim; c += lanes)
            store_some(out + r * ld + c, load_some(x + r * ld + c, dim - c) * load_some(factor + c, dim - c), dim - c);
}

int32_t all_finite(const float* x, int64_t ld, int64_t rows, int64_t dim) {
    // x * 0 is NaN for infinities and NaN, and stays so in a sum. Four sums hide the latency of the additions.
    const vec zero = splat(0.0f);
    vec sum[4] = {zero, zero, zero, zero};
    for (int64_t r = 0; r < rows; ++r) {
        const float* row = x + r * ld;
        int64_t c = 0;
        for (; c + 4 * lanes <= dim; c += 4 * lanes) {
            FARSPAN_UNROLL
            for (int k = 0; k < 4; ++k) sum[k] = mul_add(load(row + c + k * lanes), zero, sum[k]);
        }
        for (; c < dim; c += lanes) sum[0] = mul_add(load_some(row + c, dim - c), zero, sum[0]);
    }
    return sum_lanes((sum[0] + sum[1]) + (sum[2] + sum[3])) == 0.0f;
}

}  // namespace
}  // namespace farspan::kernels::FARSPAN_ISA_NS
