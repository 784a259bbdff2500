// BLEU (Papineni et al. 2002) as sacrebleu defines it (Post 2018).
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "eval/counters.hpp"
#include "eval/ngrams.hpp"
#include "farspan/eval.h"

namespace farspan {

// Throws failure; the configuration is called `name`.
void check_bleu(const farspan_bleu_config& config, const char* name);

// For the templates of counters.hpp.
template <class Counts, class Visit>
requires std::same_as<std::remove_const_t<Counts>, farspan_bleu_counts>
void visit_counters(Counts& a, const farspan_bleu_counts& b, Visit visit) {
    visit("segments", -1, a.segments, b.segments);
    visit("hypothesis_length", -1, a.hypothesis_length, b.hypothesis_length);
    visit("reference_length", -1, a.reference_length, b.reference_length);
    for (int32_t n = 0; n < FARSPAN_BLEU_MAX_ORDER; ++n) visit("correct", n, a.correct[n], b.correct[n]);
    for (int32_t n = 0; n < FARSPAN_BLEU_MAX_ORDER; ++n) visit("total", n, a.total[n], b.total[n]);
}

// Throws failure unless the counts can have come from these functions.
void check_counts(const farspan_bleu_counts& counts, const counter_owner& owner);

// The counts of one segment: sequences[0] is the hypothesis, the others are its references, numbered alike.
farspan_bleu_counts count_bleu_segment(int32_t max_order, std::vector<number_sequence> sequences, pacer& pace);

farspan_bleu_result score_bleu(const farspan_bleu_config& config, const farspan_bleu_counts& counts);

std::string bleu_signature(const farspan_bleu_config& config, int32_t references);

}  // namespace farspan
