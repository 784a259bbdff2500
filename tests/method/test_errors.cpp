// Every refusal of a single part: its status, its path, and that the message names the field, the value and the range.
#include <criterion/criterion.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "lowered.hpp"
#include "method/registry.hpp"

using namespace farspan_test;

namespace {

using change = std::function<void(scheme_spec&)>;

struct bad_case {
    farspan_status status;
    std::vector<const char*> words;  // all of them must be in the message; the first begins it
    change spoil;
};

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN(),
                 infinity = std::numeric_limits<double>::infinity();
constexpr int64_t too_far = (int64_t{1} << 40) + 1;
constexpr farspan_status range = FARSPAN_ERROR_PARAMETER_RANGE;

void check(const scheme_spec& valid, const char* part, const std::vector<bad_case>& cases) {
    for (std::size_t n = 0; n < cases.size(); ++n) {
        scheme_spec spec = valid;
        spec.connect();
        cr_assert_eq(refuse_configs(spec).status, FARSPAN_OK, "%s is not valid", valid.name.c_str());
        cases[n].spoil(spec);
        const refusal r = refuse_configs(spec);
        cr_expect_eq(r.status, cases[n].status, "%s case %zu: status %d, expected %d: %s", valid.name.c_str(), n,
                     r.status, cases[n].status, r.message.c_str());
        cr_expect(r.part() == part, "%s case %zu: path %s", valid.name.c_str(), n, r.path.c_str());
        cr_expect_eq(r.message.find(r.path), 0u, "case %zu: '%s' begins '%s'", n, r.message.c_str(), r.path.c_str());
        cr_expect_eq(r.message.find(cases[n].words[0]), 0u, "case %zu: '%s' begins '%s'", n, r.message.c_str(),
                     cases[n].words[0]);
        for (const char* word : cases[n].words)
            cr_expect(r.message.find(word) != std::string::npos, "case %zu: '%s' lacks '%s'", n, r.message.c_str(),
                      word);
    }
}

}  // namespace

