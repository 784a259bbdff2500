#include "losses.hpp"

#include <algorithm>
#include <numeric>

namespace tool {

void byte_losses(const farspan::context* context, const float* logits, const uint8_t* targets, int64_t rows,
                 int64_t vocabulary, double* out) {
    constexpr int64_t ignore_index = -100;  // no byte is
    const std::vector<int64_t> wide(targets, targets + rows);
    const auto memory = farspan::array_view<const float>::of(logits, static_cast<size_t>(rows * vocabulary));
    farspan::eval::token_nll({memory, {1, 1, rows, vocabulary}}, wide, ignore_index,
                             farspan::array_view<double>::of(out, static_cast<size_t>(rows)), context);
}

farspan_loss_summary summarize(const std::vector<double>& losses) {
    farspan::eval::loss loss;
    loss.add(losses, {}, 0, static_cast<int64_t>(losses.size()));
    return loss.summary();
}

int64_t error_block() { return farspan::eval::loss().block_tokens; }

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

farspan_interval mean_interval(const farspan::context* context, const std::vector<double>& values) {
    return farspan::eval::bootstrap_mean(values, {}, context);
}

}  // namespace tool
