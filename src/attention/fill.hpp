// Tensors whose rows are computed.
#pragma once

#include <functional>

#include "base/pacer.hpp"
#include "base/parallel.hpp"
#include "base/strided.hpp"
#include "kernels/kernel_table.hpp"

namespace farspan {

// Row `row` of the sequence axis: one row of shape[3] floats for each head, `ld` apart. A long one steps the pacer.
using make_row_fn = std::function<void(int64_t row, float* values, int64_t ld, pacer& pace)>;

// Writes what `make` gives to every batch entry. `work` is that of a row, in multiply-adds.
void fill_rows(const kernels::kernel_table& kernels, const workers& by, const strided& out, double work,
               const make_row_fn& make);

}  // namespace farspan
