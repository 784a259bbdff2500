// Writes histories of a cache down, step by step.
#pragma once

#include <algorithm>
#include <numeric>

#include "cases.hpp"
#include "farspan/cache.h"

namespace conformance {

class cache_steps {
public:
    static constexpr int64_t key_heads = 2, query_heads = 4, head_dim = 16, value_dim = 12;

    explicit cache_steps(uint64_t seed, const json& config = json::object()) : seed_(seed) {
        const json base = {{"key_heads", key_heads}, {"head_dim", head_dim}, {"value_dim", value_dim}};
        config_ = with(base, config);
        layers_ = config_.value("layers", int64_t{1});
        step("cache_create")["config"] = config_;
    }

    json& step(const char* call) {
        json made;
        made["call"] = call;
        return steps_.emplace_back(made);
    }
    json& of(const char* call, int64_t sequence) {
        json& made = step(call);
        made["sequence"] = sequence;
        return made;
    }
    void create(int count = 1) {
        for (int n = 0; n < count; ++n) step("cache_sequence_create");
    }
    void evict(int64_t sequence, int64_t first, int64_t last) {
        json& made = of("cache_evict", sequence);
        made["first"] = first;
        made["last"] = last;
    }
    void truncate(int64_t sequence, int64_t first) { of("cache_evict", sequence)["first"] = first; }
    void keep(int64_t sequence, int64_t sinks, int64_t window) {
        json& made = of("cache_keep", sequence);
        made["sinks"] = sinks;
        made["window"] = window;
    }
    json& batch(const char* call, const std::vector<int64_t>& sequences, const std::vector<int64_t>& rows) {
        json& made = step(call);
        made["sequences"] = sequences;
        if (std::all_of(rows.begin(), rows.end(), [](int64_t count) { return count == 1; })) return made;
        made["offsets"] = {0};
        for (const int64_t count : rows) made["offsets"].push_back(made["offsets"].back().get<int64_t>() + count);
        return made;
    }
    // New tokens, and their keys and values in all layers.
    void grow(const std::vector<int64_t>& sequences, const std::vector<int64_t>& rows,
              const std::vector<int64_t>& positions = {}, const char* dtype = "f32") {
        json& made = batch("cache_append", sequences, rows);
        if (!positions.empty()) made["positions"] = positions;
        for (int64_t layer = 0; layer < layers_; ++layer) write(sequences, rows, layer, dtype);
    }
    json& write(const std::vector<int64_t>& sequences, const std::vector<int64_t>& rows, int64_t layer,
                const char* dtype = "f32") {
        const int64_t total = std::accumulate(rows.begin(), rows.end(), int64_t{0});
        json& made = batch("cache_write", sequences, rows);
        made["layer"] = layer;
        made["k"] = input(dtype, {1, key_heads, total, head_dim}, ++seed_);
        made["v"] = input(dtype, {1, key_heads, total, value_dim}, ++seed_);
        return made;
    }
    // The attention of the newest tokens.
    json& attend(const char* call, const json& scheme, const std::vector<int64_t>& sequences,
                 const std::vector<int64_t>& rows, int64_t layer = 0) {
        const int64_t total = std::accumulate(rows.begin(), rows.end(), int64_t{0});
        json& made = batch(call, sequences, rows);
        if (!scheme.empty()) made["scheme"] = scheme;
        made["layer"] = layer;
        made["q"] = input("f32", {1, query_heads, total, head_dim}, ++seed_);
        made["out"] = output("f32", {1, query_heads, total, value_dim});
        return made;
    }
    // Makes the last step one that must fail, after which the history goes on.
    void refused(int32_t status, int32_t argument) {
        steps_.back()["status"] = status;
        steps_.back()["argument"] = argument;
    }
    json arguments() const { return {{"steps", steps_}}; }
    const json& config() const { return config_; }

private:
    uint64_t seed_;
    int64_t layers_ = 1;
    json config_;
    json steps_ = json::array();
};

// A rotation of the whole head.
inline json rope(int32_t method = FARSPAN_ROPE_BASE, int32_t layout = FARSPAN_LAYOUT_HALF, int64_t context = 40) {
    return {{"rope", rope_of(method, layout, 16, context)}};
}

}  // namespace conformance
