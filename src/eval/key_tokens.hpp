// Losses that need what stands far back (LongPPL, Fang et al. 2025), and the length up to which scores hold.
#pragma once

#include <cstdint>
#include <span>

#include "base/pacer.hpp"
#include "eval/bootstrap.hpp"
#include "farspan/eval.h"

namespace farspan {

// Throws failure about "config".
void check_key_tokens(const farspan_key_tokens_config& config);

// keys[n]: 1 or 0. All spans are equally long.
void find_key_tokens(const farspan_key_tokens_config& config, std::span<const double> long_nll,
                     std::span<const double> short_nll, int64_t* keys, pacer& pace);

farspan_long_perplexity long_perplexity(const bootstrap_options& options, int64_t block_tokens,
                                        std::span<const double> nll, const int64_t* keys, pacer& pace);

// lengths: ascending; one for each score.
farspan_reach effective_length(const int64_t* lengths, std::span<const double> scores, double threshold, pacer& pace);

}  // namespace farspan
