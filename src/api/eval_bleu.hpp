// Reading what callers pass to the BLEU functions.
#pragma once

#include "eval/counters.hpp"
#include "farspan/eval.h"

namespace farspan {

farspan_bleu_config read_bleu(const farspan_bleu_config* config, const char* name);

// Counts of a configuration with `max_order`; empty ones fit any.
farspan_bleu_counts read_bleu_counts(const farspan_bleu_counts& counts, int32_t max_order, const counter_owner& owner);

}  // namespace farspan
