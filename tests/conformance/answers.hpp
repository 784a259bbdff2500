// The oracle's answer to each call. Everything is read off the case; the library only gives the defaults that a
// configuration leaves unsaid.
#pragma once

#include <map>

#include "attention_case.hpp"
#include "memory.hpp"
#include "scheme_spec.hpp"

namespace conformance {

// Sets the expected outputs of a case, if the oracle has an answer to it.
void answer(json& one);

farspan_test::scheme_spec read_scheme(const json& one);
farspan_test::attention_problem read_problem(const json& fields);
std::string canonical(const json& scheme);

// What a tensor of results must hold: `values` in the order of the shape, within the error that docs/numerics.md
// states. Log-sum-exps likewise.
json expect_out(const tensor_memory& out, const std::vector<double>& values);
json expect_lse(const std::vector<double>& values, size_t most = 32);

// Takes a case and its arguments.
using answer_map = std::map<std::string, json (*)(const json& one, const json& given)>;
const answer_map& scheme_answers();
const answer_map& encode_answers();
const answer_map& attention_answers();
const answer_map& cache_answers();
const answer_map& eval_answers();
const answer_map& text_answers();

}  // namespace conformance
