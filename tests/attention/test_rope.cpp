// Attention under every rope method.
#include <criterion/criterion.h>

#include "generator.hpp"
#include "sweep.hpp"

using namespace farspan_test;

namespace {

constexpr int32_t half = FARSPAN_LAYOUT_HALF, interleaved = FARSPAN_LAYOUT_INTERLEAVED;

void fill_pair_factors(scheme_spec& spec, uint64_t seed) {
    generator random(seed);
    const auto pairs = static_cast<size_t>(spec.rope.rotary_dim / 2);
    const bool two = spec.rope.method == FARSPAN_ROPE_LONGROPE;
    for (size_t p = 0; p < pairs; ++p) {
        spec.short_factors.push_back(random.real(1.0, 1.5));
        if (two) spec.long_factors.push_back(random.real(1.0, 12.0));
    }
}

// A method with parameters that make it differ from plain RoPE at 200 tokens.
scheme_spec make_spec(int32_t method, int32_t pair_layout, int32_t rotary_dim) {
    scheme_spec spec(farspan_method_name(FARSPAN_PART_ROPE, method));
    if (method == FARSPAN_ROPE_NONE) return spec;
    spec.with_rope(method, pair_layout, rotary_dim);
    farspan_rope_config& rope = spec.rope;
    switch (method) {
        case FARSPAN_ROPE_LINEAR:
        case FARSPAN_ROPE_NTK:
        case FARSPAN_ROPE_NTK_OLD:
        case FARSPAN_ROPE_NTK_FIXED:
        case FARSPAN_ROPE_NTK_MIXED:
            rope.factor = 4;
            break;
        case FARSPAN_ROPE_DYNAMIC_LINEAR:
        case FARSPAN_ROPE_DYNAMIC_NTK_QWEN:
        case FARSPAN_ROPE_DYNAMIC_YARN:
            rope.original_context = 64;
            break;
        case FARSPAN_ROPE_DYNAMIC_NTK:
        case FARSPAN_ROPE_NTK_BY_PARTS:
        case FARSPAN_ROPE_YARN:
        case FARSPAN_ROPE_LLAMA3:
            rope.factor = 8;
            rope.original_context = 64;
            break;
        case FARSPAN_ROPE_LONGROPE:
            rope.factor = 4;
            rope.original_context = 64;
            break;
        case FARSPAN_ROPE_PROPORTIONAL:
            rope.factor = 2;
            rope.rotated_fraction = 0.5;
            break;
        case FARSPAN_ROPE_XPOS:
            rope.xpos_scale_base = 64;
            break;
        default:
            break;
    }
    if (method == FARSPAN_ROPE_LONGROPE || method == FARSPAN_ROPE_PAIR_FACTORS)
        fill_pair_factors(spec, static_cast<uint64_t>(method));
    return spec;
}

}  // namespace

Test(attention_rope, every_method_and_layout) {
    sweep family("rope");
    uint64_t seed = 100;
    for (int32_t method = 0; method < farspan_method_count(FARSPAN_PART_ROPE); ++method)
        for (const int32_t pair_layout : {half, interleaved}) {
            family.check(make_spec(method, pair_layout, 64), make_problem(200, 200, 64, ++seed));
            family.check(make_spec(method, pair_layout, 32), make_problem(37, 150, 80, ++seed));  // partial
            scheme_spec inner = make_spec(method, pair_layout, 24);  // a sub-range that is not aligned to anything
            if (method != FARSPAN_ROPE_NONE) inner.rope.rotary_offset = 13;
            family.check(inner, make_problem(90, 131, 41, ++seed));
        }
}

Test(attention_rope, options_of_yarn) {
    sweep family("yarn");
    uint64_t seed = 200;
    const auto check = [&](const char* what, auto change) {
        for (const int32_t method : {FARSPAN_ROPE_NTK_BY_PARTS, FARSPAN_ROPE_YARN}) {
            scheme_spec spec = make_spec(method, half, 64);
            spec.name += std::string(", ") + what;
            change(spec.rope);
            family.check(spec, make_problem(130, 130, 64, ++seed));
        }
    };
    check("ramp over rotations", [](auto& rope) { rope.ramp = FARSPAN_RAMP_ROTATIONS; });
    check("no truncation", [](auto& rope) { rope.truncate = 0; });
    check("extrapolation 0.5", [](auto& rope) { rope.extrapolation_factor = 0.5; });
    check("other betas", [](auto& rope) { rope.beta_fast = 8, rope.beta_slow = 2; });
    check("explicit magnitude", [](auto& rope) {
        rope.magnitude = FARSPAN_MAGNITUDE_EXPLICIT;
        rope.attention_factor = 1.25;
    });
    check("factor on the magnitude", [](auto& rope) { rope.attention_factor = 0.75; });
    scheme_spec mscale = make_spec(FARSPAN_ROPE_YARN, half, 64);
    mscale.name = "yarn, mscale";
    mscale.rope.mscale = 1.0;
    mscale.rope.mscale_all_dim = 0.707;
    family.check(mscale, make_problem(100, 130, 64, ++seed));
    scheme_spec unclamped = make_spec(FARSPAN_ROPE_YARN, half, 64);
    unclamped.name = "yarn, unclamped";
    unclamped.rope.factor = 0.5;
    unclamped.rope.magnitude = FARSPAN_MAGNITUDE_UNCLAMPED;
    family.check(unclamped, make_problem(100, 130, 64, ++seed));
}

