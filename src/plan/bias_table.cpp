#include "plan/bias_table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/parallel.hpp"

namespace farspan {
namespace {

// Fills values[head * stride] with the biases of a distance.
class column_filler {
public:
    column_filler(const bias_part& bias, int64_t heads, const volatile int32_t* cancel)
        : bias_(bias), cancel_(cancel), column_(static_cast<std::size_t>(heads)) {}

    void fill(int64_t distance, float* values, int64_t stride) {
        stop_if_set(cancel_);
        bias_.fill(distance, 0, static_cast<int32_t>(column_.size()), column_.data());
        for (const double value : column_) {
            *values = static_cast<float>(value * std::numbers::log2e);
            values += stride;
        }
    }

private:
    const bias_part& bias_;
    const volatile int32_t* cancel_;
    std::vector<double> column_;  // [heads]
};

std::vector<int64_t> sorted_without_repeats(std::vector<int64_t> values) {
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
}

// The largest of 64 biases at most; infinity if there is a NaN.
float largest_of(const float* values, int64_t count) {
    float largest = -std::numeric_limits<float>::infinity();
    for (int64_t n = 0; n < count; ++n)
        if (!(values[n] <= largest)) largest = values[n];
    return std::isnan(largest) ? std::numeric_limits<float>::infinity() : largest;
}

// The blocks of all distances of a problem; empty if there are more than `most`.
std::vector<int64_t> blocks_of(const problem& problem, std::size_t most) {
    std::vector<int64_t> blocks;
    for (const position_row& row : problem.rows)
        for (const segment& s : problem.segments) {
            const auto blocks_of_positions = [](const std::vector<int64_t>& positions, int64_t first, int64_t last) {
                std::vector<int64_t> found;
                for (int64_t n = first; n < last; ++n)
                    if (const int64_t block = bias_blocks::block_of(positions[n]);
                        found.empty() || found.back() != block)
                        found.push_back(block);
                return sorted_without_repeats(std::move(found));
            };
            const std::vector<int64_t> keys = blocks_of_positions(row.key, s.first_key, s.last_key);
            for (const int64_t query : blocks_of_positions(row.query, s.first_query, s.last_query)) {
                for (const int64_t key : keys) blocks.insert(blocks.end(), {query - key, query - key - 1});
                if (blocks.size() > 4 * most) blocks = sorted_without_repeats(std::move(blocks));
                if (blocks.size() > most) return {};
            }
        }
    return sorted_without_repeats(std::move(blocks));
}

}  // namespace

bias_blocks::bias_blocks(const bias_part& bias, int64_t heads, std::vector<int64_t> blocks,
                         const volatile int32_t* cancel)
    : blocks_(sorted_without_repeats(std::move(blocks))) {
    const auto count = static_cast<int64_t>(blocks_.size()), stride = count * 2 * width;
    values_.resize(static_cast<std::size_t>(heads * stride));
    column_filler column(bias, heads, cancel);
    for (int64_t place = 0; place < count; ++place) {
        const int64_t first = blocks_[static_cast<std::size_t>(place)] * width;
        // What the block before has of this one is copied.
        const bool follows = place > 0 && blocks_[static_cast<std::size_t>(place - 1)] * width == first - width;
        for (int64_t n = 0; n < 2 * width; ++n) {
            const int64_t distance = first + n, at = place * 2 * width + (2 * width - 1 - n);
            if (follows && n < width)
                for (int64_t head = 0; head < heads; ++head)
                    values_[head * stride + at] = *entry(head, place - 1, distance);
            else
                column.fill(distance, values_.data() + at, stride);
        }
    }
}

int64_t bias_blocks::find(int64_t block) const {
    const auto found = std::lower_bound(blocks_.begin(), blocks_.end(), block);
    return found != blocks_.end() && *found == block ? found - blocks_.begin() : -1;
}

bias_ceiling bias_blocks::ceiling() const {
    if (blocks_.empty()) return {};
    std::vector<int64_t> blocks;
    for (const int64_t block : blocks_) blocks.insert(blocks.end(), {block, block + 1});
    blocks = sorted_without_repeats(std::move(blocks));
    const auto places = static_cast<int64_t>(blocks_.size()), count = static_cast<int64_t>(blocks.size()),
               heads = static_cast<int64_t>(values_.size()) / (places * 2 * width);
    std::vector<float> largest(static_cast<std::size_t>(heads * count));
    for (int64_t place = 0, n = 0; place < places; ++place) {
        const int64_t block = blocks_[static_cast<std::size_t>(place)];
        while (blocks[static_cast<std::size_t>(n)] < block) ++n;
        const bool follows =
            place + 1 < places && blocks_[static_cast<std::size_t>(place + 1)] == block + 1;  // has its second half
        for (int64_t head = 0; head < heads; ++head)
            for (int64_t half = 0; half < (follows ? 1 : 2); ++half)
                largest[static_cast<std::size_t>(head * count + n + half)] =
                    largest_of(entry(head, place, (block + half + 1) * width - 1), width);
    }
    return {std::move(blocks), std::move(largest)};
}

bias_table::bias_table(const bias_part& bias, const problem& problem, int64_t margin, const volatile int32_t* cancel)
    : definition_(bias) {
    const auto [smallest, largest] = problem.distances();
    if (smallest > largest) return;
    const int64_t span = largest - smallest + 2 * margin + 1,
                  linear = 4 * (problem.queries + problem.keys) + 4 * margin;
    if (span <= linear) {
        tabulate(problem.query_heads, smallest - margin, largest + margin, cancel);
        return;
    }
    const std::vector<int64_t> blocks = blocks_of(problem, static_cast<std::size_t>(linear / bias_blocks::width + 16));
    if (!blocks.empty()) blocks_ = bias_blocks(bias, problem.query_heads, blocks, cancel);
}

void bias_table::tabulate(int64_t heads, int64_t smallest, int64_t largest, const volatile int32_t* cancel) {
    largest_ = largest;
    span_ = largest - smallest + 1;
    values_.resize(static_cast<std::size_t>(heads * span_));
    column_filler column(definition_, heads, cancel);
    for (int64_t n = 0; n < span_; ++n) column.fill(largest_ - n, values_.data() + n, span_);
}

bias_ceiling bias_table::ceiling() const {
    if (!tabulated()) return blocks_.ceiling();
    const int64_t smallest = largest_ - span_ + 1, heads = static_cast<int64_t>(values_.size()) / span_;
    std::vector<int64_t> blocks;
    for (int64_t block = bias_ceiling::block_of(smallest); block <= bias_ceiling::block_of(largest_); ++block)
        blocks.push_back(block);
    std::vector<float> largest;
    for (int64_t head = 0; head < heads; ++head)
        for (const int64_t block : blocks) {
            const int64_t first = std::max(block * bias_ceiling::width, smallest),
                          last = std::min((block + 1) * bias_ceiling::width - 1, largest_);
            largest.push_back(largest_of(entry(head, last), last - first + 1));
        }
    return {std::move(blocks), std::move(largest)};
}

float bias_table::value(int64_t head, int64_t distance) const {
    if (tabulated()) return *entry(head, distance);
    if (!blocks_.empty())
        if (const int64_t place = blocks_.find(bias_blocks::block_of(distance)); place >= 0)
            return *blocks_.entry(head, place, distance);
    return static_cast<float>(definition_.value(static_cast<int32_t>(head), distance) * std::numbers::log2e);
}

}  // namespace farspan
