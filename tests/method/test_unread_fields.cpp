// A field that a method does not read must keep its default. Which method reads what is written down here a second
// time, after the brackets of the header.
#include <criterion/criterion.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "lowered.hpp"
#include "method/registry.hpp"

using namespace farspan_test;

namespace {

using change = std::function<void(scheme_spec&)>;
using readers = std::vector<int32_t>;

struct one_field {
    const char* name;
    change set;  // to a value that is valid where the field is read
    readers read_by;
};

const double number = 1.5;
const float values[1] = {0};
const double slopes[6] = {1, 2, 3, 4, 5, 6};

readers all_but(const readers& without, int32_t count) {
    readers result;
    for (int32_t method = 0; method < count; ++method)
        if (std::find(without.begin(), without.end(), method) == without.end()) result.push_back(method);
    return result;
}

const readers rotating = all_but({FARSPAN_ROPE_NONE}, 18);
const readers one_magnitude = all_but({FARSPAN_ROPE_NONE, FARSPAN_ROPE_XPOS}, 18);
const readers divided = {FARSPAN_ROPE_LINEAR,      FARSPAN_ROPE_DYNAMIC_LINEAR,   FARSPAN_ROPE_NTK,
                         FARSPAN_ROPE_NTK_OLD,     FARSPAN_ROPE_NTK_FIXED,        FARSPAN_ROPE_NTK_MIXED,
                         FARSPAN_ROPE_DYNAMIC_NTK, FARSPAN_ROPE_DYNAMIC_NTK_QWEN, FARSPAN_ROPE_NTK_BY_PARTS,
                         FARSPAN_ROPE_YARN,        FARSPAN_ROPE_DYNAMIC_YARN,     FARSPAN_ROPE_LONGROPE,
                         FARSPAN_ROPE_PAIR_FACTORS};
const double ones[8] = {1, 1, 1, 1, 1, 1, 1, 1};

bool divides(int32_t method) { return std::find(divided.begin(), divided.end(), method) != divided.end(); }

const readers ramped = {FARSPAN_ROPE_NTK_BY_PARTS, FARSPAN_ROPE_YARN, FARSPAN_ROPE_DYNAMIC_YARN};

const std::vector<one_field> rope_fields = {
    {"layout", [](scheme_spec& s) { s.rope.layout = FARSPAN_LAYOUT_INTERLEAVED; }, rotating},
    {"rotary_dim", [](scheme_spec& s) { s.rope.rotary_dim = 16; }, rotating},
    {"rotary_offset", [](scheme_spec& s) { s.rope.rotary_offset = 3; }, rotating},
    {"angle", [](scheme_spec& s) { s.rope.angle = FARSPAN_ANGLE_FLOAT32; }, rotating},
    {"base", [](scheme_spec& s) { s.rope.base = 500000; }, rotating},
    {"factor",
     [](scheme_spec& s) { s.rope.factor = 4; },
     {FARSPAN_ROPE_LINEAR, FARSPAN_ROPE_NTK, FARSPAN_ROPE_NTK_OLD, FARSPAN_ROPE_NTK_FIXED, FARSPAN_ROPE_NTK_MIXED,
      FARSPAN_ROPE_DYNAMIC_NTK, FARSPAN_ROPE_NTK_BY_PARTS, FARSPAN_ROPE_YARN, FARSPAN_ROPE_LONGROPE,
      FARSPAN_ROPE_LLAMA3, FARSPAN_ROPE_PROPORTIONAL}},
    {"original_context",
     [](scheme_spec& s) { s.rope.original_context = 4096; },
     {FARSPAN_ROPE_DYNAMIC_LINEAR, FARSPAN_ROPE_DYNAMIC_NTK, FARSPAN_ROPE_DYNAMIC_NTK_QWEN, FARSPAN_ROPE_NTK_BY_PARTS,
      FARSPAN_ROPE_YARN, FARSPAN_ROPE_DYNAMIC_YARN, FARSPAN_ROPE_LONGROPE, FARSPAN_ROPE_LLAMA3}},
    {"beta_fast", [](scheme_spec& s) { s.rope.beta_fast = 30; }, ramped},
    {"beta_slow", [](scheme_spec& s) { s.rope.beta_slow = 2; }, ramped},
    {"extrapolation_factor", [](scheme_spec& s) { s.rope.extrapolation_factor = 0.5; }, ramped},
    {"ramp", [](scheme_spec& s) { s.rope.ramp = FARSPAN_RAMP_ROTATIONS; }, ramped},
    {"truncate", [](scheme_spec& s) { s.rope.truncate = 0; }, ramped},
    {"mscale",
     [](scheme_spec& s) { s.rope.mscale = s.rope.method == FARSPAN_ROPE_YARN ? s.rope.mscale_all_dim = 1 : 1; },
     {FARSPAN_ROPE_YARN}},
    {"mscale_all_dim",
     [](scheme_spec& s) { s.rope.mscale_all_dim = s.rope.method == FARSPAN_ROPE_YARN ? s.rope.mscale = 1 : 1; },
     {FARSPAN_ROPE_YARN}},
    {"magnitude", [](scheme_spec& s) { s.rope.magnitude = FARSPAN_MAGNITUDE_EXPLICIT; }, one_magnitude},
    {"magnitude",
     [](scheme_spec& s) { s.rope.magnitude = FARSPAN_MAGNITUDE_YARN; },
     {FARSPAN_ROPE_YARN, FARSPAN_ROPE_DYNAMIC_YARN, FARSPAN_ROPE_LONGROPE}},
    {"magnitude", [](scheme_spec& s) { s.rope.magnitude = FARSPAN_MAGNITUDE_UNCLAMPED; }, {FARSPAN_ROPE_YARN}},
    {"length_switch", [](scheme_spec& s) { s.rope.length_switch = FARSPAN_SWITCH_AT; }, {FARSPAN_ROPE_LONGROPE}},
    {"attention_factor", [](scheme_spec& s) { s.rope.attention_factor = 1.25; }, one_magnitude},
    {"mixed_exponent", [](scheme_spec& s) { s.rope.mixed_exponent = 0.75; }, {FARSPAN_ROPE_NTK_MIXED}},
    {"low_freq_factor", [](scheme_spec& s) { s.rope.low_freq_factor = 2; }, {FARSPAN_ROPE_LLAMA3}},
    {"high_freq_factor", [](scheme_spec& s) { s.rope.high_freq_factor = 8; }, {FARSPAN_ROPE_LLAMA3}},
    {"rotated_fraction", [](scheme_spec& s) { s.rope.rotated_fraction = 0.25; }, {FARSPAN_ROPE_PROPORTIONAL}},
    {"xpos_scale_base", [](scheme_spec& s) { s.rope.xpos_scale_base = 256; }, {FARSPAN_ROPE_XPOS}},
    {"xpos_gamma", [](scheme_spec& s) { s.rope.xpos_gamma = 0.5; }, {FARSPAN_ROPE_XPOS}},
    {"short_factors",
     [](scheme_spec& s) {
         if (!s.rope.short_factors) s.rope.short_factors = ones;
         if (divides(s.rope.method)) s.rope.short_factors_count = 8;
     },
     divided},
    {"long_factors",
     [](scheme_spec& s) {
         if (!s.rope.long_factors) s.rope.long_factors = &number;
     },
     {FARSPAN_ROPE_LONGROPE}},
    {"short_factors_count",
     [](scheme_spec& s) {
         s.rope.short_factors_count = 8;
         if (divides(s.rope.method)) s.rope.short_factors = ones;
     },
     divided},
    {"long_factors_count", [](scheme_spec& s) { s.rope.long_factors_count = 8; }, {FARSPAN_ROPE_LONGROPE}},
    {"reserved", [](scheme_spec& s) { s.rope.reserved = 1; }, {}},
    {"axes",
     [](scheme_spec& s) {
         s.rope.axes = FARSPAN_AXES_SECTIONS;
         std::fill(s.rope.axis_sections, s.rope.axis_sections + 4, 2);
     },
     one_magnitude},
};

const std::vector<one_field> remap_fields = {
    {"window",
     [](scheme_spec& s) { s.remap.window = 20; },
     {FARSPAN_REMAP_REROPE, FARSPAN_REMAP_LEAKY_REROPE, FARSPAN_REMAP_SELF_EXTEND, FARSPAN_REMAP_LM_INFINITE}},
    {"group", [](scheme_spec& s) { s.remap.group = 4; }, {FARSPAN_REMAP_SELF_EXTEND}},
    {"leak", [](scheme_spec& s) { s.remap.leak = 4; }, {FARSPAN_REMAP_LEAKY_REROPE}},
    {"chunk", [](scheme_spec& s) { s.remap.chunk = 40; }, {FARSPAN_REMAP_DUAL_CHUNK}},
    {"local_window", [](scheme_spec& s) { s.remap.local_window = 4; }, {FARSPAN_REMAP_DUAL_CHUNK}},
    {"limit", [](scheme_spec& s) { s.remap.limit = 4; }, {FARSPAN_REMAP_LM_INFINITE}},
    {"sinks", [](scheme_spec& s) { s.remap.sinks = 4; }, {FARSPAN_REMAP_STREAMING}},
    {"recent", [](scheme_spec& s) { s.remap.recent = 20; }, {FARSPAN_REMAP_STREAMING}},
    {"real_shift", [](scheme_spec& s) { s.remap.real_shift = 1; }, {FARSPAN_REMAP_SELF_EXTEND}},
    {"reserved", [](scheme_spec& s) { s.remap.reserved = 1; }, {}},
    {"position_scale", [](scheme_spec& s) { s.remap.position_scale = 2; }, {FARSPAN_REMAP_DUAL_CHUNK}},
};

const readers with_heads = {FARSPAN_BIAS_ALIBI, FARSPAN_BIAS_T5, FARSPAN_BIAS_KERPLE_LOG, FARSPAN_BIAS_KERPLE_POWER,
                            FARSPAN_BIAS_SANDWICH};
const readers kerple = {FARSPAN_BIAS_KERPLE_LOG, FARSPAN_BIAS_KERPLE_POWER};
const std::vector<one_field> bias_fields = {
    {"heads",
     [](scheme_spec& s) {
         s.bias.heads = 5;
         s.bias.values_count = s.bias.values_count * 5 / 6;
         s.bias.a_count = s.bias.a_count * 5 / 6;
         s.bias.p_count = s.bias.p_count * 5 / 6;
     },
     with_heads},
    {"alibi_heads", [](scheme_spec& s) { s.bias.alibi_heads = 2; }, {FARSPAN_BIAS_ALIBI}},
    {"bidirectional", [](scheme_spec& s) { s.bias.bidirectional = 1; }, {FARSPAN_BIAS_ALIBI, FARSPAN_BIAS_T5}},
    {"buckets",
     [](scheme_spec& s) {
         s.bias.buckets = 16;
         s.bias.values_count /= 2;
     },
     {FARSPAN_BIAS_T5}},
    {"max_distance", [](scheme_spec& s) { s.bias.max_distance = 64; }, {FARSPAN_BIAS_T5}},
    {"distance_limit", [](scheme_spec& s) { s.bias.distance_limit = 64; }, {FARSPAN_BIAS_ALIBI}},
    {"max_bias", [](scheme_spec& s) { s.bias.max_bias = 16; }, {FARSPAN_BIAS_ALIBI}},
    {"scale", [](scheme_spec& s) { s.bias.scale = 0.125; }, {FARSPAN_BIAS_ALIBI}},
    {"trained_length", [](scheme_spec& s) { s.bias.trained_length = 64; }, {FARSPAN_BIAS_ALIBI}},
    {"dim", [](scheme_spec& s) { s.bias.dim = 64; }, {FARSPAN_BIAS_SANDWICH}},
    {"reserved", [](scheme_spec& s) { s.bias.reserved = 1; }, {}},
    {"values",
     [](scheme_spec& s) {
         if (!s.bias.values) s.bias.values = values;
     },
     {FARSPAN_BIAS_T5}},
    {"a",
     [](scheme_spec& s) {
         if (!s.bias.a) s.bias.a = &number;
     },
     kerple},
    {"p",
     [](scheme_spec& s) {
         if (!s.bias.p) s.bias.p = &number;
     },
     kerple},
    {"slopes",
     [](scheme_spec& s) {
         s.bias.slopes = slopes;
         if (s.bias.method == FARSPAN_BIAS_ALIBI) s.bias.slopes_count = 6;
     },
     {FARSPAN_BIAS_ALIBI}},
    {"values_count", [](scheme_spec& s) { s.bias.values_count = 192; }, {FARSPAN_BIAS_T5}},
    {"a_count", [](scheme_spec& s) { s.bias.a_count = 6; }, kerple},
    {"p_count", [](scheme_spec& s) { s.bias.p_count = 6; }, kerple},
};

const std::vector<one_field> score_fields = {
    {"trained_length", [](scheme_spec& s) { s.score.trained_length = 128; }, all_but({FARSPAN_TEMPERATURE_NONE}, 7)},
    {"alpha",
     [](scheme_spec& s) { s.score.alpha = 0.2; },
     {FARSPAN_TEMPERATURE_LLAMA4, FARSPAN_TEMPERATURE_LENGTH, FARSPAN_TEMPERATURE_MINISTRAL3}},
    {"power", [](scheme_spec& s) { s.score.power = 2; }, {FARSPAN_TEMPERATURE_LENGTH}},
    {"scale", [](scheme_spec& s) { s.score.scale = 1; }, all_but({}, 7)},
    {"multiplier", [](scheme_spec& s) { s.score.multiplier = 2; }, all_but({}, 7)},
    {"softcap", [](scheme_spec& s) { s.score.softcap = 30; }, all_but({}, 7)},
};

void check(const char* part, int32_t methods, scheme_spec (*valid)(int32_t), const std::vector<one_field>& fields) {
    int refused = 0, accepted = 0;
    for (int32_t method = 0; method < methods; ++method)
        for (const one_field& field : fields) {
            scheme_spec spec = valid(method);
            spec.connect();
            field.set(spec);
            const refusal r = refuse_configs(spec);
            const bool reads = std::find(field.read_by.begin(), field.read_by.end(), method) != field.read_by.end();
            ++(reads ? accepted : refused);
            const std::string name = std::string(part) + "." + field.name;
            if (reads) {
                cr_expect_eq(r.status, FARSPAN_OK, "method %d reads %s: %s", method, name.c_str(), r.message.c_str());
            } else {
                cr_expect_eq(r.status, FARSPAN_ERROR_COMBINATION, "method %d, %s: %d", method, name.c_str(), r.status);
                cr_expect(r.part() == part, "%s", r.path.c_str());
                cr_expect(r.message.find(name) == 0 && r.message.find("does not use it") != std::string::npos,
                          "method %d, %s: %s", method, name.c_str(), r.message.c_str());
            }
        }
    cr_expect_eq(refused + accepted, methods * static_cast<int>(fields.size()));
    cr_expect(refused > 0 && accepted > 0);
}

}  // namespace

Test(unread_fields, rope) { check("rope", farspan::method_count(FARSPAN_PART_ROPE), valid_rope, rope_fields); }
Test(unread_fields, remap) { check("remap", farspan::method_count(FARSPAN_PART_REMAP), valid_remap, remap_fields); }
Test(unread_fields, bias) { check("bias", farspan::method_count(FARSPAN_PART_BIAS), valid_bias, bias_fields); }
Test(unread_fields, score) {
    check("score", farspan::method_count(FARSPAN_PART_TEMPERATURE), valid_temperature, score_fields);
}
