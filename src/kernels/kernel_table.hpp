// The kernel table: every instruction set fills one, the dispatcher picks one, drivers call through it. Entries take
// raw pointers and counts, allocate nothing, throw nothing, call nothing outside their own object file but memcpy and
// memset.
//
// Conventions
//   rows, cols, keys, dim >= 0. `ld*` are row strides in floats. Pointers into scratch are 64-byte aligned at row 0 and
//   every ld is a multiple of 16; pointers into the caller's tensors have no alignment at all.
//   A score tile S has at most block_rows x tile_keys floats. `cols` of a score pass is a multiple of 16 unless named
//   count; lanes past the real keys are written as -infinity by `mask` before `softmax` sees them.
//   Logits are in base-2 units: the drivers fold log2(e) into the query scale, bias and cap.
#pragma once

#include <cstdint>

namespace farspan::kernels {

// Numbers of the public header, which kernels do not include: then nothing that changes there compiles them anew.
// src/api/context.cpp compares them.
constexpr int32_t isa_scalar = 1, isa_avx2 = 2, isa_avx512 = 3, isa_neon = 4;
constexpr int32_t dtype_f32 = 1, dtype_f16 = 3, dtype_bf16 = 4;

constexpr int64_t panel_keys = 64;   // lanes of a packed key panel
constexpr int64_t block_rows = 64;   // query rows of a tile
constexpr int64_t tile_keys = 128;   // keys of a tile: two panels
constexpr int64_t value_group = 16;  // columns of int8 values that share a scale
constexpr int64_t pad = 16;          // feature counts of scratch rows are rounded up to this

// One row of a strided tensor of some dtype -> f32 scratch, and back. Strides in elements.
// load: dst[r][c] = src[r][c] for c < dim, 0 for dim <= c < padded. Reads exactly the addressed elements.
using load_rows_fn = void (*)(const void* src, int64_t row_stride, int64_t feature_stride, int64_t rows, int64_t dim,
                              float* dst, int64_t ld, int64_t padded);
// store: dst[r][c] = round(src[r][c] * factor[r]), to nearest even; factor NULL: 1.
// A zero factor writes 0 whatever src holds unless src is NaN.
using store_rows_fn = void (*)(const float* src, int64_t ld, int64_t rows, int64_t dim, const float* factor, void* dst,
                               int64_t row_stride, int64_t feature_stride);

// x[r] is rotated in place, pair by pair; row r uses cosine + r * table_ld and sine + r * table_ld, one value per pair.
using rotate_fn = void (*)(float* x, int64_t ld, int64_t rows, int64_t pairs, const float* cosine, const float* sine,
                           int64_t table_ld);

// Rows of the caller's tensors, features side by side, any alignment; `in` and `out` are the same rows or apart. Strides
// in elements. streamed: `out` is not read again soon, so that it need not stay in a cache.
struct row_views {
    const void* in;
    int64_t in_stride;
    void* out;
    int64_t out_stride, rows;
    int32_t streamed;
};
// cos and sin as unevaluated sums of two floats, one per pair; row r is ld floats behind row r - 1, or the same.
struct exact_turns {
    const float *cosine, *cosine_low, *sine, *sine_low;
    int64_t ld;
};
// out is in rotated, pair by pair: correct to 2 ulp before it is rounded to the type, even where u cos and v sin cancel.
using turn_rows_fn = void (*)(const row_views* x, int64_t pairs, const exact_turns* table);

// The rotation of a panel of 64 keys, lane by lane. Pair p is the rows first + p * pair_step and `second` rows below
// it; (u, v) becomes (u cos - v sin, v cos + u sin) with cosine[p][lane] and sine[p][lane]. All other rows stay. pairs
// 0: no rotation.
struct panel_rotation {
    int64_t first, pairs, pair_step, second;
    const float *cosine, *sine;
};

// `next_bytes` at `next` will be read soon: they are prefetched along the way.
using cached_qk_fn = void (*)(const float* q, int64_t ldq, int64_t lines, const void* panel, int64_t dim,
                              const panel_rotation* turn, float* s, int64_t lds, const void* next, int64_t next_bytes);
using cached_pv_fn = void (*)(const float* p, int64_t ldp, int64_t lines, const void* v, int64_t dim, float* o,
                              int64_t ldo, const void* next, int64_t next_bytes);

struct kernel_table {
    int32_t isa;       // FARSPAN_ISA_*
    const char* name;  // "avx2"

    // -- rows in and out
    load_rows_fn load_rows_f32, load_rows_f16, load_rows_bf16;
    store_rows_fn store_rows_f32, store_rows_f16, store_rows_bf16;

    // -- rotation; half: pairs (p, p + pairs), interleaved: (2p, 2p + 1)
    rotate_fn rotate_half, rotate_interleaved;
    // Index 0 f32, 1 f16, 2 bf16. What they streamed is seen by other threads after a fence.
    turn_rows_fn turn_rows_half[3], turn_rows_interleaved[3];
    // The turn by angle a and then b, in double. A turn is its cosines, then its sines; the result may not be a or b.
    void (*compose_exactly)(const double* a, const double* b, int64_t pairs, double* cosine, double* sine);
    // x[n] * factor = high[n] + low[n]
    void (*split_turns)(const double* x, int64_t count, double factor, float* high, float* low);

