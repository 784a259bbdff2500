// farspan_rope_frequencies: every method at rest, short of and beyond its trained length, and every option.
#include "cases.hpp"
#include "farspan/farspan.h"

namespace conformance {
namespace {

constexpr int64_t trained = 100;
constexpr int32_t rotary_dim = 16;

void add(case_list& list, const std::string& what, const json& rope, int64_t length) {
    list.add("frequencies: " + what + ", length " + std::to_string(length), "rope_frequencies", {{"rope", rope}},
             {{"length", length}, {"count", rope.at("rotary_dim").get<int32_t>() / 2}});
}

json plain(int32_t method) { return rope_of(method, FARSPAN_LAYOUT_HALF, rotary_dim, trained); }

void add_yarn(case_list& list) {
    const std::vector<std::pair<std::string, json>> changes = {
        {"ramp over rotations", {{"ramp", FARSPAN_RAMP_ROTATIONS}}},
        {"real ends of the ramp", {{"truncate", 0}}},
        {"extrapolation 0.5", {{"extrapolation_factor", 0.5}}},
        {"other betas", {{"beta_fast", 8}, {"beta_slow", 2}}},
        {"explicit magnitude", {{"magnitude", FARSPAN_MAGNITUDE_EXPLICIT}, {"attention_factor", 1.25}}},
        {"factor on the magnitude", {{"attention_factor", 0.75}}},
    };
    for (const int32_t method : {FARSPAN_ROPE_NTK_BY_PARTS, FARSPAN_ROPE_YARN})
        for (const auto& [what, change] : changes)
            add(list, rope_name(method) + ", " + what, with(plain(method), change), 0);
    const json yarn = plain(FARSPAN_ROPE_YARN);
    add(list, "yarn, mscale", with(yarn, {{"mscale", 1}, {"mscale_all_dim", 0.707}}), 0);
    add(list, "yarn, a factor below 1", with(yarn, {{"factor", 0.5}}), 0);
    add(list, "yarn, unclamped magnitude", with(yarn, {{"factor", 0.5}, {"magnitude", FARSPAN_MAGNITUDE_UNCLAMPED}}),
        0);
}

void add_longrope(case_list& list) {
    for (const int32_t length_switch : {FARSPAN_SWITCH_AFTER, FARSPAN_SWITCH_AT, FARSPAN_SWITCH_ALWAYS_LONG})
        for (const int64_t length : {trained - 1, trained, trained + 1})
            add(list, "longrope, switch " + std::to_string(length_switch),
                with(plain(FARSPAN_ROPE_LONGROPE), {{"length_switch", length_switch}}), length);
    add(list, "longrope, yarn's magnitude", with(plain(FARSPAN_ROPE_LONGROPE), {{"magnitude", FARSPAN_MAGNITUDE_YARN}}),
        trained + 1);
}

}  // namespace

case_list frequency_cases() {
    case_list list;
    for (const int32_t method : rope_methods())
        for (const int64_t length : {int64_t{0}, trained / 2, 10 * trained})
            add(list, rope_name(method), plain(method), length);
    for (const int32_t method : {FARSPAN_ROPE_BASE, FARSPAN_ROPE_LINEAR, FARSPAN_ROPE_YARN})
        add(list, rope_name(method) + ", float32 angles", with(plain(method), {{"angle", FARSPAN_ANGLE_FLOAT32}}), 0);
    add(list, "base 500000 over 64 features",
        {{"method", FARSPAN_ROPE_BASE}, {"layout", FARSPAN_LAYOUT_INTERLEAVED}, {"rotary_dim", 64}, {"base", 500000}},
        0);
    add(list, "ntk_mixed, exponent 0.25", with(plain(FARSPAN_ROPE_NTK_MIXED), {{"mixed_exponent", 0.25}}), 0);
    add(list, "llama3, other bands",
        with(plain(FARSPAN_ROPE_LLAMA3), {{"low_freq_factor", 0.5}, {"high_freq_factor", 3}}), 0);
    add_yarn(list);
    add_longrope(list);
    return list;
}

}  // namespace conformance
