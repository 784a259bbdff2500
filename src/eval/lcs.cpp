#include "eval/lcs.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/steps.hpp"

namespace farspan {

namespace {

int32_t distinct_tokens(const number_sequence& a, const number_sequence& b) {
    int32_t most = -1;
    for (const number_sequence* sequence : {&a, &b})
        for (const int32_t token : *sequence) most = std::max(most, token);
    return most + 1;
}

}  // namespace

// Hyyro (2004): 64 columns of the table at a time, one bit each; a zero bit of `row` is a column in which the length
// grows by one. What one step adds beyond the 64th column is carried into the same step of the next 64.
int64_t lcs_length(const number_sequence& a, const number_sequence& b, pacer& pace) {
    std::vector<uint64_t> columns(static_cast<std::size_t>(distinct_tokens(a, b)));  // of each token
    std::vector<uint8_t> carries(b.size());
    int64_t length = 0;
    for (std::size_t first = 0; first < a.size(); first += 64) {
        const std::size_t count = std::min<std::size_t>(64, a.size() - first);
        for (std::size_t n = 0; n < count; ++n) columns[static_cast<std::size_t>(a[first + n])] |= uint64_t{1} << n;
        uint64_t row = ~uint64_t{0};
        for (std::size_t j = 0; j < b.size(); ++j) {
            if (j % 4096 == 0) pace.step(1024);
            const uint64_t matching = columns[static_cast<std::size_t>(b[j])];
            uint64_t sum = 0;
            bool over = __builtin_add_overflow(row, row & matching, &sum);
            over |= __builtin_add_overflow(sum, uint64_t{carries[j]}, &sum);
            carries[j] = over;
            row = sum | (row & ~matching);
        }
        for (std::size_t n = 0; n < count; ++n) {
            length += (row >> n & 1) == 0;
            columns[static_cast<std::size_t>(a[first + n])] = 0;
        }
    }
    return length;
}

lcs_marker::places::places(const number_sequence& sequence, pacer& pace)
    : size_(sequence.size()), words_((sequence.size() + 63) / 64) {
    positions_.resize(size_);
    for (std::size_t n = 0; n < size_; ++n) positions_[n] = static_cast<int32_t>(n);
    const auto less = [&](int32_t a, int32_t b) {
        return sequence[static_cast<std::size_t>(a)] < sequence[static_cast<std::size_t>(b)];
    };
    sort_in_steps(positions_.begin(), positions_.end(), less, pace.flag());
    const auto token_at = [&](std::size_t n) { return sequence[static_cast<std::size_t>(positions_[n])]; };
    for (std::size_t first = 0, last = 0; first < size_; first = last) {
        while (last < size_ && token_at(last) == token_at(first)) ++last;
        pace.step(static_cast<int64_t>(last - first));
        token_entry entry{token_at(first), static_cast<int32_t>(first), static_cast<int32_t>(last - first), -1};
        // Fewer than 64 tokens are so frequent.
        if (last - first > words_) {
            entry.mask = static_cast<int32_t>(masks_.size() / words_);
            masks_.resize(masks_.size() + words_);
            word* mask = &masks_[static_cast<std::size_t>(entry.mask) * words_];
            for (std::size_t n = first; n < last; ++n) mask[positions_[n] / 64] |= word{1} << positions_[n] % 64;
        }
        tokens_.push_back(entry);
    }
    scratch_.assign(words_, 0);
}

// Hyyro's step (see lcs_length), along a row.
void lcs_marker::places::next_row(const word* row, int32_t token, word* next) {
    const auto found = std::lower_bound(tokens_.begin(), tokens_.end(), token,
                                        [](const token_entry& entry, int32_t t) { return entry.token < t; });
    if (found == tokens_.end() || found->token != token) {
        std::copy_n(row, words_, next);
        return;
    }
    const word* matching = scratch_.data();
    if (found->mask >= 0)
        matching = &masks_[static_cast<std::size_t>(found->mask) * words_];
    else
        for (int32_t n = found->first; n < found->first + found->count; ++n)
            scratch_[static_cast<std::size_t>(positions_[static_cast<std::size_t>(n)] / 64)] |=
                word{1} << positions_[static_cast<std::size_t>(n)] % 64;
    bool carry = false;
    for (std::size_t w = 0; w < words_; ++w) {
        word sum = 0;
        bool over = __builtin_add_overflow(row[w], row[w] & matching[w], &sum);
        over |= __builtin_add_overflow(sum, word{carry}, &sum);
        carry = over;
        next[w] = sum | (row[w] & ~matching[w]);
    }
    if (found->mask < 0)
        for (int32_t n = found->first; n < found->first + found->count; ++n)
            scratch_[static_cast<std::size_t>(positions_[static_cast<std::size_t>(n)] / 64)] = 0;
}

lcs_marker::rows_of::rows_of(const number_sequence& sequence, places& columns, pacer& pace)
    : sequence_(sequence),
      columns_(columns),
      pace_(pace),
      words_(columns.words()),
      step_(static_cast<std::size_t>(std::sqrt(static_cast<double>(sequence.size()))) + 1) {
    const std::size_t blocks = sequence.size() / step_ + 1;
    kept_.resize(blocks * words_);
    block_.resize((step_ + 1) * words_);
    std::fill_n(kept_.begin(), words_, ~word{0});
    for (std::size_t block = 0;; ++block) {
        load(block);
        if (block + 1 == blocks) return;
        std::copy_n(&block_[step_ * words_], words_, &kept_[(block + 1) * words_]);
    }
}

// Rows [block * step, block * step + step], as far as there are any.
void lcs_marker::rows_of::load(std::size_t block) {
    loaded_ = block * step_;
    std::copy_n(&kept_[block * words_], words_, block_.begin());
    for (std::size_t n = 0; n < step_ && loaded_ + n < sequence_.size(); ++n) {
        pace_.step(static_cast<int64_t>(words_ / 4 + 1));
        columns_.next_row(&block_[n * words_], sequence_[loaded_ + n], &block_[(n + 1) * words_]);
    }
}

const lcs_marker::word* lcs_marker::rows_of::row(std::size_t r) {
    if (r < loaded_) load(r / step_);
    return &block_[(r - loaded_) * words_];
}

int64_t lcs_marker::rows_of::length(std::size_t r, std::size_t columns) {
    const word* bits = row(r);
    int64_t grown = static_cast<int64_t>(columns);
    for (std::size_t w = 0; w < columns / 64; ++w) grown -= std::popcount(bits[w]);
    if (columns % 64 != 0) grown -= std::popcount(bits[columns / 64] << (64 - columns % 64));
    return grown;
}

// From the ends backwards. `here` and `above` are the lengths at (r, c) and (r - 1, c).
void lcs_marker::walk(const number_sequence& rows, places& columns, const number_sequence& column_tokens,
                      bool rows_are_reference, std::vector<bool>& marks) {
    rows_of table(rows, columns, pace_);
    std::size_t r = rows.size(), c = column_tokens.size();
    const auto grows = [&](std::size_t row, std::size_t column) {
        return (table.row(row)[column / 64] >> column % 64 & 1) == 0;
    };
    int64_t here = table.length(r, c), above = table.length(r - 1, c);
    while (here > 0) {
        pace_.step();
        // The upper row last: the block that holds both is loaded then.
        const bool here_grows = grows(r, c - 1), above_grows = grows(r - 1, c - 1);
        const bool match = rows[r - 1] == column_tokens[c - 1];
        const int64_t left = here - here_grows;
        const bool row_back = match || (rows_are_reference ? left <= above : above > left);
        if (match) marks[rows_are_reference ? r - 1 : c - 1] = true;
        if (!row_back || match) {
            here = left;
            above -= above_grows;
            --c;
        }
        if (row_back) {
            here = above;
            if (--r == 0) return;
            above = table.length(r - 1, c);
        }
    }
}

void lcs_marker::mark(const number_sequence& candidate, std::vector<bool>& marks) {
    if (reference_.empty() || candidate.empty()) return;
    if (reference_.size() <= candidate.size()) return walk(candidate, of_reference_, reference_, false, marks);
    places of_candidate(candidate, pace_);
    walk(reference_, of_candidate, candidate, true, marks);
}

}  // namespace farspan