Test(attention_rope, switches_of_longrope) {
    sweep family("longrope");
    uint64_t seed = 300;
    for (const int32_t length_switch : {FARSPAN_SWITCH_AFTER, FARSPAN_SWITCH_AT, FARSPAN_SWITCH_ALWAYS_LONG})
        for (const int64_t length : {63, 64, 65})
            for (const int32_t magnitude : {FARSPAN_MAGNITUDE_DEFAULT, FARSPAN_MAGNITUDE_YARN}) {
                scheme_spec spec = make_spec(FARSPAN_ROPE_LONGROPE, half, 32);
                spec.name = "switch " + std::to_string(length_switch) + " at " + std::to_string(length);
                spec.rope.length_switch = length_switch;
                spec.rope.magnitude = magnitude;
                family.check(spec, make_problem(20, length, 32, ++seed));
            }
}

Test(attention_rope, dynamic_methods_follow_the_length) {
    sweep family("dynamic");
    uint64_t seed = 400;
    for (const int32_t method : {FARSPAN_ROPE_DYNAMIC_LINEAR, FARSPAN_ROPE_DYNAMIC_NTK, FARSPAN_ROPE_DYNAMIC_NTK_QWEN,
                                 FARSPAN_ROPE_DYNAMIC_YARN})
        for (const int64_t length : {0, 40, 64, 65, 128, 129, 1000, 65536}) {
            scheme_spec spec = make_spec(method, half, 64);
            spec.name += " at length " + std::to_string(length);
            attention_problem problem = make_problem(30, 100, 64, ++seed);
            problem.length = length;
            family.check(spec, problem);
        }
}

Test(attention_rope, positions_by_axis) {
    sweep family("axes");
    generator random(7);
    struct axes_case {
        int32_t axes;
        int count;
        std::vector<int32_t> sections;
    };
    const std::vector<axes_case> cases = {
        {FARSPAN_AXES_SECTIONS, 3, {8, 12, 12, 0}},          {FARSPAN_AXES_SECTIONS, 2, {16, 16, 0, 0}},
        {FARSPAN_AXES_SECTIONS, 4, {4, 10, 10, 8}},          {FARSPAN_AXES_INTERLEAVED, 3, {12, 10, 10, 0}},
        {FARSPAN_AXES_INTERLEAVED_GGML, 4, {12, 10, 10, 0}}, {FARSPAN_AXES_INTERLEAVED, 3, {6, 9, 5, 0}},
        {FARSPAN_AXES_INTERLEAVED_GGML, 4, {6, 9, 5, 4}},
    };
    uint64_t seed = 500;
    for (const axes_case& one : cases)
        for (const int32_t pair_layout : {half, interleaved}) {
            scheme_spec spec("axes " + std::to_string(one.axes) + " x " + std::to_string(one.count));
            spec.with_rope(FARSPAN_ROPE_BASE, pair_layout, 64);
            spec.rope.axes = one.axes;
            std::copy(one.sections.begin(), one.sections.end(), spec.rope.axis_sections);
            attention_problem problem = make_problem(60, 100, 64, ++seed);
            problem.batch = 2;
            for (int n = 0; n < one.count * 100; ++n) problem.key_axes.push_back(random.whole(0, 500));
            for (int n = 0; n < one.count * 60; ++n) problem.query_axes.push_back(random.whole(0, 500));
            family.check(spec, problem);
        }
}

// At positions where float angles differ from the exact ones.
Test(attention_rope, float32_angles) {
    sweep family("float32");
    uint64_t seed = 550;
    for (const int32_t method : {FARSPAN_ROPE_BASE, FARSPAN_ROPE_LINEAR, FARSPAN_ROPE_YARN}) {
        scheme_spec spec = make_spec(method, half, 64);
        spec.rope.angle = FARSPAN_ANGLE_FLOAT32;
        attention_problem problem = make_problem(70, 130, 64, ++seed);
        for (int64_t j = 0; j < 130; ++j) problem.key_positions.push_back(j * j * 7);
        for (int64_t i = 60; i < 130; ++i) problem.query_positions.push_back(i * i * 7);
        family.check(spec, problem);
    }
}

Test(attention_rope, rotated_state_skips_the_rope_part) {
    sweep family("rotated");
    for (const int32_t method : {FARSPAN_ROPE_NONE, FARSPAN_ROPE_BASE, FARSPAN_ROPE_YARN}) {
        attention_problem problem = make_problem(70, 200, 64, 600 + static_cast<uint64_t>(method));
        problem.state = FARSPAN_STATE_ROTATED;
        family.check(make_spec(method, half, 64), problem);
    }
}

Test(attention_rope, explicit_positions) {
    sweep family("positions");
    for (uint64_t seed = 700; seed < 712; ++seed) {
        generator random(seed);
        scheme_spec spec =
            make_spec(seed % 3 == 0 ? FARSPAN_ROPE_XPOS : FARSPAN_ROPE_BASE, seed % 2 ? half : interleaved, 64);
        attention_problem problem = make_problem(random.whole(1, 150), random.whole(1, 200), 64, seed);
        problem.batch = 2;
        const int64_t rows = seed % 4 == 0 ? 1 : 2;  // one row of positions for all, or one each
        for (int64_t b = 0; b < rows; ++b) {
            int64_t position = random.whole(0, 1000);
            for (int64_t j = 0; j < problem.keys; ++j)
                problem.key_positions.push_back(position += random.pick<int64_t>({0, 1, 1, 1, 2, 7}));
            for (int64_t i = 0; i < problem.queries; ++i)
                problem.query_positions.push_back(random.whole(std::max<int64_t>(0, position - 300), position + 20));
        }
        family.check(spec, problem);
    }
}
