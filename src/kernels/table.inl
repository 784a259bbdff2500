// Fills the kernel table of one instruction set. An isa_*.cpp defines, before including this:
//   FARSPAN_ISA_NS      namespace of everything in the object file; the table is FARSPAN_ISA_NS::table
//   FARSPAN_ISA_NUMBER  isa_*, of kernel_table.hpp
//   FARSPAN_ARCH        the xsimd architecture, and FARSPAN_NATIVE, the file with what xsimd lacks; none for plain
//   floats
#include "kernels/cached.inl"
#include "kernels/exponential_sum.inl"
#include "kernels/gradient.inl"
#include "kernels/product.inl"
#include "kernels/rotate.inl"
#include "kernels/rows.inl"
#include "kernels/score.inl"
#include "kernels/softmax.inl"
#include "kernels/transpose.inl"
#include "kernels/turns.inl"

#define FARSPAN_TEXT_OF(x) #x
#define FARSPAN_TEXT(x) FARSPAN_TEXT_OF(x)

namespace farspan::kernels::FARSPAN_ISA_NS {

extern const kernel_table table;
constinit const kernel_table table = {
    .isa = FARSPAN_ISA_NUMBER,
    .name = FARSPAN_TEXT(FARSPAN_ISA_NS),
    .load_rows_f32 = load_rows<element_f32>,
    .load_rows_f16 = load_rows<element_f16>,
    .load_rows_bf16 = load_rows<element_bf16>,
    .store_rows_f32 = store_rows<element_f32>,
    .store_rows_f16 = store_rows<element_f16>,
    .store_rows_bf16 = store_rows<element_bf16>,
    .rotate_half = rotate<true>,
    .rotate_interleaved = rotate<false>,
    .turn_rows_half = {turn_rows<element_f32, true>, turn_rows<element_f16, true>, turn_rows<element_bf16, true>},
    .turn_rows_interleaved = {turn_rows<element_f32, false>, turn_rows<element_f16, false>,
                              turn_rows<element_bf16, false>},
    .compose_exactly = compose_exactly,
    .split_turns = split_turns,
    .scale_rows = scale_rows,
    .scale_columns = scale_columns,
    .all_finite = all_finite,
    .transpose_panel = transpose_panel,
    .qk = qk,
    .pv = pv,
    .strip = strip,
    .pack_keys = pack_keys,
    .pack_values = pack_values,
    .qk_packed = qk_packed,
    .pv_packed = pv_packed,
    .cached_qk = {cached_qk<element_f32>, cached_qk<element_f16>, cached_qk<element_bf16>, cached_qk<element_i8>},
    .cached_qk_wide = cached_qk_wide,
    .cached_pv = {cached_pv<element_f32>, cached_pv<element_f16>, cached_pv<element_bf16>, cached_pv<element_i8>},
    .group_weights = group_weights,
    .rotate_panel = rotate_panel,
    .load_rows_i8 = load_rows_i8,
    .turns = turns,
    .compose_turns = compose_turns,
    .mark_overflow = mark_overflow,
    .softcap = softcap,
    .bias_slope = bias_slope,
    .bias_rows = bias_rows,
    .select_older = select_older,
    .mask = mask,
    .row_maxima = row_maxima,
    .softmax = softmax,
    .softmax_products = softmax_products,
    .sum_exp_row = {sum_exp_row<element_f32>, sum_exp_row<element_f16>, sum_exp_row<element_bf16>},
    .exp_row = exp_row,
    .rotate_back_half = rotate<true, true>,
    .rotate_back_interleaved = rotate<false, true>,
    .pv_upright = pv_upright,
    .softcap_slope = softcap_slope,
    .softmax_gradient = softmax_gradient,
    .scale_tile = scale_tile,
};

}  // namespace farspan::kernels::FARSPAN_ISA_NS
