// Running sums of token losses.
#pragma once

#include <cstdint>

#include "farspan/eval.h"

namespace farspan {

constexpr int64_t default_block_tokens = 128;
constexpr int64_t most_counted = int64_t{1} << 62;  // tokens and bytes: the sum of two such numbers does not overflow

// Throws failure about `argument` unless the fields can have come from init and these functions.
void check_loss(const farspan_loss& loss, int32_t argument);

void add_losses(farspan_loss& loss, const double* nll, int64_t count, const int64_t* targets, int64_t ignore_index);
void merge_losses(farspan_loss& loss, const farspan_loss& from);
farspan_loss_summary summarize(const farspan_loss& loss);

}  // namespace farspan
