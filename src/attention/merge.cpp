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

// Rows [first, first + count) of a head, as floats.
class row_block {
public:
    row_block(const kernels::kernel_table& kernels, const strided& from, int64_t batch, int64_t head, int64_t first,
              int64_t count)
        : ld_(round_up(from.shape[3], kernels::pad)), memory_(static_cast<std::size_t>(count * ld_)) {
        loader(kernels, from.dtype)(from.at(batch, head, first, 0), from.stride[2], from.stride[3], count,
                                    from.shape[3], memory_.data(), ld_, ld_);
    }
    const float* row(int64_t r) const { return memory_.data() + r * ld_; }
    float* row(int64_t r) { return memory_.data() + r * ld_; }
    int64_t ld() const { return ld_; }

private:
    int64_t ld_;
    aligned_vector<float> memory_;
};

void merge_rows(const kernels::kernel_table& kernels, const strided& out_a, float* lse_a, const strided& out_b,
                const float* lse_b, int64_t batch, int64_t head, int64_t first, int64_t count) {
    const int64_t dim = out_a.shape[3];
    row_block a(kernels, out_a, batch, head, first, count);
    const row_block b(kernels, out_b, batch, head, first, count);
    for (int64_t r = 0; r < count; ++r) {
        const weights w = weigh(lse_a[r], lse_b[r]);
        lse_a[r] = w.lse;
        for (int64_t c = 0; c < dim; ++c) {
            // A part of weight 0 must not bring in a NaN.
            const double from_a = w.a == 0 ? 0 : w.a * a.row(r)[c], from_b = w.b == 0 ? 0 : w.b * b.row(r)[c];
            a.row(r)[c] = static_cast<float>(from_a + from_b);
        }
    }
    storer(kernels, out_a.dtype)(a.row(0), a.ld(), count, dim, nullptr, out_a.at(batch, head, first, 0),
                                 out_a.stride[2], out_a.stride[3]);
}

// The same rows of the gradient.
void backward_rows(const kernels::kernel_table& kernels, const merge_gradient& g, int64_t batch, int64_t head,
                   int64_t first, int64_t count) {
    const int64_t dim = g.out_a.shape[3], at = (batch * g.out_a.shape[1] + head) * g.out_a.shape[2] + first;
    const row_block a(kernels, g.out_a, batch, head, first, count), b(kernels, g.out_b, batch, head, first, count),
        d(kernels, g.d_out, batch, head, first, count);
    std::vector<float> share_a(static_cast<std::size_t>(count)), share_b(share_a.size());
    for (int64_t r = 0; r < count; ++r) {
        const weights w = weigh(g.lse_a[at + r], g.lse_b[at + r]);
        double moved = 0;
        if (w.a > 0 && w.b > 0 && w.lse != -minus_infinity)
            for (int64_t c = 0; c < dim; ++c)
                moved += static_cast<double>(d.row(r)[c]) * (static_cast<double>(a.row(r)[c]) - b.row(r)[c]);
        moved = moved == 0 ? 0 : w.a * w.b * moved;
        const double d_lse = g.d_lse ? g.d_lse[at + r] : 0;
        if (g.d_lse_a) g.d_lse_a[at + r] = w.a == 0 ? 0 : static_cast<float>(w.a * d_lse + moved);
        if (g.d_lse_b) g.d_lse_b[at + r] = w.b == 0 ? 0 : static_cast<float>(w.b * d_lse - moved);
        share_a[static_cast<std::size_t>(r)] = static_cast<float>(w.a);
        share_b[static_cast<std::size_t>(r)] = static_cast<float>(w.b);
    }
    const auto store = [&](const strided& to, const std::vector<float>& shares) {
        if (!to.data) return;
        aligned_vector<float> scaled(static_cast<std::size_t>(count * d.ld()));
        for (int64_t r = 0; r < count; ++r) {
            const float share = shares[static_cast<std::size_t>(r)];
            for (int64_t c = 0; c < dim; ++c)
                scaled[static_cast<std::size_t>(r * d.ld() + c)] = share == 0 ? 0 : share * d.row(r)[c];
        }
        storer(kernels, to.dtype)(scaled.data(), d.ld(), count, dim, nullptr, to.at(batch, head, first, 0),
                                  to.stride[2], to.stride[3]);
    };
    store(g.d_out_a, share_a);
    store(g.d_out_b, share_b);
}

// body(batch, head, first, count) for blocks of the rows of a tensor.
template <class Body>
void for_each_block(const workers& by, const strided& out, double work_per_number, Body body) {
    const int64_t heads = out.shape[0] * out.shape[1], rows = out.shape[2], chunks = (rows + chunk - 1) / chunk;
    const double work = work_per_number * static_cast<double>(heads * rows) * static_cast<double>(out.shape[3]);
    parallel_for(by.threads, heads * chunks, work, [&](int64_t task, int32_t) {
        stop_if_set(by.cancel);
        const int64_t of_all = task / chunks, first = task % chunks * chunk;
        body(of_all / out.shape[1], of_all % out.shape[1], first, std::min(chunk, rows - first));
    });
}

}  // namespace

void merge_attention(const kernels::kernel_table& kernels, const workers& by, const strided& out_a, float* lse_a,
                     const strided& out_b, const float* lse_b) {
    for_each_block(by, out_a, 4, [&](int64_t batch, int64_t head, int64_t first, int64_t count) {
        const int64_t at = (batch * out_a.shape[1] + head) * out_a.shape[2] + first;
        merge_rows(kernels, out_a, lse_a + at, out_b, lse_b + at, batch, head, first, count);
    });
}

void merge_backward(const kernels::kernel_table& kernels, const workers& by, const merge_gradient& gradient) {
    for_each_block(by, gradient.out_a, 6, [&](int64_t batch, int64_t head, int64_t first, int64_t count) {
        backward_rows(kernels, gradient, batch, head, first, count);
    });
}

}  // namespace farspan
