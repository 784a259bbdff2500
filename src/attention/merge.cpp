#include "attention/merge.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "attention/rows.hpp"
#include "base/aligned.hpp"

namespace farspan {
namespace {

constexpr int64_t chunk = kernels::block_rows;
constexpr float minus_infinity = -std::numeric_limits<float>::infinity();

// Weights of two parts and their joint lse. An empty part (-inf) has weight 0; two empty parts stay empty. A part of
// +inf outweighs every other; two of them count the same.
struct weights {
    double a, b;
    float lse;
};

weights weigh(double a, double b) {
    if (a == minus_infinity && b == minus_infinity) return {0, 0, minus_infinity};
    if (!std::isnan(a) && !std::isnan(b) && (a == -minus_infinity || b == -minus_infinity)) {
        const double share = a == b ? 0.5 : 1;
        return {a == -minus_infinity ? share : 0, b == -minus_infinity ? share : 0, -minus_infinity};
    }
    const double most = std::max(a, b), least = std::min(a, b);
    const double lse = std::isnan(a) || std::isnan(b) ? a + b : most + std::log1p(std::exp(least - most));
    return {std::exp(a - lse), std::exp(b - lse), static_cast<float>(lse)};
}

}  // namespace

namespace {

// Rows [first, first + count) of a head.
void merge_rows(const kernels::kernel_table& kernels, const strided& out_a, float* lse_a, const strided& out_b,
                const float* lse_b, int64_t batch, int64_t head, int64_t first, int64_t count) {
    const int64_t dim = out_a.shape[3], ld = round_up(dim, kernels::pad);
    aligned_vector<float> a(static_cast<std::size_t>(count * ld)), b(a.size());
    loader(kernels, out_a.dtype)(out_a.at(batch, head, first, 0), out_a.stride[2], out_a.stride[3], count, dim,
                                 a.data(), ld, ld);
    loader(kernels, out_b.dtype)(out_b.at(batch, head, first, 0), out_b.stride[2], out_b.stride[3], count, dim,
                                 b.data(), ld, ld);
    for (int64_t r = 0; r < count; ++r) {
        const weights w = weigh(lse_a[r], lse_b[r]);
        lse_a[r] = w.lse;
        for (int64_t c = 0; c < dim; ++c) {
            // A part of weight 0 must not bring in a NaN.
            const double from_a = w.a == 0 ? 0 : w.a * a[r * ld + c], from_b = w.b == 0 ? 0 : w.b * b[r * ld + c];
            a[r * ld + c] = static_cast<float>(from_a + from_b);
        }
    }
    storer(kernels, out_a.dtype)(a.data(), ld, count, dim, nullptr, out_a.at(batch, head, first, 0), out_a.stride[2],
                                 out_a.stride[3]);
}

}  // namespace

void merge_attention(const kernels::kernel_table& kernels, const workers& by, const strided& out_a, float* lse_a,
                     const strided& out_b, const float* lse_b) {
    const int64_t heads = out_a.shape[0] * out_a.shape[1], rows = out_a.shape[2], chunks = (rows + chunk - 1) / chunk;
    const double work =
        4.0 * static_cast<double>(heads) * static_cast<double>(rows) * static_cast<double>(out_a.shape[3]);
    parallel_for(by.threads, heads * chunks, work, [&](int64_t task, int32_t) {
        stop_if_set(by.cancel);
        const int64_t of_all = task / chunks, first = task % chunks * chunk, at = of_all * rows + first;
        merge_rows(kernels, out_a, lse_a + at, out_b, lse_b + at, of_all / out_a.shape[1], of_all % out_a.shape[1],
                   first, std::min(chunk, rows - first));
    });
}

}  // namespace farspan
