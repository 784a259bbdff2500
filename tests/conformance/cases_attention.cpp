// farspan_attention_run with every method of every part, on small problems.
#include "cases.hpp"
#include "farspan/farspan.h"

namespace conformance {
namespace {

constexpr int32_t half = FARSPAN_LAYOUT_HALF, interleaved = FARSPAN_LAYOUT_INTERLEAVED;

class method_cases {
public:
    void add(const std::string& name, const json& scheme, const json& problem = json::object()) {
        attention_sizes sizes;
        sizes.queries = 20;
        sizes.keys = 30;
        sizes.head_dim = 24;
        json arguments = attention_arguments(sizes, seed_ += 3);
        arguments["problem"].update(problem);
        list.add("attention: " + name, "attention_run", scheme, arguments);
    }
    case_list list;

private:
    uint64_t seed_ = 10000;
};

json rotation() { return rope_of(FARSPAN_ROPE_BASE, half, 16, 12); }

void ropes(method_cases& all) {
    for (const int32_t method : rope_methods())
        for (const int32_t layout : {half, interleaved}) {
            // YaRN's ramp needs a trained length of a full turn.
            json rope = rope_of(method, layout, 16, 12);
            if (layout == interleaved) rope["rotary_offset"] = 3;
            all.add(rope_name(method) + (layout == half ? ", half" : ", interleaved"), {{"rope", rope}});
        }
    for (const int32_t method : {FARSPAN_ROPE_BASE, FARSPAN_ROPE_LINEAR, FARSPAN_ROPE_YARN})
        all.add("float32 angles, " + rope_name(method),
                {{"rope", with(rope_of(method, half, 16, 12), {{"angle", FARSPAN_ANGLE_FLOAT32}})}});
    for (const int32_t length_switch : {FARSPAN_SWITCH_AFTER, FARSPAN_SWITCH_AT, FARSPAN_SWITCH_ALWAYS_LONG})
        all.add("longrope, switch " + std::to_string(length_switch),
                {{"rope", with(rope_of(FARSPAN_ROPE_LONGROPE, half, 16, 30), {{"length_switch", length_switch}})}});
    const json yarn = rope_of(FARSPAN_ROPE_YARN, half, 16, 12);
    all.add("yarn, explicit magnitude",
            {{"rope", with(yarn, {{"magnitude", FARSPAN_MAGNITUDE_EXPLICIT}, {"attention_factor", 1.25}})}});
    all.add("yarn, mscale", {{"rope", with(yarn, {{"mscale", 1}, {"mscale_all_dim", 0.707}})}});
    all.add("yarn, ramp over rotations", {{"rope", with(yarn, {{"ramp", FARSPAN_RAMP_ROTATIONS}})}});
}

void remaps(method_cases& all) {
    const auto add = [&](const std::string& name, const json& remap, const json& mask) {
        json scheme = {{"rope", rotation()}, {"remap", remap}};
        if (!mask.empty()) scheme["mask"] = mask;
        all.add(name, scheme);
    };
    const json none = json::object();
    add("rerope", {{"method", FARSPAN_REMAP_REROPE}, {"window", 9}}, none);
    add("leaky_rerope", {{"method", FARSPAN_REMAP_LEAKY_REROPE}, {"window", 9}, {"leak", 4}}, none);
    const json extend = {{"method", FARSPAN_REMAP_SELF_EXTEND}, {"window", 7}, {"group", 3}};
    add("self_extend", extend, none);
    add("self_extend, real shift", with(extend, {{"real_shift", 1}}), none);
    const json chunks = {{"method", FARSPAN_REMAP_DUAL_CHUNK}, {"chunk", 12}, {"local_window", 4}};
    add("dual_chunk", chunks, none);
    add("dual_chunk, scaled", with(chunks, {{"position_scale", 2}}), none);
    const json lambda = {{"method", FARSPAN_REMAP_LM_INFINITE}, {"window", 9}};
    add("lm_infinite", lambda, {{"sinks", 3}, {"window_left", 8}});
    add("lm_infinite, limit", with(lambda, {{"limit", 14}}), {{"sinks", 3}, {"window_left", 8}});
    add("streaming", {{"method", FARSPAN_REMAP_STREAMING}, {"window", 9}, {"sinks", 3}},
        {{"sinks", 3}, {"window_left", 9}});
}

void biases(method_cases& all) {
    json table = json::array();
    for (int n = 0; n < 8 * 3; ++n) table.push_back(0.125 * (n * 11 % 31) - 2);
    const json slopes = {0.25, 0.5, 1}, powers = {0.5, 1, 1.5};
    const json alibi = {{"method", FARSPAN_BIAS_ALIBI}, {"heads", 3}}, second = {{"head_offset", 1}};
    const json t5 = {
        {"method", FARSPAN_BIAS_T5}, {"heads", 3}, {"buckets", 8}, {"max_distance", 20}, {"values", table}};
    const json open = {{"causal", 0}};
    all.add("alibi", {{"bias", alibi}}, second);
    all.add("alibi, both directions", {{"bias", with(alibi, {{"bidirectional", 1}})}, {"mask", open}}, second);
    all.add("alibi, limited, interpolated, scaled",
            {{"bias", with(alibi, {{"distance_limit", 10}, {"trained_length", 20}, {"scale", 0.5}})}}, second);
    all.add("alibi, slopes of its own", {{"bias", with(alibi, {{"slopes", {0.5, -0.125, 0}}})}}, second);
    all.add("alibi on two heads of three", {{"bias", with(alibi, {{"alibi_heads", 2}})}}, second);
    all.add("t5, keys ahead", {{"bias", t5}, {"mask", open}});
    all.add("t5", {{"bias", t5}, {"score", {{"scale", 1}}}});
    all.add("t5, both directions", {{"bias", with(t5, {{"bidirectional", 1}})}, {"mask", open}});
    all.add("kerple_log",
            {{"bias", {{"method", FARSPAN_BIAS_KERPLE_LOG}, {"heads", 3}, {"a", slopes}, {"p", powers}}}});
    all.add("kerple_power",
            {{"bias", {{"method", FARSPAN_BIAS_KERPLE_POWER}, {"heads", 3}, {"a", slopes}, {"p", powers}}}});
    const json sandwich = {{"method", FARSPAN_BIAS_SANDWICH}, {"heads", 3}, {"dim", 32}};
    all.add("sandwich", {{"bias", sandwich}});
    all.add("sandwich, keys ahead", {{"bias", sandwich}, {"mask", open}}, second);
}

void masks(method_cases& all) {
    all.add("no mask", {{"mask", {{"causal", 0}}}});
    all.add("window", {{"mask", {{"window_left", 5}}}});
    all.add("window in both directions", {{"mask", {{"causal", 0}, {"window_left", 5}, {"window_right", 3}}}});
    all.add("sinks and window", {{"mask", {{"sinks", 4}, {"window_left", 5}}}});
    all.add("chunk", {{"mask", {{"chunk", 8}}}});
    all.add("chunk, window and sinks", {{"mask", {{"chunk", 8}, {"window_left", 5}, {"sinks", 2}}}});
    all.add("prefix", {{"mask", {{"prefix", 14}}}});
    all.add("prefix and window", {{"rope", rotation()}, {"mask", {{"prefix", 6}, {"window_left", 5}}}});
}

void scores(method_cases& all) {
    for (int32_t method = 1; method < farspan_method_count(FARSPAN_PART_TEMPERATURE); ++method) {
        json score = {{"temperature", method}, {"trained_length", 8}};
        if (method == FARSPAN_TEMPERATURE_LENGTH) score["power"] = 2;
        all.add(std::string("temperature ") + farspan_method_name(FARSPAN_PART_TEMPERATURE, method),
                {{"rope", rotation()}, {"score", score}});
    }
    all.add("softcap", {{"score", {{"softcap", 2}}}});
    all.add("scale and multiplier", {{"score", {{"scale", 0.125}, {"multiplier", 0.75}}}});
    all.add("sinks", {{"score", {{"sink_logits", {0.5, -1, 2}}}}}, {{"head_offset", 1}});
    all.add("cap, bias, sinks and window together", {{"rope", rotation()},
                                                     {"bias", {{"method", FARSPAN_BIAS_ALIBI}, {"heads", 2}}},
                                                     {"mask", {{"sinks", 2}, {"window_left", 6}}},
                                                     {"score", {{"softcap", 3}, {"sink_logits", {1, 0}}}}});
}

}  // namespace

case_list attention_method_cases() {
    method_cases all;
    all.add("plain", json::object());
    ropes(all);
    remaps(all);
    biases(all);
    masks(all);
    scores(all);
    return all.list;
}

}  // namespace conformance
