// The oracle's answer to each call. Everything is read off the case; the library only gives the defaults that a
// configuration leaves unsaid.
#pragma once

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
// states.
expected_output expect_out(const tensor_memory& out, const std::vector<double>& values);
double lse_allowed(double lse);

json answer_frequencies(const json& one);
json answer_probe(const json& one);
json answer_visible(const json& one);
json answer_scheme_text(const json& one);
json answer_bias(const json& one);
json answer_rope(const json& one);
json answer_sinusoidal(const json& one);
json answer_lookup(const json& one);
json answer_fire(const json& one);
json answer_attention(const json& one);
json answer_merge(const json& one);
json answer_tiles(const json& one);
json answer_history(const json& one);

json answer_token_nll(const json& one);
json answer_token_nll_grad(const json& one);
json answer_windows(const json& one);
json answer_loss(const json& one);
json answer_curve(const json& one);
json answer_judge(const json& one);
json answer_bleu_tokens(const json& one);
json answer_rouge_tokens(const json& one);
json answer_bootstrap(const json& one);
json answer_bleu_bootstrap(const json& one);
json answer_bleu_signature(const json& one);
json answer_passkey(const json& one);
json answer_needle(const json& one);

}  // namespace conformance
