// Running sums of token losses.
#pragma once

#include <cstdint>

#include "base/pacer.hpp"
#include "eval/counters.hpp"
#include "farspan/eval.h"

namespace farspan {

constexpr int64_t default_block_tokens = 128;

// Throws failure unless the fields can have come from init and these functions.
void check_loss(const farspan_loss& loss, const counter_owner& owner);

void add_losses(farspan_loss& loss, const double* nll, int64_t count, const int64_t* targets, int64_t ignore_index,
                pacer& pace);
void merge_losses(farspan_loss& loss, const farspan_loss& from);
farspan_loss_summary summarize(const farspan_loss& loss);

}  // namespace farspan
