// Biases under which far keys do not matter, T5 tables that fall and rise again, and a context that reads all keys.
#pragma once

#include <vector>

#include "scheme_spec.hpp"

namespace farspan_test {

inline context_handle exhaustive_context(int32_t isa, int32_t threads = 1) {
    farspan_context_config config;
    farspan_context_config_init(&config, sizeof config);
    config.isa = isa;
    config.threads = threads;
    config.exhaustive = 1;
    farspan_context* made = nullptr;
    error_slot error;
    require_ok(farspan_context_create(&config, &made, &error), error, "context");
    return context_handle(made);
}

inline scheme_spec biased(const char* name, int32_t method, int heads) {
    scheme_spec spec(name);
    spec.with_bias(method, heads);
    return spec;
}

inline scheme_spec alibi(int heads, const char* name = "alibi") { return biased(name, FARSPAN_BIAS_ALIBI, heads); }

// value(bucket, head) of 32 buckets that reach 512 positions.
template <class Value>
scheme_spec t5(const char* name, int heads, const Value& value) {
    scheme_spec spec = biased(name, FARSPAN_BIAS_T5, heads);
    spec.bias.max_distance = 512;
    for (int bucket = 0; bucket < 32; ++bucket)
        for (int head = 0; head < heads; ++head) spec.bias_values.push_back(static_cast<float>(value(bucket, head)));
    return spec;
}

inline double falling(int bucket, int head) { return -(2.0 + head) * bucket; }

// Every bias that falls with the distance.
inline std::vector<scheme_spec> falling_biases(int heads) {
    std::vector<scheme_spec> specs = {alibi(heads),
                                      alibi(heads, "alibi with a limit"),
                                      biased("kerple log", FARSPAN_BIAS_KERPLE_LOG, heads),
                                      biased("kerple power", FARSPAN_BIAS_KERPLE_POWER, heads),
                                      biased("sandwich", FARSPAN_BIAS_SANDWICH, heads),
                                      t5("t5", heads, falling)};
    specs[1].bias.distance_limit = 600;
    specs[4].bias.dim = 512;
    for (int head = 0; head < heads; ++head)
        for (scheme_spec& spec : specs) {
            const bool log = spec.bias.method == FARSPAN_BIAS_KERPLE_LOG;
            if (!log && spec.bias.method != FARSPAN_BIAS_KERPLE_POWER) continue;
            spec.bias_a.push_back(log ? 1 : 0.25);
            spec.bias_p.push_back(log ? 12.0 / (1 + head) : 1 - 0.1 * head);
        }
    return specs;
}

// T5 tables that do not fall all the way.
inline std::vector<scheme_spec> rising_biases(int heads) {
    return {t5("t5 that rises at the far end", heads,
               [](int bucket, int head) { return bucket == 31 ? 1 - head : falling(bucket, head); }),
            t5("t5 with a hump", heads,
               [](int bucket, int head) { return falling(bucket, head) + (bucket == 24 ? 24.0 * (1 + head) : 0); }),
            t5("t5 without order", heads, [](int bucket, int head) { return (bucket * 37 + head * 11) % 64 - 60; })};
}

inline std::vector<scheme_spec> all_biases(int heads) {
    std::vector<scheme_spec> specs = falling_biases(heads);
    for (const scheme_spec& spec : rising_biases(heads)) specs.push_back(spec);
    return specs;
}

}  // namespace farspan_test
