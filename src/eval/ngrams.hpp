// N-grams without strings: tokens become small numbers, and an n-gram becomes a number too, that of the pair (its first
// n - 1 tokens, its last token). Equal n-grams have equal numbers, whatever n is; nothing can collide.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/pacer.hpp"

namespace farspan {

using number_sequence = std::vector<int32_t>;

// Gives equal keys equal numbers 0, 1, 2 ...
template <class Key>
class numbering {
public:
    int32_t number(const Key& key) {
        return numbers_.try_emplace(key, static_cast<int32_t>(numbers_.size())).first->second;
    }
    int32_t size() const { return static_cast<int32_t>(numbers_.size()); }

    template <class Tokens>
    number_sequence number_all(const Tokens& tokens, pacer& pace) {
        number_sequence numbers;
        numbers.reserve(tokens.size());
        for (const auto& token : tokens) {
            pace.step(4);
            numbers.push_back(number(Key(token)));
        }
        return numbers;
    }

private:
    std::unordered_map<Key, int32_t> numbers_;
};

// The n-grams of several token sequences, for n = 1, 2, 3 ... in turn.
class ngram_sequences {
public:
    ngram_sequences(std::vector<number_sequence> tokens, pacer& pace);

    void next_order();  // n becomes n + 1
    int64_t count(std::size_t sequence) const { return static_cast<int64_t>(grams_[sequence].size()); }
    // How often each n-gram occurs in a sequence, by its number.
    std::vector<int32_t> histogram(std::size_t sequence) const;

private:
    std::vector<number_sequence> tokens_, grams_;
    pacer& pace_;
    std::size_t order_ = 1;
    int32_t distinct_ = 0;
};

// sum of min(a, b)
int64_t count_matches(const std::vector<int32_t>& a, const std::vector<int32_t>& b, pacer& pace);

}  // namespace farspan
