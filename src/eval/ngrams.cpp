#include "eval/ngrams.hpp"

#include <algorithm>

namespace farspan {

ngram_sequences::ngram_sequences(std::vector<number_sequence> tokens, pacer& pace)
    : tokens_(std::move(tokens)), grams_(tokens_), pace_(pace) {
    for (const number_sequence& sequence : tokens_)
        for (const int32_t token : sequence) {
            pace_.step();
            distinct_ = std::max(distinct_, token + 1);
        }
}

void ngram_sequences::next_order() {
    numbering<uint64_t> pairs;
    for (std::size_t s = 0; s < grams_.size(); ++s) {
        number_sequence& grams = grams_[s];
        const std::size_t count = grams.empty() ? 0 : grams.size() - 1;
        for (std::size_t n = 0; n < count; ++n) {
            pace_.step(4);
            const auto last = static_cast<uint32_t>(tokens_[s][n + order_]);
            grams[n] = pairs.number(static_cast<uint64_t>(static_cast<uint32_t>(grams[n])) << 32 | last);
        }
        grams.resize(count);
    }
    distinct_ = pairs.size();
    ++order_;
}

std::vector<int32_t> ngram_sequences::histogram(std::size_t sequence) const {
    std::vector<int32_t> counts(static_cast<std::size_t>(distinct_));
    pace_.step(distinct_ / 8);
    for (const int32_t gram : grams_[sequence]) pace_.step(), ++counts[static_cast<std::size_t>(gram)];
    return counts;
}

int64_t count_matches(const std::vector<int32_t>& a, const std::vector<int32_t>& b, pacer& pace) {
    int64_t matches = 0;
    for (std::size_t n = 0; n < a.size(); ++n) {
        pace.step();
        matches += std::min(a[n], b[n]);
    }
    return matches;
}

}  // namespace farspan