Test(errors, rope_fields) {
    check(
        valid_rope(FARSPAN_ROPE_YARN), "rope",
        {
            {FARSPAN_ERROR_METHOD, {"rope.method is -1", "0 and 17"}, [](auto& s) { s.rope.method = -1; }},
            {FARSPAN_ERROR_METHOD, {"rope.method is 18", "0 and 17"}, [](auto& s) { s.rope.method = 18; }},
            {FARSPAN_ERROR_METHOD,
             {"rope.layout is 0: must be half (1) or interleaved (2)"},
             [](auto& s) { s.rope.layout = 0; }},
            {FARSPAN_ERROR_METHOD,
             {"rope.layout is 3: must be half (1) or interleaved (2)"},
             [](auto& s) { s.rope.layout = 3; }},
            {FARSPAN_ERROR_ROTARY_DIM,
             {"rope.rotary_dim is 7: must be even and between 2 and 512"},
             [](auto& s) { s.rope.rotary_dim = 7; }},
            {FARSPAN_ERROR_ROTARY_DIM,
             {"rope.rotary_dim is 0: must be even and between 2 and 512"},
             [](auto& s) { s.rope.rotary_dim = 0; }},
            {FARSPAN_ERROR_ROTARY_DIM, {"rope.rotary_dim is -2:"}, [](auto& s) { s.rope.rotary_dim = -2; }},
            {FARSPAN_ERROR_ROTARY_DIM, {"rope.rotary_dim is 514:"}, [](auto& s) { s.rope.rotary_dim = 514; }},
            {FARSPAN_ERROR_ROTARY_DIM,
             {"rope.rotary_offset is -1: must be between 0"},
             [](auto& s) { s.rope.rotary_offset = -1; }},
            {FARSPAN_ERROR_ROTARY_DIM,
             {"rope.rotary_offset is 498", "rotary_dim 16", "496"},
             [](auto& s) { s.rope.rotary_offset = 498; }},
            {FARSPAN_ERROR_METHOD,
             {"rope.angle is 2: must be exact (0) or float32 (1)"},
             [](auto& s) { s.rope.angle = 2; }},
            {range, {"rope.base is 1: must be above 1"}, [](auto& s) { s.rope.base = 1; }},
            {range, {"rope.base is nan: must be a finite"}, [](auto& s) { s.rope.base = not_a_number; }},
            {range, {"rope.base is 1e+31"}, [](auto& s) { s.rope.base = 1e31; }},
            {range, {"rope.factor is 0: must be above 0"}, [](auto& s) { s.rope.factor = 0; }},
            {range, {"rope.factor is -4: must be above 0"}, [](auto& s) { s.rope.factor = -4; }},
            {range, {"rope.factor is inf: must be a finite"}, [](auto& s) { s.rope.factor = infinity; }},
            {range,
             {"rope.original_context is 0: must be between 1 and 2^40"},
             [](auto& s) { s.rope.original_context = 0; }},
            {range,
             {"rope.original_context is 1099511627777: must be between 1 and 2^40"},
             [](auto& s) { s.rope.original_context = too_far; }},
            {range,
             {"rope.original_context is 9223372036854775807"},
             [](auto& s) { s.rope.original_context = INT64_MAX; }},
            {range, {"rope.beta_fast is 0: must be above 0"}, [](auto& s) { s.rope.beta_fast = 0; }},
            {range, {"rope.beta_slow is -1: must be above 0"}, [](auto& s) { s.rope.beta_slow = -1; }},
            {range,
             {"rope.extrapolation_factor is 1.5: must be between 0 and 1"},
             [](auto& s) { s.rope.extrapolation_factor = 1.5; }},
            {FARSPAN_ERROR_METHOD, {"rope.ramp is 2: must be pair_index (0) or"}, [](auto& s) { s.rope.ramp = 2; }},
            {range, {"rope.truncate is 2: must be 0 or 1"}, [](auto& s) { s.rope.truncate = 2; }},
            {range, {"rope.mscale is -1: must be between 0"}, [](auto& s) { s.rope.mscale = -1; }},
            {FARSPAN_ERROR_METHOD,
             {"rope.magnitude is 4: must be default (0), yarn (1)"},
             [](auto& s) { s.rope.magnitude = 4; }},
            {range, {"rope.attention_factor is 0: must be above 0"}, [](auto& s) { s.rope.attention_factor = 0; }},
            {FARSPAN_ERROR_METHOD,
             {"rope.axes is 4: must be none (0), sections (1)"},
             [](auto& s) { s.rope.axes = 4; }},
            {range, {"rope.axis_sections[2] is -1: must be between 0"}, [](auto& s) { s.rope.axis_sections[2] = -1; }},
        });
}

