// vec on xsimd, from 8.1 (Debian 12) to current. What differs between those releases (reductions, zip, bitwise_cast) or
// is missing from one of them comes from the native_*.inl of the instruction set.
namespace farspan::kernels::FARSPAN_ISA_NS {
namespace {

using vec = xsimd::batch<float, FARSPAN_ARCH>;
using vec_bool = xsimd::batch_bool<float, FARSPAN_ARCH>;
constexpr int lanes = static_cast<int>(vec::size);

FARSPAN_INLINE vec load(const float* p) { return vec::load_unaligned(p); }
FARSPAN_INLINE void store(float* p, vec v) { v.store_unaligned(p); }
FARSPAN_INLINE vec splat(float x) { return vec(x); }
FARSPAN_INLINE vec absolute(vec v) { return xsimd::abs(v); }
FARSPAN_INLINE vec lane_numbers() {
    alignas(64) static constexpr float numbers[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    return load(numbers);
}

}  // namespace
}  // namespace farspan::kernels::FARSPAN_ISA_NS

#include FARSPAN_NATIVE
