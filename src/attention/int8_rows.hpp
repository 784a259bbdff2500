// int8 values and keys of a cache to floats, for many lines.
#pragma once

#include "cache/wide.hpp"

namespace farspan {

// The values of the lanes [first, first + count) -> rows.
inline void load_int8_values(const kernels::kernel_table& kernels, const block_shape& shape, const slice& from,
                             int64_t first, int64_t count, float* rows, int64_t ld) {
    kernels.load_rows_i8(reinterpret_cast<const int8_t*>(from.values) + first * shape.value_dim, shape.value_dim, count,
                         shape.value_dim, rows, ld);
    for (int64_t group = 0; group < shape.value_groups(); ++group) {
        alignas(cache_line) float factor[block_tokens];
        kernels.load_rows_bf16(from.value_scales + group * block_tokens + first, block_tokens, 1, 1, count, factor,
                               block_tokens, block_tokens);
        kernels.scale_rows(rows + group * value_group, ld, count, value_group, factor);
    }
}

// The features [first, first + count) of the panel as whole numbers -> panel, 64 lanes each.
inline void load_int8_keys(const kernels::kernel_table& kernels, const block_shape& shape, const slice& from,
                           int64_t first, int64_t count, float* panel) {
    kernels.load_rows_i8(reinterpret_cast<const int8_t*>(from.keys) + first * block_tokens, block_tokens, count,
                         block_tokens, panel, block_tokens);
    visit_wide(shape, from, [&](int64_t feature, int64_t lane, int8_t high) {
        if (feature >= first && feature < first + count)
            panel[(feature - first) * block_tokens + lane] += 256 * static_cast<float>(high);
    });
}

}  // namespace farspan
