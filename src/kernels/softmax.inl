#pragma once
// Online softmax in base 2.
#include "kernels/vec.inl"

namespace farspan::kernels::FARSPAN_ISA_NS {
namespace {

// The largest number of a row; NaN does not count, so that it spoils the sum and not the maximum.
FARSPAN_INLINE float row_maximum(const float* row, int64_t cols) {
    vec even = splat(-infinity), odd = even;
    int64_t c = 0;
    for (; c + 2 * lanes <= cols; c += 2 * lanes) {
        even = max_number(load(row + c), even);
        odd = max_number(load(row + c + lanes), odd);
    }
    if (c < cols) even = max_number(load(row + c), even);
    return max_lanes(max_number(even, odd));
}

int64_t row_maxima(const float* s, int64_t lds, int64_t rows, int64_t cols, const float* most, float* maximum) {
    for (int64_t r = 0; r < rows; ++r) {
        const float* row = s + r * lds;
        const vec limit = splat(most[r]), one = splat(1.0f);
        vec exceeds = splat(0.0f), largest = splat(-infinity);
        for (int64_t c = 0; c < cols; c += lanes) {
            const vec x = load(row + c);
            exceeds = select(limit >= x, exceeds, one);  // one for NaN
            largest = max_number(x, largest);
        }
        if (max_lanes(exceeds) != 0.0f) return r;
        maximum[r] = max_lanes(largest);
    }
    return rows;
}

// row = 2^(row - base); returns the sum.
FARSPAN_INLINE float exponentiate(float* row, int64_t cols, float base) {
    const vec shift = splat(base);
    vec even = splat(0.0f), odd = even;
    int64_t c = 0;
    for (; c + 2 * lanes <= cols; c += 2 * lanes) {
        const vec p = exp2_negative(load(row + c) - shift), q = exp2_negative(load(row + c + lanes) - shift);
        store(row + c, p);
        store(row + c + lanes, q);
        even = even + p;
        odd = odd + q;
    }
    if (c < cols) {
        const vec p = exp2_negative(load(row + c) - shift);
        store(row + c, p);
        even = even + p;
    }
    return sum_lanes(even + odd);
}

void softmax(float* s, int64_t lds, int64_t rows, int64_t cols, float* m, float* l, float* o, int64_t ldo,
             int64_t dim) {
    for (int64_t r = 0; r < rows; ++r) {
        float* row = s + r * lds;
        const float maximum = row_maximum(row, cols);
        if (maximum > m[r]) {
            const vec shrink = exp2_negative(splat(m[r] - maximum));
            for (int64_t c = 0; c < dim; c += lanes) store(o + r * ldo + c, load(o + r * ldo + c) * shrink);
            l[r] *= first(shrink);
            m[r] = maximum;
        }
        // With nothing visible yet there is no finite base: hidden keys give 2^-inf = 0 against base 0.
        l[r] += exponentiate(row, cols, m[r] == -infinity ? 0.0f : m[r]);
    }
}

}  // namespace
}  // namespace farspan::kernels::FARSPAN_ISA_NS
