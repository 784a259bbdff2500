// Rows of the caller's tensors into a block.
#include <algorithm>
#include <cmath>
#include <limits>

#include "cache/cache.hpp"
#include "farspan/cache.h"

namespace farspan {
namespace {

// The nearest multiple of the scale, as a whole number of int8. NaN becomes 0.
int8_t quantize(float value, float inverse) {
    const float scaled = std::nearbyint(value * inverse);
    return scaled == scaled ? static_cast<int8_t>(std::clamp(scaled, -127.0f, 127.0f)) : int8_t{0};
}

// rows x dim f32 -> int8 at to[r * row_step + d * feature_step], one scale per row.
void store_int8(const float* rows, int64_t ld, int64_t count, int64_t dim, char* to, int64_t row_step, int64_t feature_step,
                float* scales) {
    for (int64_t r = 0; r < count; ++r) {
        float largest = 0;
        for (int64_t d = 0; d < dim; ++d)
            if (const float size = std::fabs(rows[r * ld + d]); size > largest) largest = std::min(size, 3.0e38f);
        scales[r] = largest / 127;
        const float inverse = scales[r] > 0 ? 1 / scales[r] : 0;
        for (int64_t d = 0; d < dim; ++d)
            to[r * row_step + d * feature_step] = static_cast<char>(quantize(rows[r * ld + d], inverse));
    }
}

// An upper bound of the length of a key when it is stored: each element may grow by half a unit of its last place, or of the scale.
float stored_norm(int32_t dtype, const float* row, int64_t dim) {
    double square = 0, largest = 0;
    for (int64_t d = 0; d < dim; ++d) {
        const double x = row[d];
        square += x * x;
        largest = std::max(largest, std::fabs(x));
    }
    constexpr double infinite = std::numeric_limits<double>::infinity();
    double norm = std::sqrt(square);
    if (!(norm < infinite)) return static_cast<float>(infinite);
    switch (dtype) {
        case FARSPAN_F16: norm = largest < 65504 ? norm * (1 + 0x1p-11) + std::sqrt(static_cast<double>(dim)) * 0x1p-25 : infinite; break;
        case FARSPAN_BF16: norm *= 1 + 0x1p-8; break;
        case FARSPAN_I8: norm += std::sqrt(static_cast<double>(dim)) * largest / 254; break;
        default: break;
    }
    return static_cast<float>(norm * 1.00001);
}

}  // namespace

void store_keys(const kernels::kernel_table& kernels, const block_shape& shape, const slice& to, int64_t lane, int64_t count,
                const strided& k, int64_t key_head, int64_t row, float* scratch) {
    const int64_t ld = round_up(shape.head_dim, kernels::pad);
    float* rows = scratch;
    float* panel = scratch + block_tokens * ld;
    loader(kernels, k.dtype)(k.at(0, key_head, row, 0), k.stride[2], k.stride[3], count, shape.head_dim, rows, ld, ld);
    for (int64_t r = 0; r < count; ++r) to.summary->key_norm[lane + r] = stored_norm(shape.dtype, rows + r * ld, shape.head_dim);
    if (shape.dtype == FARSPAN_I8) {
        store_int8(rows, ld, count, shape.head_dim, to.keys + lane, 1, block_tokens, to.key_scales + lane);
        return;
    }
    kernels.transpose_panel(rows, ld, count, shape.head_dim, panel);
    storer(kernels, shape.dtype)(panel, block_tokens, shape.head_dim, count, nullptr, to.keys + lane * shape.element_bytes(),
                                 block_tokens, 1);
}

void store_values(const kernels::kernel_table& kernels, const block_shape& shape, const slice& to, int64_t lane, int64_t count,
                  const strided& v, int64_t key_head, int64_t row, float* scratch) {
    const int64_t ld = round_up(shape.value_dim, kernels::pad), dim = shape.value_dim;
    loader(kernels, v.dtype)(v.at(0, key_head, row, 0), v.stride[2], v.stride[3], count, dim, scratch, ld, ld);
    char* first = to.values + lane * dim * shape.element_bytes();
    if (shape.dtype == FARSPAN_I8) {
        store_int8(scratch, ld, count, dim, first, dim, 1, to.value_scales + lane);
        return;
    }
    storer(kernels, shape.dtype)(scratch, ld, count, dim, nullptr, first, dim, 1);
    // Judged as stored: f16 turns large values into infinities.
    loader(kernels, shape.dtype)(first, dim, 1, count, dim, scratch, ld, ld);
    if (!kernels.all_finite(scratch, ld, count, dim)) to.summary->values_not_finite = 1;
}

}  // namespace farspan
