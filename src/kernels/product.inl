#pragma once
// The matrix products of attention on one register-blocked micro-kernel: up to 6 rows x block_vecs vectors of sums
// stay in registers over the whole depth.
#include "kernels/vec.inl"

namespace farspan::kernels::FARSPAN_ISA_NS {
namespace {

constexpr int block_row_count = 6;
static_assert(16 % (block_vecs * lanes) == 0 || (block_vecs == 4 && lanes == 16));  // what the column remainders assume

// c[r][j] = (accumulate ? c[r][j] : 0) + sum_k a[r][k] b[k][j], k ascending, for `rows` rows and vecs * lanes columns.
// With `upright`, a is read as a[k][r].
// The sum is formed on its own and added once: an output over many tiles then rounds once per tile, not once per key.
// Where strips are wide, one line of `ahead` is prefetched per k; narrow ones come fast enough by themselves.
template <int rows, int vecs, bool accumulate, bool upright>
FARSPAN_INLINE void multiply_block(const float* a, int64_t lda, const float* b, int64_t ldb, int64_t depth, float* c,
                                   int64_t ldc, const float* ahead) {
    vec sum[rows][vecs];
    FARSPAN_UNROLL
    for (int i = 0; i < rows; ++i) {
        FARSPAN_UNROLL
        for (int j = 0; j < vecs; ++j) sum[i][j] = splat(0.0f);
    }
    const auto step = [&](int64_t k) __attribute__((always_inline)) {
        if (block_vecs * lanes > 16) __builtin_prefetch(ahead + k * ldb, 0, 2);
        vec right[vecs];
        FARSPAN_UNROLL
        for (int j = 0; j < vecs; ++j) right[j] = load(b + k * ldb + j * lanes);
        FARSPAN_UNROLL
        for (int i = 0; i < rows; ++i) {
            const vec left = splat(upright ? a[k * lda + i] : a[i * lda + k]);
            FARSPAN_UNROLL
            for (int j = 0; j < vecs; ++j) sum[i][j] = mul_add(left, right[j], sum[i][j]);
        }
    };
    int64_t k = 0;
    // The short sums of logits gain 2 % by fewer turns; longer ones gain nothing.
    if constexpr (!accumulate)
        for (; k + 2 <= depth; k += 2) {
            step(k);
            step(k + 1);
        }
    for (; k < depth; ++k) step(k);
    FARSPAN_UNROLL
    for (int i = 0; i < rows; ++i) {
        FARSPAN_UNROLL
        for (int j = 0; j < vecs; ++j) {
            float* to = c + i * ldc + j * lanes;
            store(to, accumulate ? load(to) + sum[i][j] : sum[i][j]);
        }
    }
}

// One column block, all rows. Rows are dealt out so that no block is much smaller than the others: 64 = 9 x 6 + 2 x 5.
template <int vecs, bool accumulate, bool upright>
void multiply_columns(const float* a, int64_t lda, int64_t rows, const float* b, int64_t ldb, int64_t depth, float* c,
                      int64_t ldc) {
    // What usually comes next lies right behind b: the next panel, the next rows of v. The first row blocks fetch it
    // into L2, one column of cache lines each, while there is time; b itself is the idle choice. Addresses may be past
    // the end.
    const float* ahead = b + depth * ldb;
    int lines = 1;
    while (rows > 0) {
        const int64_t blocks = (rows + block_row_count - 1) / block_row_count;
        const int64_t now = (rows + blocks - 1) / blocks;
        switch (now) {
            case 1:
                multiply_block<1, vecs, accumulate, upright>(a, lda, b, ldb, depth, c, ldc, ahead);
                break;
            case 2:
                multiply_block<2, vecs, accumulate, upright>(a, lda, b, ldb, depth, c, ldc, ahead);
                break;
            case 3:
                multiply_block<3, vecs, accumulate, upright>(a, lda, b, ldb, depth, c, ldc, ahead);
                break;
            case 4:
                multiply_block<4, vecs, accumulate, upright>(a, lda, b, ldb, depth, c, ldc, ahead);
                break;
            case 5:
                multiply_block<5, vecs, accumulate, upright>(a, lda, b, ldb, depth, c, ldc, ahead);
                break;
            default:
                multiply_block<6, vecs, accumulate, upright>(a, lda, b, ldb, depth, c, ldc, ahead);
                break;
        }
        ahead = lines++ * 16 < vecs * lanes ? ahead + 16 : b;
        a += upright ? now : now * lda;
        c += now * ldc;
        rows -= now;
    }
}

// The right operand: whole rows, or strips of ld columns, `step` behind one another.
struct right_operand {
    const float* data;
    int64_t ld, step;  // step 0: whole rows
    FARSPAN_INLINE const float* column(int64_t j) const { return data + (step == 0 ? j : j / ld * step + j % ld); }
};
FARSPAN_INLINE right_operand rows_of(const float* data, int64_t ld) { return {data, ld, 0}; }

// Column blocks outside, so that the slice of b stays in L1 while the rows pass by. `columns` is a multiple of 16.
template <bool accumulate, bool upright = false>
FARSPAN_INLINE void multiply(const float* a, int64_t lda, int64_t rows, right_operand b, int64_t depth, float* c,
                             int64_t ldc, int64_t columns) {
    constexpr int64_t block = block_vecs * lanes;
    int64_t j = 0;
    for (; j + block <= columns; j += block)
        multiply_columns<block_vecs, accumulate, upright>(a, lda, rows, b.column(j), b.ld, depth, c + j, ldc);
    if constexpr (block > 16) {
        switch ((columns - j) / lanes) {
            case 1:
                multiply_columns<1, accumulate, upright>(a, lda, rows, b.column(j), b.ld, depth, c + j, ldc);
                break;
            case 2:
                multiply_columns<2, accumulate, upright>(a, lda, rows, b.column(j), b.ld, depth, c + j, ldc);
                break;
            case 3:
                multiply_columns<3, accumulate, upright>(a, lda, rows, b.column(j), b.ld, depth, c + j, ldc);
                break;
            default:
                break;
        }
    }
}

// The error of a running sum grows with its length, so the logits of wide heads are sums of sums. Plain floats round
// every product too, and would be the least exact otherwise.
constexpr int64_t longest_sum = lanes == 1 ? 32 : 128;

FARSPAN_INLINE void logits(const float* q, int64_t ldq, int64_t rows, right_operand panel, int64_t dim, float* s,
                           int64_t lds, int64_t cols) {
    multiply<false>(q, ldq, rows, panel, dim < longest_sum ? dim : longest_sum, s, lds, cols);
    for (int64_t d = longest_sum; d < dim; d += longest_sum) {
        const int64_t depth = dim - d < longest_sum ? dim - d : longest_sum;
        multiply<true>(q + d, ldq, rows, {panel.data + d * panel.ld, panel.ld, panel.step}, depth, s, lds, cols);
    }
}

void qk(const float* q, int64_t ldq, int64_t rows, const float* panel, int64_t dim, float* s, int64_t lds,
        int64_t cols) {
    logits(q, ldq, rows, rows_of(panel, panel_keys), dim, s, lds, cols);
}

void qk_packed(const float* q, int64_t ldq, int64_t rows, const float* panel, int64_t dim, float* s, int64_t lds,
               int64_t cols) {
    logits(q, ldq, rows, {panel, strip, dim * strip}, dim, s, lds, cols);
}

void pv(const float* p, int64_t ldp, int64_t rows, const float* v, int64_t ldv, int64_t keys, float* o, int64_t ldo,
        int64_t dim) {
    multiply<true>(p, ldp, rows, rows_of(v, ldv), keys, o, ldo, dim);
}

void pv_packed(const float* p, int64_t ldp, int64_t rows, const float* v, int64_t keys, float* o, int64_t ldo,
               int64_t dim) {
    multiply<true>(p, ldp, rows, {v, strip, tile_keys * strip}, keys, o, ldo, dim);
}

void pv_upright(const float* p, int64_t ldp, int64_t rows, const float* x, int64_t ldx, int64_t keys, float* o,
                int64_t ldo, int64_t dim) {
    multiply<true, true>(p, ldp, keys, rows_of(x, ldx), rows, o, ldo, dim);
}

}  // namespace
}  // namespace farspan::kernels::FARSPAN_ISA_NS
