// The negative log-likelihood of tokens under logits, and its gradient.
#pragma once

#include <cstdint>

#include "base/strided.hpp"
#include "kernels/kernel_table.hpp"

namespace farspan {

struct token_loss_options {
    const kernels::kernel_table* kernels;
    int32_t threads;
    const volatile int32_t* cancel;  // may be NULL
};

// logits [batch, heads, tokens, vocabulary]; targets in row order, each inside the vocabulary or ignore_index.
struct token_loss_input {
    strided logits;
    const int64_t* targets;
    int64_t ignore_index;
};

void token_losses(const token_loss_options& options, const token_loss_input& input, double* nll);

// `grad` has the shape of the logits and may be the same view; weights may be NULL.
void token_loss_gradient(const token_loss_options& options, const token_loss_input& input, const float* weights,
                         const strided& grad);

}  // namespace farspan
