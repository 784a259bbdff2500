// Attention, merging and tiles: the errors that docs/numerics.md states.
#include <algorithm>
#include <cmath>

#include "answers.hpp"
#include "number_types.hpp"
#include "scheme_oracle.hpp"

namespace conformance {
namespace {

using namespace farspan_test;

constexpr double out_error = 2e-6, lse_error = 1e-6;  // of the largest output; of max(1, |lse|)

// Without a problem, what farspan_attention reads off its tensors.
attention_problem problem_of(const json& given) {
    if (given.contains("problem")) return read_problem(given.at("problem"));
    const tensor_memory q(given.at("q")), k(given.at("k")), v(given.at("v"));
    attention_problem problem;
    problem.batch = q.shape[0];
    problem.query_heads = q.shape[1];
    problem.key_heads = k.shape[1];
    problem.queries = q.shape[2];
    problem.keys = k.shape[2];
    problem.head_dim = q.shape[3];
    problem.value_dim = v.shape[3];
    return problem;
}

json answer_attention(const json& one, const json& given) {
    attention_problem problem = problem_of(given);
    problem.q.dtype = dtype_of(given.at("q"));
    problem.k.dtype = dtype_of(given.at("k"));
    problem.v.dtype = dtype_of(given.at("v"));
    if (given.contains("bias")) {
        const tensor_memory bias(given.at("bias"));
        problem.dense_bias = true;
        problem.bias.dtype = bias.dtype;
        problem.bias_per_batch = bias.shape[0] != 1;
        problem.bias_per_head = bias.shape[1] != 1;
    }
    attention_data data(problem);
    data.q.assign(tensor_memory(given.at("q")).dense());
    data.k.assign(tensor_memory(given.at("k")).dense());
    data.v.assign(tensor_memory(given.at("v")).dense());
    if (data.bias) data.bias->assign(tensor_memory(given.at("bias")).dense());

    const attention_expected expected = expect_attention(read_scheme(one), problem, data);
    json result = json::array({expect_out(tensor_memory(given.at("out")), expected.out)});
    if (given.contains("lse")) result.push_back(expect_lse(expected.lse));
    return result;
}

json answer_merge(const json&, const json& given) {
    const tensor_memory a(given.at("out_a")), b(given.at("out_b"));
    const auto width = static_cast<size_t>(a.shape[3]);
    std::vector<double> values = a.dense();
    const std::vector<double> other = b.dense();
    std::vector<double> lse;
    for (size_t line = 0; line < values.size() / width; ++line) {
        const double la = content(given.at("lse_a").at("seed").get<uint64_t>(), line, FARSPAN_F32);
        const double lb = content(given.at("lse_b").at("seed").get<uint64_t>(), line, FARSPAN_F32);
        const double sum = std::max(la, lb) + std::log1p(std::exp(-std::fabs(la - lb)));
        for (size_t n = line * width; n < (line + 1) * width; ++n)
            values[n] = std::exp(la - sum) * values[n] + std::exp(lb - sum) * other[n];
        lse.push_back(sum);
    }
    return {expect_out(a, values), expect_lse(lse)};
}

// Blocks of 64 queries by runs of 128 keys, clipped to the keys that some query of the block sees, pair by pair.
json answer_tiles(const json& one, const json& given) {
    const attention_problem problem = read_problem(given.at("problem"));
    const scheme_spec spec = read_scheme(one);
    const scheme_oracle rules(spec, problem.current_length(), problem.head_dim);
    const auto sees = [&](int64_t i, int64_t j) {
        return rules.visible(problem.query_position(0, i), problem.key_position(0, j));
    };
    constexpr int64_t block = 64, run = 128;
    double skipped = 0, whole = 0, edge = 0, crossed = 0;
    for (int64_t first = 0; first < problem.queries; first += block) {
        const int64_t last = std::min(first + block, problem.queries);
        int64_t begin = problem.keys, end = 0;
        for (int64_t i = first; i < last; ++i)
            for (int64_t j = 0; j < problem.keys; ++j)
                if (sees(i, j)) begin = std::min(begin, j), end = std::max(end, j + 1);
        for (int64_t key = 0; key < problem.keys; key += run) {
            const int64_t from = std::max(key, begin), to = std::min(key + run, end);
            bool all = true, near = false, far = false;
            for (int64_t i = first; i < last; ++i)
                for (int64_t j = from; j < to; ++j) {
                    all = all && sees(i, j);
                    (rules.branch(problem.query_position(0, i), j) == 0 ? near : far) = true;
                }
            ++(from >= to ? skipped : all ? whole : edge);
            crossed += near && far;
        }
    }
    return json::array({exact({skipped, whole, edge, crossed})});
}

}  // namespace

json expect_out(const tensor_memory& out, const std::vector<double>& values) {
    double largest = 0;
    for (const double value : values) largest = std::max(largest, std::fabs(value));
    expected_output expected(out);
    size_t n = 0;
    out.each([&](int64_t b, int64_t h, int64_t s, int64_t f) {
        const double value = values[n++];
        const double error = out_error * largest;
        const double rounding = out.dtype == FARSPAN_F32 ? 0 : half_ulp(out.dtype, std::fabs(value) + error);
        expected.set(out.index(b, h, s, f), value, value == 0 ? 0 : error + rounding);  // a row that sees nothing is 0
    });
    return expected.sample(float_digits);
}

json expect_lse(const std::vector<double>& values) {
    expected_output lse;
    for (const double value : values)
        lse.add(value, std::isfinite(value) ? lse_error * std::max(1.0, std::fabs(value)) : 0);
    return lse.sample(float_digits);
}

const answer_map& attention_answers() {
    static const answer_map all = {
        {"attention_run", answer_attention},
        {"attention", answer_attention},
        {"attention_merge", answer_merge},
        {"plan_tile_counts", answer_tiles},
    };
    return all;
}

}  // namespace conformance
