// farspan_rope_apply: every method and layout, the axes, the directions, types and strides.
#include "cases.hpp"
#include "farspan/farspan.h"

namespace conformance {
namespace {

constexpr int32_t half = FARSPAN_LAYOUT_HALF, interleaved = FARSPAN_LAYOUT_INTERLEAVED;

json turn(const char* from, const char* to, std::initializer_list<int64_t> shape, uint64_t seed) {
    return {{"side", FARSPAN_SIDE_QUERY},
            {"branch", 0},
            {"direction", FARSPAN_ROTATE_FORWARD},
            {"length", 0},
            {"axis_stride", 0},
            {"in", input(from, shape, seed)},
            {"out", output(to, shape)}};
}

json sub_range(json rope) {
    rope["rotary_offset"] = 5;
    return rope;
}

void methods(case_list& list) {
    uint64_t seed = 1000;
    for (const int32_t method : rope_methods())
        for (const int32_t layout : {half, interleaved}) {
            json arguments = turn("f32", "f32", {1, 2, 6, 24}, ++seed);
            arguments["positions"] = {0, 1, 77, 3, 250, 12};
            if (method == FARSPAN_ROPE_XPOS) arguments["xpos_centre"] = 17;
            if (layout == interleaved) arguments["side"] = FARSPAN_SIDE_KEY;
            list.add("rope_apply: " + rope_name(method) + (layout == half ? ", half" : ", interleaved"), "rope_apply",
                     {{"rope", sub_range(rope_of(method, layout, 16, 100))}}, arguments);
        }
    for (const int32_t method : {FARSPAN_ROPE_BASE, FARSPAN_ROPE_LINEAR, FARSPAN_ROPE_YARN})
        for (const int32_t layout : {half, interleaved}) {
            json rope = rope_of(method, layout, 16, 100);
            rope["angle"] = FARSPAN_ANGLE_FLOAT32;
            json arguments = turn("f32", "f32", {1, 2, 4, 16}, ++seed);
            arguments["positions"] = {0, 5, 1000, 100003};
            list.add("rope_apply: float32 angles, " + rope_name(method) + (layout == half ? ", half" : ", interleaved"),
                     "rope_apply", {{"rope", rope}}, arguments);
        }
}

void directions(case_list& list) {
    uint64_t seed = 2000;
    for (const int32_t method : {FARSPAN_ROPE_BASE, FARSPAN_ROPE_YARN})
        for (const int32_t direction : {FARSPAN_ROTATE_INVERSE, FARSPAN_ROTATE_DELTA}) {
            json arguments = turn("f32", "f32", {1, 2, 5, 16}, ++seed);
            arguments["direction"] = direction;
            arguments["positions"] = {0, 1, 77, 3, 250};
            if (direction == FARSPAN_ROTATE_DELTA) arguments["positions"] = {0, -1, -77, 3, 250};
            list.add("rope_apply: " + rope_name(method) + (direction == FARSPAN_ROTATE_DELTA ? ", delta" : ", inverse"),
                     "rope_apply", {{"rope", rope_of(method, half, 16, 100)}}, arguments);
        }
    const json remap = {{"method", FARSPAN_REMAP_SELF_EXTEND}, {"window", 20}, {"group", 4}};
    for (const int32_t side : {FARSPAN_SIDE_QUERY, FARSPAN_SIDE_KEY}) {
        json arguments = turn("f32", "f32", {1, 1, 60, 16}, ++seed);
        arguments["side"] = side;
        arguments["branch"] = 1;
        list.add(std::string("rope_apply: far branch of self_extend, ") + (side == FARSPAN_SIDE_KEY ? "key" : "query"),
                 "rope_apply", {{"rope", rope_of(FARSPAN_ROPE_BASE, half, 16, 100)}, {"remap", remap}}, arguments);
    }
}

void axes(case_list& list) {
    uint64_t seed = 3000;
    const std::vector<std::pair<int32_t, std::vector<int32_t>>> modes = {
        {FARSPAN_AXES_SECTIONS, {4, 6, 6, 0}},
        {FARSPAN_AXES_SECTIONS, {4, 4, 4, 4}},
        {FARSPAN_AXES_INTERLEAVED, {6, 5, 4, 0}},
        {FARSPAN_AXES_INTERLEAVED_GGML, {5, 5, 4, 2}},
    };
    for (const auto& [mode, sections] : modes) {
        json rope = rope_of(FARSPAN_ROPE_BASE, half, 32, 100);
        rope["axes"] = mode;
        rope["axis_sections"] = sections;
        const bool four = sections[3] != 0;
        const int64_t stride = mode == FARSPAN_AXES_INTERLEAVED ? 7 : 5;
        json arguments = turn("f32", "f32", {1, 2, 5, 32}, ++seed), positions = json::array();
        for (int64_t n = 0; n < (four ? 4 : 3) * stride; ++n) positions.push_back(n * 37 % 101);
        if (stride != 5) arguments["axis_stride"] = stride;
        arguments["positions"] = positions;
        list.add("rope_apply: axes " + std::to_string(mode) + (four ? ", four" : ", three"), "rope_apply",
                 {{"rope", rope}}, arguments);
    }
}

void types_and_strides(case_list& list) {
    uint64_t seed = 4000;
    const json scheme = {{"rope", sub_range(rope_of(FARSPAN_ROPE_BASE, half, 16, 100))}};
    for (const char* from : {"f32", "f16", "bf16"})
        for (const char* to : {"f32", "f16", "bf16"})
            list.add(std::string("rope_apply: ") + from + " to " + to, "rope_apply", scheme,
                     turn(from, to, {2, 2, 3, 24}, ++seed));
    for (const char* dtype : {"f32", "f16", "bf16"}) {
        json arguments = turn(dtype, dtype, {2, 2, 3, 24}, ++seed);
        arguments.erase("out");
        list.add(std::string("rope_apply: in place, ") + dtype, "rope_apply", scheme, arguments);
    }
    // 2 x 2 x 3 x 24: rows with gaps, rows backwards, features backwards, every second feature, one head for all.
    json arguments = turn("f32", "f32", {2, 2, 3, 24}, ++seed);
    arguments["in"] = placed(arguments["in"], {0, 0, -24, 1}, 72, 48);
    arguments["out"] = placed(arguments["out"], {24 * 2 * 3 + 40, 27 * 3, 27, 1}, 24 * 2 * 3 + 40 + 162 + 4, 3);
    list.add("rope_apply: shared rows backwards to padded rows", "rope_apply", scheme, arguments);
    arguments = turn("f16", "f32", {2, 2, 3, 24}, ++seed);
    arguments["in"] = placed(arguments["in"], {288, 144, 48, 2}, 576);
    arguments["out"] = placed(arguments["out"], {144, 72, 24, -1}, 290, 25);
    list.add("rope_apply: every second feature to features backwards", "rope_apply", scheme, arguments);
    list.add("rope_apply: many rows", "rope_apply", {{"rope", rope_of(FARSPAN_ROPE_YARN, interleaved, 64, 100)}},
             turn("f32", "f32", {2, 4, 200, 64}, ++seed));
}

}  // namespace

case_list rope_apply_cases() {
    case_list list;
    methods(list);
    directions(list);
    axes(list);
    types_and_strides(list);
    return list;
}

}  // namespace conformance
