// Attention by definition, with the rules of scheme_oracle. The same sums as oracle::attention, but each rotated row is
// kept, so that hundreds of keys cost milliseconds (test_reference.cpp compares the two).
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "attention.hpp"
#include "attention_case.hpp"
#include "scheme_oracle.hpp"
#include "score.hpp"

namespace farspan_test {
namespace {

using row = std::vector<double>;

constexpr double hidden = -std::numeric_limits<double>::infinity();

// The rotations of one row under the few angle positions at which it is seen.
class rotated_row {
public:
    template <class Rotate>
    const row& at(double position, Rotate rotate) {
        for (auto& known : known_)
            if (!known.values.empty() && known.position == position) return known.values;
        entry& slot = known_[next_++ % known_.size()];
        slot = {position, rotate()};
        return slot.values;
    }

private:
    struct entry {
        double position;
        row values;
    };
    std::array<entry, 4> known_;
    size_t next_ = 0;
};

row slice(const std::vector<double>& values, int64_t index, int64_t size) {
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(index * size);
    return {first, first + static_cast<std::ptrdiff_t>(size)};
}

struct product {
    double sum = 0, magnitudes = 0;  // of the terms
};
product dot(const row& x, const row& y) {
    product result;
    for (size_t d = 0; d < x.size(); ++d) {
        result.sum += x[d] * y[d];
        result.magnitudes += std::fabs(x[d] * y[d]);
    }
    return result;
}

class definition {
public:
    definition(const scheme_spec& spec, const attention_problem& problem, const attention_data& data)
        : p_(problem),
          rules_(spec, problem.current_length(), problem.head_dim),
          q_(data.q.values()),
          k_(data.k.values()),
          v_(data.v.values()),
          raw_(problem.state == FARSPAN_STATE_RAW) {
        if (data.bias) bias_ = data.bias->values();
    }

    attention_expected compute(row_choice rows) {
        const auto lines = static_cast<size_t>(p_.batch * p_.query_heads * p_.queries);
        attention_expected result;
        result.out.assign(lines * static_cast<size_t>(p_.value_size()), NAN);
        result.lse.assign(lines, NAN);
        for (int64_t b = 0; b < p_.batch; ++b)
            for (int64_t kh = 0; kh < p_.key_heads; ++kh) {
                keys_.assign(static_cast<size_t>(p_.keys), {});
                // xPos: the decay cancels in the product; counting it from the last key keeps doubles in range.
                centre_ = static_cast<double>(p_.key_position(b, p_.keys - 1));
                const int64_t group = p_.query_heads / p_.key_heads;
                for (int64_t h = kh * group; h < (kh + 1) * group; ++h)
                    for (int64_t i = rows.first; i < p_.queries; i += rows.step) attend(b, h, kh, i, result);
            }
        return result;
    }

private:
    // The rope part sees one position per branch, or one per axis.
    const row& rotated_query(const row& q, rotated_row& cache, double position, int64_t i) {
        return cache.at(position, [&] {
            if (!raw_) return q;
            return rules_.has_axes() ? rules_.rotate_axes(q, axes(p_.query_axes, p_.queries, i))
                                     : rules_.rotate_query(q, position, centre_);
        });
    }
    const row& rotated_key(int64_t at, double position, int64_t j) {
        return keys_[static_cast<size_t>(j)].at(position, [&] {
            const row k = slice(k_, at, p_.head_dim);
            if (!raw_) return k;
            return rules_.has_axes() ? rules_.rotate_axes(k, axes(p_.key_axes, p_.keys, j))
                                     : rules_.rotate_key(k, position, centre_);
        });
    }
    static std::vector<double> axes(const std::vector<int64_t>& positions, int64_t count, int64_t n) {
        std::vector<double> result;
        for (int64_t at = n; at < static_cast<int64_t>(positions.size()); at += count)
            result.push_back(static_cast<double>(positions[static_cast<size_t>(at)]));
        return result;
    }

    double dense(int64_t b, int64_t h, int64_t i, int64_t j) const {
        if (bias_.empty()) return 0;
        const int64_t heads = p_.bias_per_head ? p_.query_heads : 1;
        const int64_t at = (p_.bias_per_batch ? b : 0) * heads + (p_.bias_per_head ? h : 0);
        return bias_[static_cast<size_t>((at * p_.queries + i) * p_.keys + j)];
    }

    double logit(int64_t b, int64_t h, int64_t kh, int64_t i, int64_t j, const row& q, rotated_row& cache, double& largest_terms) {
        const int64_t pi = p_.query_position(b, i), pj = p_.key_position(b, j);
        const oracle::rotated_pair seen = rules_.remap(pi, pj);
        const product terms = dot(rotated_query(q, cache, seen.query, i),
                                  rotated_key((b * p_.key_heads + kh) * p_.keys + j, seen.key, j));
        const double scale = rules_.scale(std::max<int64_t>(pi, 0));
        const double bias = rules_.bias(static_cast<int>(h), pi, pj) + dense(b, h, i, j);
        largest_terms = std::max(largest_terms, scale * terms.magnitudes + std::fabs(bias));
        return oracle::softcap(scale * terms.sum, rules_.softcap()) + bias;
    }

    void attend(int64_t b, int64_t h, int64_t kh, int64_t i, attention_expected& result) {
        const int64_t line = (b * p_.query_heads + h) * p_.queries + i;
        const row q = slice(q_, line, p_.head_dim);
        rotated_row cache;
        std::vector<double> logits(static_cast<size_t>(p_.keys), hidden);
        for (int64_t j = 0; j < p_.keys; ++j)
            if (p_.reachable(b, i, j) && rules_.visible(p_.query_position(b, i), p_.key_position(b, j)))
                logits[static_cast<size_t>(j)] = logit(b, h, kh, i, j, q, cache, result.largest_terms);
        const double sink = rules_.has_sinks() ? rules_.sink(static_cast<int>(h)) : hidden;
        const oracle::softmax_row weights = oracle::softmax(logits, sink);
        row out(static_cast<size_t>(p_.value_size()), 0.0);
        for (int64_t j = 0; j < p_.keys; ++j) {
            if (logits[static_cast<size_t>(j)] == hidden) continue;
            const double* v = v_.data() + ((b * p_.key_heads + kh) * p_.keys + j) * p_.value_size();
            for (size_t d = 0; d < out.size(); ++d) out[d] += weights.probability[static_cast<size_t>(j)] * v[d];
        }
        std::copy(out.begin(), out.end(), result.out.begin() + line * p_.value_size());
        result.lse[static_cast<size_t>(line)] = weights.lse;
    }

    const attention_problem& p_;
    const scheme_oracle rules_;
    const std::vector<double> q_, k_, v_;
    std::vector<double> bias_;
    const bool raw_;
    std::vector<rotated_row> keys_;
    double centre_ = 0;
};

}  // namespace

attention_expected expect_attention(const scheme_spec& spec, const attention_problem& problem,
                                    const attention_data& data, row_choice rows) {
    return definition(spec, problem, data).compute(rows);
}

}  // namespace farspan_test
