// The rotation of whole tensors, without attention.
#pragma once

#include "base/parallel.hpp"
#include "base/strided.hpp"
#include "kernels/kernel_table.hpp"
#include "plan/rotary_table.hpp"

namespace farspan {

// Everything that one call rotates by, independent of the data.
struct rotation {
    const rope_part& rope;
    position_map map;
    int32_t side, direction;   // FARSPAN_SIDE_*, FARSPAN_ROTATE_*
    double decay_centre;       // decay counts from here
    const int64_t* positions;  // NULL: 0, 1, 2 ...
    int64_t axis_stride;
    bool transposed = false;  // the gradient: the same factor, the angle's other sign

    int64_t position(int64_t row) const { return positions ? positions[row] : row; }
};

// in and out have the same shape, and may be the same view.
void rotate_tensor(const kernels::kernel_table& kernels, const workers& by, const rotation& turn, const strided& in,
                   const strided& out);

}  // namespace farspan
