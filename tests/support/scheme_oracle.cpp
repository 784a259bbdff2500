#include "scheme_oracle.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "bias.hpp"
#include "mask.hpp"
#include "score.hpp"

namespace farspan_test {

scheme_oracle::scheme_oracle(const scheme_spec& spec, int64_t length, int64_t head_dim)
    : spec_(spec), length_(length), head_dim_(head_dim), frequencies_(oracle_frequencies(spec, length)) {
    if (spec.bias.method != FARSPAN_BIAS_ALIBI) return;
    slopes_ =
        oracle::alibi_slopes(spec.bias.alibi_heads > 0 ? spec.bias.alibi_heads : spec.bias.heads, spec.bias.max_bias);
    slopes_.resize(static_cast<size_t>(spec.bias.heads));
    if (!spec.slopes.empty()) slopes_ = spec.slopes;
}

bool scheme_oracle::visible(int64_t i, int64_t j) const {
    const farspan_mask_config& mask = spec_.mask;
    if (j < mask.prefix) return true;
    if (mask.causal != 0 && !oracle::visible_causal(i, j)) return false;
    if (j < mask.sinks) return true;
    if (!oracle::visible_flash_window(i, j, mask.window_left, mask.window_right)) return false;
    const auto chunk_of = [&](int64_t x) {
        return std::floor(static_cast<double>(x) / static_cast<double>(mask.chunk));
    };
    return mask.chunk == 0 || chunk_of(i) == chunk_of(j);
}

oracle::rotated_pair scheme_oracle::remap(int64_t i, int64_t j) const {
    const farspan_remap_config& remap = spec_.remap;
    switch (remap.method) {
        case FARSPAN_REMAP_NONE:
            return oracle::remap_none(i, j);
        // The first two are symmetric in the oracle; a key that a prefix shows ahead of its query is near.
        case FARSPAN_REMAP_REROPE:
            return i < j ? oracle::remap_none(i, j) : oracle::remap_rerope(i, j, remap.window);
        case FARSPAN_REMAP_LEAKY_REROPE:
            return i < j ? oracle::remap_none(i, j) : oracle::remap_leaky_rerope(i, j, remap.window, remap.leak);
        case FARSPAN_REMAP_SELF_EXTEND:
            return remap.real_shift != 0 ? oracle::remap_self_extend_real(i, j, remap.group, remap.window)
                                         : oracle::remap_self_extend(i, j, remap.group, remap.window);
        case FARSPAN_REMAP_DUAL_CHUNK:
            return oracle::remap_dual_chunk(i, j, remap.chunk, remap.local_window, remap.position_scale);
        case FARSPAN_REMAP_LM_INFINITE:
            return oracle::remap_lm_infinite(i, j, remap.window, remap.limit == 0 ? remap.window : remap.limit,
                                             length_);
        case FARSPAN_REMAP_STREAMING:
            return oracle::remap_streaming(i, j, remap.sinks, remap.recent);
        default:
            throw std::logic_error("no oracle for this remap");
    }
}

int scheme_oracle::branch(int64_t i, int64_t j) const {
    const farspan_remap_config& remap = spec_.remap;
    switch (remap.method) {
        case FARSPAN_REMAP_NONE:
            return 0;
        case FARSPAN_REMAP_DUAL_CHUNK: {
            const int64_t stride = remap.chunk - remap.local_window;
            return static_cast<int>(std::clamp<int64_t>(i / stride - j / stride, 0, 2));
        }
        case FARSPAN_REMAP_STREAMING:
            return j < remap.sinks ? 1 : 0;
        default:
            return i - j >= remap.window ? 1 : 0;
    }
}

double scheme_oracle::bias(int head, int64_t i, int64_t j) const {
    const farspan_bias_config& bias = spec_.bias;
    const auto at = static_cast<size_t>(head);
    // A key ahead of the query counts as at distance 0, unless both directions count.
    if (bias.bidirectional == 0) j = std::min(i, j);
    switch (bias.method) {
        case FARSPAN_BIAS_NONE:
        case FARSPAN_BIAS_DENSE:
            return 0;
        case FARSPAN_BIAS_ALIBI: {
            const int64_t reach = bias.distance_limit == 0 ? INT64_MAX : bias.distance_limit;
            double slope = slopes_.at(at);
            if (bias.trained_length > 0) slope = -oracle::alibi_interpolated(slope, 1, 0, bias.trained_length, length_);
            if (bias.bidirectional == 0) return bias.scale * oracle::alibi_lm_infinite(slope, i, j, reach);
            return bias.scale * oracle::alibi_symmetric(slope, std::min(std::abs(i - j), reach), 0);
        }
        case FARSPAN_BIAS_T5: {
            const int bucket =
                oracle::t5_bucket(j - i, bias.bidirectional != 0, bias.buckets, static_cast<int>(bias.max_distance));
            return static_cast<double>(spec_.bias_values.at(static_cast<size_t>(bucket * bias.heads + head)));
        }
        case FARSPAN_BIAS_KERPLE_LOG:
            return oracle::kerple_log(spec_.bias_p.at(at), spec_.bias_a.at(at), i - j);
        case FARSPAN_BIAS_KERPLE_POWER:
            return oracle::kerple_power(spec_.bias_p.at(at), spec_.bias_a.at(at), i - j);
        case FARSPAN_BIAS_SANDWICH:
            return oracle::sandwich(i - j, head, bias.heads, bias.dim);
        default:
            throw std::logic_error("no oracle for this bias");
    }
}

double scheme_oracle::scale(int64_t i) const {
    const farspan_score_config& score = spec_.score;
    const double L = score.trained_length;
    const double scale =
        (score.scale == 0 ? oracle::softmax_scale(static_cast<int>(head_dim_)) : score.scale) * score.multiplier;
    switch (score.temperature) {
        case FARSPAN_TEMPERATURE_NONE:
            return scale;
        case FARSPAN_TEMPERATURE_LOG_N:
            return scale * oracle::log_n(i, L);
        case FARSPAN_TEMPERATURE_LOG_N_TRAINED:
            return scale * oracle::log_n_unclamped(i, L);
        case FARSPAN_TEMPERATURE_LOG_N_LONG:
            return scale * oracle::log_n_qwen(i, L, length_);
        case FARSPAN_TEMPERATURE_LLAMA4:
            return scale * oracle::llama4_temperature(i, L, score.alpha);
        case FARSPAN_TEMPERATURE_MINISTRAL3:
            return scale * oracle::ministral3_temperature(i, L, score.alpha);
        case FARSPAN_TEMPERATURE_LENGTH: {
            const double f = std::max(1.0, score.alpha * std::log(static_cast<double>(length_) / L) + 1);
            return scale * std::pow(f, score.power);
        }
        default:
            throw std::logic_error("no oracle for this temperature");
    }
}

oracle::pair_layout scheme_oracle::pair_layout() const {
    return spec_.rope.layout == FARSPAN_LAYOUT_HALF ? oracle::pair_layout::half : oracle::pair_layout::interleaved;
}

scheme_oracle::row scheme_oracle::rotate(const row& x, double position, double growth, double direction) const {
    if (!rotates()) return x;
    const int offset = spec_.rope.rotary_offset;
    std::vector<double> angles = oracle::rope_angles(position, frequencies_);
    if (spec_.rope.angle == FARSPAN_ANGLE_FLOAT32)
        for (size_t p = 0; p < angles.size(); ++p)
            angles[p] = static_cast<float>(position) * static_cast<float>(frequencies_.inv_freq[p]);
    for (double& angle : angles) angle *= direction;
    row y = oracle::rotate_by_angles(x, angles, frequencies_.magnitude, pair_layout(), offset);
    if (spec_.rope.method != FARSPAN_ROPE_XPOS) return y;
    const auto pairs = static_cast<int>(frequencies_.inv_freq.size());
    for (int p = 0; p < pairs; ++p) {
        const double gamma = spec_.rope.xpos_gamma, R = 2.0 * pairs;
        const double zeta = (2 * p + gamma * R) / ((1 + gamma) * R);
        const double factor = std::pow(zeta, growth / spec_.rope.xpos_scale_base);
        const bool half = pair_layout() == oracle::pair_layout::half;
        y[static_cast<size_t>(offset + (half ? p : 2 * p))] *= factor;
        y[static_cast<size_t>(offset + (half ? p + pairs : 2 * p + 1))] *= factor;
    }
    return y;
}

scheme_oracle::row scheme_oracle::rotate_axes(const row& x, const std::vector<double>& positions,
                                              double direction) const {
    const farspan_rope_config& rope = spec_.rope;
    const auto pairs = static_cast<int>(frequencies_.inv_freq.size());
    std::vector<int> sections(rope.axis_sections, rope.axis_sections + 4);
    std::vector<double> of_pair;
    if (rope.axes == FARSPAN_AXES_SECTIONS) {
        sections.resize(positions.size());
        of_pair = oracle::mrope_positions(sections, positions, pairs);
    } else if (rope.axes == FARSPAN_AXES_INTERLEAVED_GGML) {
        of_pair = oracle::imrope_positions_ggml(sections, positions, pairs);
    } else {
        // The oracle's Hugging Face form starts again behind the sections, as ggml does; transformers writes strided
        // slices into a row of axis 0, so pairs behind them stay there.
        for (int p = 0; p < pairs; ++p) {
            const auto axis = static_cast<size_t>(p % 3);
            of_pair.push_back(positions[p < 3 * sections[axis] ? axis : 0]);
        }
    }
    std::vector<double> angles = oracle::rope_angles(of_pair, frequencies_);
    for (double& angle : angles) angle *= direction;
    return oracle::rotate_by_angles(x, angles, frequencies_.magnitude, pair_layout(), rope.rotary_offset);
}

}  // namespace farspan_test
