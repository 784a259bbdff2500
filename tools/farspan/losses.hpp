// The library's token loss, accumulators and intervals on what the command holds: bytes as targets, losses of a cell.
#pragma once

#include <cstdint>
#include <vector>

#include "farspan/cpp/eval.hpp"

namespace tool {

// out[r] = -ln softmax(logits[r])[targets[r]] in nats; logits are rows x vocabulary, contiguous.
void byte_losses(const farspan::context* context, const float* logits, const uint8_t* targets, int64_t rows,
                 int64_t vocabulary, double* out);

// Every token is a byte of text.
farspan_loss_summary summarize(const std::vector<double>& losses);

// Tokens per block of the standard error.
int64_t error_block();

// The means of consecutive blocks of error_block() losses; the last block may be short.
std::vector<double> block_means(const std::vector<double>& losses);

// Of the mean of the values, by the library's defaults: 95 %, 1000 resamples.
farspan_interval mean_interval(const farspan::context* context, const std::vector<double>& values);

}  // namespace tool
