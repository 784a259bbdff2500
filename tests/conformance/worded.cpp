#include "worded.hpp"

#include <map>

#include "farspan/farspan.h"

namespace conformance {
namespace {

struct part_names {
    const char* name;
    int32_t naming;  // of the method
    const char* method;
    const field* fields;
};
const part_names parts[] = {{"rope", FARSPAN_PART_ROPE, "method", rope_fields},
                            {"remap", FARSPAN_PART_REMAP, "method", remap_fields},
                            {"bias", FARSPAN_PART_BIAS, "method", bias_fields},
                            {"mask", -1, "", mask_fields},
                            {"score", FARSPAN_PART_TEMPERATURE, "temperature", score_fields}};

// The words of each value, from 0 on; a flag has none.
const std::map<std::string, std::vector<const char*>> words = {
    {"layout", {"", "half", "interleaved"}},
    {"angle", {"exact", "float32"}},
    {"ramp", {"pair_index", "rotations"}},
    {"magnitude", {"default", "yarn", "explicit", "unclamped"}},
    {"length_switch", {"after", "at", "always_long"}},
    {"axes", {"none", "sections", "interleaved", "interleaved_ggml"}},
    {"causal", {}},
    {"truncate", {}},
    {"bidirectional", {}},
    {"real_shift", {}}};

json worded_value(const part_names& part, const std::string& key, const json& value) {
    if (key == part.method) return farspan_method_name(part.naming, value.get<int32_t>());
    const auto known = words.find(key);
    if (known == words.end()) return value;
    if (known->second.empty()) return value.get<int32_t>() != 0;
    return known->second.at(value.get<size_t>());
}

json worded_part(const part_names& part, const json& given) {
    json result = json::object();
    for (const auto& [key, value] : given.items()) result[key] = worded_value(part, key, value);
    return result;
}

// Of a word: all of them begin with their default, or with none.
bool is_default(const std::string& key, const json& value) {
    const auto known = words.find(key);
    return known != words.end() && !known->second.empty() && value == known->second.front();
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
    for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

// 2 and not 2.0.
json whole_where_possible(json value) {
    if (value.is_structured())
        for (json& item : value) item = whole_where_possible(item);
    else if (value.is_number_float() &&
             value.get<double>() == static_cast<double>(static_cast<int64_t>(value.get<double>())))
        return static_cast<int64_t>(value.get<double>());
    return value;
}

// As Python writes JSON, with a space behind commas and colons. No text of a scheme has one inside.
std::string spaced(const json& value) {
    std::string text = whole_where_possible(value).dump();
    replace_all(text, ",", ", ");
    replace_all(text, ":", ": ");
    return text;
}

void word_scheme(json& holder) {
    if (!holder.contains("scheme") || holder.at("scheme").is_string()) return;
    holder["scheme"] = worded(holder.at("scheme"));
}

}  // namespace

json worded(const json& scheme) {
    json result = json::object();
    for (const part_names& part : parts)
        if (scheme.contains(part.name)) result[part.name] = worded_part(part, scheme.at(part.name));
    std::string text = result.dump();
    const size_t length = text.size();
    replace_all(text, "\"-inf\"", "-Infinity");
    replace_all(text, "\"inf\"", "Infinity");
    replace_all(text, "\"nan\"", "NaN");
    return text.size() == length ? result : json(text);
}

std::string canonical(const json& scheme) {
    json result = json::object();
    for (const part_names& part : parts) {
        if (!scheme.contains(part.name)) continue;
        const json given = worded_part(part, scheme.at(part.name));
        json ordered = json::object();
        if (given.contains(part.method) && given.at(part.method) != "none")
            ordered[part.method] = given.at(part.method);
        for (const field* one = part.fields; one->name; ++one)
            if (given.contains(one->name) && std::string(one->name) != part.method &&
                !is_default(one->name, given.at(one->name)))
                ordered[one->name] = given.at(one->name);
        if (!ordered.empty()) result[part.name] = ordered;
    }
    return spaced(result);
}

void word_schemes(json& one) {
    if (one.contains("spelling")) {
        one["scheme"] = one.at("spelling");
        one.erase("spelling");
    }
    word_scheme(one);
    if (one.at("arguments").contains("steps"))
        for (json& step : one.at("arguments").at("steps")) word_scheme(step);
    if (one.value("failing", "") != "scheme_create") return;
    one["failing"] = "scheme_from_json";
    one["argument"] = 1;
}

}  // namespace conformance
