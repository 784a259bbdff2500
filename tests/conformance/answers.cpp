#include "answers.hpp"

#include <cmath>

namespace conformance {

using namespace farspan_test;

namespace {

struct part_words {
    const char* name;
    int32_t naming;  // of the method
    const char* method;
};
constexpr part_words parts[] = {{"rope", FARSPAN_PART_ROPE, "method"},
                                {"remap", FARSPAN_PART_REMAP, "method"},
                                {"bias", FARSPAN_PART_BIAS, "method"},
                                {"mask", -1, ""},
                                {"score", FARSPAN_PART_TEMPERATURE, "temperature"}};

// The words of each value, from 0 on.
const std::map<std::string, std::vector<std::string>> words = {
    {"layout", {"", "half", "interleaved"}},
    {"angle", {"exact", "float32"}},
    {"ramp", {"pair_index", "rotations"}},
    {"magnitude", {"default", "yarn", "explicit", "unclamped"}},
    {"length_switch", {"after", "at", "always_long"}},
    {"axes", {"none", "sections", "interleaved", "interleaved_ggml"}}};

// The fields of a part, with a number for each word.
json numbered(const part_words& part, const json& parts_given) {
    json result = json::object();
    if (!parts_given.contains(part.name)) return result;
    for (const auto& [key, value] : parts_given.at(part.name).items()) {
        result[key] = value.is_boolean() ? json(value.get<bool>() ? 1 : 0) : value;
        if (!value.is_string()) continue;
        int32_t n = 0;
        if (key == part.method)
            while (farspan_method_name(part.naming, n) && value != farspan_method_name(part.naming, n)) ++n;
        else
            while (words.at(key).at(static_cast<size_t>(n)) != value) ++n;
        result[key] = n;
    }
    return result;
}

std::string config_of(const part_words& part) { return std::string(part.name) + "_config"; }

void replace_all(std::string& text, const std::string& from, const std::string& to) {
    for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

// 2 and not 2.0.
json whole_where_possible(json value) {
    if (value.is_structured())
        for (json& item : value) item = whole_where_possible(item);
    else if (value.is_number_float() && value.get<double>() == std::trunc(value.get<double>()))
        return static_cast<int64_t>(value.get<double>());
    return value;
}

}  // namespace

scheme_spec read_scheme(const json& one) {
    scheme_spec spec(one.at("name").get<std::string>());
    const json given =
        one.value(one.contains("means") ? "means" : "scheme", json::object());  // of a model: what it must be
    const json rope = numbered(parts[0], given), remap = numbered(parts[1], given), bias = numbered(parts[2], given),
               mask = numbered(parts[3], given), score = numbered(parts[4], given);
    farspan_rope_config_init(&spec.rope, sizeof spec.rope, rope.value("method", 0));
    farspan_remap_config_init(&spec.remap, sizeof spec.remap, remap.value("method", 0));
    farspan_bias_config_init(&spec.bias, sizeof spec.bias, bias.value("method", 0));
    set_numbers(spec.rope, "rope_config", rope);
    set_numbers(spec.remap, "remap_config", remap);
    set_numbers(spec.bias, "bias_config", bias);
    set_numbers(spec.mask, "mask_config", mask);
    set_numbers(spec.score, "score_config", score);
    spec.short_factors = array_or_empty<double>(rope, "short_factors");
    spec.long_factors = array_or_empty<double>(rope, "long_factors");
    spec.bias_values = array_or_empty<float>(bias, "values");
    spec.bias_a = array_or_empty<double>(bias, "a");
    spec.bias_p = array_or_empty<double>(bias, "p");
    spec.slopes = array_or_empty<double>(bias, "slopes");
    spec.sinks = array_or_empty<float>(score, "sink_logits");
    return spec;
}

// The fields of a scheme that differ from the defaults, in the order of the header, with a space behind commas and colons as Python
// writes JSON. No text of a scheme has one inside.
std::string canonical(const json& scheme) {
    json result = json::object();
    for (const part_words& part : parts) {
        if (!scheme.contains(part.name)) continue;
        const json& given = scheme.at(part.name);
        json ordered = json::object();
        const auto take = [&](const std::string& key) {
            if (!given.contains(key) || given.at(key) == "none") return;
            const auto known = words.find(key);  // all of them begin with their default, or with none
            if (known == words.end() || given.at(key) != known->second.front()) ordered[key] = given.at(key);
        };
        take(part.method);
        for (const field* one = fields_of(config_of(part).c_str()); one->name; ++one) take(one->name);
        if (!ordered.empty()) result[part.name] = ordered;
    }
    std::string text = whole_where_possible(result).dump();
    replace_all(text, ",", ", ");
    replace_all(text, ":", ": ");
    return text;
}

attention_problem read_problem(const json& fields) {
    farspan_problem given;
    farspan_problem_init(&given, sizeof given);
    set_numbers(given, "problem", fields);
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

void answer(json& one) {
    if (one.contains("status") || one.value("scheme", json()).is_string()) return;
    for (const auto& answers :
         {scheme_answers(), encode_answers(), attention_answers(), cache_answers(), eval_answers(), text_answers()}) {
        const auto found = answers.find(one.at("call").get<std::string>());
        if (found != answers.end()) one["outputs"] = found->second(one, one.at("arguments"));
    }
}

}  // namespace conformance
