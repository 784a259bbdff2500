#include "gradient.hpp"

#include <cmath>
#include <limits>

#include "bias.hpp"
#include "score.hpp"

namespace oracle {
namespace {

constexpr double minus_infinity = -std::numeric_limits<double>::infinity();

using row = std::vector<double>;

row feature_row(const row& tensor, int64_t index, int features) {
    const auto first = tensor.begin() + static_cast<std::ptrdiff_t>(index * features);
    return {first, first + features};
}

void add_to_row(row& tensor, int64_t index, double factor, const row& x) {
    for (size_t d = 0; d < x.size(); ++d) tensor[static_cast<size_t>(index) * x.size() + d] += factor * x[d];
}

double dot(const row& x, const row& y) {
    double sum = 0.0;
    for (size_t d = 0; d < x.size(); ++d) sum += x[d] * y[d];
    return sum;
}

// The pair that `column` makes with a row: positions as attention.hpp defines them.
pair pair_of(const attention_inputs& in, int head, int64_t line, int64_t column) {
    const int64_t i =
        in.query_positions.empty() ? line + in.keys - in.queries : in.query_positions[static_cast<size_t>(line)];
    const int64_t j = in.key_positions.empty() ? column : in.key_positions[static_cast<size_t>(column)];
    return {head, line, column, i, j};
}

class backward {
public:
    backward(const attention_inputs& in, const attention_rules& rules) : in_(in), rules_(rules) {
        const auto pairs = static_cast<size_t>(in.query_heads * in.queries * in.keys);
        result.q.assign(in.q.size(), 0.0);
        result.k.assign(in.k.size(), 0.0);
        result.v.assign(in.v.size(), 0.0);
        result.bias.assign(pairs, 0.0);
        result.sink.assign(static_cast<size_t>(in.query_heads), 0.0);
    }

    void add_row(int head, int64_t line, const row& d_out, double d_lse) {
        row logits, dp(static_cast<size_t>(in_.keys), 0.0);
        for (int64_t column = 0; column < in_.keys; ++column) {
            const pair at = pair_of(in_, head, line, column);
            const bool visible = !rules_.visible || rules_.visible(at);
            logits.push_back(visible ? attention_logit(in_, rules_, at) : minus_infinity);
        }
        const double sink = rules_.sink.empty() ? minus_infinity : rules_.sink.at(static_cast<size_t>(head));
        const softmax_row weights = softmax(logits, sink);
        double delta = -d_lse;  // <d_out, out> is the mean of dp under the weights
        for (int64_t column = 0; column < in_.keys; ++column) {
            const auto c = static_cast<size_t>(column);
            if (logits[c] == minus_infinity) continue;
            dp[c] = dot(d_out, feature_row(in_.v, key_line(head, column), in_.value_dim));
            delta += weights.probability[c] * dp[c];
        }
        for (int64_t column = 0; column < in_.keys; ++column) {
            const auto c = static_cast<size_t>(column);
            if (logits[c] == minus_infinity) continue;
            add_to_row(result.v, key_line(head, column), weights.probability[c], d_out);
            add_pair(pair_of(in_, head, line, column), weights.probability[c] * (dp[c] - delta));
        }
        if (sink != minus_infinity) result.sink[static_cast<size_t>(head)] -= std::exp(sink - weights.lse) * delta;
    }

    attention_gradient result;

private:
    int64_t key_line(int head, int64_t column) const {
        return head / (in_.query_heads / in_.key_heads) * in_.keys + column;
    }