// The ramp of YaRN: empty, reversed, or given ends that it does not use.
Test(errors, yarn_ramp_and_magnitude) {
    check(valid_rope(FARSPAN_ROPE_YARN), "rope",
          {
              {range,
               {"rope.original_context is 6", "2 pi beta_slow = 6.28319"},
               [](auto& s) { s.rope.original_context = 6; }},
              {range,
               {"rope.original_context is 100", "2 pi beta_slow = 125.664"},
               [](auto& s) {
                   s.rope.original_context = 100;
                   s.rope.beta_slow = 20;
               }},
              {range,
               {"rope.original_context is 1099511627776", "base 1.5", "begins at pair"},
               [](auto& s) {
                   s.rope.original_context = int64_t{1} << 40;
                   s.rope.base = 1.5;
               }},
              {range,
               {"rope.beta_fast is 1: must be at least beta_slow, 2"},
               [](auto& s) {
                   s.rope.beta_fast = 1;
                   s.rope.beta_slow = 2;
               }},
              {range,
               {"rope.beta_fast is 2: must be above beta_slow, 2"},
               [](auto& s) {
                   s.rope.ramp = FARSPAN_RAMP_ROTATIONS;
                   s.rope.beta_fast = s.rope.beta_slow = 2;
               }},
              {FARSPAN_ERROR_COMBINATION,
               {"rope.truncate is 0", "ramp is rotations (1)"},
               [](auto& s) {
                   s.rope.ramp = FARSPAN_RAMP_ROTATIONS;
                   s.rope.truncate = 0;
               }},
              {FARSPAN_ERROR_COMBINATION,
               {"rope.mscale is 0.7", "both or neither"},
               [](auto& s) { s.rope.mscale = 0.7; }},
              {FARSPAN_ERROR_COMBINATION,
               {"rope.mscale is 0", "mscale_all_dim is 0.7"},
               [](auto& s) { s.rope.mscale_all_dim = 0.7; }},
              {FARSPAN_ERROR_COMBINATION,
               {"rope.mscale is 1", "magnitude 2"},
               [](auto& s) {
                   s.rope.mscale = s.rope.mscale_all_dim = 1;
                   s.rope.magnitude = FARSPAN_MAGNITUDE_EXPLICIT;
               }},
              {range,
               {"rope.factor is 1e-05", "magnitude of -0.15"},
               [](auto& s) {
                   s.rope.factor = 1e-5;
                   s.rope.magnitude = FARSPAN_MAGNITUDE_UNCLAMPED;
               }},
              {range,
               {"rope: base, factor and divisors give inv_freq[", "between 0 and 1e+06"},
               [](auto& s) { s.rope.factor = 1e-12; }},
          });
}

Test(errors, rope_of_other_methods) {
    for (const int32_t method : {FARSPAN_ROPE_NTK, FARSPAN_ROPE_DYNAMIC_NTK, FARSPAN_ROPE_DYNAMIC_NTK_QWEN})
        check(valid_rope(method), "rope",
              {
                  {FARSPAN_ERROR_ROTARY_DIM,
                   {"rope.rotary_dim is 2: must be even and between 4 and 512"},
                   [](auto& s) { s.rope.rotary_dim = 2; }},
              });
    check(valid_rope(FARSPAN_ROPE_NTK_MIXED), "rope",
          {
              {range,
               {"rope.mixed_exponent is 1.1: must be between 0 and 1"},
               [](auto& s) { s.rope.mixed_exponent = 1.1; }},
          });
    check(valid_rope(FARSPAN_ROPE_LLAMA3), "rope",
          {
              {range,
               {"rope.high_freq_factor is 0.5: must be at least low_freq_factor, 1"},
               [](auto& s) { s.rope.high_freq_factor = 0.5; }},
              {range, {"rope.low_freq_factor is 0: must be above 0"}, [](auto& s) { s.rope.low_freq_factor = 0; }},
          });
    check(valid_rope(FARSPAN_ROPE_PROPORTIONAL), "rope",
          {
              {range,
               {"rope.rotated_fraction is -0.5: must be between 0 and 1"},
               [](auto& s) { s.rope.rotated_fraction = -0.5; }},
          });
    check(valid_rope(FARSPAN_ROPE_XPOS), "rope",
          {
              {range, {"rope.xpos_scale_base is 0: must be between 1"}, [](auto& s) { s.rope.xpos_scale_base = 0; }},
              {range, {"rope.xpos_gamma is 0: must be above 0"}, [](auto& s) { s.rope.xpos_gamma = 0; }},
          });
}

