#include "attention.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "score.hpp"

namespace oracle {
namespace {

constexpr double minus_infinity = -std::numeric_limits<double>::infinity();

std::vector<double> feature_row(const std::vector<double>& tensor, int64_t index, int features) {
    const auto first = tensor.begin() + static_cast<std::ptrdiff_t>(index * features);
    return {first, first + features};
}

int64_t query_position(const attention_inputs& in, int64_t row) {
    return in.query_positions.empty() ? row + in.keys - in.queries : in.query_positions[static_cast<size_t>(row)];
}

int64_t key_position(const attention_inputs& in, int64_t column) {
    return in.key_positions.empty() ? column : in.key_positions[static_cast<size_t>(column)];
}

int64_t key_head(const attention_inputs& in, int head) { return head / (in.query_heads / in.key_heads); }

double dot(const std::vector<double>& x, const std::vector<double>& y) {
    double sum = 0.0;
    for (size_t d = 0; d < x.size(); ++d) sum += x[d] * y[d];
    return sum;
}

// max + ln(e^(a-max) + e^(b-max)); two empty sets stay empty.
double log_add_exp(double a, double b) {
    const double largest = std::max(a, b);
    if (largest == minus_infinity) return minus_infinity;
    return largest + std::log(std::exp(a - largest) + std::exp(b - largest));
}

void attend_row(const attention_inputs& in, const attention_rules& rules, int head, int64_t row,
                attention_result& result) {
    std::vector<double> logits;
    for (int64_t column = 0; column < in.keys; ++column) {
        const pair at{head, row, column, query_position(in, row), key_position(in, column)};
        const bool visible = !rules.visible || rules.visible(at);
        logits.push_back(visible ? attention_logit(in, rules, at) : minus_infinity);
    }
    const double sink = rules.sink.empty() ? minus_infinity : rules.sink.at(static_cast<size_t>(head));
    const softmax_row weights = softmax(logits, sink);
    std::vector<double> out(static_cast<size_t>(in.value_dim), 0.0);
    for (int64_t column = 0; column < in.keys; ++column) {
        // A masked value is never read: 0 * NaN would leak it into the output.
        if (logits[static_cast<size_t>(column)] == minus_infinity) continue;
        const auto v = feature_row(in.v, key_head(in, head) * in.keys + column, in.value_dim);
        for (size_t d = 0; d < v.size(); ++d) out[d] += weights.probability[static_cast<size_t>(column)] * v[d];
    }
    result.out.insert(result.out.end(), out.begin(), out.end());
    result.lse.push_back(weights.lse);
}

}  // namespace

void use_rope(attention_rules& rules, const rope_frequencies& frequencies, pair_layout layout, int offset) {
    rules.rotate_query = [=](const std::vector<double>& x, double position) {
        return rotate(x, position, frequencies, layout, offset);
    };
    rules.rotate_key = rules.rotate_query;
}

double attention_logit(const attention_inputs& in, const attention_rules& rules, const pair& at) {
    const rotated_pair positions = rules.remap ? rules.remap(at) : remap_none(at.i, at.j);
    std::vector<double> q = feature_row(in.q, at.head * in.queries + at.row, in.head_dim);
    std::vector<double> k = feature_row(in.k, key_head(in, at.head) * in.keys + at.column, in.head_dim);
    if (rules.rotate_query) q = rules.rotate_query(q, positions.query);
    if (rules.rotate_key) k = rules.rotate_key(k, positions.key);
    const double row_scale = rules.row_scale ? rules.row_scale(at.i) : 1.0;
    const double capped = softcap(rules.scale * row_scale * dot(q, k), rules.softcap);
    return rules.bias ? capped + rules.bias(at) : capped;
}

attention_result attention(const attention_inputs& in, const attention_rules& rules) {
    if (in.key_heads < 1 || in.query_heads % in.key_heads != 0)
        throw std::invalid_argument("query_heads must be a multiple of key_heads");
    attention_result result;
    for (int head = 0; head < in.query_heads; ++head)
        for (int64_t row = 0; row < in.queries; ++row) attend_row(in, rules, head, row, result);
    return result;
}

softmax_row softmax(const std::vector<double>& logits, double sink) {
    double largest = sink;
    for (double logit : logits) largest = std::max(largest, logit);
    if (largest == minus_infinity) return {std::vector<double>(logits.size(), 0.0), minus_infinity};
    double sum = std::exp(sink - largest);
    for (double logit : logits) sum += std::exp(logit - largest);
    softmax_row result{{}, largest + std::log(sum)};
    for (double logit : logits) result.probability.push_back(std::exp(logit - largest) / sum);
    return result;
}

softmax_row softmax(const std::vector<double>& logits) { return softmax(logits, minus_infinity); }

attention_result merge(const attention_result& first, const attention_result& second, int value_dim) {
    attention_result result;
    for (size_t row = 0; row < first.lse.size(); ++row) {
        const double lse = log_add_exp(first.lse[row], second.lse[row]);
        const bool empty = lse == minus_infinity;
        const double w1 = empty ? 0.0 : std::exp(first.lse[row] - lse);
        const double w2 = empty ? 0.0 : std::exp(second.lse[row] - lse);
        for (size_t d = 0; d < static_cast<size_t>(value_dim); ++d) {
            const size_t at = row * static_cast<size_t>(value_dim) + d;
            result.out.push_back(w1 * first.out[at] + w2 * second.out[at]);
        }
        result.lse.push_back(lse);
    }
    return result;
}

}  // namespace oracle
