// Longest common subsequences.
#pragma once

#include "eval/ngrams.hpp"

namespace farspan {

int64_t lcs_length(const number_sequence& a, const number_sequence& b);

// Marks the positions of `reference` that belong to one longest common subsequence with `candidate`: the one that is
// found from the ends backwards, stepping back in the candidate only where that keeps more than stepping back in the
// reference. Of several longest ones the published scores count this one. Takes a bit per pair of tokens.
void mark_lcs(const number_sequence& reference, const number_sequence& candidate, std::vector<bool>& marks);

}  // namespace farspan
