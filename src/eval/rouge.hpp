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
rouge_pair read_rouge_pair(const farspan_rouge_config& config, std::string_view hypothesis, std::string_view reference);

// Pairs of tokens that a common subsequence looks at, 64 in a few nanoseconds; 0 for n-grams.
double lcs_work(const farspan_rouge_config& config, const rouge_pair& pair);
constexpr double most_lcs_work = 0x1p38;

farspan_rouge_result score_rouge(const farspan_rouge_config& config, const rouge_pair& pair);

}  // namespace farspan