Test(errors, divisors) {
    check(valid_rope(FARSPAN_ROPE_LONGROPE), "rope",
          {
              {FARSPAN_ERROR_METHOD,
               {"rope.length_switch is 3: must be after (0), at (1)"},
               [](auto& s) { s.rope.length_switch = 3; }},
              {FARSPAN_ERROR_SHAPE,
               {"rope.long_factors_count is 7: must be 8, a divisor for each pair"},
               [](auto& s) { s.rope.long_factors_count = 7; }},
              {FARSPAN_ERROR_SHAPE,
               {"rope.short_factors_count is -1: must be between 0"},
               [](auto& s) { s.rope.short_factors_count = -1; }},
              {FARSPAN_ERROR_SHAPE,
               {"rope.short_factors_count is 0: must be 8"},
               [](auto& s) { s.rope.short_factors_count = 0; }},
              {FARSPAN_ERROR_SHAPE,
               {"rope.short_factors_count is 8: must be 0"},
               [](auto& s) { s.rope.short_factors = nullptr; }},
              {FARSPAN_ERROR_NULL_ARGUMENT,
               {"rope.long_factors is NULL", "8"},
               [](auto& s) { s.rope.long_factors = nullptr; }},
              {range, {"rope.short_factors[3] is nan"}, [](auto& s) { s.short_factors[3] = not_a_number; }},
              {range,
               {"rope: base, factor and divisors give inv_freq[0] = 1e+09"},
               [](auto& s) { s.long_factors[0] = 1e-9; }},
              {range, {"rope.long_factors[7] is 0: must be above 0"}, [](auto& s) { s.long_factors[7] = 0; }},
              {range, {"rope.long_factors[0] is -2: must be above 0"}, [](auto& s) { s.long_factors[0] = -2; }},
              {range,
               {"rope.original_context is 1: must be at least 2"},
               [](auto& s) {
                   s.rope.original_context = 1;
                   s.rope.factor = 2;
               }},
          });
    check(valid_rope(FARSPAN_ROPE_PAIR_FACTORS), "rope",
          {
              {FARSPAN_ERROR_NULL_ARGUMENT,
               {"rope.short_factors is NULL", "8"},
               [](auto& s) { s.rope.short_factors = nullptr; }},
              {FARSPAN_ERROR_SHAPE,
               {"rope.short_factors_count is 9: must be 8, a divisor for each pair"},
               [](auto& s) { s.rope.short_factors_count = 9; }},
              {range, {"rope.short_factors[1] is inf"}, [](auto& s) { s.short_factors[1] = infinity; }},
              {range,
               {"rope: base, factor and divisors give inv_freq[0] = 1e+09"},
               [](auto& s) { s.short_factors[0] = 1e-9; }},
          });
}

Test(errors, divisors_beside_a_scaling) {
    for (const int32_t method : {FARSPAN_ROPE_LINEAR, FARSPAN_ROPE_DYNAMIC_NTK, FARSPAN_ROPE_YARN}) {
        scheme_spec spec = valid_rope(method);
        spec.short_factors.assign(8, 1.5);
        check(spec, "rope",
              {
                  {FARSPAN_ERROR_SHAPE,
                   {"rope.short_factors_count is 9: must be 8, a divisor for each pair"},
                   [](auto& s) { s.rope.short_factors_count = 9; }},
                  {range, {"rope.short_factors[1] is 0"}, [](auto& s) { s.short_factors[1] = 0; }},
              });
    }
}

Test(errors, axes) {
    check(valid_rope(FARSPAN_ROPE_BASE), "rope",
          {
              {FARSPAN_ERROR_COMBINATION,
               {"rope.axis_sections sum to 2", "axes is none (0)"},
               [](auto& s) { s.rope.axis_sections[1] = 2; }},
              {FARSPAN_ERROR_SHAPE,
               {"rope.axis_sections sum to 7: must be equal to rotary_dim / 2 = 8"},
               [](auto& s) {
                   s.rope.axes = FARSPAN_AXES_SECTIONS;
                   s.rope.axis_sections[0] = 7;
               }},
              {FARSPAN_ERROR_SHAPE,
               {"rope.axis_sections sum to 0: must be at least 1 and at most rotary_dim / 2 = 8"},
               [](auto& s) { s.rope.axes = FARSPAN_AXES_INTERLEAVED; }},
              {FARSPAN_ERROR_SHAPE,
               {"rope.axis_sections sum to 9: must be at least 1 and at most rotary_dim / 2 = 8"},
               [](auto& s) {
                   s.rope.axes = FARSPAN_AXES_INTERLEAVED_GGML;
                   s.rope.axis_sections[3] = 9;
               }},
              {FARSPAN_ERROR_COMBINATION,
               {"rope.axis_sections[3] is 1", "three axes"},
               [](auto& s) {
                   s.rope.axes = FARSPAN_AXES_INTERLEAVED;
                   s.rope.axis_sections[0] = s.rope.axis_sections[3] = 1;
               }},
          });
}

