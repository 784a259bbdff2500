#pragma once
// Key rows into a panel whose lanes are keys; values into strips.
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

// Lanes are `width` to a row, and those of the next rows `step` further.
FARSPAN_INLINE void transpose(const float* rows, int64_t ld, int64_t count, int64_t dim, float* panel, int64_t width,
                              int64_t step) {
    for (int64_t lane = 0; lane < panel_keys; lane += lanes)
        for (int64_t d = 0; d < dim; d += lanes) {
            vec block[lanes];
            FARSPAN_UNROLL
            for (int i = 0; i < lanes; ++i)
                block[i] = lane + i < count ? load_some(rows + (lane + i) * ld + d, dim - d) : splat(0.0f);
            transpose_block(block);
            FARSPAN_UNROLL
            for (int i = 0; i < lanes; ++i)
                if (d + i < dim) store(panel + lane / width * step + (d + i) * width + lane % width, block[i]);
        }
}

void transpose_panel(const float* rows, int64_t ld, int64_t count, int64_t dim, float* panel) {
    transpose(rows, ld, count, dim, panel, panel_keys, 0);
}

void pack_keys(const float* rows, int64_t ld, int64_t count, int64_t dim, float* panel) {
    transpose(rows, ld, count, dim, panel, strip, dim * strip);
}

void pack_values(const float* rows, int64_t ld, int64_t count, int64_t dim, float* values) {
    for (int64_t c = 0; c < dim; c += lanes)
        for (int64_t r = 0; r < count; ++r)
            store(values + (c / strip * tile_keys + r) * strip + c % strip, load(rows + r * ld + c));
}

}  // namespace
}  // namespace farspan::kernels::FARSPAN_ISA_NS
