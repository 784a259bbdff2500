// x86-64 with AVX2, FMA and F16C: 8 floats.
#define FARSPAN_ISA_NS avx2
#define FARSPAN_ISA_NUMBER isa_avx2
#define FARSPAN_ARCH xsimd::fma3<xsimd::avx2>
#define FARSPAN_NATIVE "kernels/native_avx2.inl"
#include "kernels/table.inl"
