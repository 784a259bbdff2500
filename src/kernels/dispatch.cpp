// Picks a kernel table. Compiled for the baseline; the only file that knows which instruction sets are built in
// (FARSPAN_BUILT_*, from CMake). The CPU is asked directly: the operating system must have enabled the registers too
// (XCR0).
#include <cstdlib>
#include <cstring>

#include "kernels/kernel_table.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace farspan::kernels {

namespace scalar {
extern const kernel_table table;
}
namespace avx2 {
extern const kernel_table table;
}
namespace avx512 {
extern const kernel_table table;
}
namespace neon {
extern const kernel_table table;
}

namespace {

// Best first.
const kernel_table* const built_tables[] = {
#if defined(FARSPAN_BUILT_AVX512)
    &avx512::table,
#endif
#if defined(FARSPAN_BUILT_AVX2)
    &avx2::table,
#endif
#if defined(FARSPAN_BUILT_NEON)
    &neon::table,
#endif
    &scalar::table,
};

#if defined(__x86_64__)
struct x86_features {
    bool avx2, avx512;
};

x86_features ask_cpu() {
    constexpr uint32_t fma = 1u << 12, osxsave = 1u << 27, avx = 1u << 28, f16c = 1u << 29;  // leaf 1, ecx
    constexpr uint32_t avx2_bit = 1u << 5;                                                   // leaf 7, ebx
    constexpr uint32_t avx512_bits = 1u << 16 | 1u << 17 | 1u << 28 | 1u << 30 | 1u << 31;   // F DQ CD BW VL
    constexpr uint32_t ymm_state = 0x06, zmm_state = 0xe6;                                   // XCR0
    uint32_t eax = 0, ebx = 0, ecx = 0, edx = 0;
    if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0) return {false, false};
    constexpr uint32_t needed = fma | osxsave | avx | f16c;
    if ((ecx & needed) != needed) return {false, false};
    uint32_t state = 0, state_high = 0;
    __asm__("xgetbv" : "=a"(state), "=d"(state_high) : "c"(0));
    if ((state & ymm_state) != ymm_state) return {false, false};
    if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) == 0) return {false, false};
    const bool has_avx2 = (ebx & avx2_bit) != 0;
    return {has_avx2, has_avx2 && (ebx & avx512_bits) == avx512_bits && (state & zmm_state) == zmm_state};
}
#endif

bool runs_here(int32_t isa) {
#if defined(__x86_64__)
    static const x86_features features = ask_cpu();
    if (isa == isa_avx2) return features.avx2;
    if (isa == isa_avx512) return features.avx512;
#endif
    return isa == isa_scalar || isa == isa_neon;  // Advanced SIMD is part of every AArch64
}

const kernel_table& choose() {
    const char* wanted = std::getenv("FARSPAN_ISA");
    const kernel_table* best = nullptr;
    for (const kernel_table* table : built_tables) {
        if (!runs_here(table->isa)) continue;
        if (wanted != nullptr && std::strcmp(wanted, table->name) == 0) return *table;
        if (best == nullptr) best = table;
    }
    return *best;  // scalar is always built and runs everywhere
}

}  // namespace

const kernel_table* built_table(int32_t isa) {
    for (const kernel_table* table : built_tables)
        if (table->isa == isa) return table;
    return nullptr;
}

const kernel_table* usable_table(int32_t isa) { return runs_here(isa) ? built_table(isa) : nullptr; }

const kernel_table& best_table() {
    static const kernel_table& table = choose();
    return table;
}

}  // namespace farspan::kernels
