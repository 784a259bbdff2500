// AArch64 Advanced SIMD: 4 floats.
#define FARSPAN_ISA_NS neon
#define FARSPAN_ISA_NUMBER isa_neon
#define FARSPAN_ARCH xsimd::neon64
#define FARSPAN_NATIVE "kernels/native_neon.inl"
#include "kernels/table.inl"
