// A tiny language model as tools/train writes it: models/<name>/config.json and model.safetensors.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tool {

// The "position" object of config.json. Only the fields of its method are set.
struct position_config {
    std::string method;  // sinusoidal, rope, alibi, t5, xpos
    double base = 10000;
    int32_t rotary_dim = 0;
    int32_t layout = 0;  // FARSPAN_LAYOUT_*, or FARSPAN_SINUSOIDAL_* for sinusoidal
    std::vector<double> slopes;
    int32_t buckets = 0;
    int64_t max_distance = 0;
    bool bidirectional = false;
    double xpos_scale_base = 0, xpos_gamma = 0;
};

// The "fine_tuned" object of config.json: what tools/train/extend.py made the model from.
struct fine_tuning {
    std::string base_model;  // its folder is beside the model's and has the tensors that did not learn; empty: none
    std::string start;       // the method of extension
    int64_t steps = 0;
};

struct model_config {
    int64_t vocabulary, width, hidden, layers, heads, key_heads, head_dim;
    float norm_epsilon;
    float embedding_scale;
    double softmax_scale;
    int64_t trained_length;
    position_config position;
    std::string scheme;  // JSON, in place of the scheme that follows from `position`; empty: that one
    fine_tuning tuned;

    int64_t qkv_width() const { return (heads + 2 * key_heads) * head_dim; }
    bool rotary() const { return position.method == "rope"; }
};

// Matrices are row-major [out][in], as PyTorch's Linear stores them; those that read the same input are stacked.
struct layer_weights {
    std::vector<float> attention_norm;  // [width]
    std::vector<float> qkv;             // [qkv_width][width]
    std::vector<float> output;          // [width][heads * head_dim]
    std::vector<float> mlp_norm;        // [width]
    std::vector<float> gate_up;         // [2 * hidden][width]
    std::vector<float> down;            // [width][hidden]
};

struct language_model {
    std::string name;  // of its folder
    model_config config;
    std::vector<float> embedding;  // [vocabulary][width]
    std::vector<layer_weights> layers;
    std::vector<float> norm;       // [width]
    std::vector<float> head;       // [vocabulary][width]
    std::vector<float> t5_values;  // [buckets][heads], empty unless t5
};

model_config read_model_config(const std::filesystem::path& path);
language_model load_model(const std::filesystem::path& folder);

}  // namespace tool