    // x[r][c] *= factor[r]
    void (*scale_rows)(float* x, int64_t ld, int64_t rows, int64_t dim, const float* factor);
    // out[r][c] = x[r][c] * factor[c]; out has the same ld
    void (*scale_columns)(const float* x, int64_t ld, int64_t rows, int64_t dim, const float* factor, float* out);
    // 1 if no x[r][c] is infinite or NaN. A value row that is not finite must not meet the zero weight of a hidden key
    // in pv.
    int32_t (*all_finite)(const float* x, int64_t ld, int64_t rows, int64_t dim);

    // panel[d * 64 + lane] = rows[lane][d] for lane < count, 0 for the others; count <= 64
    void (*transpose_panel)(const float* rows, int64_t ld, int64_t count, int64_t dim, float* panel);

    // -- products
    // s[r][c] = sum_d q[r][d] panel[d][c], c < cols <= 64 (cols a multiple of 16; up to 64 columns may be written);
    // summed by 128 features
    void (*qk)(const float* q, int64_t ldq, int64_t rows, const float* panel, int64_t dim, float* s, int64_t lds,
               int64_t cols);
    // o[r][c] += sum_j p[r][j] v[j][c], c < dim (a multiple of 16), j < keys; the sum is formed first and added once.
    // Both: a row's bits depend on nothing but that row. They prefetch what lies behind panel and v.
    void (*pv)(const float* p, int64_t ldp, int64_t rows, const float* v, int64_t ldv, int64_t keys, float* o,
               int64_t ldo, int64_t dim);

    // -- the same on packed operands, whose columns lie in strips: a row of a strip is one or a few cache lines, its rows
    // lie in one piece. 16 or 64 columns; rows of 256 bytes would use a quarter of the first cache's sets.
    int64_t strip;
    // panel[lane / strip][d][lane % strip] = rows[lane][d] for lane < count, 0 for the others; count <= 64
    void (*pack_keys)(const float* rows, int64_t ld, int64_t count, int64_t dim, float* panel);
    // values[c / strip][r][c % strip] = rows[r][c], c < dim (a multiple of 16); strips are tile_keys rows apart
    void (*pack_values)(const float* rows, int64_t ld, int64_t count, int64_t dim, float* values);
    // As qk and pv, bit for bit.
    void (*qk_packed)(const float* q, int64_t ldq, int64_t rows, const float* panel, int64_t dim, float* s, int64_t lds,
                      int64_t cols);
    void (*pv_packed)(const float* p, int64_t ldp, int64_t rows, const float* v, int64_t keys, float* o, int64_t ldo,
                      int64_t dim);

    // -- reading a cache; index 0 f32, 1 f16, 2 bf16, 3 i8 (whole numbers: the scales are the caller's)
    // s[line][lane] = sum_d q[line][d] R(panel)[d][lane] for 64 lanes and any number of lines. Fast for few.
    cached_qk_fn cached_qk[4];
    // s[line][lane] += 256 sum_n high[n][lane] * (what feature[n] of the panel is multiplied by in cached_qk)
    void (*cached_qk_wide)(const float* q, int64_t ldq, int64_t lines, const int16_t* features,
                           const int8_t* const* high, int64_t count, const panel_rotation* turn, float* s, int64_t lds);
    // o[line][c] += sum_j p[line][j] v[j][c] over 64 rows of v, dense; dim is a multiple of 16. i8: p[line][c / 16][j]
    cached_pv_fn cached_pv[4];
    // weights[line][group][j] = p[line][j] * scales[group][j], j < 64; scales are bf16, ldw is at least 64 groups
    void (*group_weights)(const float* p, int64_t ldp, int64_t lines, const uint16_t* scales, int64_t groups,
                          float* weights, int64_t ldw);
    void (*rotate_panel)(float* panel, const panel_rotation* turn);
    // dst[r][c] = src[r][c] for c < dim, 0 for dim <= c < ld
    void (*load_rows_i8)(const int8_t* src, int64_t row_stride, int64_t rows, int64_t dim, float* dst, int64_t ld);
    // -- turns, in double
    // cos and sin of position * inv_freq[p], within 2 ulp; every |position * inv_freq[p]| < 2^40. NULL: no better than
    // the C library's.
    void (*turns)(double position, const double* inv_freq, int64_t pairs, double* cosine, double* sine);
    // The turn by angle a and then b, per pair, rounded once.
    void (*compose_turns)(const double* cosine_a, const double* sine_a, const double* cosine_b, const double* sine_b,
                          int64_t pairs, float* cosine, float* sine);

