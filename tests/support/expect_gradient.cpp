// The gradient of attention by definition. The same sums as oracle::attention_backward (test_gradient_reference.cpp
// compares the two, and this one with finite differences).
#include <algorithm>
#include <cmath>
#include <map>

#include "attention.hpp"
#include "bias.hpp"
#include "gradient_case.hpp"

namespace farspan_test {
namespace {

using row = std::vector<double>;

void add(row& sum, double factor, const row& x) {
    if (sum.empty()) sum.assign(x.size(), 0.0);
    for (size_t d = 0; d < x.size(); ++d) sum[d] += factor * x[d];
}

// Sums over rotated rows, one per angle position.
using sums_by_position = std::map<double, row>;

class backward {
public:
    backward(const scheme_spec& spec, const attention_problem& problem, const attention_values& values,
             const loss_slopes& slopes)
        : spec_(spec), p_(problem), rules_(spec, problem, values), slopes_(slopes) {
        result_.q.assign(values.q.size(), 0.0);
        result_.k.assign(values.k.size(), 0.0);
        result_.v.assign(values.v.size(), 0.0);
        result_.bias.assign(values.bias.size(), 0.0);
        result_.values.assign(spec.bias_values.size(), 0.0);
        result_.sinks.assign(spec.sinks.size(), 0.0);
        sink_terms_.assign(spec.sinks.size(), 0.0);
    }

    gradient_expected compute() {
        const int64_t group = p_.query_heads / p_.key_heads;
        for (b_ = 0; b_ < p_.batch; ++b_)
            for (int64_t kh = 0; kh < p_.key_heads; ++kh) {
                rules_.begin(b_, kh);
                keys_.assign(static_cast<size_t>(p_.keys), {});
                for (int64_t h = kh * group; h < (kh + 1) * group; ++h)
                    for (int64_t i = 0; i < p_.queries; ++i) add_row(h, i);
                for (int64_t j = 0; j < p_.keys; ++j)
                    for (const auto& [position, sum] : keys_[static_cast<size_t>(j)])
                        add_to(result_.k, rules_.key_line(j) * p_.head_dim, 1, rules_.key_back(sum, position, j));
            }
        for (const double terms : sink_terms_) result_.sink_terms = std::max(result_.sink_terms, terms);
        return result_;
    }

private:
    static void add_to(row& to, int64_t at, double factor, const row& x) {
        for (size_t d = 0; d < x.size(); ++d) to[static_cast<size_t>(at) + d] += factor * x[d];
    }

    double dot_value(const double* d_out, int64_t j) const {
        double sum = 0;
        for (int64_t d = 0; d < p_.value_size(); ++d) sum += d_out[d] * rules_.value(j)[d];
        return sum;
    }

    void add_row(int64_t h, int64_t i) {
        const int64_t line = (b_ * p_.query_heads + h) * p_.queries + i;
        const double* d_out = slopes_.d_out.data() + line * p_.value_size();
        rotated_row cache;
        row logits;
        for (int64_t j = 0; j < p_.keys; ++j) logits.push_back(rules_.logit(h, i, j, cache).logit);
        const oracle::softmax_row weights = oracle::softmax(logits, rules_.sink(h));
        row dp(logits.size(), 0.0);
        double delta = 0, magnitudes = 0;
        row out(static_cast<size_t>(p_.value_size()), 0.0);
        for (int64_t j = 0; j < p_.keys; ++j) {
            const auto at = static_cast<size_t>(j);
            if (logits[at] == hidden_logit) continue;
            dp[at] = dot_value(d_out, j);
            for (size_t d = 0; d < out.size(); ++d) out[d] += weights.probability[at] * rules_.value(j)[d];
        }
        if (!slopes_.rounded_out.empty())
            std::copy_n(slopes_.rounded_out.begin() + line * p_.value_size(), out.size(), out.begin());
        for (size_t d = 0; d < out.size(); ++d) {
            delta += d_out[d] * out[d];
            magnitudes += std::fabs(d_out[d] * out[d]);
        }
        if (!slopes_.d_lse.empty()) {
            delta -= slopes_.d_lse[static_cast<size_t>(line)];
            magnitudes += std::fabs(slopes_.d_lse[static_cast<size_t>(line)]);
        }
        sums_by_position queries;
        for (int64_t j = 0; j < p_.keys; ++j) {
            const auto at = static_cast<size_t>(j);
            if (logits[at] == hidden_logit) continue;
            for (int64_t d = 0; d < p_.value_size(); ++d)
                result_.v[static_cast<size_t>(rules_.key_line(j) * p_.value_size() + d)] +=
                    weights.probability[at] * d_out[d];
            add_pair(h, i, j, weights.probability[at] * (dp[at] - delta), cache, queries);
        }
        for (const auto& [position, sum] : queries)
            add_to(result_.q, line * p_.head_dim, 1, rules_.query_back(sum, position, i));
        if (rules_.sink(h) == hidden_logit) return;
        const auto column = static_cast<size_t>(h + p_.head_offset);
        const double weight = std::exp(rules_.sink(h) - weights.lse);
        result_.sinks[column] -= weight * delta;
        sink_terms_[column] += weight * magnitudes;
    }

    void add_pair(int64_t h, int64_t i, int64_t j, double d_logit, rotated_row& cache, sums_by_position& queries) {
        if (!result_.bias.empty()) result_.bias[static_cast<size_t>(rules_.bias_line(b_, h, i) + j)] += d_logit;
        if (!result_.values.empty()) {
            const int64_t relative = p_.key_position(b_, j) - p_.query_position(b_, i);
            const farspan_bias_config& bias = spec_.bias;
            const int bucket =
                oracle::t5_bucket(relative, bias.bidirectional != 0, bias.buckets, static_cast<int>(bias.max_distance));
            result_.values[static_cast<size_t>(bucket * bias.heads + h + p_.head_offset)] += d_logit;
        }
        const definition::logit_terms terms = rules_.logit(h, i, j, cache);
        const double cap = rules_.rules.softcap();
        const double t = cap > 0 ? std::tanh(terms.product / cap) : 0;
        const double d_product = d_logit * (1 - t * t) * rules_.scale(i);
        add(queries[terms.seen.query], d_product, *terms.key);
        add(keys_[static_cast<size_t>(j)][terms.seen.key], d_product, *terms.query);
    }

    const scheme_spec& spec_;
    const attention_problem& p_;
    definition rules_;
    const loss_slopes& slopes_;
    std::vector<sums_by_position> keys_;
    std::vector<double> sink_terms_;
    int64_t b_ = 0;
    gradient_expected result_;
};

}  // namespace

gradient_expected expect_gradient(const scheme_spec& spec, const attention_problem& problem,
                                  const attention_values& values, const loss_slopes& slopes) {
    return backward(spec, problem, values, slopes).compute();
}

gradient_expected expect_gradient(const scheme_spec& spec, const attention_problem& problem, const attention_data& data,
                                  const gradient_data& given) {
    loss_slopes slopes{given.d_out.values(), {given.d_lse.begin(), given.d_lse.end()}, {}};
    if (problem.out.dtype != FARSPAN_F32) slopes.rounded_out = given.forward.out.values();
    return expect_gradient(spec, problem, attention_values(data), slopes);
}

}  // namespace farspan_test
