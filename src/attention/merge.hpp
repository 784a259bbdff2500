// Partial attention results over different keys, merged by their log-sum-exp, and the gradient of that.
#pragma once

#include "base/parallel.hpp"
#include "base/strided.hpp"
#include "kernels/kernel_table.hpp"

namespace farspan {

void merge_attention(const kernels::kernel_table& kernels, const workers& by, const strided& out_a, float* lse_a,
                     const strided& out_b, const float* lse_b);

// What a merge read, what the loss says of its result (d_lse NULL: 0), and where the derivatives go (NULL: not wanted).
struct merge_gradient {
    strided out_a, out_b, d_out;
    const float *lse_a, *lse_b, *d_lse;
    strided d_out_a, d_out_b;
    float *d_lse_a, *d_lse_b;
};

void merge_backward(const kernels::kernel_table& kernels, const workers& by, const merge_gradient& gradient);

}  // namespace farspan
