// BLEU (Papineni et al. 2002) as sacrebleu defines it (Post 2018).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "eval/ngrams.hpp"
#include "farspan/eval.h"

namespace farspan {

// Throws failure about `argument`.
void check_bleu(const farspan_bleu_config& config, int32_t argument);

void add_counts(farspan_bleu_counts& counts, const farspan_bleu_counts& from);

// Adds one segment: sequences[0] is the hypothesis, the others are its references, numbered alike.
void add_bleu_segment(farspan_bleu_counts& counts, int32_t max_order, std::vector<number_sequence> sequences);

farspan_bleu_result score_bleu(const farspan_bleu_config& config, const farspan_bleu_counts& counts);

std::string bleu_signature(const farspan_bleu_config& config, int32_t references);

}  // namespace farspan