Test(errors, remap) {
    const change no_window = [](auto& s) { s.remap.window = 0; };
    for (const int32_t method :
         {FARSPAN_REMAP_REROPE, FARSPAN_REMAP_LEAKY_REROPE, FARSPAN_REMAP_SELF_EXTEND, FARSPAN_REMAP_LM_INFINITE})
        check(valid_remap(method), "remap",
              {
                  {range, {"remap.window is 0: must be between 1 and 2^40"}, no_window},
                  {range, {"remap.window is -5: must be between 1 and 2^40"}, [](auto& s) { s.remap.window = -5; }},
                  {range,
                   {"remap.window is 1099511627777: must be between 1 and 2^40"},
                   [](auto& s) { s.remap.window = too_far; }},
              });
    check(
        valid_remap(FARSPAN_REMAP_SELF_EXTEND), "remap",
        {
            {FARSPAN_ERROR_METHOD, {"remap.method is 7: must be between 0 and 6"}, [](auto& s) { s.remap.method = 7; }},
            {range, {"remap.group is 0: must be between 1 and 2^40"}, [](auto& s) { s.remap.group = 0; }},
            {range, {"remap.real_shift is 2: must be 0 or 1"}, [](auto& s) { s.remap.real_shift = 2; }},
        });
    check(valid_remap(FARSPAN_REMAP_LEAKY_REROPE), "remap",
          {
              {range, {"remap.leak is 0.5: must be between 1 and 2^40"}, [](auto& s) { s.remap.leak = 0.5; }},
              {range, {"remap.leak is nan: must be a finite"}, [](auto& s) { s.remap.leak = not_a_number; }},
          });
    check(valid_remap(FARSPAN_REMAP_DUAL_CHUNK), "remap",
          {
              {range, {"remap.chunk is 1: must be between 2 and 2^40"}, [](auto& s) { s.remap.chunk = 1; }},
              {range, {"remap.local_window is 0: must be between 1"}, [](auto& s) { s.remap.local_window = 0; }},
              {range,
               {"remap.local_window is 24: must be between 1 and chunk - 1 = 23"},
               [](auto& s) { s.remap.local_window = 24; }},
              {range, {"remap.position_scale is 0: must be between"}, [](auto& s) { s.remap.position_scale = 0; }},
              {range,
               {"remap.position_scale is inf: must be a finite"},
               [](auto& s) { s.remap.position_scale = infinity; }},
          });
    check(valid_remap(FARSPAN_REMAP_LM_INFINITE), "remap",
          {
              {range, {"remap.limit is -1: must be between 0 and 2^40"}, [](auto& s) { s.remap.limit = -1; }},
          });
    check(valid_remap(FARSPAN_REMAP_STREAMING), "remap",
          {
              {range, {"remap.sinks is -1: must be between 0 and 2^40"}, [](auto& s) { s.remap.sinks = -1; }},
              {range, {"remap.recent is 0: must be between 1 and 2^40"}, [](auto& s) { s.remap.recent = 0; }},
              {range, {"remap.recent is -5: must be between 1 and 2^40"}, [](auto& s) { s.remap.recent = -5; }},
          });
}