    void add_pair(const pair& at, double d_logit) {
        const int64_t query_line = at.head * in_.queries + at.row;
        result.bias[static_cast<size_t>(query_line * in_.keys + at.column)] = d_logit;
        const rotated_pair seen = rules_.remap ? rules_.remap(at) : remap_none(at.i, at.j);
        const auto turn_query = [&](const row& x) {
            return rules_.rotate_query ? rules_.rotate_query(x, seen.query) : x;
        };
        const auto turn_key = [&](const row& x) { return rules_.rotate_key ? rules_.rotate_key(x, seen.key) : x; };
        const row q = turn_query(feature_row(in_.q, query_line, in_.head_dim));
        const row k = turn_key(feature_row(in_.k, key_line(at.head, at.column), in_.head_dim));
        const double scale = rules_.scale * (rules_.row_scale ? rules_.row_scale(at.i) : 1.0);
        double slope = 1.0;
        if (rules_.softcap > 0) {
            const double t = std::tanh(scale * dot(q, k) / rules_.softcap);
            slope = 1.0 - t * t;
        }
        const double d_product = d_logit * slope * scale;
        add_to_row(result.q, query_line, d_product, transposed(turn_query, k));
        add_to_row(result.k, key_line(at.head, at.column), d_product, transposed(turn_key, q));
    }

    const attention_inputs& in_;
    const attention_rules& rules_;
};

}  // namespace

attention_gradient attention_backward(const attention_inputs& in, const attention_rules& rules,
                                      const std::vector<double>& d_out, const std::vector<double>& d_lse) {
    backward sum(in, rules);
    for (int head = 0; head < in.query_heads; ++head)
        for (int64_t line = 0; line < in.queries; ++line) {
            const int64_t at = head * in.queries + line;
            sum.add_row(head, line, feature_row(d_out, at, in.value_dim),
                        d_lse.empty() ? 0.0 : d_lse[static_cast<size_t>(at)]);
        }
    return sum.result;
}

std::vector<double> transposed(const std::function<std::vector<double>(const std::vector<double>&)>& map,
                               const std::vector<double>& y) {
    row result;
    for (size_t n = 0; n < y.size(); ++n) {
        row unit(y.size(), 0.0);
        unit[n] = 1.0;
        result.push_back(dot(map(unit), y));
    }
    return result;
}

std::vector<double> t5_table_gradient(const attention_inputs& in, const std::vector<double>& d_bias, bool bidirectional,
                                      int buckets, int max_distance) {
    std::vector<double> table(static_cast<size_t>(buckets * in.query_heads), 0.0);
    for (int head = 0; head < in.query_heads; ++head)
        for (int64_t line = 0; line < in.queries; ++line)
            for (int64_t column = 0; column < in.keys; ++column) {
                const pair at = pair_of(in, head, line, column);
                const int bucket = t5_bucket(at.j - at.i, bidirectional, buckets, max_distance);
                table[static_cast<size_t>(bucket * in.query_heads + head)] +=
                    d_bias[static_cast<size_t>((head * in.queries + line) * in.keys + column)];
            }
    return table;
}

// L = ln(e^l1 + e^l2), w = e^(l - L): d_o = w d_out, and since d_w1 = w1 w2 (d_l1 - d_l2):
// d_l1 = w1 (d_L + w2 <d_out, o1 - o2>).
merge_gradient merge_backward(const attention_result& first, const attention_result& second, int value_dim,
                              const attention_result& d_merged) {
    const attention_result merged = merge(first, second, value_dim);
    merge_gradient result;
    for (size_t line = 0; line < merged.lse.size(); ++line) {
        const bool empty = merged.lse[line] == minus_infinity;
        const double w1 = empty ? 0.0 : std::exp(first.lse[line] - merged.lse[line]);
        const double w2 = empty ? 0.0 : std::exp(second.lse[line] - merged.lse[line]);
        double difference = 0.0;
        for (size_t d = 0; d < static_cast<size_t>(value_dim); ++d) {
            const size_t at = line * static_cast<size_t>(value_dim) + d;
            difference += d_merged.out[at] * (first.out[at] - second.out[at]);
            result.first.out.push_back(w1 * d_merged.out[at]);
            result.second.out.push_back(w2 * d_merged.out[at]);
        }
        result.first.lse.push_back(w1 * (d_merged.lse[line] + w2 * difference));
        result.second.lse.push_back(w2 * (d_merged.lse[line] - w1 * difference));
    }
    return result;
}

}  // namespace oracle
