// The model's forward pass: matrix products by OpenBLAS, everything that concerns position by libfarspan.
#pragma once

#include <cstdint>
#include <cstddef>
#include <functional>
#include <vector>

#include "handles.hpp"
#include "model.hpp"

namespace tool {

// A batch of windows of equal length, run through one scheme.
struct forward_batch {
    const uint8_t* const* windows;  // `count` pointers to `length` bytes each
    int64_t count;
    int64_t length;
    int64_t first_scored = 0;  // logits are wanted for rows [first_scored, length) of every window
};

// Receives the logits of consecutive rows of one window: rows x vocabulary, valid during the call.
using logits_sink = std::function<void(int64_t window, int64_t first_row, int64_t rows, const float* logits)>;

// Memory that one thread reuses from batch to batch.
class forward_pass {
public:
    // `context` outlives the pass and may be NULL. OpenBLAS uses as many threads as openblas_set_num_threads says.
    explicit forward_pass(const farspan_context* context) : context_(context) {}

    void run(const language_model& model, const farspan_plan* plan, const forward_batch& batch, const logits_sink& sink);

    // The attention problem of a batch; plans are made for it once and used often.
    static farspan_problem problem(const model_config& config, int64_t count, int64_t length);

private:
    void embed(const language_model& model, const forward_batch& batch);
    void attend(const model_config& config, const farspan_plan* plan, const forward_batch& batch);
    void layer(const language_model& model, const layer_weights& weights, const farspan_plan* plan,
               const forward_batch& batch);
    void score(const language_model& model, const forward_batch& batch, const logits_sink& sink);

    const farspan_context* context_;
    std::vector<float> x_;         // [tokens][width], the residual stream
    std::vector<float> qkv_;       // [tokens][qkv_width]
    std::vector<float> attended_;  // [tokens][heads * head_dim]
    std::vector<float> normed_, gate_up_, gated_;  // for one block of rows
    std::vector<float> added_;     // [length][width] sinusoidal table
    std::vector<std::byte> workspace_;
};

}  // namespace tool
