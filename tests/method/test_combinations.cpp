// Parts that are valid alone and refused together.
#include <criterion/criterion.h>

#include <algorithm>

#include "lowered.hpp"
#include "method/registry.hpp"

using namespace farspan_test;

namespace {

void expect_refused(scheme_spec& spec, const char* at, const char* part, const char* other) {
    const refusal r = refuse(spec);
    cr_expect_eq(r.status, FARSPAN_ERROR_COMBINATION, "%s: %d %s", spec.name.c_str(), r.status, r.message.c_str());
    cr_expect(r.part() == at, "%s: path %s", spec.name.c_str(), r.path.c_str());
    cr_expect(r.message.find(part) != std::string::npos && r.message.find(other) != std::string::npos, "%s",
              r.message.c_str());
}

}  // namespace

Test(combinations, remaps_need_a_causal_mask_without_prefix) {
    for (int32_t method = 1; method < farspan::method_count(FARSPAN_PART_REMAP); ++method) {
        scheme_spec spec = valid_remap(method);
        const char* name = farspan::method_name(FARSPAN_PART_REMAP, method);
        spec.mask.causal = 0;
        expect_refused(spec, "remap", name, "mask.causal");
        spec.mask.causal = 1;
        spec.mask.prefix = 3;
        expect_refused(spec, "remap", name, "mask.prefix");
        spec.mask.prefix = 0;
        spec.mask.sinks = 4;
        spec.mask.window_left = 16;
        cr_expect_eq(refuse(spec).status, FARSPAN_OK, "%s", name);
    }
}

Test(combinations, remaps_exclude_xpos_and_several_axes) {
    for (int32_t method = 1; method < farspan::method_count(FARSPAN_PART_REMAP); ++method) {
        scheme_spec spec = valid_remap(method);
        const char* name = farspan::method_name(FARSPAN_PART_REMAP, method);
        spec.with_rope(FARSPAN_ROPE_XPOS, FARSPAN_LAYOUT_HALF, 16);
        expect_refused(spec, "remap", name, "xpos");
        spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 16);
        cr_expect_eq(refuse(spec).status, FARSPAN_OK, "%s", name);
        spec.rope.axes = FARSPAN_AXES_SECTIONS;
        std::fill(spec.rope.axis_sections, spec.rope.axis_sections + 4, 2);
        expect_refused(spec, "remap", name, "rope.axes");
    }
}

// Its decay would be growth for keys ahead of the query.
Test(combinations, xpos_needs_the_past_only) {
    scheme_spec spec = valid_rope(FARSPAN_ROPE_XPOS);
    spec.mask.causal = 0;
    expect_refused(spec, "rope", "xpos", "mask.causal");
    spec.mask.causal = 1;
    spec.mask.prefix = 1;
    expect_refused(spec, "rope", "xpos", "mask.prefix");
    spec.mask.prefix = 0;
    cr_expect_eq(refuse(spec).status, FARSPAN_OK);
}

// Everything else goes with everything: every rope with every remap, bias and temperature, twice.
Test(combinations, the_rest_combines) {
    int made = 0;
    for (int32_t rope = 0; rope < farspan::method_count(FARSPAN_PART_ROPE); ++rope)
        for (int32_t remap = 0; remap < farspan::method_count(FARSPAN_PART_REMAP); ++remap)
            for (int32_t bias = 0; bias < farspan::method_count(FARSPAN_PART_BIAS); ++bias) {
                if (rope == FARSPAN_ROPE_XPOS && remap != FARSPAN_REMAP_NONE) continue;
                scheme_spec spec = valid_rope(rope);
                const scheme_spec other_remap = valid_remap(remap), other_bias = valid_bias(bias);
                spec.remap = other_remap.remap;
                spec.bias = other_bias.bias;
                spec.bias_values = other_bias.bias_values;
                spec.bias_a = other_bias.bias_a;
                spec.bias_p = other_bias.bias_p;
                spec.score = valid_temperature((rope + remap + bias) % 6).score;
                const refusal r = refuse(spec);
                cr_assert_eq(r.status, FARSPAN_OK, "rope %d remap %d bias %d: %s", rope, remap, bias,
                             r.message.c_str());
                ++made;
            }
    cr_expect_eq(made, 18 * 7 * 7 - 6 * 7);
}

// Under a mask that shows keys ahead of the query, ALiBi in one direction means different things to different readers.
Test(combinations, alibi_in_one_direction_needs_the_past) {
    scheme_spec spec = valid_bias(FARSPAN_BIAS_ALIBI);
    spec.mask.causal = 0;
    expect_refused(spec, "bias", "alibi without bidirectional", "mask.causal");
    spec.mask.causal = 1;
    spec.mask.prefix = 3;
    expect_refused(spec, "bias", "alibi without bidirectional", "mask.prefix");
    spec.bias.bidirectional = 1;
    cr_expect_eq(refuse(spec).status, FARSPAN_OK);
    spec.mask.causal = 0;
    cr_expect_eq(refuse(spec).status, FARSPAN_OK);
    for (const int32_t method :
         {FARSPAN_BIAS_T5, FARSPAN_BIAS_KERPLE_LOG, FARSPAN_BIAS_KERPLE_POWER, FARSPAN_BIAS_SANDWICH}) {
        scheme_spec other = valid_bias(method);
        other.mask.causal = 0;
        cr_expect_eq(refuse(other).status, FARSPAN_OK, "method %d", method);
    }
}
