// The biases of a layer of 32 heads, with the numbers that a model would have learned.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "farspan/farspan.h"

namespace bench {

struct layer_bias {
    const char* name;
    int32_t method;
    std::vector<float> values = {};
    std::vector<double> a = {}, p = {};

    void write(farspan_bias_config& config) const {
        config.values = values.empty() ? nullptr : values.data();
        config.values_count = static_cast<int64_t>(values.size());
        config.a = a.empty() ? nullptr : a.data();
        config.a_count = static_cast<int64_t>(a.size());
        config.p = p.empty() ? nullptr : p.data();
        config.p_count = static_cast<int64_t>(p.size());
    }
};

inline constexpr int layer_heads = 32, t5_buckets = 32;

// The table of models/t5, trained by this repository on 256 bytes of text at a time: its 4 heads, eight times. They fall
// by 12, 24, 25 and 6 from their largest value to that of all distances from 128 on.
inline layer_bias trained_t5() {
    static constexpr float learned[4][t5_buckets] = {
        {-5.6f, 8.4f,  1.9f,  -1.3f, -0.9f, -2.0f, -4.0f, -1.6f, -2.1f, -2.5f, -2.6f,
         -3.5f, -3.1f, -3.1f, -4.0f, -3.3f, -3.8f, -3.3f, -3.3f, -3.5f, -3.8f, -3.6f,
         -3.8f, -3.5f, -4.0f, -3.6f, -3.3f, -3.1f, -3.3f, -3.4f, -3.5f, -4.0f},
        {-9.4f, 9.3f,   9.0f,   6.9f,   -2.3f,  -0.8f,  -0.6f,  0.8f,   -13.3f, -7.6f,  -7.6f,
         -5.2f, -6.3f,  -4.7f,  -3.8f,  -2.9f,  -12.0f, -9.4f,  -7.3f,  -11.7f, -10.0f, -11.6f,
         -9.6f, -11.6f, -10.9f, -10.5f, -10.6f, -10.5f, -11.1f, -12.7f, -12.4f, -14.6f},
        {-4.3f, 5.7f,  4.8f,  5.3f,  4.7f,   3.5f,   3.1f,   2.7f,   2.5f,   2.1f,  1.6f,
         1.3f,  1.0f,  0.7f,  0.3f,  0.1f,   -0.5f,  -0.9f,  -1.6f,  -1.9f,  -2.6f, -3.4f,
         -3.9f, -4.6f, -5.4f, -6.2f, -10.9f, -19.6f, -19.8f, -15.6f, -16.7f, -19.4f},
        {-1.2f, 0.2f,  3.4f,  -2.8f, -3.6f, -3.5f, -3.3f, -3.2f, -2.9f, -3.1f, -2.9f,
         -3.1f, -3.1f, -3.1f, -2.9f, -2.9f, -2.9f, -2.8f, -2.8f, -2.7f, -2.7f, -2.7f,
         -2.6f, -2.6f, -2.5f, -2.5f, -2.4f, -2.3f, -2.2f, -2.1f, -2.2f, -2.9f},
    };
    layer_bias bias{"t5", FARSPAN_BIAS_T5};
    for (int bucket = 0; bucket < t5_buckets; ++bucket)
        for (int head = 0; head < layer_heads; ++head) bias.values.push_back(learned[head % 4][bucket]);
    return bias;
}

// Made: the same shape, but the heads fall by 8 to 64 from the nearest to the farthest bucket, evenly.
inline layer_bias steep_t5() {
    layer_bias bias{"t5_steep", FARSPAN_BIAS_T5};
    for (int bucket = 0; bucket < t5_buckets; ++bucket)
        for (int head = 0; head < layer_heads; ++head)
            bias.values.push_back(
                static_cast<float>(-64 * std::exp2(-3.0 * head / (layer_heads - 1)) * bucket / (t5_buckets - 1)));
    return bias;
}

// Made: a = 1 and p from 16 down to 1; initial values of the release are up to 1 and 2.
inline layer_bias kerple_log() {
    layer_bias bias{"kerple_log", FARSPAN_BIAS_KERPLE_LOG};
    for (int head = 0; head < layer_heads; ++head) {
        bias.a.push_back(1);
        bias.p.push_back(std::exp2(4 - 4.0 * head / (layer_heads - 1)));
    }
    return bias;
}

// Made: half of the slopes of ALiBi, and powers from 1 down to 0.75.
inline layer_bias kerple_power() {
    layer_bias bias{"kerple_power", FARSPAN_BIAS_KERPLE_POWER};
    for (int head = 0; head < layer_heads; ++head) {
        bias.a.push_back(0.5 * std::exp2(-8.0 * (head + 1) / layer_heads));
        bias.p.push_back(1 - 0.25 * head / (layer_heads - 1));
    }
    return bias;
}

inline const std::vector<layer_bias>& layer_biases() {
    static const std::vector<layer_bias> biases = {{"none", FARSPAN_BIAS_NONE},
                                                   {"alibi", FARSPAN_BIAS_ALIBI},
                                                   kerple_log(),
                                                   kerple_power(),
                                                   {"sandwich", FARSPAN_BIAS_SANDWICH},
                                                   trained_t5(),
                                                   steep_t5()};
    return biases;
}

}  // namespace bench
