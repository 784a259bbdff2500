#include "plan/bias_table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/parallel.hpp"

namespace farspan {
namespace {

constexpr int64_t width = bias_ceiling::width;

// In order, those that meet or overlap as one.
distance_set joined(distance_set distances) {
    std::sort(distances.begin(), distances.end(),
              [](const interval& a, const interval& b) { return a.first < b.first; });
    distance_set result;
    for (const interval& one : distances) {
        if (one.empty()) continue;
        if (!result.empty() && one.first <= result.back().last)
            result.back().last = std::max(result.back().last, one.last);
        else
            result.push_back(one);
    }
    return result;
}

// The largest of some biases; infinity if there is a NaN.
float largest_of(const float* values, int64_t count) {
    float largest = -std::numeric_limits<float>::infinity();
    for (int64_t n = 0; n < count; ++n)
        if (!(values[n] <= largest)) largest = values[n];
    return std::isnan(largest) ? std::numeric_limits<float>::infinity() : largest;
}

// The intervals that positions [first, last) lie in, cut at multiples of 64.
distance_set blocks_of(const std::vector<int64_t>& positions, int64_t first, int64_t last) {
    distance_set blocks;
    for (int64_t n = first; n < last; ++n)
        if (const int64_t from = bias_ceiling::block_of(positions[n]) * width;
            blocks.empty() || blocks.back().first != from)
            blocks.push_back({from, from + width});
    return joined(std::move(blocks));
}

// Of queries and keys that lie in these blocks; empty if there are more than `most`.
distance_set differences(const distance_set& queries, const distance_set& keys, int64_t most) {
    distance_set result;
    for (const interval& query : queries) {
        for (const interval& key : keys) result.push_back({query.first - (key.last - 1), query.last - key.first});
        result = joined(std::move(result));
        int64_t total = 0;
        for (const interval& one : result) total += one.last - one.first;
        if (total > most) return {};
    }
    return result;
}

}  // namespace

distance_set distances_of(const problem& problem, int64_t margin) {
    const auto [smallest, largest] = problem.distances();
    if (smallest > largest) return {};
    const interval whole{smallest - margin, largest + margin + 1};
    const int64_t linear = 4 * (problem.queries + problem.keys) + 4 * margin;
    if (whole.last - whole.first <= linear) return {whole};
    distance_set result;
    for (const position_row& row : problem.rows)
        for (const segment& s : problem.segments) {
            const distance_set some = differences(blocks_of(row.query, s.first_query, s.last_query),
                                                  blocks_of(row.key, s.first_key, s.last_key), linear);
            if (some.empty() && s.first_query < s.last_query && s.first_key < s.last_key) return {};
            result = united(std::move(result), some);
        }
    return result;
}

distance_set distances_of(const std::vector<int64_t>& queries, const std::vector<cached_page>& pages) {
    distance_set keys, result;
    for (const cached_page& page : pages)
        if (!keys.empty() && keys.back().last == page.base)
            keys.back().last += width;
        else
            keys.push_back({page.base, page.base + width});
    for (const int64_t query : queries)
        for (const interval& key : keys) result.push_back({query - (key.last - 1), query - key.first + 1});
    return joined(std::move(result));
}

distance_set united(distance_set some, const distance_set& more) {
    some.insert(some.end(), more.begin(), more.end());
    return joined(std::move(some));
}

bias_table::bias_table(const bias_part& bias, int64_t heads, distance_set distances, const volatile int32_t* cancel,
                       const bias_table* known)
    : definition_(&bias) {
    for (const interval& one : within(std::move(distances))) {
        total_ += one.last - one.first;
        stretches_.push_back({one.first, one.last, total_});
    }
    values_.resize(static_cast<std::size_t>(heads * total_));
    for (const stretch& one : stretches_) fill(one, heads, cancel, known);
}

void bias_table::fill(const stretch& to, int64_t heads, const volatile int32_t* cancel, const bias_table* known) {
    std::vector<double> column(static_cast<std::size_t>(heads));
    for (int64_t distance = to.first; distance < to.last; ++distance) {
        stop_if_set(cancel);
        float* values = values_.data() + (to.end - 1 - (distance - to.first));
        if (const stretch* from = known ? known->find(distance) : nullptr) {
            for (int64_t head = 0; head < heads; ++head) values[head * total_] = *known->at(head, *from, distance);
            continue;
        }
        definition_->fill(distance, 0, static_cast<int32_t>(heads), column.data());
        for (int64_t head = 0; head < heads; ++head)
            values[head * total_] = static_cast<float>(column[static_cast<std::size_t>(head)] * std::numbers::log2e);
    }
}

// Whole blocks, so that the bounds of a distance do not depend on others. The bias is the same at every distance from
// `settled` on: a reach of them is enough.
distance_set bias_table::within(distance_set distances) const {
    const int64_t settled = definition_->settled;
    for (interval& one : distances) {
        one = {bias_ceiling::block_of(one.first) * width, (bias_ceiling::block_of(one.last - 1) + 1) * width};
        if (settled == unlimited) continue;
        if (one.last > settled) one = {std::min(one.first, settled), settled + reach + 1};
        if (one.first < -settled) one = {-settled - reach, std::max(one.last, -settled + 1)};
    }
    return joined(std::move(distances));
}

int64_t bias_table::within(int64_t distance, int64_t count) const {
    const int64_t settled = definition_->settled;
    if (settled == unlimited) return distance;
    return std::max(std::min(distance, settled + reach), -settled - reach + count - 1);
}

const bias_table::stretch* bias_table::find(int64_t distance) const {
    if (stretches_.empty()) return nullptr;
    const auto behind = std::upper_bound(stretches_.begin(), stretches_.end(), distance,
                                         [](int64_t wanted, const stretch& one) { return wanted < one.first; });
    return behind != stretches_.begin() && distance < behind[-1].last ? &behind[-1] : nullptr;
}

const float* bias_table::falling(int64_t head, int64_t distance, int64_t count, float* staging) const {
    const int64_t from = within(distance, count);
    const stretch* in = find(from);
    if (in && from - count + 1 >= in->first) return at(head, *in, from);
    for (int64_t n = 0; n < count; ++n) staging[n] = value(head, distance - n);
    return staging;
}

float bias_table::value(int64_t head, int64_t distance) const {
    const int64_t from = within(distance, 1);
    if (const stretch* in = find(from)) return *at(head, *in, from);
    return static_cast<float>(definition_->value(static_cast<int32_t>(head), distance) * std::numbers::log2e);
}

bool bias_table::covers(const distance_set& distances) const {
    if (!definition_) return distances.empty();
    const distance_set wanted = within(distances);
    return std::all_of(wanted.begin(), wanted.end(), [&](const interval& one) {
        const stretch* in = find(one.first);
        return in && one.last <= in->last;
    });
}

bias_ceiling bias_table::ceiling() const {
    if (stretches_.empty()) return {};
    std::vector<int64_t> blocks;
    for (const stretch& one : stretches_)
        for (int64_t block = bias_ceiling::block_of(one.first); block <= bias_ceiling::block_of(one.last - 1); ++block)
            if (blocks.empty() || blocks.back() < block) blocks.push_back(block);
    const std::size_t count = blocks.size();
    const auto heads = static_cast<int64_t>(values_.size()) / total_;
    std::vector<float> largest(static_cast<std::size_t>(heads) * count, -std::numeric_limits<float>::infinity());
    for (int64_t head = 0; head < heads; ++head) {
        std::size_t n = 0;
        for (const stretch& one : stretches_)
            for (int64_t block = bias_ceiling::block_of(one.first); block * width < one.last; ++block) {
                while (blocks[n] < block) ++n;
                const int64_t first = std::max(block * width, one.first),
                              last = std::min((block + 1) * width, one.last);
                float& most = largest[static_cast<std::size_t>(head) * count + n];
                most = std::max(most, largest_of(at(head, one, last - 1), last - first));
            }
    }
    const int64_t settled = definition_->settled;
    const interval limits = settled == unlimited ? interval{std::numeric_limits<int64_t>::min(), unlimited}
                                                 : interval{-settled - reach, settled + reach};
    return {std::move(blocks), std::move(largest), limits};
}

}  // namespace farspan
