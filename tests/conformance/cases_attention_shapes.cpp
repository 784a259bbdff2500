// Attention over every shape of problem: heads, batches, types, strides, positions, packing; and large problems.
#include "cases.hpp"
#include "farspan/farspan.h"

namespace conformance {
namespace {

json rotation() { return rope_of(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 16, 12); }

class shape_cases {
public:
    json arguments(const attention_sizes& sizes) { return attention_arguments(sizes, seed_ += 4); }
    void add(const std::string& name, const json& arguments, const json& scheme = {{"rope", rotation()}}) {
        list.add("attention: " + name, "attention_run", scheme, arguments);
    }
    case_list list;

private:
    uint64_t seed_ = 20000;
};

attention_sizes sizes(int64_t batch, int64_t query_heads, int64_t key_heads, int64_t queries, int64_t keys) {
    attention_sizes result;
    result.batch = batch;
    result.query_heads = query_heads;
    result.key_heads = key_heads;
    result.queries = queries;
    result.keys = keys;
    return result;
}

json counted(int64_t count, int64_t first, int64_t step) {
    json result = json::array();
    for (int64_t n = 0; n < count; ++n) result.push_back(first + n * step);
    return result;
}

void heads(shape_cases& all) {
    for (const auto& s : {sizes(2, 6, 2, 5, 9), sizes(3, 4, 4, 1, 17), sizes(1, 8, 1, 3, 3), sizes(1, 2, 1, 9, 4)})
        all.add(std::to_string(s.batch) + " batches, " + std::to_string(s.query_heads) + " over " +
                    std::to_string(s.key_heads) + " heads, " + std::to_string(s.queries) + " queries, " +
                    std::to_string(s.keys) + " keys",
                all.arguments(s));
    attention_sizes wide = sizes(1, 2, 1, 4, 11);
    wide.head_dim = 80;
    wide.value_dim = 33;
    all.add("other width of values", all.arguments(wide));
    wide.head_dim = 17;
    wide.value_dim = 1;
    all.add("odd widths", all.arguments(wide));
}

void types(shape_cases& all) {
    const char* const names[] = {"f32", "f16", "bf16"};
    for (int n = 0; n < 9; ++n) {
        json a = all.arguments(sizes(1, 2, 1, 6, 14));
        const char *qk = names[n / 3], *v = names[(n + 1) % 3], *out = names[n % 3];
        a["q"]["dtype"] = a["k"]["dtype"] = qk;
        a["v"]["dtype"] = v;
        a["out"]["dtype"] = out;
        all.add(std::string("q and k ") + qk + ", v " + v + ", out " + out, a);
    }
}

void strides(shape_cases& all) {
    // q and out [batch, sequence, head, feature] in memory, k rows backwards, v one head for all.
    json a = all.arguments(sizes(2, 2, 2, 5, 7));
    a["q"] = placed(a["q"], {160, 16, 32, 1}, 320);
    a["k"] = placed(a["k"], {224, 112, -16, 1}, 448, 96);
    a["v"] = placed(a["v"], {0, 0, 16, 1}, 112);
    a["out"] = placed(a["out"], {160, 16, 32, 1}, 320);
    all.add("sequence-major q and out, k backwards, v shared", a);
    a = all.arguments(sizes(2, 2, 2, 5, 7));
    a["q"] = placed(a["q"], {160, 80, 16, -1}, 330, 20);
    a["k"] = placed(a["k"], {448, 224, 32, 2}, 896);
    a["v"] = placed(a["v"], {280, 140, 20, 1}, 560, 1);
    a["out"] = placed(a["out"], {200, 100, 20, 1}, 404, 2);
    all.add("features backwards, every second feature, rows with gaps", a);
    a = all.arguments(sizes(1, 2, 1, 5, 7));
    a["q"] = placed(a["q"], {0, 80, 1, 5}, 160);
    a["out"] = placed(a["out"], {160, 80, -16, 1}, 160, 64);
    all.add("feature-major q, out backwards", a);
}

void positions(shape_cases& all) {
    json a = all.arguments(sizes(2, 2, 1, 3, 8));
    a["problem"]["query_positions"] = {5, 40, 7};
    a["problem"]["key_positions"] = counted(8, 0, 5);
    all.add("positions shared by the batches", a);
    a["problem"]["query_positions"] = {5, 40, 7, 3, 3, 90};
    a["problem"]["query_position_stride"] = 3;
    json keys = counted(8, 0, 5);
    for (const json& more : counted(8, 1, 2)) keys.push_back(more);
    a["problem"]["key_positions"] = keys;
    a["problem"]["key_position_stride"] = 8;
    all.add("positions by batch", a);
    a = all.arguments(sizes(1, 2, 1, 3, 8));
    a["problem"]["length"] = 500;
    all.add("a given length", a, {{"rope", rope_of(FARSPAN_ROPE_DYNAMIC_NTK, FARSPAN_LAYOUT_HALF, 16, 12)}});
    a = all.arguments(sizes(1, 2, 1, 3, 8));
    a["problem"]["state"] = FARSPAN_STATE_ROTATED;
    all.add("already rotated", a);
    a = all.arguments(sizes(2, 2, 1, 4, 9));
    a["problem"]["key_ranges"] = {2, 9, 0, 5};
    all.add("padding", a);
    a = all.arguments(sizes(1, 2, 1, 9, 12));
    a["problem"]["segments"] = 3;
    a["problem"]["query_offsets"] = {0, 4, 5, 9};
    a["problem"]["key_offsets"] = {0, 4, 6, 12};
    all.add("packed sequences", a);
    a = all.arguments(sizes(1, 2, 1, 4, 6));
    json rope = rotation();
    rope["axes"] = FARSPAN_AXES_SECTIONS;
    rope["axis_sections"] = {2, 3, 3, 0};
    a["problem"]["query_axis_positions"] = {9, 10, 11, 12, 1, 2, 3, 4, 7, 7, 8, 8};
    a["problem"]["key_axis_positions"] = counted(18, 0, 2);
    all.add("positions by axis", a, {{"rope", rope}});
}

void dense_biases(shape_cases& all) {
    const json scheme = {{"rope", rotation()}, {"bias", {{"method", FARSPAN_BIAS_DENSE}}}};
    json a = all.arguments(sizes(2, 4, 2, 5, 9));
    a["bias"] = input("f32", {2, 4, 5, 9}, 71);
    all.add("dense bias", a, scheme);
    a["bias"] = input("bf16", {1, 4, 5, 9}, 72);
    all.add("dense bias for all batches", a, scheme);
    a["bias"] = placed(input("f16", {1, 1, 5, 9}, 73), {0, 0, 12, 1}, 60, 1);
    all.add("dense bias for all heads", a, scheme);
}

void other_calls(shape_cases& all) {
    json a = all.arguments(sizes(2, 4, 2, 5, 9));
    a["workspace"] = true;
    all.add("a workspace", a);
    a = all.arguments(sizes(2, 4, 2, 5, 9));
    a.erase("lse");
    all.add("without lse", a);
    for (const char* key : {"problem", "lse"}) a.erase(key);
    all.list.add("attention in one call", "attention", {{"rope", rotation()}}, a);
    all.list.add("attention in one call, default scheme", "attention", {}, a);
}

}  // namespace

case_list attention_shape_cases() {
    shape_cases all;
    heads(all);
    types(all);
    strides(all);
    positions(all);
    dense_biases(all);
    other_calls(all);
    return all.list;
}

// Over several tiles, and worth more than one thread.
case_list attention_large_cases() {
    shape_cases all;
    attention_sizes prompt = sizes(2, 4, 2, 300, 700);
    prompt.head_dim = 64;
    const json rope = rope_of(FARSPAN_ROPE_YARN, FARSPAN_LAYOUT_HALF, 64, 100);
    all.add("300 queries, 700 keys", all.arguments(prompt), {{"rope", rope}});
    json a = all.arguments(prompt);
    for (const char* key : {"q", "k", "v", "out"}) a[key]["dtype"] = "bf16";
    all.add("300 queries, 700 keys, rerope, bf16", a,
            {{"rope", rope_of(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 64, 100)},
             {"remap", {{"method", FARSPAN_REMAP_REROPE}, {"window", 150}}}});
    all.add("300 queries, 700 keys, sinks, window and alibi", all.arguments(prompt),
            {{"bias", {{"method", FARSPAN_BIAS_ALIBI}, {"heads", 4}}}, {"mask", {{"sinks", 4}, {"window_left", 200}}}});
    attention_sizes packed = sizes(1, 4, 4, 400, 400);
    packed.head_dim = 32;
    a = all.arguments(packed);
    a["problem"]["segments"] = 4;
    a["problem"]["query_offsets"] = a["problem"]["key_offsets"] = {0, 70, 71, 250, 400};
    all.add("400 tokens in 4 packed sequences", a);
    attention_sizes step = sizes(2, 8, 2, 1, 3000);
    step.head_dim = 64;
    all.add("1 query, 3000 keys", all.arguments(step), {{"rope", rope}});
    a = all.arguments(step);
    for (const char* key : {"k", "v"}) a[key]["dtype"] = "f16";
    all.add("1 query, 3000 keys in f16, streaming", a,
            {{"rope", rope},
             {"remap", {{"method", FARSPAN_REMAP_STREAMING}, {"window", 1000}, {"sinks", 4}}},
             {"mask", {{"sinks", 4}, {"window_left", 1000}}}});
    return all.list;
}

}  // namespace conformance
