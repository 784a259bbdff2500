#include "answers.hpp"

#include <map>

#include "cases.hpp"

namespace conformance {

using namespace farspan_test;

scheme_spec read_scheme(const json& one) {
    scheme_spec spec(one.at("name").get<std::string>());
    const json none = json::object();
    const json& source = one.contains("expected") ? one.at("expected") : one;  // of a model: what it must be
    const json& parts = source.contains("scheme") ? source.at("scheme") : none;
    const auto part = [&](const char* name) -> const json& { return parts.contains(name) ? parts.at(name) : none; };
    const json &rope = part("rope"), &remap = part("remap"), &bias = part("bias"), &score = part("score");
    farspan_rope_config_init(&spec.rope, sizeof spec.rope, rope.value("method", 0));
    farspan_remap_config_init(&spec.remap, sizeof spec.remap, remap.value("method", 0));
    farspan_bias_config_init(&spec.bias, sizeof spec.bias, bias.value("method", 0));
    set_numbers(static_cast<farspan_rope_config*>(&spec.rope), rope_fields, rope);
    set_numbers(static_cast<farspan_remap_config*>(&spec.remap), remap_fields, remap);
    set_numbers(static_cast<farspan_bias_config*>(&spec.bias), bias_fields, bias);
    set_numbers(static_cast<farspan_mask_config*>(&spec.mask), mask_fields, part("mask"));
    set_numbers(static_cast<farspan_score_config*>(&spec.score), score_fields, score);
    spec.short_factors = array_or_empty<double>(rope, "short_factors");
    spec.long_factors = array_or_empty<double>(rope, "long_factors");
    spec.bias_values = array_or_empty<float>(bias, "values");
    spec.bias_a = array_or_empty<double>(bias, "a");
    spec.bias_p = array_or_empty<double>(bias, "p");
    spec.slopes = array_or_empty<double>(bias, "slopes");
    spec.sinks = array_or_empty<float>(score, "sink_logits");
    return spec;
}

attention_problem read_problem(const json& fields) {
    farspan_problem given;
    farspan_problem_init(&given, sizeof given);
    set_numbers(&given, problem_fields, fields);
    attention_problem problem;
    problem.batch = given.batch;
    problem.query_heads = given.query_heads;
    problem.key_heads = given.key_heads;
    problem.queries = given.queries;
    problem.keys = given.keys;
    problem.head_dim = given.head_dim;
    problem.value_dim = given.value_dim;
    problem.length = given.length;
    problem.head_offset = given.head_offset;
    problem.state = given.state;
    problem.query_positions = array_or_empty<int64_t>(fields, "query_positions");
    problem.key_positions = array_or_empty<int64_t>(fields, "key_positions");
    problem.query_axes = array_or_empty<int64_t>(fields, "query_axis_positions");
    problem.key_axes = array_or_empty<int64_t>(fields, "key_axis_positions");
    problem.query_offsets = array_or_empty<int64_t>(fields, "query_offsets");
    problem.key_offsets = array_or_empty<int64_t>(fields, "key_offsets");
    problem.key_ranges = array_or_empty<int64_t>(fields, "key_ranges");
    return problem;
}

json outputs_of(const json& one) {
    static const std::map<std::string, json (*)(const json&)> answers = {
        {"rope_frequencies", answer_frequencies},
        {"scheme_probe", answer_probe},
        {"scheme_visible", answer_visible},
        {"scheme_to_json", answer_scheme_text},
        {"rope_apply", answer_rope},
        {"bias_fill", answer_bias},
        {"sinusoidal_fill", answer_sinusoidal},
        {"position_lookup", answer_lookup},
        {"fire_fill", answer_fire},
        {"attention_run", answer_attention},
        {"attention", answer_attention},
        {"attention_merge", answer_merge},
        {"plan_tile_counts", answer_tiles},
        {"cache_history", answer_history},
        {"token_nll", answer_token_nll},
        {"token_nll_grad", answer_token_nll_grad},
        {"windows_count", answer_windows},
        {"windows_get", answer_windows},
        {"loss_add", answer_loss},
        {"loss_merge", answer_loss},
        {"loss_add_by_context", answer_curve},
        {"judge", answer_judge},
        {"bleu_add_tokens", answer_bleu_tokens},
        {"rouge_tokens", answer_rouge_tokens},
        {"bootstrap_mean", answer_bootstrap},
        {"bleu_bootstrap", answer_bleu_bootstrap},
        {"passkey_make", answer_passkey},
        {"needle_place", answer_needle},
    };
    if (one.contains("expected") && one.at("expected").contains("outputs")) return one.at("expected").at("outputs");
    return answers.at(one.at("call").get<std::string>())(one);
}

}  // namespace conformance
