// Zipf's law: the word of rank k makes k^-a / zeta(a) of a text.
#pragma once

#include <cstdint>
#include <vector>

#include "base/pacer.hpp"

namespace farspan {

class zipf_law {
public:
    explicit zipf_law(double exponent);  // 1.1 .. 8

    // The share of rank 1, 2 ... The same bits on every machine: nothing but + - * / and exact functions.
    double share(int64_t rank) const;

private:
    double exponent_, zeta_;
};

// How often each word stands in a text of `words`: rank k floor(words * share(k)) times, as far as that is 1 or more.
class word_counts {
public:
    explicit word_counts(double exponent) : law_(exponent) {}

    // The fewest words from which on the word of rank `rank` stands there more often than the next, for certain; 2^40 if
    // that takes as many.
    int64_t fewest_words(int64_t rank) const;

    // calls use(count) for each rank from 1. false if there are more than most_ranks, after those.
    template <class Use>
    bool visit(int64_t words, pacer& pace, Use use) {
        for (std::size_t k = 0;; ++k) {
            pace.step();
            if (k == shares_.size() && k < most_ranks) shares_.push_back(law_.share(static_cast<int64_t>(k) + 1));
            if (k == most_ranks) return false;
            const auto count = static_cast<int64_t>(static_cast<double>(words) * shares_[k]);
            if (count < 1) return true;
            use(count);
        }
    }

    static constexpr std::size_t most_ranks = std::size_t{1} << 24;

private:
    zipf_law law_;
    std::vector<double> shares_;  // of the ranks that were asked for
};

}  // namespace farspan
