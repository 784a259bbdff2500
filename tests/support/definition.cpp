#include "definition.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "score.hpp"

namespace farspan_test {
namespace {

using row = std::vector<double>;

row slice(const std::vector<double>& values, int64_t index, int64_t size) {
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(index * size);
    return {first, first + static_cast<std::ptrdiff_t>(size)};
}

// The positions of token n on every axis.
std::vector<double> axes(const std::vector<int64_t>& positions, int64_t count, int64_t n) {
    std::vector<double> result;
    for (int64_t at = n; at < static_cast<int64_t>(positions.size()); at += count)
        result.push_back(static_cast<double>(positions[static_cast<size_t>(at)]));
    return result;
}

}  // namespace

attention_values::attention_values(const attention_data& data)
    : q(data.q.values()), k(data.k.values()), v(data.v.values()) {
    if (data.bias) bias = data.bias->values();
}

definition::definition(const scheme_spec& spec, const attention_problem& problem, attention_values given)
    : p(problem),
      rules(spec, problem.current_length(), problem.head_dim),
      values(std::move(given)),
      raw_(problem.state == FARSPAN_STATE_RAW) {}

void definition::begin(int64_t b, int64_t key_head) {
    b_ = b;
    key_head_ = key_head;
    keys_.assign(static_cast<size_t>(p.keys), {});
    // xPos: the decay cancels in the product; counting it from the last key keeps doubles in range.
    centre_ = static_cast<double>(p.key_position(b, p.keys - 1));
}

// The rope part sees one position per branch, or one per axis.
const row& definition::rotated_query(int64_t h, int64_t i, double position, rotated_row& cache) const {
    return cache.at(position, [&] {
        const row q = slice(values.q, (b_ * p.query_heads + h) * p.queries + i, p.head_dim);
        if (!raw_) return q;
        return rules.has_axes() ? rules.rotate_axes(q, axes(p.query_axes, p.queries, i))
                                : rules.rotate_query(q, position, centre_);
    });
}

const row& definition::rotated_key(int64_t j, double position) {
    return keys_[static_cast<size_t>(j)].at(position, [&] {
        const row k = slice(values.k, key_line(j), p.head_dim);
        if (!raw_) return k;
        return rules.has_axes() ? rules.rotate_axes(k, axes(p.key_axes, p.keys, j))
                                : rules.rotate_key(k, position, centre_);
    });
}

row definition::query_back(const row& x, double position, int64_t i) const {
    if (!raw_) return x;
    return rules.has_axes() ? rules.rotate_axes_back(x, axes(p.query_axes, p.queries, i))
                            : rules.rotate_query_back(x, position, centre_);
}

row definition::key_back(const row& x, double position, int64_t j) const {
    if (!raw_) return x;
    return rules.has_axes() ? rules.rotate_axes_back(x, axes(p.key_axes, p.keys, j))
                            : rules.rotate_key_back(x, position, centre_);
}

int64_t definition::bias_line(int64_t b, int64_t h, int64_t i) const {
    const int64_t heads = p.bias_per_head ? p.query_heads : 1;
    return (((p.bias_per_batch ? b : 0) * heads + (p.bias_per_head ? h : 0)) * p.queries + i) * p.keys;
}

definition::logit_terms definition::logit(int64_t h, int64_t i, int64_t j, rotated_row& cache) {
    logit_terms terms;
    const int64_t pi = p.query_position(b_, i), pj = p.key_position(b_, j);
    if (!p.reachable(b_, i, j) || !rules.visible(pi, pj)) return terms;
    terms.seen = rules.remap(pi, pj);
    terms.query = &rotated_query(h, i, terms.seen.query, cache);
    terms.key = &rotated_key(j, terms.seen.key);
    double sum = 0, magnitudes = 0;
    for (size_t d = 0; d < terms.query->size(); ++d) {
        const double term = (*terms.query)[d] * (*terms.key)[d];
        sum += term;
        magnitudes += std::fabs(term);
    }
    const double dense = values.bias.empty() ? 0 : values.bias[static_cast<size_t>(bias_line(b_, h, i) + j)];
    const double bias = rules.bias(static_cast<int>(p.head_offset + h), pi, pj) + dense;
    const double factor = scale(i);
    terms.product = factor * sum;
    terms.magnitudes = factor * magnitudes + std::fabs(bias);
    terms.logit = oracle::softcap(terms.product, rules.softcap()) + bias;
    terms.visible = terms.logit != hidden_logit;
    return terms;
}

double definition::scale(int64_t i) const { return rules.scale(std::max<int64_t>(p.query_position(b_, i), 0)); }

double definition::sink(int64_t h) const {
    return rules.has_sinks() ? rules.sink(static_cast<int>(p.head_offset + h)) : hidden_logit;
}

const double* definition::value(int64_t j) const { return values.v.data() + key_line(j) * p.value_size(); }

}  // namespace farspan_test
