#include "attention/fill.hpp"

#include <algorithm>

#include "attention/rows.hpp"
#include "base/aligned.hpp"

namespace farspan {
namespace {

constexpr int64_t chunk_rows = 32;

}  // namespace

void fill_rows(const kernels::kernel_table& kernels, const workers& by, const strided& out, double work,
               const make_row_fn& make) {
    const int64_t rows = out.shape[2], dim = out.shape[3], ld = round_up(dim, kernels::pad);
    const double stored = static_cast<double>(out.shape[0] * out.shape[1]) * static_cast<double>(dim);
    parallel_for(by.threads, (rows + chunk_rows - 1) / chunk_rows, (work + stored) * static_cast<double>(rows),
                 [&](int64_t chunk, int32_t) {
                     pacer pace(by.cancel);
                     aligned_vector<float> values(static_cast<std::size_t>(out.shape[1] * ld));
                     for (int64_t row = chunk * chunk_rows; row < std::min(rows, (chunk + 1) * chunk_rows); ++row) {
                         make(row, values.data(), ld, pace);
                         for (int64_t b = 0; b < out.shape[0]; ++b)
                             for (int64_t h = 0; h < out.shape[1]; ++h)
                                 storer(kernels, out.dtype)(values.data() + h * ld, ld, 1, dim, nullptr,
                                                            out.at(b, h, row, 0), out.stride[2], out.stride[3]);
                         pace.step(static_cast<int64_t>(stored / 8) + 1);
                     }
                 });
}

}  // namespace farspan
