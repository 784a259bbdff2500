#pragma once
// Online softmax in base 2.
#include "kernels/score.inl"

namespace farspan::kernels::FARSPAN_ISA_NS {
namespace {

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

// The largest and the smallest number of a row; NaN does not count, so that it spoils the sum and not the maximum.
struct row_range {
    float most, least;
};
FARSPAN_INLINE row_range range_of(const float* row, int64_t cols) {
    vec most[2] = {splat(-infinity), splat(-infinity)}, least[2] = {splat(infinity), splat(infinity)};
    int64_t c = 0;
    for (; c + 2 * lanes <= cols; c += 2 * lanes) {
        FARSPAN_UNROLL
        for (int k = 0; k < 2; ++k) {
            const vec x = load(row + c + k * lanes);
            most[k] = max_number(x, most[k]);
            least[k] = min_number(x, least[k]);
        }
    }
    if (c < cols) {
        most[0] = max_number(load(row + c), most[0]);
        least[0] = min_number(load(row + c), least[0]);
    }
    const vec below = min_number(least[0], least[1]);
    return {max_lanes(max_number(most[0], most[1])), -max_lanes(splat(0.0f) - below)};
}

template <bool all_normal>
FARSPAN_INLINE vec exponential(float* x, vec base) {
    const vec p = all_normal ? exp2_normal(load(x) - base) : exp2_negative(load(x) - base);
    store(x, p);
    return p;
}

// row = 2^(row - base); returns the sum. all_normal: no difference is below -126.
template <bool all_normal>
FARSPAN_INLINE float exponentiate(float* row, int64_t cols, float base) {
    const vec shift = splat(base);
    vec even = splat(0.0f), odd = even;
    int64_t c = 0;
    for (; c + 2 * lanes <= cols; c += 2 * lanes) {
        even = even + exponential<all_normal>(row + c, shift);
        odd = odd + exponential<all_normal>(row + c + lanes, shift);
    }
    if (c < cols) even = even + exponential<all_normal>(row + c, shift);
    return sum_lanes(even + odd);
}

// products: an infinite one is marked first.
template <bool products>
FARSPAN_INLINE void softmax_rows(float* s, int64_t lds, int64_t rows, int64_t cols, float* m, float* l, float* o,
                                 int64_t ldo, int64_t dim) {
    // The ranges of several rows are taken before they are needed: a row's is known some time after it was read.
    constexpr int64_t group = 8;
    row_range ranges[group];
    for (int64_t r = 0; r < rows; ++r) {
        if (r % group == 0)
            for (int64_t k = 0; k < smaller(group, rows - r); ++k) ranges[k] = range_of(s + (r + k) * lds, cols);
        float* row = s + r * lds;
        row_range range = ranges[r % group];
        if (products && !(range.most < infinity && range.least > -infinity)) {
            mark_overflow(row, lds, 1, cols);
            range = range_of(row, cols);
        }
        if (range.most > m[r]) {
            const vec shrink = exp2_negative(splat(m[r] - range.most));
            for (int64_t c = 0; c < dim; c += lanes) store(o + r * ldo + c, load(o + r * ldo + c) * shrink);
            l[r] *= first(shrink);
            m[r] = range.most;
        }
        // With nothing visible yet there is no finite base: hidden keys give 2^-inf = 0 against base 0.
        const float base = m[r] == -infinity ? 0.0f : m[r];
        l[r] +=
            range.least - base >= -126.0f ? exponentiate<true>(row, cols, base) : exponentiate<false>(row, cols, base);
    }
}

void softmax(float* s, int64_t lds, int64_t rows, int64_t cols, float* m, float* l, float* o, int64_t ldo,
             int64_t dim) {
    softmax_rows<false>(s, lds, rows, cols, m, l, o, ldo, dim);
}

void softmax_products(float* s, int64_t lds, int64_t rows, int64_t cols, float* m, float* l, float* o, int64_t ldo,
                      int64_t dim) {
    softmax_rows<true>(s, lds, rows, cols, m, l, o, ldo, dim);
}

}  // namespace
}  // namespace farspan::kernels::FARSPAN_ISA_NS
