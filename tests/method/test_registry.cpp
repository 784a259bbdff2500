// Names of methods, and the defaults that init writes.
#include <criterion/criterion.h>

#include <cstring>
#include <string>
#include <vector>

#include "lowered.hpp"
#include "method/defaults.hpp"
#include "method/registry.hpp"

using namespace farspan;

namespace {

const std::vector<std::vector<std::string>> spellings = {
    {"none", "base", "linear", "dynamic_linear", "ntk", "ntk_old", "ntk_fixed", "ntk_mixed", "dynamic_ntk",
     "dynamic_ntk_qwen", "ntk_by_parts", "yarn", "dynamic_yarn", "longrope", "llama3", "proportional", "xpos",
     "pair_factors"},
    {"none", "rerope", "leaky_rerope", "self_extend", "dual_chunk", "lm_infinite", "streaming"},
    {"none", "alibi", "t5", "kerple_log", "kerple_power", "sandwich", "dense"},
    {"none", "log_n", "log_n_trained", "log_n_long", "llama4", "length", "ministral3"},
};

}  // namespace

Test(registry, every_method_has_its_spelling) {
    for (int32_t part = 0; part < 4; ++part) {
        const auto& names = spellings[part];
        cr_assert_eq(method_count(part), static_cast<int32_t>(names.size()), "part %d", part);
        for (int32_t method = 0; method < method_count(part); ++method) {
            cr_expect_str_eq(method_name(part, method), names[method].c_str());
            cr_expect_eq(method_find(part, names[method].c_str()), method, "%s", names[method].c_str());
        }
    }
    cr_expect_str_eq(method_name(FARSPAN_PART_ROPE, FARSPAN_ROPE_PAIR_FACTORS), "pair_factors");
    cr_expect_str_eq(method_name(FARSPAN_PART_REMAP, FARSPAN_REMAP_STREAMING), "streaming");
    cr_expect_str_eq(method_name(FARSPAN_PART_BIAS, FARSPAN_BIAS_DENSE), "dense");
    cr_expect_str_eq(method_name(FARSPAN_PART_TEMPERATURE, FARSPAN_TEMPERATURE_MINISTRAL3), "ministral3");
}

Test(registry, unknown_methods_and_names_are_answered) {
    for (int32_t part = -1; part <= 4; ++part) {
        cr_expect_null(method_name(part, -1));
        cr_expect_null(method_name(part, 99));
        cr_expect_null(method_name(part, INT32_MAX));
        cr_expect_null(method_name(part, INT32_MIN));
        cr_expect_eq(method_find(part, "YARN"), -1);
        cr_expect_eq(method_find(part, ""), -1);
        cr_expect_eq(method_find(part, nullptr), -1);
    }
    cr_expect_eq(method_count(-1), 0);
    cr_expect_eq(method_count(4), 0);
    cr_expect_null(method_name(4, 0));
    cr_expect_eq(method_find(FARSPAN_PART_REMAP, "yarn"), -1);
}

// The defaults as the header states them.
Test(registry, init_writes_the_defaults_of_the_header) {
    farspan_rope_config rope;
    std::memset(&rope, 0x5a, sizeof rope);
    init_rope_config(&rope, FARSPAN_ROPE_YARN);
    cr_expect_eq(rope.struct_size, sizeof rope);
    cr_expect_eq(rope.method, FARSPAN_ROPE_YARN);
    cr_expect(rope.layout == 0 && rope.rotary_dim == 0 && rope.rotary_offset == 0 && rope.angle == FARSPAN_ANGLE_EXACT);
    cr_expect(rope.base == 10000 && rope.factor == 1 && rope.original_context == 0);
    cr_expect(rope.beta_fast == 32 && rope.beta_slow == 1 && rope.extrapolation_factor == 1);
    cr_expect(rope.ramp == FARSPAN_RAMP_PAIR_INDEX && rope.truncate == 1 && rope.mscale == 0 &&
              rope.mscale_all_dim == 0);
    cr_expect(rope.magnitude == FARSPAN_MAGNITUDE_DEFAULT && rope.length_switch == FARSPAN_SWITCH_AFTER);
    cr_expect(rope.attention_factor == 1 && rope.mixed_exponent == 0.625);
    cr_expect(rope.low_freq_factor == 1 && rope.high_freq_factor == 4 && rope.rotated_fraction == 1);
    cr_expect(rope.xpos_scale_base == 512 && rope.xpos_gamma == 0.4);
    cr_expect(!rope.short_factors && !rope.long_factors && rope.short_factors_count == 0 &&
              rope.long_factors_count == 0 && rope.axes == FARSPAN_AXES_NONE);
    for (const int32_t section : rope.axis_sections) cr_expect_eq(section, 0);

    farspan_remap_config remap;
    std::memset(&remap, 0x5a, sizeof remap);
    init_remap_config(&remap, FARSPAN_REMAP_REROPE);
    cr_expect(remap.struct_size == sizeof remap && remap.method == FARSPAN_REMAP_REROPE && remap.window == 0);
    cr_expect(remap.group == 8 && remap.leak == 16 && remap.chunk == 0 && remap.local_window == 0 && remap.limit == 0);
    cr_expect(remap.sinks == 0 && remap.real_shift == 0 && remap.reserved == 0 && remap.position_scale == 1);

    farspan_bias_config bias;
    std::memset(&bias, 0x5a, sizeof bias);
    init_bias_config(&bias, FARSPAN_BIAS_T5);
    cr_expect(bias.struct_size == sizeof bias && bias.method == FARSPAN_BIAS_T5 && bias.heads == 0 &&
              bias.alibi_heads == 0 && !bias.slopes && bias.slopes_count == 0);
    cr_expect(bias.bidirectional == 0 && bias.buckets == 32 && bias.max_distance == 128 && bias.distance_limit == 0);
    cr_expect(bias.max_bias == 8 && bias.scale == 1 && bias.trained_length == 0 && bias.dim == 128 &&
              bias.reserved == 0);
    cr_expect(!bias.values && !bias.a && !bias.p);

    farspan_mask_config mask;
    std::memset(&mask, 0x5a, sizeof mask);
    init_mask_config(&mask);
    cr_expect(mask.struct_size == sizeof mask && mask.causal == 1 && mask.window_left == -1 && mask.window_right == -1);
    cr_expect(mask.sinks == 0 && mask.chunk == 0 && mask.prefix == 0);

    farspan_score_config score;
    std::memset(&score, 0x5a, sizeof score);
    init_score_config(&score);
    cr_expect(score.struct_size == sizeof score && score.temperature == FARSPAN_TEMPERATURE_NONE);
    cr_expect(score.scale == 0 && score.multiplier == 1 && score.trained_length == 0 && score.alpha == 0.1);
    cr_expect(score.power == 1 && score.softcap == 0 && !score.sink_logits && score.sink_logits_count == 0);
}

