// Attention by definition. The same sums as oracle::attention (test_reference.cpp compares the two).
#include <algorithm>
#include <cmath>

#include "attention.hpp"
#include "attention_case.hpp"
#include "definition.hpp"

namespace farspan_test {
namespace {

void attend(definition& rules, int64_t b, int64_t h, int64_t i, attention_expected& result) {
    const attention_problem& p = rules.p;
    const int64_t line = (b * p.query_heads + h) * p.queries + i;
    rotated_row cache;
    std::vector<double> logits;
    for (int64_t j = 0; j < p.keys; ++j) {
        const definition::logit_terms terms = rules.logit(h, i, j, cache);
        logits.push_back(terms.logit);
        result.largest_terms = std::max(result.largest_terms, terms.magnitudes);
    }
    const oracle::softmax_row weights = oracle::softmax(logits, rules.sink(h));
    std::vector<double> out(static_cast<size_t>(p.value_size()), 0.0);
    for (int64_t j = 0; j < p.keys; ++j) {
        if (logits[static_cast<size_t>(j)] == hidden_logit) continue;
        const double* v = rules.value(j);
        for (size_t d = 0; d < out.size(); ++d) out[d] += weights.probability[static_cast<size_t>(j)] * v[d];
    }
    std::copy(out.begin(), out.end(), result.out.begin() + line * p.value_size());
    result.lse[static_cast<size_t>(line)] = weights.lse;
}

}  // namespace

attention_expected expect_attention(const scheme_spec& spec, const attention_problem& problem,
                                    const attention_values& values, row_choice rows) {
    definition rules(spec, problem, values);
    const auto lines = static_cast<size_t>(problem.batch * problem.query_heads * problem.queries);
    const int64_t group = problem.query_heads / problem.key_heads;
    attention_expected result;
    result.out.assign(lines * static_cast<size_t>(problem.value_size()), NAN);
    result.lse.assign(lines, NAN);
    for (int64_t b = 0; b < problem.batch; ++b)
        for (int64_t kh = 0; kh < problem.key_heads; ++kh) {
            rules.begin(b, kh);
            for (int64_t h = kh * group; h < (kh + 1) * group; ++h)
                for (int64_t i = rows.first; i < problem.queries; i += rows.step) attend(rules, b, h, i, result);
        }
    return result;
}

attention_expected expect_attention(const scheme_spec& spec, const attention_problem& problem,
                                    const attention_data& data, row_choice rows) {
    return expect_attention(spec, problem, attention_values(data), rows);
}

}  // namespace farspan_test
