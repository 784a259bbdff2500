// Rows of the caller's tensors into a block.
#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>

#include "cache/cache.hpp"
#include "cache/wide.hpp"
#include "farspan/cache.h"

namespace farspan {
namespace {

constexpr float largest_number = 3.0e38f;
constexpr float low_steps = 127, wide_steps = 127 * 256;
constexpr float far_larger = 3, larger = 2.25f;

float magnitude(float x) {
    const float size = std::fabs(x);
    return size > largest_number ? largest_number : size == size ? size : 0;
}

// The nearest whole number of steps, to even; 0 for NaN.
int32_t steps_of(float x, double scale, double most) {
    constexpr double whole = 0x1.8p52;  // adding it rounds
    const double steps = static_cast<double>(x) / scale;
    return steps == steps ? static_cast<int32_t>(std::clamp(steps, -most, most) + whole - whole) : 0;
}

// How a key becomes whole numbers. With one scale for all its features, one large channel takes the digits of all
// others away, and a constant part of a channel, as a projection's bias gives it, makes it large in every key. So up to
// one in eight features may be wide, 16 bits. Of the other seven in eight, let m be the largest. If some feature is
// larger than 3 m, those larger than 2.25 m are wide; all others have 8 bits, and both the same step. (A normal
// distribution's largest of 128 is at 1.8 m, so that without such channels hardly a key pays for them.) This looks at
// nothing but the key itself: what a cache answers does not depend on its history.
struct key_steps {
    float scale;
    float limit;  // larger ones are wide
};

key_steps choose_steps(const float* row, int64_t dim) {
    float largest = 0;
    for (int64_t d = 0; d < dim; ++d) largest = std::max(largest, magnitude(row[d]));
    float most = 0;  // of the features that are certainly not wide
    for (int64_t first = 0; first < dim; first += wide_span) {
        const int64_t features = std::min(dim - first, wide_span), wide = wide_span_slots(features);
        int64_t comparable = 0;
        for (int64_t d = first; d < first + features; ++d) comparable += magnitude(row[d]) * far_larger >= largest;
        if (comparable > wide) return {largest / low_steps, largest};
        float sizes[wide_span];
        for (int64_t d = 0; d < features; ++d) sizes[d] = magnitude(row[first + d]);
        std::nth_element(sizes, sizes + wide, sizes + features, std::greater<>());
        most = std::max(most, sizes[wide]);
    }
    const float limit = most * larger;
    float ordinary = 0;
    for (int64_t d = 0; d < dim; ++d)
        if (const float size = magnitude(row[d]); size <= limit) ordinary = std::max(ordinary, size);
    return {std::max(ordinary / low_steps, largest / wide_steps), limit};
}

// rows x dim f32 -> a panel from a lane on.
void store_int8_keys(const block_shape& shape, const slice& to, int64_t lane, const float* rows, int64_t ld,
                     int64_t count) {
    for (int64_t r = 0; r < count; ++r) {
        const float* row = rows + r * ld;
        char* low = to.keys + lane + r;
        const auto [scale, limit] = choose_steps(row, shape.head_dim);
        to.key_scales[lane + r] = scale;
        clear_wide(shape, to, lane + r);
        int16_t features[max_wide_slots];
        int8_t high[max_wide_slots];
        int64_t wide = 0;
        const double divisor = scale > 0 ? scale : 1;
        for (int64_t d = 0; d < shape.head_dim; ++d) {
            const bool is_wide = magnitude(row[d]) > limit;
            const int32_t steps = steps_of(row[d], divisor, static_cast<double>(is_wide ? wide_steps : low_steps));
            const int32_t upper = (steps + 128) >> 8;
            low[d * block_tokens] = static_cast<char>(static_cast<int8_t>(steps - upper * 256));
            if (upper == 0) continue;
            features[wide] = static_cast<int16_t>(d);
            high[wide++] = static_cast<int8_t>(upper);
        }
        if (wide > 0) add_wide(shape, to, lane + r, features, high, wide);
    }
}

// The least bf16 number that is not below x >= 0.
uint16_t bf16_above(float x) { return static_cast<uint16_t>((std::bit_cast<uint32_t>(x) + 0xffff) >> 16); }
float of_bf16(uint16_t bits) { return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16); }

// rows x dim f32 -> rows from a lane on, with a scale for every 16 values.
void store_int8_values(const block_shape& shape, const slice& to, int64_t lane, const float* rows, int64_t ld,
                       int64_t count) {
    const int64_t dim = shape.value_dim;
    for (int64_t r = 0; r < count; ++r)
        for (int64_t group = 0; group < shape.value_groups(); ++group) {
            const int64_t first = group * value_group, last = std::min(first + value_group, dim);
            const float* row = rows + r * ld;
            char* out = to.values + (lane + r) * dim;
            float largest = 0;
            for (int64_t d = first; d < last; ++d) largest = std::max(largest, magnitude(row[d]));
            const uint16_t scale = bf16_above(largest / low_steps);
            to.value_scales[group * block_tokens + lane + r] = scale;
            const double divisor = scale != 0 ? static_cast<double>(of_bf16(scale)) : 1;
            for (int64_t d = first; d < last; ++d)
                out[d] =
                    static_cast<char>(static_cast<int8_t>(steps_of(row[d], divisor, static_cast<double>(low_steps))));
        }
}

// An upper bound of the length of a key when it is stored: each element may grow by half a unit of its last place, or
// half a step.
float stored_norm(int32_t dtype, const float* row, int64_t dim, float step) {
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
        case FARSPAN_F16:
            norm = largest < 65504 ? norm * (1 + 0x1p-11) + std::sqrt(static_cast<double>(dim)) * 0x1p-25 : infinite;
            break;
        case FARSPAN_BF16:
            norm *= 1 + 0x1p-8;
            break;
        case FARSPAN_I8:
            norm += std::sqrt(static_cast<double>(dim)) * static_cast<double>(step) / 2;
            break;
        default:
            break;
    }
    return static_cast<float>(norm * 1.00001);
}

}  // namespace

