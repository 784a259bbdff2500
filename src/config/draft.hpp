// A model while it is read: sizes, the rope settings in use and, per layer, which of them apply. build.cpp makes
// schemes of it.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "config/notes.hpp"
#include "farspan/model.h"

namespace farspan::config {

// The largest values that are taken from a file. Beyond them a number is a mistake or an attack, not a model.
constexpr int64_t most_layers = 4096;
constexpr int64_t most_heads = 65536;
constexpr int64_t most_head_dim = 512;
constexpr int64_t most_length = int64_t{1} << 40;

constexpr int32_t no_rope = -1;

struct layer_draft {
    int32_t kind = FARSPAN_LAYER_FULL;
    int32_t rope = 0;    // index into draft::ropes, or no_rope
    int64_t window = 0;  // visible keys to one side, the query's own included; 0: all
    int64_t chunk = 0;
    bool causal = true;
    bool temperature = false;  // draft::score's temperature applies
    int32_t bias_table = 0;    // T5: 0 encoder, 1 decoder
    bool extended = false;     // draft::remap applies
    int64_t query_heads = 0, key_heads = 0, head_dim = 0, value_dim = 0;

    bool operator==(const layer_draft&) const = default;
};

// A rope setting and what the extension and the explanation need to know about it.
struct rope_draft {
    farspan_rope_config config;  // method none: no rotation
    std::string path;            // where it was read: "$.rope_scaling"
};

struct draft {
    farspan_model_options options;
    note_list notes;
    farspan_model_info info{};
    std::string family;

    std::vector<rope_draft> ropes;
    std::vector<layer_draft> layers;
    farspan_remap_config remap;
    farspan_bias_config bias;
    farspan_score_config score;
    bool context_is_scaled = false;                  // the stated context is known to include the rotation's factor
    int32_t temperature = FARSPAN_TEMPERATURE_NONE;  // moved into score for the layers that have it

    std::deque<std::vector<double>> factors;  // what the rope configurations point to
    std::deque<std::vector<float>> tables;    // what the bias configuration points to

    const double* keep(std::vector<double> values) { return factors.emplace_back(std::move(values)).data(); }
};

// Sets every configuration to its defaults.
void start_draft(draft& d, const farspan_model_options& options);

}  // namespace farspan::config
