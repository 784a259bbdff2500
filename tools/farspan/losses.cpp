#include "losses.hpp"

#include <algorithm>
#include <numeric>

#include "handles.hpp"

namespace tool {

void byte_losses(const farspan_context* context, const float* logits, const uint8_t* targets, int64_t rows,
                 int64_t vocabulary, double* out) {
    constexpr int64_t ignore_index = -100;  // no byte is
    const std::vector<int64_t> wide(targets, targets + rows);
    farspan_tensor tensor;
    farspan_tensor_contiguous(&tensor, const_cast<float*>(logits), FARSPAN_F32, 1, 1, rows, vocabulary);
    call("token loss",
         [&](farspan_error* e) { return farspan_token_nll(context, &tensor, wide.data(), ignore_index, out, e); });
}

farspan_loss_summary summarize(const std::vector<double>& losses) {
    farspan_loss loss;
    farspan_loss_init(&loss, sizeof loss);
    const auto count = static_cast<int64_t>(losses.size());
    call("loss", [&](farspan_error* e) { return farspan_loss_add(&loss, losses.data(), count, nullptr, 0, count, e); });
    farspan_loss_summary summary{};
    summary.struct_size = sizeof summary;
    call("loss", [&](farspan_error* e) { return farspan_loss_summarize(&loss, &summary, e); });
    return summary;
}

int64_t error_block() {
    farspan_loss loss;
    farspan_loss_init(&loss, sizeof loss);
    return loss.block_tokens;
}

std::vector<double> block_means(const std::vector<double>& losses) {
    const auto size = static_cast<int64_t>(losses.size()), block = error_block();
    std::vector<double> means;
    for (int64_t first = 0; first < size; first += block) {
        const int64_t last = std::min(size, first + block);
        means.push_back(std::accumulate(losses.begin() + first, losses.begin() + last, 0.0) /
                        static_cast<double>(last - first));
    }
    return means;
}

farspan_interval mean_interval(const farspan_context* context, const std::vector<double>& values) {
    farspan_interval interval{};
    interval.struct_size = sizeof interval;
    call("interval", [&](farspan_error* e) {
        return farspan_bootstrap_mean(context, nullptr, values.data(), static_cast<int64_t>(values.size()), &interval,
                                      e);
    });
    return interval;
}

}  // namespace tool
