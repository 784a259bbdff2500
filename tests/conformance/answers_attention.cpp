// Attention, merging, their gradients, and tiles: the errors that docs/numerics.md states.
#include <algorithm>
#include <cmath>

#include "answers.hpp"
#include "gradient.hpp"
#include "gradient_case.hpp"
#include "number_types.hpp"
#include "scheme_oracle.hpp"

namespace conformance {
namespace {

using namespace farspan_test;

constexpr double out_error = 2e-6, gradient_error = 1e-5;  // of the largest number
constexpr double lse_error = 1e-6;                         // of max(1, |lse|)
constexpr size_t few = 8;                                  // a case of gradients has up to eight outputs

double largest_of(const std::vector<double>& values) {
    double largest = 0;
    for (const double value : values) largest = std::max(largest, std::fabs(value));
    return largest;
}

// Within `error`, and half an ulp of the type. A row that sees nothing, and what is not seen, is 0.
json near(const tensor_memory& out, const std::vector<double>& values, double error, size_t most) {
    expected_output expected(out);
    size_t n = 0;
    out.each([&](int64_t b, int64_t h, int64_t s, int64_t f) {
        const double value = values[n++];
        const double rounding = out.dtype == FARSPAN_F32 ? 0 : half_ulp(out.dtype, std::fabs(value) + error);
        expected.set(out.index(b, h, s, f), value, value == 0 ? 0 : error + rounding);
    });
    return expected.sample(float_digits, most);
}

std::vector<double> numbers_of(const json& given, const char* name) {
    return given.contains(name) ? tensor_memory(given.at(name)).dense() : std::vector<double>();
}

// Without a problem, what farspan_attention reads off its tensors.
attention_problem problem_of(const json& given) {
    const tensor_memory q(given.at("q")), k(given.at("k")), v(given.at("v"));
    attention_problem problem;
    if (given.contains("problem")) {
        problem = read_problem(given.at("problem"));
    } else {
        problem.batch = q.shape[0];
        problem.query_heads = q.shape[1];
        problem.key_heads = k.shape[1];
        problem.queries = q.shape[2];
        problem.keys = k.shape[2];
        problem.head_dim = q.shape[3];
        problem.value_dim = v.shape[3];
    }
    if (given.contains("bias")) {
        const shape4 shape = tensor_memory(given.at("bias")).shape;
        problem.dense_bias = true;
        problem.bias_per_batch = shape[0] != 1;
        problem.bias_per_head = shape[1] != 1;
    }
    return problem;
}

attention_values values_of(const json& given) {
    attention_values values;
    values.q = numbers_of(given, "q");
    values.k = numbers_of(given, "k");
    values.v = numbers_of(given, "v");
    values.bias = numbers_of(given, "bias");
    return values;
}

json answer_attention(const json& one, const json& given) {
    const attention_expected expected = expect_attention(read_scheme(one), problem_of(given), values_of(given));
    json result = json::array({expect_out(tensor_memory(given.at("out")), expected.out)});
    if (given.contains("lse")) result.push_back(expect_lse(expected.lse));
    return result;
}

// Behind the outputs of the run that it is of. What a run wrote in 16 bits is known only to half an ulp: `out` may be given.
json answer_gradient(const json& one, const json& given) {
    const scheme_spec spec = read_scheme(one);
    const attention_problem problem = problem_of(given);
    const attention_expected run = expect_attention(spec, problem, values_of(given));
    const tensor_memory out(given.at("out"));
    json result = {near(out, run.out, out_error * largest_of(run.out), few), expect_lse(run.lse, few)};
    loss_slopes slopes{numbers_of(given, "d_out"), numbers_of(given, "d_lse"), {}};
    if (given.at("out").contains("seed")) slopes.rounded_out = out.dense();
    const gradient_expected expected = expect_gradient(spec, problem, values_of(given), slopes);
    const auto add = [&](const char* name, const std::vector<double>& values, double largest = 0) {
        const double error = gradient_error * std::max(largest, largest_of(values));
        if (given.contains(name)) result.push_back(near(tensor_memory(given.at(name)), values, error, few));
    };
    add("d_q", expected.q);
    add("d_k", expected.k);
    add("d_v", expected.v);
    add("d_bias", expected.bias);
    add("d_bias_values", expected.values);
    add("d_sink_logits", expected.sinks, expected.sink_terms);
    return result;
}

oracle::attention_result part_of(const json& given, const std::string& name) {
    return {numbers_of(given, ("out" + name).c_str()), numbers_of(given, ("lse" + name).c_str())};
}

json answer_merge(const json&, const json& given) {
    const tensor_memory a(given.at("out_a"));
    const oracle::attention_result merged =
        oracle::merge(part_of(given, "_a"), part_of(given, "_b"), static_cast<int>(a.shape[3]));
    return {expect_out(a, merged.out), expect_lse(merged.lse)};
}

json answer_merge_gradient(const json&, const json& given) {
    const oracle::attention_result a = part_of(given, "_a"), b = part_of(given, "_b");
    oracle::attention_result d{numbers_of(given, "d_out"), numbers_of(given, "d_lse")};
    d.lse.resize(a.lse.size());
    const oracle::merge_gradient expected =
        oracle::merge_backward(a, b, static_cast<int>(tensor_memory(given.at("d_out")).shape[3]), d);
    json result = json::array();
    const auto add = [&](const char* name, const std::vector<double>& values) {
        if (given.contains(name))
            result.push_back(near(tensor_memory(given.at(name)), values, out_error * largest_of(values), few));
    };
    add("d_out_a", expected.first.out);
    add("d_out_b", expected.second.out);
    add("d_lse_a", expected.first.lse);
    add("d_lse_b", expected.second.lse);
    return result;
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
    return near(out, values, out_error * largest_of(values), 32);
}

json expect_lse(const std::vector<double>& values, size_t most) {
    expected_output lse;
    for (const double value : values)
        lse.add(value, std::isfinite(value) ? lse_error * std::max(1.0, std::fabs(value)) : 0);
    return lse.sample(float_digits, most);
}

const answer_map& attention_answers() {
    static const answer_map all = {
        {"attention_run", answer_attention},
        {"attention", answer_attention},
        {"attention_backward", answer_gradient},
        {"attention_merge", answer_merge},
        {"attention_merge_backward", answer_merge_gradient},
        {"plan_tile_counts", answer_tiles},
    };
    return all;
}

}  // namespace conformance
