#include "cases.hpp"

#include "farspan/farspan.h"

namespace conformance {
namespace {

json tensor(const char* dtype, std::initializer_list<int64_t> shape) {
    json result;
    result["dtype"] = dtype;
    result["shape"] = std::vector<int64_t>(shape);
    return result;
}

}  // namespace

json& case_list::add(const std::string& name, const char* call, const json& scheme, const json& arguments) {
    json one;
    one["name"] = name;
    one["call"] = call;
    if (!scheme.empty()) one["scheme"] = scheme;
    one["arguments"] = arguments;
    return cases.emplace_back(one);
}

void case_list::refuse(const std::string& name, const char* call, const json& scheme, const json& arguments,
                       const char* failing, int32_t status, int32_t argument) {
    json& one = add(name, call, scheme, arguments);
    one["status"] = status;
    one["argument"] = argument;
    one["failing"] = failing;
}

json input(const char* dtype, std::initializer_list<int64_t> shape, uint64_t seed) {
    json result = tensor(dtype, shape);
    result["seed"] = seed;
    return result;
}

json output(const char* dtype, std::initializer_list<int64_t> shape) { return tensor(dtype, shape); }

json placed(json tensor, std::initializer_list<int64_t> stride, int64_t elements, int64_t offset) {
    tensor["stride"] = std::vector<int64_t>(stride);
    if (offset != 0) tensor["offset"] = offset;
    tensor["elements"] = elements;
    return tensor;
}

json attention_arguments(const attention_sizes& s, uint64_t seed) {
    json problem;
    if (s.batch != 1) problem["batch"] = s.batch;
    problem["query_heads"] = s.query_heads;
    problem["key_heads"] = s.key_heads;
    problem["queries"] = s.queries;
    problem["keys"] = s.keys;
    problem["head_dim"] = s.head_dim;
    if (s.value_dim != 0) problem["value_dim"] = s.value_dim;
    const int64_t value_dim = s.value_dim == 0 ? s.head_dim : s.value_dim;
    json result;
    result["problem"] = problem;
    result["q"] = input("f32", {s.batch, s.query_heads, s.queries, s.head_dim}, seed);
    result["k"] = input("f32", {s.batch, s.key_heads, s.keys, s.head_dim}, seed + 1);
    result["v"] = input("f32", {s.batch, s.key_heads, s.keys, value_dim}, seed + 2);
    result["out"] = output("f32", {s.batch, s.query_heads, s.queries, value_dim});
    result["lse"] = true;
    return result;
}

json rope_of(int32_t method, int32_t layout, int32_t rotary_dim, int64_t context) {
    json rope;
    rope["method"] = method;
    rope["layout"] = layout;
    rope["rotary_dim"] = rotary_dim;
    switch (method) {
        case FARSPAN_ROPE_LINEAR:
        case FARSPAN_ROPE_NTK:
        case FARSPAN_ROPE_NTK_OLD:
        case FARSPAN_ROPE_NTK_FIXED:
        case FARSPAN_ROPE_NTK_MIXED:
            rope["factor"] = 4;
            break;
        case FARSPAN_ROPE_DYNAMIC_NTK:
        case FARSPAN_ROPE_NTK_BY_PARTS:
        case FARSPAN_ROPE_YARN:
        case FARSPAN_ROPE_LLAMA3:
        case FARSPAN_ROPE_LONGROPE:
            rope["factor"] = 8;
            [[fallthrough]];
        case FARSPAN_ROPE_DYNAMIC_LINEAR:
        case FARSPAN_ROPE_DYNAMIC_NTK_QWEN:
        case FARSPAN_ROPE_DYNAMIC_YARN:
            rope["original_context"] = context;
            break;
        case FARSPAN_ROPE_PROPORTIONAL:
            rope["factor"] = 2;
            rope["rotated_fraction"] = 0.5;
            break;
        case FARSPAN_ROPE_XPOS:
            rope["xpos_scale_base"] = 64;
            break;
        default:
            break;
    }
    const bool two = method == FARSPAN_ROPE_LONGROPE;
    if (!two && method != FARSPAN_ROPE_PAIR_FACTORS) return rope;
    for (int p = 0; p < rotary_dim / 2; ++p) {
        rope["short_factors"].push_back(1 + 0.0625 * p);
        if (two) rope["long_factors"].push_back(1 + 0.75 * p);
    }
    return rope;
}

std::vector<int32_t> rope_methods() {
    std::vector<int32_t> result;
    for (int32_t method = 1; method < farspan_method_count(FARSPAN_PART_ROPE); ++method) result.push_back(method);
    return result;
}

std::string rope_name(int32_t method) { return farspan_method_name(FARSPAN_PART_ROPE, method); }

json with(json base, const json& change) {
    base.update(change);
    return base;
}

}  // namespace conformance
