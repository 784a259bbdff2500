// Whole windows through a model in one pass: every position at once, attention by a plan of libfarspan.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "decoder.hpp"
#include "farspan/farspan.hpp"
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
    // `context` outlives the pass; nullptr: the defaults.
    explicit forward_pass(const farspan::context* context) : context_(context) {}

    void run(const language_model& model, const farspan::plan& plan, const forward_batch& batch,
             const logits_sink& sink);

    // The attention problem of a batch; plans are made for it once and used often.
    static farspan::problem problem(const model_config& config, int64_t count, int64_t length);

private:
    void attend(const model_config& config, const farspan::plan& plan, const forward_batch& batch,
                const decoder::attention_rows& rows);

    const farspan::context* context_;
    decoder decoder_;
    std::vector<std::byte> workspace_;
};

}  // namespace tool
