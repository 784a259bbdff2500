// x86-64 with AVX-512 F, CD, DQ, BW, VL: 16 floats.
#define FARSPAN_ISA_NS avx512
#define FARSPAN_ISA_NUMBER isa_avx512
#define FARSPAN_ARCH xsimd::avx512bw
#define FARSPAN_NATIVE "kernels/native_avx512.inl"
#include "kernels/table.inl"
