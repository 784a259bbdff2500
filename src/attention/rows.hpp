// Rows of a tensor in and out of f32 scratch, and their rotation: the kernel of the dtype and pair layout is picked
// here.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/strided.hpp"
#include "plan/plan.hpp"

namespace farspan {

// rows x dim -> scratch with row stride ld; columns dim .. ld are 0.
inline void load_rows(const plan& plan, const strided& tensor, int64_t batch, int64_t head, int64_t first, int64_t rows,
                      int64_t dim, float* scratch, int64_t ld) {
    loader(*plan.kernels, tensor.dtype)(tensor.at(batch, head, first, 0), tensor.stride[2], tensor.stride[3], rows, dim,
                                        scratch, ld, ld);
}

// Puts 0 in place of what is infinite or NaN. True: there was nothing.
inline bool make_finite(const plan& plan, float* rows, int64_t count, int64_t dim, int64_t ld) {
    if (plan.kernels->all_finite(rows, ld, count, dim)) return true;
    for (float* x = rows; x != rows + count * ld; ++x)
        if (!std::isfinite(*x)) *x = 0;
    return false;
}

// Rotates scratch rows by the table rows [first, first + rows).
inline void rotate_rows(const plan& plan, const rotary_table& table, int64_t first, int64_t rows, float* scratch) {
    const bool half = plan.scheme.rope.layout == pair_layout::half;
    (half ? plan.kernels->rotate_half : plan.kernels->rotate_interleaved)(
        scratch + plan.scheme.rope.rotary_offset, plan.head_ld, rows, plan.scheme.rope.rotary_dim / 2,
        table.cosine_row(first), table.sine_row(first), table.stride);
}

// The transpose of rotate_rows: what a gradient of rotated rows is a gradient of, before the rotation.
inline void rotate_rows_back(const plan& plan, const rotary_table& table, int64_t first, int64_t rows, float* scratch) {
    const bool half = plan.scheme.rope.layout == pair_layout::half;
    (half ? plan.kernels->rotate_back_half : plan.kernels->rotate_back_interleaved)(
        scratch + plan.scheme.rope.rotary_offset, plan.head_ld, rows, plan.scheme.rope.rotary_dim / 2,
        table.cosine_row(first), table.sine_row(first), table.stride);
}

// A logit as a score, which is one in base 2 and at most the largest float.
inline float in_base_2(float logit) {
    constexpr float most = std::numeric_limits<float>::max();
    return std::clamp(logit * std::numbers::log2e_v<float>, -most, most);
}

// Finished rows of a block, from their sums in base 2: out is output / sum, 0 where nothing was seen; lse may be NULL.
inline void finish_rows(const kernels::kernel_table& kernels, const float* output, int64_t ld, const float* maximum,
                        const float* sum, int64_t rows, int64_t dim, const strided& out, void* first, float* lse) {
    float factor[kernels::block_rows];
    for (int64_t r = 0; r < rows; ++r) factor[r] = sum[r] == 0 ? 0 : 1 / sum[r];
    storer(kernels, out.dtype)(output, ld, rows, dim, factor, first, out.stride[2], out.stride[3]);
    for (int64_t r = 0; lse && r < rows; ++r)
        lse[r] = static_cast<float>((static_cast<double>(maximum[r]) + std::log2(static_cast<double>(sum[r]))) *
                                    std::numbers::ln2);
}

}  // namespace farspan
