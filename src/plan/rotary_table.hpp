// Positions x frequencies -> cos and sin. Angles are formed in double and reduced exactly, so position 10^7 is as exact
// as position 10; tables are rounded once.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/aligned.hpp"
#include "kernels/kernel_table.hpp"
#include "method/parts.hpp"

namespace farspan {

struct turn {
    double cosine, sine;
};

// cos and sin of a pair at an angle position, by the C library.
turn direct_turn(const rope_part& rope, double position, int64_t pair);
// Of all pairs, by the kernels where they can.
void direct_turns(const kernels::kernel_table& kernels, const rope_part& rope, double position, double* cosine,
                  double* sine);

// cos and sin of every pair at one angle position, in double, magnitude not included. Results depend on the position
// alone, never on the order of the calls. Not thread-safe: one per thread.
class angle_source {
public:
    // `most_rows`: how often fill is going to be called, if that is known; memory follows it.
    explicit angle_source(const kernels::kernel_table& kernels, const rope_part& rope, int64_t most_rows = span);
    int64_t pairs() const { return static_cast<int64_t>(rope_.inv_freq.size()); }

    void fill(double position, double* cosine, double* sine);
    // M-RoPE: one position per axis.
    void fill_axes(const int64_t* positions, int64_t axis_stride, double* cosine, double* sine) const;

private:
    // An integer position is base + offset with 0 <= offset < span: one complex product instead of a sine and a cosine.
    static constexpr int64_t span = 64;
    // And an offset is the sum of a multiple of this and a smaller rest: two more rows at most for a row.
    static constexpr int64_t offset_step = 8, extra_rows = 2 * offset_step;

    // A row is its cosines, then its sines.
    double* row(int64_t number) { return rows_.get() + number * 2 * pairs(); }
    const double* base_row(int64_t base);
    const double* offset_row(int64_t offset);

    const kernels::kernel_table& kernels_;
    const rope_part& rope_;
    std::unique_ptr<double[]> rows_;  // the base's, then those of offsets in the order of their first use
    int64_t used_ = 1;
    std::array<uint8_t, span> row_of_offset_{};  // 0: none yet
    int64_t current_base_;
};

// f32 tables for the rotate kernels. One row per position, or a single row (stride 0) that serves all. A copy shares the numbers.
struct rotary_table {
    bool needed = false;  // false: nothing to rotate
    int64_t stride = 0;   // floats between rows, a multiple of 16
    std::shared_ptr<aligned_vector<float>> cosine, sine;

    const float* cosine_row(int64_t row) const { return cosine->data() + row * stride; }
    const float* sine_row(int64_t row) const { return sine->data() + row * stride; }
};

// `decay_distance`, if not empty, gives per row the distance n whose factor 2^(log2_decay[p] n) multiplies cos and sin.
rotary_table make_rotary_table(const kernels::kernel_table& kernels, const rope_part& rope, const position_map& map,
                               const std::vector<int64_t>& positions, const std::vector<int64_t>& decay_distance,
                               const volatile int32_t* cancel = nullptr);
rotary_table make_axes_table(const kernels::kernel_table& kernels, const rope_part& rope,
                             const std::vector<int64_t>& axis_positions, int64_t count,
                             const volatile int32_t* cancel = nullptr);

}  // namespace farspan
