// A model without its attention: embeddings, matrix products (by OpenBLAS), norms, the head. Rows are tokens; who
// attends to whom is the caller's affair (forward.hpp: whole windows; cached.hpp: new tokens over a cache).
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "model.hpp"

namespace tool {

// Receives the logits of consecutive rows: rows x vocabulary, valid during the call.
using rows_sink = std::function<void(int64_t first_row, int64_t rows, const float* logits)>;

// Memory that one thread reuses from run to run.
class decoder {
public:
    // The projections of a layer's rows, not rotated, and where its attention goes, both row-major.
    struct attention_rows {
        int64_t layer;
        float* qkv;       // [rows][qkv_width]: query heads, key heads, value heads
        float* attended;  // [rows][heads * head_dim]
    };

    // Makes room for so many rows of the model.
    void begin(const language_model& model, int64_t rows);

    // Rows [first_row, first_row + count) become the bytes at positions first_position and following.
    void embed(const language_model& model, int64_t first_row, const uint8_t* bytes, int64_t count,
               int64_t first_position);

    // All layers over the rows embedded since begin(). OpenBLAS uses as many threads as openblas_set_num_threads says.
    void run(const language_model& model, const std::function<void(const attention_rows&)>& attend);

    // The logits of rows [first_row, first_row + count), in blocks.
    void logits(const language_model& model, int64_t first_row, int64_t count, const rows_sink& sink);

private:
    void add_sinusoids(const model_config& config, int64_t first_row, int64_t count, int64_t first_position);
    void layer(const model_config& config, const layer_weights& weights, int64_t index,
               const std::function<void(const attention_rows&)>& attend);

    int64_t rows_ = 0;
    std::vector<float> x_;                         // [rows][width], the residual stream
    std::vector<float> qkv_;                       // [rows][qkv_width]
    std::vector<float> attended_;                  // [rows][heads * head_dim]
    std::vector<float> normed_, gate_up_, gated_;  // for one block of rows
    std::vector<float> added_;                     // [count][width] sinusoidal table
};

}  // namespace tool
