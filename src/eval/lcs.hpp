// Longest common subsequences, 64 cells of the table at a time and in little memory.
#pragma once

#include <cstdint>

#include "eval/ngrams.hpp"

namespace farspan {

int64_t lcs_length(const number_sequence& a, const number_sequence& b, pacer& pace);

// Marks tokens of one sequence, `reference`, that belong to common subsequences with others.
class lcs_marker {
public:
    lcs_marker(const number_sequence& reference, pacer& pace)
        : reference_(reference), pace_(pace), of_reference_(reference, pace) {}

    // Marks the positions of the reference that belong to one longest common subsequence with `candidate`: the one that
    // is found from the ends backwards, stepping back in the candidate only where that keeps more than stepping back in
    // the reference. Of several longest ones the published scores count this one. Takes about sqrt(l) s / 4 bytes for
    // sequences of l and s tokens, l >= s.
    void mark(const number_sequence& candidate, std::vector<bool>& marks);

private:
    using word = uint64_t;

    // The places of every token of a sequence, as bits.
    class places {
    public:
        places(const number_sequence& sequence, pacer& pace);
        std::size_t size() const { return size_; }
        std::size_t words() const { return words_; }
        // The row of the table below `row`, for another `token`. A zero bit is a column in which the length grows by
        // one.
        void next_row(const word* row, int32_t token, word* next);

    private:
        struct token_entry {
            int32_t token, first, count;
            int32_t mask;  // of masks_, -1: few enough to be set one by one
        };
        std::size_t size_, words_;
        std::vector<token_entry> tokens_;  // ascending
        std::vector<int32_t> positions_;
        std::vector<word> masks_, scratch_;
    };

    // Rows of the table, of which one in so many is kept and the others are formed again, a block at a time.
    class rows_of {
    public:
        rows_of(const number_sequence& sequence, places& columns, pacer& pace);
        const word* row(std::size_t r);
        int64_t length(std::size_t r, std::size_t columns);  // of the first r and the first `columns` tokens

    private:
        void load(std::size_t block);
        const number_sequence& sequence_;
        places& columns_;
        pacer& pace_;
        std::size_t words_, step_, loaded_;
        std::vector<word> kept_, block_;
    };

    void walk(const number_sequence& rows, places& columns, const number_sequence& column_tokens,
              bool rows_are_reference, std::vector<bool>& marks);

    const number_sequence& reference_;
    pacer& pace_;
    places of_reference_;
};

}  // namespace farspan
