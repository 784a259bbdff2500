#pragma once
// Key rows into a panel whose lanes are keys.
#include "kernels/vec.inl"

namespace farspan::kernels::FARSPAN_ISA_NS {
namespace {

// A lanes x lanes block in registers. Interleaving row i with row i + lanes/2 for all i, log2(lanes) times, transposes
// it.
FARSPAN_INLINE void transpose_block(vec (&row)[lanes]) {
    FARSPAN_UNROLL
    for (int stage = 1; stage < lanes; stage *= 2) {
        vec next[lanes];
        FARSPAN_UNROLL
        for (int i = 0; i < lanes / 2; ++i) {
            next[2 * i] = interleave_low(row[i], row[i + lanes / 2]);
            next[2 * i + 1] = interleave_high(row[i], row[i + lanes / 2]);
        }
        FARSPAN_UNROLL
        for (int i = 0; i < lanes; ++i) row[i] = next[i];
    }
}

void transpose_panel(const float* rows, int64_t ld, int64_t count, int64_t dim, float* panel) {
    for (int64_t lane = 0; lane < panel_keys; lane += lanes)
        for (int64_t d = 0; d < dim; d += lanes) {
            vec block[lanes];
            FARSPAN_UNROLL
            for (int i = 0; i < lanes; ++i)
                block[i] = lane + i < count ? load_some(rows + (lane + i) * ld + d, dim - d) : splat(0.0f);
            transpose_block(block);
            FARSPAN_UNROLL
            for (int i = 0; i < lanes; ++i)
                if (d + i < dim) store(panel + (d + i) * panel_keys + lane, block[i]);
        }
}

}  // namespace
}  // namespace farspan::kernels::FARSPAN_ISA_NS
