// Calls that must fail: what a caller can say wrong with typed configurations.
#include "cases.hpp"
#include "farspan/farspan.h"

namespace conformance {
namespace {

constexpr int32_t half = FARSPAN_LAYOUT_HALF;
constexpr int64_t beyond = (int64_t{1} << 40) + 1;

json rotation() { return rope_of(FARSPAN_ROPE_BASE, half, 16, 100); }
json yarn() { return rope_of(FARSPAN_ROPE_YARN, half, 16, 100); }
json alibi(int32_t heads) { return {{"method", FARSPAN_BIAS_ALIBI}, {"heads", heads}}; }
json rerope() { return {{"method", FARSPAN_REMAP_REROPE}, {"window", 12}}; }

}  // namespace

case_list scheme_error_cases() {
    case_list list;
    const auto refuse = [&](const char* what, const json& scheme, int32_t status) {
        list.refuse(std::string("scheme refused: ") + what, "scheme_visible", scheme, {{"keys", 5}, {"queries", {0}}},
                    "scheme_create", status, 1);
    };
    const auto rope = [&](const char* what, const json& base, const json& change, int32_t status) {
        refuse(what, {{"rope", with(base, change)}}, status);
    };
    rope("no layout", {{"method", FARSPAN_ROPE_BASE}, {"rotary_dim", 16}}, json::object(), FARSPAN_ERROR_METHOD);
    rope("odd rotary size", rotation(), {{"rotary_dim", 15}}, FARSPAN_ERROR_ROTARY_DIM);
    rope("no rotary size", {{"method", FARSPAN_ROPE_BASE}, {"layout", half}}, json::object(), FARSPAN_ERROR_ROTARY_DIM);
    rope("rotation beyond any head", rotation(), {{"rotary_offset", 500}}, FARSPAN_ERROR_ROTARY_DIM);
    rope("NaN base", rotation(), {{"base", "nan"}}, FARSPAN_ERROR_PARAMETER_RANGE);
    rope("base 1", rotation(), {{"base", 1}}, FARSPAN_ERROR_PARAMETER_RANGE);
    rope("infinite factor", yarn(), {{"factor", "inf"}}, FARSPAN_ERROR_PARAMETER_RANGE);
    rope("no trained length", yarn(), {{"original_context", 0}}, FARSPAN_ERROR_PARAMETER_RANGE);
    rope("an empty ramp", yarn(), {{"original_context", 2}}, FARSPAN_ERROR_PARAMETER_RANGE);
    rope("betas the wrong way round", yarn(), {{"beta_fast", 0.5}, {"beta_slow", 40}}, FARSPAN_ERROR_PARAMETER_RANGE);
    rope("one mscale without the other", yarn(), {{"mscale", 1}}, FARSPAN_ERROR_COMBINATION);
    rope("a field that the method ignores", yarn(), {{"xpos_gamma", 0.5}}, FARSPAN_ERROR_COMBINATION);
    refuse("no window", {{"remap", {{"method", FARSPAN_REMAP_REROPE}}}}, FARSPAN_ERROR_PARAMETER_RANGE);
    refuse("local window as wide as the chunk",
           {{"remap", {{"method", FARSPAN_REMAP_DUAL_CHUNK}, {"chunk", 100}, {"local_window", 100}}}},
           FARSPAN_ERROR_PARAMETER_RANGE);
    refuse("leak below 1", {{"remap", {{"method", FARSPAN_REMAP_LEAKY_REROPE}, {"window", 9}, {"leak", 0.5}}}},
           FARSPAN_ERROR_PARAMETER_RANGE);
    refuse("remap without a causal mask", {{"rope", rotation()}, {"remap", rerope()}, {"mask", {{"causal", 0}}}},
           FARSPAN_ERROR_COMBINATION);
    refuse("remap of xpos", {{"rope", rope_of(FARSPAN_ROPE_XPOS, half, 16, 100)}, {"remap", rerope()}},
           FARSPAN_ERROR_COMBINATION);
    refuse("bias without heads", {{"bias", {{"method", FARSPAN_BIAS_ALIBI}}}}, FARSPAN_ERROR_PARAMETER_RANGE);
    refuse("NaN in a bias",
           {{"bias", {{"method", FARSPAN_BIAS_KERPLE_LOG}, {"heads", 2}, {"a", {1, "nan"}}, {"p", {1, 1}}}}},
           FARSPAN_ERROR_PARAMETER_RANGE);
    refuse("a divisor too few",
           {{"rope", with(rope_of(FARSPAN_ROPE_PAIR_FACTORS, half, 16, 100), {{"short_factors", {1, 2}}})}},
           FARSPAN_ERROR_SHAPE);
    refuse("a slope too few", {{"bias", with(alibi(3), {{"slopes", {1, 2}}})}}, FARSPAN_ERROR_SHAPE);
    refuse("slopes and a number of heads", {{"bias", with(alibi(2), {{"slopes", {1, 2}}, {"alibi_heads", 1}})}},
           FARSPAN_ERROR_COMBINATION);
    refuse("alibi in one direction without a causal mask", {{"bias", alibi(2)}, {"mask", {{"causal", 0}}}},
           FARSPAN_ERROR_COMBINATION);
    refuse("window -2", {{"mask", {{"window_left", -2}}}}, FARSPAN_ERROR_PARAMETER_RANGE);
    refuse("causal and a window ahead", {{"mask", {{"window_right", 3}}}}, FARSPAN_ERROR_COMBINATION);
    refuse("NaN cap", {{"score", {{"softcap", "nan"}}}}, FARSPAN_ERROR_PARAMETER_RANGE);
    refuse("infinite sink", {{"score", {{"sink_logits", {0, "inf"}}}}}, FARSPAN_ERROR_PARAMETER_RANGE);
    refuse("log-n of a trained length of 1",
           {{"score", {{"temperature", FARSPAN_TEMPERATURE_LOG_N}, {"trained_length", 1}}}},
           FARSPAN_ERROR_PARAMETER_RANGE);
    return list;
}

case_list encode_error_cases() {
    case_list list;
    const json rope = {{"rope", rotation()}};
    const auto refuse = [&](const char* what, const char* call, const json& scheme, const json& arguments,
                            int32_t status, int32_t argument) {
        list.refuse(std::string(call) + " refused: " + what, call, scheme, arguments, call, status, argument);
    };
    refuse("no rope", "rope_frequencies", {}, {{"length", 0}, {"count", 8}}, FARSPAN_ERROR_COMBINATION, 1);
    refuse("wrong count", "rope_frequencies", rope, {{"length", 0}, {"count", 7}}, FARSPAN_ERROR_SHAPE, 4);
    refuse("negative length", "rope_frequencies", rope, {{"length", -1}, {"count", 8}}, FARSPAN_ERROR_PARAMETER_RANGE,
           2);
    refuse("negative query", "scheme_probe", rope, {{"length", 0}, {"pairs", {{-1, 0, 0}}}}, FARSPAN_ERROR_POSITIONS,
           3);
    refuse("no such head", "scheme_probe", {{"bias", alibi(2)}}, {{"length", 0}, {"pairs", {{1, 0, 2}}}},
           FARSPAN_ERROR_HEAD_GROUPS, 5);
    refuse("huge query", "scheme_visible", rope, {{"keys", 5}, {"queries", {beyond}}}, FARSPAN_ERROR_POSITIONS, 2);
    refuse("no bias", "bias_fill", {}, {{"head", 0}, {"length", 0}, {"first_distance", 0}, {"count", 4}},
           FARSPAN_ERROR_COMBINATION, 2);
    refuse("no such head", "bias_fill", {{"bias", alibi(2)}},
           {{"head", 2}, {"length", 0}, {"first_distance", 0}, {"count", 4}}, FARSPAN_ERROR_HEAD_GROUPS, 3);

    const json turn = {{"side", 0},
                       {"branch", 0},
                       {"direction", 0},
                       {"length", 0},
                       {"axis_stride", 0},
                       {"in", input("f32", {1, 2, 3, 16}, 80)},
                       {"out", output("f32", {1, 2, 3, 16})}};
    const auto rotate = [&](const char* what, const json& change, int32_t status, int32_t argument) {
        refuse(what, "rope_apply", rope, with(turn, change), status, argument);
    };
    rotate("no such branch", {{"branch", 1}}, FARSPAN_ERROR_METHOD, 3);
    rotate("negative position", {{"positions", {0, -1, 2}}}, FARSPAN_ERROR_POSITIONS, 4);
    rotate("huge position", {{"positions", {0, 1, beyond}}}, FARSPAN_ERROR_POSITIONS, 4);
    rotate("other shape", {{"out", output("f32", {1, 2, 4, 16})}}, FARSPAN_ERROR_SHAPE, 7);
    rotate("head narrower than the rotation",
           {{"in", input("f32", {1, 2, 3, 14}, 80)}, {"out", output("f32", {1, 2, 3, 14})}}, FARSPAN_ERROR_ROTARY_DIM,
           6);
    rotate("output over itself", {{"out", placed(output("f32", {1, 2, 3, 16}), {96, 16, 16, 1}, 96)}},
           FARSPAN_ERROR_STRIDE, 7);
    rotate("a position too few", {{"positions", {0, 1}}}, FARSPAN_ERROR_SHAPE, 5);
    rotate("NaN centre", {{"xpos_centre", "nan"}}, FARSPAN_ERROR_PARAMETER_RANGE, 3);

    const json wave = {{"layout", 1}, {"first", 0}, {"base", 10000}, {"out", output("f32", {1, 1, 2, 8})}};
    refuse("base 1", "sinusoidal_fill", {}, with(wave, {{"base", 1}}), FARSPAN_ERROR_PARAMETER_RANGE, 4);
    refuse("negative position", "sinusoidal_fill", {}, with(wave, {{"first", -1}}), FARSPAN_ERROR_POSITIONS, 3);
    refuse("two heads", "sinusoidal_fill", {}, with(wave, {{"out", output("f32", {1, 2, 2, 8})}}), FARSPAN_ERROR_SHAPE,
           5);
    const json table = {{"table", input("f32", {1, 1, 5, 8}, 81)}, {"out", output("f32", {1, 1, 2, 8})}};
    refuse("outside the table", "position_lookup", {}, with(table, {{"positions", {0, 5}}}), FARSPAN_ERROR_POSITIONS,
           3);
    refuse("a position too many", "position_lookup", {}, with(table, {{"positions", {0, 1, 2}}}), FARSPAN_ERROR_SHAPE,
           4);
    refuse("other width", "position_lookup", {}, with(table, {{"out", output("f32", {1, 1, 2, 7})}}),
           FARSPAN_ERROR_SHAPE, 5);
    const json fire = {{"hidden", 1}, {"heads", 1}, {"w1", {1}}, {"b1", {0}}, {"w2", {1}}, {"b2", {0}}};
    refuse("NaN weight", "fire_fill", {},
           {{"config", with(fire, {{"w1", {"nan"}}})}, {"out", output("f32", {1, 1, 2, 3})}},
           FARSPAN_ERROR_PARAMETER_RANGE, 2);
    refuse("a weight too many", "fire_fill", {},
           {{"config", with(fire, {{"b2", {0, 0}}})}, {"out", output("f32", {1, 1, 2, 3})}}, FARSPAN_ERROR_SHAPE, 2);
    refuse("negative position", "fire_fill", {},
           {{"config", fire}, {"query_positions", {0, -1}}, {"out", output("f32", {1, 1, 2, 3})}},
           FARSPAN_ERROR_POSITIONS, 3);
    const json merge = {{"out_a", input("f32", {1, 1, 2, 4}, 82)},
                        {"lse_a", {{"elements", 2}, {"seed", 83}}},
                        {"out_b", input("f32", {1, 1, 2, 4}, 84)},
                        {"lse_b", {{"elements", 2}, {"seed", 85}}}};
    refuse("other shape", "attention_merge", {}, with(merge, {{"out_b", input("f32", {1, 1, 2, 5}, 84)}}),
           FARSPAN_ERROR_SHAPE, 5);
    refuse("a sum too few", "attention_merge", {}, with(merge, {{"lse_b", {{"elements", 1}, {"seed", 85}}}}),
           FARSPAN_ERROR_SHAPE, 7);
    refuse("output over itself", "attention_merge", {},
           with(merge, {{"out_a", placed(input("f32", {1, 1, 2, 4}, 82), {8, 8, 0, 1}, 8)}}), FARSPAN_ERROR_STRIDE, 2);
    return list;
}

case_list plan_error_cases() {
    case_list list;
    attention_sizes sizes;
    sizes.batch = 2;
    sizes.query_heads = 4;
    sizes.key_heads = 2;
    sizes.queries = 3;
    sizes.keys = 6;
    json good = attention_arguments(sizes, 90);
    good.erase("lse");
    const json rope = {{"rope", rotation()}};
    const auto plan = [&](const char* what, const json& scheme, const json& change, int32_t status, int32_t argument) {
        list.refuse(std::string("plan refused: ") + what, "attention_run", scheme,
                    with(good, {{"problem", with(good["problem"], change)}}), "plan_create", status, argument);
    };
    constexpr int32_t shape = FARSPAN_ERROR_SHAPE, positions = FARSPAN_ERROR_POSITIONS,
                      heads = FARSPAN_ERROR_HEAD_GROUPS;
    plan("no queries", rope, {{"queries", 0}}, shape, 3);
    plan("head of 513", rope, {{"head_dim", 513}}, shape, 3);
    plan("head groups", rope, {{"key_heads", 3}}, heads, 3);
    plan("negative length", rope, {{"length", -1}}, FARSPAN_ERROR_PARAMETER_RANGE, 3);
    plan("key positions that fall", rope, {{"key_positions", {0, 1, 2, 5, 4, 6}}}, positions, 3);
    plan("huge query position", rope, {{"query_positions", {0, beyond, 1}}}, positions, 3);
    plan("ranges beyond the keys", rope, {{"key_ranges", {0, 6, 0, 7}}}, shape, 3);
    plan("offsets that fall", rope, {{"segments", 2}, {"query_offsets", {0, 5, 3}}, {"key_offsets", {0, 3, 6}}}, shape,
         3);
    plan("offsets short of the keys", rope, {{"segments", 2}, {"query_offsets", {0, 1, 3}}, {"key_offsets", {0, 3, 5}}},
         shape, 3);
    plan("rotation beyond the head", {{"rope", with(rotation(), {{"rotary_offset", 2}})}}, json::object(),
         FARSPAN_ERROR_ROTARY_DIM, 2);
    plan("heads of the bias", {{"bias", alibi(3)}}, json::object(), heads, 3);
    plan("a rank beyond the heads", {{"bias", alibi(5)}}, {{"head_offset", 2}}, heads, 3);
    plan("a position too few", rope, {{"key_positions", {0, 1, 2, 3, 4}}}, shape, 3);
    plan("a range too few", rope, {{"key_ranges", {0, 6}}}, shape, 3);
    plan("offsets of another number of segments", rope,
         {{"segments", 2}, {"query_offsets", {0, 1, 3}}, {"key_offsets", {0, 6}}}, shape, 3);
    plan("rotated and remapped", {{"rope", rotation()}, {"remap", rerope()}}, {{"state", FARSPAN_STATE_ROTATED}},
         FARSPAN_ERROR_COMBINATION, 3);

    const auto run = [&](const char* what, const json& change, int32_t status, int32_t argument) {
        list.refuse(std::string("attention_run refused: ") + what, "attention_run", rope, with(good, change),
                    "attention_run", status, argument);
    };
    run("q of another shape", {{"q", input("f32", {2, 4, 3, 17}, 91)}}, shape, 3);
    run("k of another shape", {{"k", input("f32", {2, 2, 5, 16}, 92)}}, shape, 3);
    run("v of another shape", {{"v", input("f32", {1, 2, 6, 16}, 93)}}, shape, 3);
    run("out of another shape", {{"out", output("f32", {2, 4, 3, 15})}}, shape, 3);
    run("out over itself", {{"out", placed(output("f32", {2, 4, 3, 16}), {48, 0, 16, 1}, 96)}}, FARSPAN_ERROR_STRIDE,
        3);
    run("a bias that the scheme does not have", {{"bias", input("f32", {1, 1, 3, 6}, 94)}}, FARSPAN_ERROR_COMBINATION,
        3);

    json direct = good;
    direct.erase("problem");
    const auto one_call = [&](const char* what, const json& scheme, const json& change, int32_t status,
                              int32_t argument) {
        list.refuse(std::string("attention refused: ") + what, "attention", scheme, with(direct, change), "attention",
                    status, argument);
    };
    one_call("head groups", rope, {{"k", input("f32", {2, 3, 6, 16}, 95)}, {"v", input("f32", {2, 3, 6, 16}, 96)}},
             heads, 3);
    one_call("dense bias", {{"bias", {{"method", FARSPAN_BIAS_DENSE}}}}, json::object(), FARSPAN_ERROR_NULL_ARGUMENT,
             3);
    one_call("out of another shape", rope, {{"out", output("f32", {2, 4, 2, 16})}}, shape, 3);
    return list;
}

case_list tile_cases() {
    case_list list;
    const auto add = [&](const std::string& what, const json& scheme, int64_t queries, int64_t keys) {
        list.add("tiles: " + what + ", " + std::to_string(queries) + " x " + std::to_string(keys), "plan_tile_counts",
                 scheme,
                 {{"problem",
                   {{"query_heads", 1}, {"key_heads", 1}, {"queries", queries}, {"keys", keys}, {"head_dim", 16}}}});
    };
    for (const auto& [queries, keys] :
         std::vector<std::pair<int64_t, int64_t>>{{64, 64}, {65, 65}, {300, 700}, {1, 1000}}) {
        add("causal", {}, queries, keys);
        add("all visible", {{"mask", {{"causal", 0}}}}, queries, keys);
    }
    add("rerope", {{"rope", rotation()}, {"remap", {{"method", FARSPAN_REMAP_REROPE}, {"window", 200}}}}, 640, 640);
    return list;
}

}  // namespace conformance