Test(errors, bias) {
    for (const int32_t method : {FARSPAN_BIAS_ALIBI, FARSPAN_BIAS_T5, FARSPAN_BIAS_KERPLE_LOG, FARSPAN_BIAS_SANDWICH})
        check(valid_bias(method), "bias",
              {
                  {FARSPAN_ERROR_METHOD,
                   {"bias.method is 7: must be between 0 and 6"},
                   [](auto& s) { s.bias.method = 7; }},
                  {range, {"bias.heads is 0: must be between 1 and 65536"}, [](auto& s) { s.bias.heads = 0; }},
                  {range, {"bias.heads is 65537: must be between 1 and 65536"}, [](auto& s) { s.bias.heads = 65537; }},
              });
    check(valid_bias(FARSPAN_BIAS_ALIBI), "bias",
          {
              {range, {"bias.bidirectional is 2: must be 0 or 1"}, [](auto& s) { s.bias.bidirectional = 2; }},
              {range, {"bias.max_bias is 0: must be above 0"}, [](auto& s) { s.bias.max_bias = 0; }},
              {range, {"bias.scale is -1: must be above 0"}, [](auto& s) { s.bias.scale = -1; }},
              {range,
               {"bias.distance_limit is -1: must be between 0 and 2^40"},
               [](auto& s) { s.bias.distance_limit = -1; }},
              {range,
               {"bias.trained_length is 1099511627777: must be between 0 and 2^40"},
               [](auto& s) { s.bias.trained_length = too_far; }},
          });
    check(valid_bias(FARSPAN_BIAS_ALIBI), "bias",
          {
              {range, {"bias.alibi_heads is -1: must be between 0"}, [](auto& s) { s.bias.alibi_heads = -1; }},
              {FARSPAN_ERROR_HEAD_GROUPS,
               {"bias.alibi_heads is 7: must be at most heads, 6"},
               [](auto& s) { s.bias.alibi_heads = 7; }},
              {FARSPAN_ERROR_SHAPE,
               {"bias.slopes_count is 6: must be 0, bias.slopes is NULL"},
               [](auto& s) { s.bias.slopes_count = 6; }},
          });
    scheme_spec sloped = valid_bias(FARSPAN_BIAS_ALIBI);
    sloped.slopes = {0, 0.5, -0.5, 1, 2, 1e6};
    check(
        sloped, "bias",
        {
            {FARSPAN_ERROR_SHAPE,
             {"bias.slopes_count is 5: must be 6, a slope for each head"},
             [](auto& s) { s.bias.slopes_count = 5; }},
            {FARSPAN_ERROR_SHAPE,
             {"bias.slopes_count is -1: must be between 0"},
             [](auto& s) { s.bias.slopes_count = -1; }},
            {range, {"bias.slopes[1] is nan"}, [](auto& s) { s.slopes[1] = not_a_number; }},
            {range, {"bias.slopes[5] is 1100000: must be between -1e6 and 1e6"}, [](auto& s) { s.slopes[5] = 1.1e6; }},
            {FARSPAN_ERROR_COMBINATION,
             {"bias.alibi_heads is 3 beside slopes"},
             [](auto& s) { s.bias.alibi_heads = 3; }},
            {FARSPAN_ERROR_COMBINATION, {"bias.max_bias is 4 beside slopes"}, [](auto& s) { s.bias.max_bias = 4; }},
        });
    check(valid_bias(FARSPAN_BIAS_T5), "bias",
          {
              {range, {"bias.buckets is 1: must be between 2"}, [](auto& s) { s.bias.buckets = 1; }},
              {range,
               {"bias.buckets is 31: must be even", "bidirectional"},
               [](auto& s) {
                   s.bias.buckets = 31;
                   s.bias.bidirectional = 1;
               }},
              {range,
               {"bias.buckets is 2: must be even and at least 4"},
               [](auto& s) {
                   s.bias.buckets = 2;
                   s.bias.bidirectional = 1;
               }},
              {range, {"bias.max_distance is 16: must be above 16"}, [](auto& s) { s.bias.max_distance = 16; }},
              {range,
               {"bias.max_distance is 8: must be above 8"},
               [](auto& s) {
                   s.bias.max_distance = 8;
                   s.bias.bidirectional = 1;
               }},
              {FARSPAN_ERROR_NULL_ARGUMENT, {"bias.values is NULL", "192"}, [](auto& s) { s.bias.values = nullptr; }},
              {FARSPAN_ERROR_SHAPE,
               {"bias.values_count is 191: must be 192, buckets * heads"},
               [](auto& s) { s.bias.values_count = 191; }},
              {FARSPAN_ERROR_SHAPE, {"bias.values_count is 192: must be 224"}, [](auto& s) { s.bias.heads = 7; }},
              {range, {"bias.values[191] is nan"}, [](auto& s) { s.bias_values[191] = std::nanf(""); }},
              {range,
               {"bias.values[0] is inf"},
               [](auto& s) { s.bias_values[0] = std::numeric_limits<float>::infinity(); }},
          });
    check(valid_bias(FARSPAN_BIAS_KERPLE_POWER), "bias",
          {
              {FARSPAN_ERROR_NULL_ARGUMENT, {"bias.a is NULL", "6"}, [](auto& s) { s.bias.a = nullptr; }},
              {FARSPAN_ERROR_SHAPE,
               {"bias.a_count is 5: must be 6, a number for each head"},
               [](auto& s) { s.bias.a_count = 5; }},
              {FARSPAN_ERROR_SHAPE,
               {"bias.p_count is 7: must be 6, a number for each head"},
               [](auto& s) { s.bias.p_count = 7; }},
              {FARSPAN_ERROR_NULL_ARGUMENT, {"bias.p is NULL", "6"}, [](auto& s) { s.bias.p = nullptr; }},
              {range, {"bias.a[5] is 0: must be above 0"}, [](auto& s) { s.bias_a[5] = 0; }},
              {range, {"bias.p[2] is 2.5: must be above 0 and at most 2"}, [](auto& s) { s.bias_p[2] = 2.5; }},
              {range, {"bias.p[1] is nan"}, [](auto& s) { s.bias_p[1] = not_a_number; }},
          });
    check(valid_bias(FARSPAN_BIAS_SANDWICH), "bias",
          {
              {range, {"bias.dim is 7: must be even and between 2"}, [](auto& s) { s.bias.dim = 7; }},
              {range, {"bias.dim is 0: must be even and between 2"}, [](auto& s) { s.bias.dim = 0; }},
          });
}

