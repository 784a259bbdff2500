// ROUGE (Lin 2004) as Google's rouge_score defines it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "eval/ngrams.hpp"
#include "farspan/eval.h"

namespace farspan {

// Throws failure about "config".
void check_rouge(const farspan_rouge_config& config);

// Sentences of token numbers. ROUGE-N and -L see one sentence.
using sentence_list = std::vector<number_sequence>;

// A hypothesis and a reference, numbered alike.
struct rouge_pair {
    sentence_list hypothesis, reference;
};
rouge_pair read_rouge_pair(const farspan_rouge_config& config, std::string_view hypothesis, std::string_view reference,
                           pacer& pace);

// The result of the pair with the best f_measure; its `reference` is the pair's place. Throws failure if the work is
// too much.
farspan_rouge_result best_rouge(const farspan_rouge_config& config, const std::vector<rouge_pair>& pairs, pacer& pace);

}  // namespace farspan
