// Partial attention results over different keys, merged by their log-sum-exp.
#pragma once

#include "base/parallel.hpp"
#include "base/strided.hpp"
#include "kernels/kernel_table.hpp"

namespace farspan {

void merge_attention(const kernels::kernel_table& kernels, const workers& by, const strided& out_a, float* lse_a,
                     const strided& out_b, const float* lse_b);

}  // namespace farspan