// KERPLE's logarithmic form has no upper bound on p, and T5 no bound at all on its values.
Test(errors, learned_numbers_in_range_are_accepted) {
    scheme_spec spec = valid_bias(FARSPAN_BIAS_KERPLE_LOG);
    spec.bias_p.assign(6, 30);
    cr_expect_eq(refuse(spec).status, FARSPAN_OK);
    spec = valid_bias(FARSPAN_BIAS_T5);
    spec.bias_values.assign(192, -1e30f);
    cr_expect_eq(refuse(spec).status, FARSPAN_OK);
}

Test(errors, mask) {
    check(
        scheme_spec("mask"), "mask",
        {
            {range, {"mask.causal is 2: must be 0 or 1"}, [](auto& s) { s.mask.causal = 2; }},
            {range, {"mask.window_left is -2: must be between -1 and 2^40"}, [](auto& s) { s.mask.window_left = -2; }},
            {range,
             {"mask.window_left is 1099511627777: must be between -1 and 2^40"},
             [](auto& s) { s.mask.window_left = too_far; }},
            {range, {"mask.window_right is -2: must be between -1"}, [](auto& s) { s.mask.window_right = -2; }},
            {FARSPAN_ERROR_COMBINATION,
             {"mask.window_right is 0: must be -1", "causal"},
             [](auto& s) { s.mask.window_right = 0; }},
            {range, {"mask.sinks is -1: must be between 0 and 2^40"}, [](auto& s) { s.mask.sinks = -1; }},
            {range, {"mask.chunk is -1: must be between 0 and 2^40"}, [](auto& s) { s.mask.chunk = -1; }},
            {range,
             {"mask.prefix is 9223372036854775807: must be between 0 and 2^40"},
             [](auto& s) { s.mask.prefix = INT64_MAX; }},
            {range,
             {"mask.prefix is -9223372036854775808: must be between 0 and 2^40"},
             [](auto& s) { s.mask.prefix = INT64_MIN; }},
        });
}