void store_keys(const kernels::kernel_table& kernels, const block_shape& shape, const slice& to, int64_t lane,
                int64_t count, const strided& k, int64_t key_head, int64_t row, float* scratch) {
    const int64_t ld = round_up(shape.head_dim, kernels::pad);
    float* rows = scratch;
    float* panel = scratch + block_tokens * ld;
    loader(kernels, k.dtype)(k.at(0, key_head, row, 0), k.stride[2], k.stride[3], count, shape.head_dim, rows, ld, ld);
    if (shape.dtype == FARSPAN_I8) store_int8_keys(shape, to, lane, rows, ld, count);
    for (int64_t r = 0; r < count; ++r)
        to.summary->key_norm[lane + r] = stored_norm(shape.dtype, rows + r * ld, shape.head_dim,
                                                     shape.dtype == FARSPAN_I8 ? to.key_scales[lane + r] : 0);
    if (shape.dtype == FARSPAN_I8) return;
    kernels.transpose_panel(rows, ld, count, shape.head_dim, panel);
    storer(kernels, shape.dtype)(panel, block_tokens, shape.head_dim, count, nullptr,
                                 to.keys + lane * shape.element_bytes(), block_tokens, 1);
}

void store_values(const kernels::kernel_table& kernels, const block_shape& shape, const slice& to, int64_t lane,
                  int64_t count, const strided& v, int64_t key_head, int64_t row, float* scratch) {
    const int64_t ld = round_up(shape.value_dim, kernels::pad), dim = shape.value_dim;
    loader(kernels, v.dtype)(v.at(0, key_head, row, 0), v.stride[2], v.stride[3], count, dim, scratch, ld, ld);
    char* first = to.values + lane * dim * shape.element_bytes();
    if (shape.dtype == FARSPAN_I8) return store_int8_values(shape, to, lane, scratch, ld, count);
    storer(kernels, shape.dtype)(scratch, ld, count, dim, nullptr, first, dim, 1);
    // Judged as stored: f16 turns large values into infinities.
    loader(kernels, shape.dtype)(first, dim, 1, count, dim, scratch, ld, ld);
    if (!kernels.all_finite(scratch, ld, count, dim)) to.summary->values_not_finite = 1;
}

}  // namespace farspan
