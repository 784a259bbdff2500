#include "plan/bias_table.hpp"

#include <algorithm>
#include <limits>
#include <numbers>

namespace farspan {

bias_table::bias_table(const bias_part& bias, const problem& problem, int64_t margin) : definition_(bias.value) {
    int64_t smallest = std::numeric_limits<int64_t>::max(), largest = std::numeric_limits<int64_t>::min();
    for (const position_row& row : problem.rows)
        for (const segment& s : problem.segments) {
            if (s.first_query == s.last_query || s.first_key == s.last_key) continue;
            const auto [first, last] = std::minmax_element(row.query.begin() + s.first_query, row.query.begin() + s.last_query);
            smallest = std::min(smallest, *first - row.key[s.last_key - 1]);
            largest = std::max(largest, *last - row.key[s.first_key]);
        }
    if (smallest > largest) return;
    const int64_t span = largest - smallest + 2 * margin + 1;
    if (span <= 4 * (problem.queries + problem.keys) + 4 * margin)
        tabulate(problem.query_heads, smallest - margin, largest + margin);
}

bias_table::bias_table(const bias_part& bias, int64_t heads, int64_t smallest, int64_t largest) : definition_(bias.value) {
    tabulate(heads, smallest, largest);
}

void bias_table::tabulate(int64_t heads, int64_t smallest, int64_t largest) {
    largest_ = largest;
    span_ = largest - smallest + 1;
    values_.resize(static_cast<std::size_t>(heads * span_));
    for (int64_t head = 0; head < heads; ++head)
        for (int64_t n = 0; n < span_; ++n)
            values_[head * span_ + n] =
                static_cast<float>(definition_(static_cast<int32_t>(head), largest_ - n) * std::numbers::log2e);
}

float bias_table::value(int64_t head, int64_t distance) const {
    if (tabulated()) return *entry(head, distance);
    return static_cast<float>(definition_(static_cast<int32_t>(head), distance) * std::numbers::log2e);
}

}  // namespace farspan
