#include "score.hpp"

#include <algorithm>
#include <cmath>

#include "rope.hpp"

namespace oracle {
namespace {

double real(int64_t value) { return static_cast<double>(value); }

}  // namespace

double softmax_scale(int head_dim) { return 1.0 / std::sqrt(static_cast<double>(head_dim)); }

double softcap(double score, double cap) { return cap == 0.0 ? score : cap * std::tanh(score / cap); }

double log_n(int64_t i, double trained_length) { return std::max(1.0, log_n_unclamped(i, trained_length)); }

double log_n_unclamped(int64_t i, double trained_length) { return std::log(real(i) + 1.0) / std::log(trained_length); }

double log_n_qwen(int64_t i, double trained_length, int64_t keys, bool newer_revision) {
    if (newer_revision && real(keys) <= trained_length) return 1.0;
    const double n = real(i) + 1.0;
    return n > trained_length ? std::log(n) / std::log(trained_length) : 1.0;
}

double log_n_longlm_squared(int64_t i, double trained_length) {
    const double factor = 0.1 * std::log((real(i) + 1.0) / trained_length) + 1.0;
    return std::max(1.0, factor * factor);
}

double llama4_temperature(int64_t i, double floor_scale, double attn_scale) {
    return std::log(std::floor((real(i) + 1.0) / floor_scale) + 1.0) * attn_scale + 1.0;
}

double ministral3_temperature(int64_t i, double original_context, double beta) {
    return 1.0 + beta * std::log(1.0 + std::floor(real(i) / original_context));
}

double dual_chunk_magnitude_chunkllama(double length, double max_position) {
    return 0.05 * std::log(length / max_position) + 1.0;
}

double dual_chunk_temperature_vllm(double length, double original_context) {
    return std::max(1.0, 0.1 * std::log(length / original_context) + 1.0);
}

double deepseek_multiplier(double factor, double mscale_all_dim) {
    const double magnitude = yarn_magnitude(factor, mscale_all_dim);
    return magnitude * magnitude;
}

double deepseek_softmax_scale(int head_dim, double factor, double mscale_all_dim) {
    return softmax_scale(head_dim) * deepseek_multiplier(factor, mscale_all_dim);
}

}  // namespace oracle