Test(errors, score) {
    scheme_spec valid = valid_temperature(FARSPAN_TEMPERATURE_LENGTH);
    valid.sinks = {1, 2, 3};
    check(valid, "score",
          {
              {FARSPAN_ERROR_METHOD,
               {"score.temperature is 7: must be between 0 and 6"},
               [](auto& s) { s.score.temperature = 7; }},
              {range, {"score.scale is -1: must be between 0"}, [](auto& s) { s.score.scale = -1; }},
              {range, {"score.scale is nan: must be a finite"}, [](auto& s) { s.score.scale = not_a_number; }},
              {range, {"score.multiplier is 0: must be above 0"}, [](auto& s) { s.score.multiplier = 0; }},
              {range,
               {"score.trained_length is 0: must be between 1 and 2^40"},
               [](auto& s) { s.score.trained_length = 0; }},
              {range, {"score.alpha is -0.1: must be between 0"}, [](auto& s) { s.score.alpha = -0.1; }},
              {range, {"score.power is 9: must be between 0 and 8"}, [](auto& s) { s.score.power = 9; }},
              {range, {"score.softcap is -1: must be between 0"}, [](auto& s) { s.score.softcap = -1; }},
              {range, {"score.softcap is 1e-09: must be 0 or between 1e-6"}, [](auto& s) { s.score.softcap = 1e-9; }},
              {FARSPAN_ERROR_SHAPE,
               {"score.sink_logits_count is 3: must be 0", "NULL"},
               [](auto& s) { s.score.sink_logits = nullptr; }},
              {FARSPAN_ERROR_SHAPE,
               {"score.sink_logits_count is 0: must be between 1"},
               [](auto& s) { s.score.sink_logits_count = 0; }},
              {range,
               {"score.sink_logits_count is -1: must be between 0"},
               [](auto& s) { s.score.sink_logits_count = -1; }},
              {range, {"score.sink_logits[2] is nan"}, [](auto& s) { s.sinks[2] = std::nanf(""); }},
              {range,
               {"score.sink_logits[0] is -inf"},
               [](auto& s) { s.sinks[0] = -std::numeric_limits<float>::infinity(); }},
          });
    for (const int32_t method :
         {FARSPAN_TEMPERATURE_LOG_N, FARSPAN_TEMPERATURE_LOG_N_TRAINED, FARSPAN_TEMPERATURE_LOG_N_LONG})
        check(valid_temperature(method), "score",
              {
                  {range, {"score.trained_length is 1: must be above 1"}, [](auto& s) { s.score.trained_length = 1; }},
              });
}

// NaN and infinity in any double of any config, read or not, are refused by name.
Test(errors, no_number_may_be_nan_or_infinite) {
    int refused = 0;
    for (int32_t method = 0; method < farspan::method_count(FARSPAN_PART_ROPE); ++method)
        for (double farspan_rope_config::*field :
             {&farspan_rope_config::base, &farspan_rope_config::factor, &farspan_rope_config::beta_fast,
              &farspan_rope_config::beta_slow, &farspan_rope_config::extrapolation_factor, &farspan_rope_config::mscale,
              &farspan_rope_config::mscale_all_dim, &farspan_rope_config::attention_factor,
              &farspan_rope_config::mixed_exponent, &farspan_rope_config::low_freq_factor,
              &farspan_rope_config::high_freq_factor, &farspan_rope_config::rotated_fraction,
              &farspan_rope_config::xpos_scale_base, &farspan_rope_config::xpos_gamma})
            for (const double value : {not_a_number, infinity, -infinity}) {
                scheme_spec spec = valid_rope(method);
                spec.rope.*field = value;
                const refusal r = refuse(spec);
                cr_expect(r.status == range && r.part() == "rope" && r.message.find("finite") != std::string::npos,
                          "method %d: %d %s", method, r.status, r.message.c_str());
                ++refused;
            }
    cr_expect_eq(refused, 18 * 14 * 3);
}
