#include "remap.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

namespace oracle {
namespace {

double real(int64_t value) { return static_cast<double>(value); }

}  // namespace

rotated_pair remap_none(int64_t i, int64_t j) { return {real(i), real(j)}; }

rotated_pair remap_rerope(int64_t i, int64_t j, int64_t window) {
    if (std::abs(i - j) < window) return {real(i), real(j)};
    return {real(window), 0.0};
}

rotated_pair remap_leaky_rerope(int64_t i, int64_t j, int64_t window, double leak) {
    if (std::abs(i - j) < window) return {real(i), real(j)};
    return {(real(i) + real(window) * (leak - 1.0)) / leak, real(j) / leak};
}

double leaky_rerope_max_length(int64_t window, double leak, double trained_length) {
    return real(window) + leak * (trained_length - real(window));
}

rotated_pair remap_self_extend(int64_t i, int64_t j, int64_t group, int64_t window) {
    if (i - j < window) return {real(i), real(j)};
    return {real(self_extend_group_query(i, group, window)), real(self_extend_group_key(j, group))};
}

rotated_pair remap_self_extend_real(int64_t i, int64_t j, int64_t group, int64_t window) {
    if (i - j < window) return {real(i), real(j)};
    return {real(i / group) + real(window) - real(window) / real(group), real(j / group)};
}

int64_t self_extend_group_query(int64_t i, int64_t group, int64_t window) {
    return i / group + window - window / group;
}

int64_t self_extend_group_key(int64_t j, int64_t group) { return j / group; }

int64_t self_extend_max_length(int64_t group, int64_t window, int64_t trained_length) {
    return group * (trained_length - window + window / group);
}

std::vector<int64_t> self_extend_llama_cpp(int64_t group, int64_t window, int64_t tokens) {
    if (window % group != 0) throw std::invalid_argument("llama.cpp needs window divisible by group");
    const auto in_range = [](int64_t x, int64_t first, int64_t last) { return x >= first && x < last; };
    std::vector<int64_t> position;
    int64_t past = 0, start = 0;
    for (int64_t token = 0; token < tokens; ++token) {
        while (past >= start + window) {
            const int64_t ib = group * start / window;
            const int64_t bd = window / group * (group - 1);
            const int64_t dd = window / group - ib * bd - window;
            for (int64_t& x : position)
                if (in_range(x, start, past)) x += ib * bd;
            for (int64_t& x : position) {
                if (in_range(x, start + ib * bd, start + ib * bd + window))
                    x /= group;
                else if (in_range(x, start + ib * bd + window, past + ib * bd))
                    x += dd;
            }
            past -= bd;
            start += window / group;
        }
        position.push_back(past++);
    }
    return position;
}

rotated_pair remap_dual_chunk(int64_t i, int64_t j, int64_t chunk, int64_t local_window, double factor) {
    const int64_t stride = chunk - local_window;
    if (stride < 1) throw std::invalid_argument("local_window must be smaller than chunk");
    const int64_t chunks_apart = i / stride - j / stride;
    int64_t query = std::min(2 * stride - 1, chunk);                      // inter
    if (chunks_apart == 1) query = std::min(i % stride + stride, chunk);  // successive
    if (chunks_apart <= 0) query = i % stride;                            // intra
    return {real(query) / factor, real(j % stride) / factor};
}

rotated_pair remap_lm_infinite(int64_t i, int64_t j, int64_t window, int64_t limit, int64_t keys) {
    if (i - j < window) return {real(i), real(j)};
    return {real(std::min(limit, keys - 1)), 0.0};
}

rotated_pair remap_streaming(int64_t i, int64_t j, int64_t sinks, int64_t window) {
    const int64_t evicted = std::max<int64_t>(0, i - window - sinks);
    return {real(i - evicted), real(j < sinks ? j : j - evicted)};
}

std::vector<int64_t> streaming_tokens(int64_t i, int64_t sinks, int64_t window) {
    std::vector<int64_t> tokens;
    for (int64_t j = 0; j <= i; ++j)
        if (j < sinks || j >= i - window) tokens.push_back(j);
    return tokens;
}

}  // namespace oracle
