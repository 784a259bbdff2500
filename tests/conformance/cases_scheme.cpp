// What a scheme says when asked: farspan_scheme_probe, farspan_scheme_visible and farspan_bias_fill.
#include "cases.hpp"
#include "farspan/farspan.h"

namespace conformance {
namespace {

using named = std::vector<std::pair<std::string, json>>;

json rotation() { return {{"method", FARSPAN_ROPE_BASE}, {"layout", FARSPAN_LAYOUT_HALF}, {"rotary_dim", 16}}; }

void probe(case_list& list, const std::string& what, const json& scheme, int64_t length, const json& pairs) {
    list.add("probe: " + what, "scheme_probe", scheme, {{"length", length}, {"pairs", pairs}});
}

void probe_remaps(case_list& list) {
    const json far = {{40, 3, 0}, {40, 30, 1}, {39, 0, 0}, {7, 7, 0}};
    const named remaps = {
        {"none", {{"method", FARSPAN_REMAP_NONE}}},
        {"rerope", {{"method", FARSPAN_REMAP_REROPE}, {"window", 12}}},
        {"leaky_rerope", {{"method", FARSPAN_REMAP_LEAKY_REROPE}, {"window", 12}, {"leak", 4}}},
        {"self_extend", {{"method", FARSPAN_REMAP_SELF_EXTEND}, {"window", 13}, {"group", 4}}},
        {"self_extend, real shift",
         {{"method", FARSPAN_REMAP_SELF_EXTEND}, {"window", 13}, {"group", 4}, {"real_shift", 1}}},
        {"dual_chunk", {{"method", FARSPAN_REMAP_DUAL_CHUNK}, {"chunk", 16}, {"local_window", 4}}},
        {"dual_chunk, scaled",
         {{"method", FARSPAN_REMAP_DUAL_CHUNK}, {"chunk", 16}, {"local_window", 4}, {"position_scale", 2}}},
    };
    for (const auto& [what, remap] : remaps)
        probe(list, "remap " + what, {{"rope", rotation()}, {"remap", remap}}, 0, far);
    const json sinks = {{40, 3, 0}, {40, 35, 1}, {39, 0, 0}, {7, 7, 0}, {40, 20, 0}};
    const json lambda = {{"method", FARSPAN_REMAP_LM_INFINITE}, {"window", 12}};
    const json lambda_mask = {{"sinks", 4}, {"window_left", 11}};
    for (const int64_t length : {20, 1000}) {
        const std::string at = ", length " + std::to_string(length);
        probe(list, "remap lm_infinite" + at, {{"rope", rotation()}, {"remap", lambda}, {"mask", lambda_mask}}, length,
              sinks);
        probe(list, "remap lm_infinite, limit 30" + at,
              {{"rope", rotation()}, {"remap", with(lambda, {{"limit", 30}})}, {"mask", lambda_mask}}, length, sinks);
    }
    probe(list, "remap streaming",
          {{"rope", rotation()},
           {"remap", {{"method", FARSPAN_REMAP_STREAMING}, {"window", 12}, {"sinks", 4}}},
           {"mask", {{"sinks", 4}, {"window_left", 12}}}},
          0, sinks);
}

named biases() {
    json table = json::array(), a = json::array(), p = json::array();
    for (int n = 0; n < 8 * 6; ++n) table.push_back(0.125 * (n * 11 % 31) - 2);
    for (int h = 0; h < 6; ++h) {
        a.push_back(0.1 + 0.15 * h);
        p.push_back(1.5 - 0.2 * h);
    }
    const json alibi = {{"method", FARSPAN_BIAS_ALIBI}, {"heads", 6}};
    const json t5 = {
        {"method", FARSPAN_BIAS_T5}, {"heads", 6}, {"buckets", 8}, {"max_distance", 40}, {"values", table}};
    return {
        {"alibi", alibi},
        {"alibi, both directions", with(alibi, {{"bidirectional", 1}})},
        {"alibi, limited and scaled", with(alibi, {{"distance_limit", 10}, {"scale", 0.25}, {"max_bias", 4}})},
        {"alibi, interpolated", with(alibi, {{"trained_length", 50}})},
        {"alibi, slopes of its own", with(alibi, {{"slopes", {0.5, 0, -0.25, 1, 2, 0.125}}, {"scale", 0.5}})},
        {"alibi on four heads", with(alibi, {{"alibi_heads", 4}, {"max_bias", 4}})},
        {"t5", t5},
        {"t5, both directions", with(t5, {{"bidirectional", 1}})},
        {"kerple_log", {{"method", FARSPAN_BIAS_KERPLE_LOG}, {"heads", 6}, {"a", a}, {"p", p}}},
        {"kerple_power", {{"method", FARSPAN_BIAS_KERPLE_POWER}, {"heads", 6}, {"a", a}, {"p", p}}},
        {"sandwich", {{"method", FARSPAN_BIAS_SANDWICH}, {"heads", 6}}},
        {"sandwich, 32 features", {{"method", FARSPAN_BIAS_SANDWICH}, {"heads", 6}, {"dim", 32}}},
    };
}

void ask_biases(case_list& list) {
    for (const auto& [what, bias] : biases()) {
        probe(list, "bias " + what, {{"bias", bias}}, 200, {{40, 3, 0}, {40, 39, 3}, {39, 0, 2}, {7, 7, 1}});
        list.add("bias_fill: " + what, "bias_fill", {{"bias", bias}},
                 {{"head", 3}, {"length", 200}, {"first_distance", -20}, {"count", 300}});
    }
    list.add("bias_fill: far away", "bias_fill", {{"bias", biases()[0].second}},
             {{"head", 0}, {"length", 0}, {"first_distance", 1000000}, {"count", 16}});
}

void probe_scores(case_list& list) {
    const json pairs = {{5, 3, 0}, {40, 39, 1}, {399, 0, 2}};
    for (int32_t method = 0; method < farspan_method_count(FARSPAN_PART_TEMPERATURE); ++method) {
        json score = {{"temperature", method}};
        if (method != FARSPAN_TEMPERATURE_NONE) score["trained_length"] = 16;
        if (method == FARSPAN_TEMPERATURE_LENGTH) score["power"] = 2;
        for (const int64_t length : {10, 400})
            probe(list,
                  std::string("temperature ") + farspan_method_name(FARSPAN_PART_TEMPERATURE, method) + ", length " +
                      std::to_string(length),
                  {{"score", score}}, length, pairs);
    }
    probe(list, "scale and multiplier", {{"score", {{"scale", 0.125}, {"multiplier", 1.5}}}}, 0, pairs);
    for (const int32_t method : {FARSPAN_ROPE_YARN, FARSPAN_ROPE_DYNAMIC_YARN, FARSPAN_ROPE_LONGROPE})
        probe(list, "magnitude of " + rope_name(method), {{"rope", rope_of(method, FARSPAN_LAYOUT_HALF, 16, 100)}}, 400,
              pairs);
}

void ask_masks(case_list& list) {
    const named masks = {
        {"causal", json::object()},
        {"none", {{"causal", 0}}},
        {"window", {{"window_left", 5}}},
        {"window in both directions", {{"causal", 0}, {"window_left", 5}, {"window_right", 3}}},
        {"sinks and window", {{"sinks", 4}, {"window_left", 5}}},
        {"chunk", {{"chunk", 16}}},
        {"chunk, window and sinks", {{"chunk", 16}, {"window_left", 9}, {"sinks", 2}}},
        {"prefix", {{"prefix", 12}}},
        {"prefix and window", {{"prefix", 6}, {"window_left", 5}}},
    };
    for (const auto& [what, mask] : masks)
        list.add("visible: " + what, "scheme_visible", {{"mask", mask}},
                 {{"keys", 50}, {"queries", {0, 3, 15, 16, 31, 40, 49, 60}}});
}

}  // namespace

case_list scheme_cases() {
    case_list list;
    probe_remaps(list);
    ask_biases(list);
    probe_scores(list);
    ask_masks(list);
    return list;
}

}  // namespace conformance
