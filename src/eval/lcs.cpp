#include "eval/lcs.hpp"

#include <algorithm>

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
int64_t lcs_length(const number_sequence& a, const number_sequence& b) {
    std::vector<uint64_t> columns(static_cast<std::size_t>(distinct_tokens(a, b)));  // of each token
    std::vector<uint8_t> carries(b.size());
    int64_t length = 0;
    for (std::size_t first = 0; first < a.size(); first += 64) {
        const std::size_t count = std::min<std::size_t>(64, a.size() - first);
        for (std::size_t n = 0; n < count; ++n) columns[static_cast<std::size_t>(a[first + n])] |= uint64_t{1} << n;
        uint64_t row = ~uint64_t{0};
        for (std::size_t j = 0; j < b.size(); ++j) {
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

void mark_lcs(const number_sequence& reference, const number_sequence& candidate, std::vector<bool>& marks) {
    const std::size_t rows = reference.size(), columns = candidate.size();
    std::vector<bool> candidate_is_longer(rows * columns);  // length(i + 1, j) > length(i, j + 1)
    std::vector<int32_t> above(columns + 1), here(columns + 1);
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < columns; ++j) {
            candidate_is_longer[i * columns + j] = here[j] > above[j + 1];
            here[j + 1] = reference[i] == candidate[j] ? above[j] + 1 : std::max(above[j + 1], here[j]);
        }
        std::swap(above, here);
    }
    for (std::size_t i = rows, j = columns; i > 0 && j > 0;) {
        if (reference[i - 1] == candidate[j - 1]) {
            marks[--i] = true;
            --j;
        } else if (candidate_is_longer[(i - 1) * columns + j - 1]) {
            --j;
        } else {
            --i;
        }
    }
}

}  // namespace farspan
