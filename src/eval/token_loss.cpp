#include "eval/token_loss.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "base/aligned.hpp"
#include "base/parallel.hpp"

namespace farspan {
namespace {

// Logits read at a time into scratch, where the kernels cannot read them in place.
constexpr int64_t block = 4096;
constexpr int64_t task_elements = int64_t{1} << 18;  // enough work for a task, whatever the number of threads

// One row of a tensor: `at` is its place in [batch][heads][tokens].
struct row_view {
    const strided* tensor;
    char* first;

    row_view(const strided& t, int64_t at) : tensor(&t) {
        const int64_t rows = t.shape[2], heads = t.shape[1];
        first = static_cast<char*>(t.at(at / rows / heads, at / rows % heads, at % rows, 0));
    }
    char* element(int64_t feature) const { return first + feature * tensor->stride[3] * tensor->element_bytes; }
};

void load(const kernels::kernel_table& kernels, const row_view& row, int64_t from, int64_t count, float* scratch) {
    loader(kernels, row.tensor->dtype)(row.element(from), 0, row.tensor->stride[3], 1, count, scratch, block, count);
}

float read_logit(const kernels::kernel_table& kernels, const row_view& row, int64_t column) {
    float value[1];
    load(kernels, row, column, 1, value);
    return value[0];
}

// ln(sum of e^x) = maximum + ln(sum); NaN in the row makes the sum NaN.
struct row_sum {
    float maximum = -std::numeric_limits<float>::infinity();
    double sum = 0;
};

// Adds some logits that lie side by side. A new maximum scales the sum in double, which costs no accuracy.
void add_logits(const kernels::kernel_table& kernels, int32_t dtype, const char* x, int64_t count, row_sum& row) {
    const auto add = kernels.sum_exp_row[dtype == FARSPAN_F32 ? 0 : dtype == FARSPAN_F16 ? 1 : 2];
    const int64_t bytes = dtype_bytes(dtype);
    for (int64_t done = 0; done < count;) {
        const float before = row.maximum;
        done += add(x + done * bytes, count - done, &row.maximum, &row.sum);
        // exp(-inf - maximum) is 0, and so is the sum then, unless a NaN is in it.
        if (row.maximum > before) row.sum *= std::exp(static_cast<double>(before) - static_cast<double>(row.maximum));
    }
}

row_sum sum_row(const token_loss_options& options, const row_view& row, float* scratch) {
    const kernels::kernel_table& kernels = *options.kernels;
    const int64_t width = row.tensor->shape[3];
    row_sum result;
    if (row.tensor->stride[3] == 1) {
        for (int64_t from = 0; from < width; from += task_elements) {
            stop_if_set(options.cancel);
            add_logits(kernels, row.tensor->dtype, row.element(from), std::min(task_elements, width - from), result);
        }
        return result;
    }
    for (int64_t from = 0; from < width; from += block) {
        stop_if_set(options.cancel);
        const int64_t count = std::min(block, width - from);
        load(kernels, row, from, count, scratch);
        add_logits(kernels, FARSPAN_F32, reinterpret_cast<const char*>(scratch), count, result);
    }
    return result;
}

double nll_of(const row_sum& row, float logit) {
    // Of nothing but -infinity the sum is 0: there is no distribution.
    if (row.sum == 0) return std::numeric_limits<double>::quiet_NaN();
    return static_cast<double>(row.maximum) - static_cast<double>(logit) + std::log(row.sum);
}

// Calls body(row, scratch) for every row of [batch][heads][tokens], by groups that depend on the shape alone.
void for_each_row(const token_loss_options& options, const strided& logits,
                  const std::function<void(int64_t row, float* scratch)>& body) {
    const int64_t rows = logits.shape[0] * logits.shape[1] * logits.shape[2];
    const int64_t group = std::max<int64_t>(1, task_elements / logits.shape[3]);
    const int64_t scratch_size = std::min(block, round_up(logits.shape[3], kernels::pad));
    aligned_vector<float> scratch(static_cast<std::size_t>(scratch_size * std::max(1, options.threads)));
    const double work = 4.0 * static_cast<double>(rows) * static_cast<double>(logits.shape[3]);
    parallel_for(options.threads, (rows + group - 1) / group, work, [&](int64_t task, int32_t worker) {
        stop_if_set(options.cancel);
        for (int64_t row = task * group; row < std::min(rows, (task + 1) * group); ++row)
            body(row, scratch.data() + worker * scratch_size);
    });
}

}  // namespace

void token_losses(const token_loss_options& options, const token_loss_input& input, double* nll) {
    const kernels::kernel_table& kernels = *options.kernels;
    for_each_row(options, input.logits, [&](int64_t n, float* scratch) {
        const int64_t target = input.targets[n];
        if (target == input.ignore_index) {
            nll[n] = 0;
            return;
        }
        const row_view row(input.logits, n);
        nll[n] = nll_of(sum_row(options, row, scratch), read_logit(kernels, row, target));
    });
}

void token_loss_gradient(const token_loss_options& options, const token_loss_input& input, const float* weights,
                         const strided& grad) {
    const kernels::kernel_table& kernels = *options.kernels;
    const int64_t width = grad.shape[3];
    for_each_row(options, input.logits, [&](int64_t n, float* scratch) {
        const int64_t target = input.targets[n];
        const bool ignored = target == input.ignore_index;
        const float weight = weights ? weights[n] : 1.0f;
        const row_view row(input.logits, n), out(grad, n);
        const row_sum sum = ignored ? row_sum{} : sum_row(options, row, scratch);
        // 0 / 0 is NaN: a row without a distribution has no gradient either.
        const auto factor = static_cast<float>(static_cast<double>(weight) / sum.sum);
        for (int64_t from = 0; from < width; from += block) {
            stop_if_set(options.cancel);
            const int64_t count = std::min(block, width - from);
            if (ignored) {
                std::fill_n(scratch, count, 0.0f);
            } else {
                load(kernels, row, from, count, scratch);
                kernels.exp_row(scratch, count, sum.maximum, factor);
                if (from <= target && target < from + count) scratch[target - from] -= weight;
            }
            storer(kernels, grad.dtype)(scratch, block, 1, count, nullptr, out.element(from), 0, grad.stride[3]);
        }
    });
}

}  // namespace farspan
