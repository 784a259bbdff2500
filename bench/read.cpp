#include "read.hpp"

#include <cstring>

#include "farspan/farspan.h"

namespace bench {
namespace {

uint64_t fold(const uint64_t (&lanes)[8]) {
    uint64_t sum = 0;
    for (const uint64_t lane : lanes) sum ^= lane;
    return sum;
}

// For processors without a loop below.
[[maybe_unused]] uint64_t read_words(const char* memory, std::size_t bytes) {
    uint64_t sum[8] = {};
    for (std::size_t i = 0; i < bytes; i += sizeof sum)
        for (std::size_t k = 0; k < 8; ++k) {
            uint64_t word;
            std::memcpy(&word, memory + i + 8 * k, 8);
            sum[k] ^= word;
        }
    return fold(sum);
}

#if defined(__x86_64__)

#define EIGHT(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#define CLOBBERS "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7"

// Eight sums of one register each: an operation waits for its own sum only. An operand in memory needs no alignment
// with VEX and EVEX.
__attribute__((target("avx512f"))) uint64_t read_avx512(const char* memory, std::size_t bytes) {
    const char* const end = memory + bytes;
    uint64_t lanes[8];
    __asm__ volatile(
#define X(n) "vpxorq %%zmm" #n ",%%zmm" #n ",%%zmm" #n "\n"
        EIGHT(X)
#undef X
            "1:\n"
#define X(n) "vpxorq 64*" #n "(%[at]),%%zmm" #n ",%%zmm" #n "\n"
        EIGHT(X)
#undef X
            "add $512,%[at]\ncmp %[end],%[at]\njb 1b\n"
            "vpxorq %%zmm1,%%zmm0,%%zmm0\nvpxorq %%zmm3,%%zmm2,%%zmm2\nvpxorq %%zmm5,%%zmm4,%%zmm4\nvpxorq "
            "%%zmm7,%%zmm6,%%zmm6\n"
            "vpxorq %%zmm2,%%zmm0,%%zmm0\nvpxorq %%zmm6,%%zmm4,%%zmm4\nvpxorq %%zmm4,%%zmm0,%%zmm0\n"
            "vmovdqu64 %%zmm0,(%[lanes])\nvzeroupper\n"
        : [at] "+r"(memory)
        : [end] "r"(end), [lanes] "r"(lanes)
        : CLOBBERS);
    return fold(lanes);
}

__attribute__((target("avx2"))) uint64_t read_avx2(const char* memory, std::size_t bytes) {
    const char* const end = memory + bytes;
    uint64_t lanes[8] = {};
    __asm__ volatile(
#define X(n) "vpxor %%ymm" #n ",%%ymm" #n ",%%ymm" #n "\n"
        EIGHT(X)
#undef X
            "1:\n"
#define X(n) "vpxor 32*" #n "(%[at]),%%ymm" #n ",%%ymm" #n "\n"
        EIGHT(X)
#undef X
            "add $256,%[at]\ncmp %[end],%[at]\njb 1b\n"
            "vpxor %%ymm1,%%ymm0,%%ymm0\nvpxor %%ymm3,%%ymm2,%%ymm2\nvpxor %%ymm5,%%ymm4,%%ymm4\nvpxor "
            "%%ymm7,%%ymm6,%%ymm6\n"
            "vpxor %%ymm2,%%ymm0,%%ymm0\nvpxor %%ymm6,%%ymm4,%%ymm4\nvpxor %%ymm4,%%ymm0,%%ymm0\n"
            "vmovdqu %%ymm0,(%[lanes])\nvzeroupper\n"
        : [at] "+r"(memory)
        : [end] "r"(end), [lanes] "r"(lanes)
        : CLOBBERS);
    return fold(lanes);
}

// The baseline of x86-64. Its operands in memory must be aligned, its loads need not.
uint64_t read_sse2(const char* memory, std::size_t bytes) {
    const char* const end = memory + bytes;
    uint64_t lanes[8] = {};
    __asm__ volatile(
#define X(n) "pxor %%xmm" #n ",%%xmm" #n "\n"
        EIGHT(X)
#undef X
            "1:\n"
#define X(n) "movdqu 16*" #n "(%[at]),%%xmm8\npxor %%xmm8,%%xmm" #n "\n"
        EIGHT(X)
#undef X
            "add $128,%[at]\ncmp %[end],%[at]\njb 1b\n"
            "pxor %%xmm1,%%xmm0\npxor %%xmm3,%%xmm2\npxor %%xmm5,%%xmm4\npxor %%xmm7,%%xmm6\n"
            "pxor %%xmm2,%%xmm0\npxor %%xmm6,%%xmm4\npxor %%xmm4,%%xmm0\n"
            "movdqu %%xmm0,(%[lanes])\n"
        : [at] "+r"(memory)
        : [end] "r"(end), [lanes] "r"(lanes)
        : CLOBBERS, "xmm8");
    return fold(lanes);
}

#elif defined(__aarch64__)

uint64_t read_neon(const char* memory, std::size_t bytes) {
    const char* const end = memory + bytes;
    uint64_t lanes[8] = {};
    __asm__ volatile(
        "movi v0.16b,#0\nmovi v1.16b,#0\nmovi v2.16b,#0\nmovi v3.16b,#0\n"
        "movi v4.16b,#0\nmovi v5.16b,#0\nmovi v6.16b,#0\nmovi v7.16b,#0\n"
        "1:\n"
        "ld1 {v16.16b-v19.16b},[%[at]],#64\nld1 {v20.16b-v23.16b},[%[at]],#64\n"
        "eor v0.16b,v0.16b,v16.16b\neor v1.16b,v1.16b,v17.16b\neor v2.16b,v2.16b,v18.16b\neor v3.16b,v3.16b,v19.16b\n"
        "eor v4.16b,v4.16b,v20.16b\neor v5.16b,v5.16b,v21.16b\neor v6.16b,v6.16b,v22.16b\neor v7.16b,v7.16b,v23.16b\n"
        "cmp %[at],%[end]\nb.lo 1b\n"
        "eor v0.16b,v0.16b,v1.16b\neor v2.16b,v2.16b,v3.16b\neor v4.16b,v4.16b,v5.16b\neor v6.16b,v6.16b,v7.16b\n"
        "eor v0.16b,v0.16b,v2.16b\neor v4.16b,v4.16b,v6.16b\neor v0.16b,v0.16b,v4.16b\n"
        "st1 {v0.16b},[%[lanes]]\n"
        : [at] "+r"(memory)
        : [end] "r"(end), [lanes] "r"(lanes)
        : "memory", "cc", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v16", "v17", "v18", "v19", "v20", "v21",
          "v22", "v23");
    return fold(lanes);
}

#endif

}  // namespace

uint64_t read_all(int32_t isa, const char* memory, std::size_t bytes) {
#if defined(__x86_64__)
    if (isa == FARSPAN_ISA_AVX512) return read_avx512(memory, bytes);
    if (isa == FARSPAN_ISA_AVX2) return read_avx2(memory, bytes);
    return read_sse2(memory, bytes);
#elif defined(__aarch64__)
    static_cast<void>(isa);
    return read_neon(memory, bytes);
#else
    static_cast<void>(isa);
    return read_words(memory, bytes);
#endif
}

}  // namespace bench