    // -- passes over a score tile
    // s becomes NaN where it is infinite
    void (*mark_overflow)(float* s, int64_t lds, int64_t rows, int64_t cols);
    // s = cap * tanh(s / cap)
    void (*softcap)(float* s, int64_t lds, int64_t rows, int64_t cols, float cap);
    // s[r][c] -= slope * (row[r] - key[c]), or of the absolute value if symmetric; the largest float in place of an
    // infinity
    void (*bias_slope)(float* s, int64_t lds, int64_t rows, int64_t cols, float slope, int32_t symmetric,
                       const float* row, const float* key);
    // s[r][c] += factor * bias[r][c], c < count exactly (any alignment, any count); the largest float in place of an
    // infinity, but -infinity where the bias is
    void (*bias_rows)(float* s, int64_t lds, int64_t rows, int64_t count, const float* const* bias, float factor);
    // lanes c < threshold[r] are taken from `older` (same lds)
    void (*select_older)(float* s, const float* older, int64_t lds, int64_t rows, int64_t cols,
                         const int32_t* threshold);
    // lanes outside [first0[r], last0[r]) and [first1[r], last1[r]) become -infinity; first1 NULL: one interval
    void (*mask)(float* s, int64_t lds, int64_t rows, int64_t cols, const int32_t* first0, const int32_t* last0,
                 const int32_t* first1, const int32_t* last1);

    // maximum[r] = the largest s[r][c], row by row, until one of them exceeds most[r] or is a NaN. Returns the rows
    // before it.
    int64_t (*row_maxima)(const float* s, int64_t lds, int64_t rows, int64_t cols, const float* most, float* maximum);
    // Online softmax (base 2). Per row, M = max(m, max s); if M > m: o and l are multiplied by 2^(m - M) and m = M.
    // s becomes 2^(s - M), l grows by its sum. m starts at -infinity, l at 0. Where M is -infinity, 2^(s - 0) is used,
    // so that hidden keys give 0 and a NaN still reaches l. NaN in a row of s reaches l (and so the output) of that row
    // only; m never becomes NaN. Weights below 2^-126 are 0. Up to 15 floats of a row of o behind dim may be scaled
    // too.
    void (*softmax)(float* s, int64_t lds, int64_t rows, int64_t cols, float* m, float* l, float* o, int64_t ldo,
                    int64_t dim);
    // mark_overflow and then softmax, bit for bit but for the sign of NaN, in one pass less.
    void (*softmax_products)(float* s, int64_t lds, int64_t rows, int64_t cols, float* m, float* l, float* o,
                             int64_t ldo, int64_t dim);

    // -- one row of natural logits: any count, any alignment
    // Index 0 f32, 1 f16, 2 bf16. Adds e^(x[c] - *maximum) to *sum and returns how many it added: count, or fewer if a
    // number larger than *maximum is among the next; then that is *maximum, and the sum is to be scaled before the next
    // call. *maximum starts at -infinity, *sum at 0. Terms below 2^-126 are 0, a NaN makes the sum NaN. Floats sum at
    // most 64 terms per lane, then a double.
    int64_t (*sum_exp_row[3])(const void* x, int64_t count, float* maximum, double* sum);
    // x[c] = factor * e^(x[c] - base), base >= every number
    void (*exp_row)(float* x, int64_t count, float base, float factor);

    // -- gradients
    // The transposes of rotate_half and rotate_interleaved: (u, v) becomes (u cos + v sin, v cos - u sin).
    rotate_fn rotate_back_half, rotate_back_interleaved;
    // o[j][c] += sum_r p[r][j] x[r][c], j < keys, c < dim (a multiple of 16), r < rows; the sum is formed first and
    // added once.
    void (*pv_upright)(const float* p, int64_t ldp, int64_t rows, const float* x, int64_t ldx, int64_t keys, float* o,
                       int64_t ldo, int64_t dim);
    // s = cap * tanh(s / cap) as softcap, and slope = 1 - tanh^2(s / cap); the same lds
    void (*softcap_slope)(float* s, float* slope, int64_t lds, int64_t rows, int64_t cols, float cap);
    // s becomes the weight p = 2^(s - lse[r]), 0 where s is -infinity; dp becomes p * (dp - delta[r]), 0 where p is 0
    void (*softmax_gradient)(float* s, float* dp, int64_t lds, int64_t rows, int64_t cols, const float* lse,
                             const float* delta);
    // x *= factor element by element, 0 where x is 0; the same ld
    void (*scale_tile)(float* x, const float* factor, int64_t ld, int64_t rows, int64_t cols);
};

// The entry for the element type of a tensor: F32, F16 or BF16.
inline load_rows_fn loader(const kernel_table& table, int32_t dtype) {
    return dtype == dtype_f32 ? table.load_rows_f32 : dtype == dtype_f16 ? table.load_rows_f16 : table.load_rows_bf16;
}
inline store_rows_fn storer(const kernel_table& table, int32_t dtype) {
    return dtype == dtype_f32   ? table.store_rows_f32
           : dtype == dtype_f16 ? table.store_rows_f16
                                : table.store_rows_bf16;
}

// The table of an instruction set, NULL if it is not built in (or cannot run here, for the second).
const kernel_table* built_table(int32_t isa);
const kernel_table* usable_table(int32_t isa);
const kernel_table& best_table();  // honours FARSPAN_ISA; falls back to the best usable one if that names none

}  // namespace farspan::kernels