// Every method, at its defaults and what it requires, makes a scheme that lowers at every length.
Test(registry, every_method_lowers_from_its_defaults) {
    using namespace farspan_test;
    using maker = scheme_spec (*)(int32_t);
    const maker makers[] = {valid_rope, valid_remap, valid_bias, valid_temperature};
    for (int32_t part = 0; part < 4; ++part)
        for (int32_t method = 0; method < method_count(part); ++method) {
            scheme_spec spec = makers[part](method);
            const refusal none = refuse(spec);
            cr_assert_eq(none.status, FARSPAN_OK, "%s: %s", spec.name.c_str(), none.message.c_str());
            const auto scheme = make_parts(spec);
            for (const int64_t length : {int64_t{1}, int64_t{2048}, int64_t{2049}, int64_t{1} << 40}) {
                cr_expect_eq(lower_rope(*scheme, length).enabled, spec.rope.method != FARSPAN_ROPE_NONE);
                cr_expect_eq(lower_remap(*scheme, length).trivial(), spec.remap.method == FARSPAN_REMAP_NONE);
                cr_expect_eq(lower_bias(*scheme, length).kind == bias_part::none,
                             spec.bias.method == FARSPAN_BIAS_NONE);
                cr_expect_gt(lower_score(*scheme, length).query_scale(100, 64), 0.0);
            }
        }
}

// What a method becomes at two lengths, as numbers.
std::vector<double> numbers_of(const lowered_scheme& lowered) {
    std::vector<double> numbers = lowered.rope.inv_freq;
    numbers.push_back(lowered.rope.magnitude);
    for (const remap_branch& branch : lowered.remap.branches)
        for (const int64_t position : {3, 700, 5000})
            numbers.insert(numbers.end(),
                           {branch.query(position), branch.key(position), static_cast<double>(branch.start(position))});
    for (const int64_t distance : {0, 3, 700, 5000})
        if (lowered.bias.fill) numbers.push_back(lowered.bias.value(0, distance));
    for (const int64_t position : {3, 700, 5000}) numbers.push_back(lowered.score.query_scale(position, 64));
    return numbers;
}

// depends_on_length knows every method: one that lowers to other numbers at another length is named there.
Test(registry, methods_that_depend_on_the_length) {
    using namespace farspan_test;
    using maker = scheme_spec (*)(int32_t);
    const maker makers[] = {valid_rope, valid_remap, valid_bias, valid_temperature};
    int dependent = 0;
    for (int32_t part = 0; part < 4; ++part)
        for (int32_t method = 0; method < method_count(part); ++method) {
            scheme_spec spec = makers[part](method);
            for (const bool trained : {false, true}) {
                if (trained && spec.bias.method != FARSPAN_BIAS_ALIBI) continue;
                if (trained) spec.bias.trained_length = 512;
                const auto scheme = make_parts(spec);
                bool differs = false;
                for (const int64_t length : {2, 100, 3000, 1 << 20})
                    differs |= numbers_of(lower(*scheme, length, 0)) != numbers_of(lower(*scheme, 1, 0));
                dependent += differs;
                cr_expect_eq(depends_on_length(*scheme), differs, "%s: %s", spec.name.c_str(),
                             differs ? "depends on the length" : "is the same at every length");
            }
        }
    cr_expect_gt(dependent, 5);
}

Test(registry, no_configuration_is_the_default_scheme) {
    const auto scheme = make_scheme({sizeof(farspan_scheme_parts), 0, nullptr, nullptr, nullptr, nullptr, nullptr});
    cr_expect_not(lower_rope(*scheme, 5).enabled);
    cr_expect(lower_remap(*scheme, 5).trivial());
    cr_expect_eq(lower_bias(*scheme, 5).kind, bias_part::none);
    const mask_part mask = lower_mask(*scheme);
    cr_expect(mask.causal);
    cr_expect_eq(mask.visible(7)[0].last, 8);
    cr_expect_eq(lower_score(*scheme, 5).query_scale(7, 64), 0.125);
}
