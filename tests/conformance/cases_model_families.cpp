// What the published configurations of model families mean, layer by layer: the numbers are facts about the models.
#include <algorithm>
#include <cmath>

#include "cases_model.hpp"
#include "farspan/model.h"
#include "memory.hpp"

namespace conformance {
namespace {

constexpr int32_t half = FARSPAN_LAYOUT_HALF, pairs = FARSPAN_LAYOUT_INTERLEAVED;
constexpr int32_t full = FARSPAN_LAYER_FULL, sliding = FARSPAN_LAYER_SLIDING, chunked = FARSPAN_LAYER_CHUNKED;

json rope(int32_t method, int32_t layout, int32_t rotary_dim, double base, const json& more = json::object()) {
    return with({{"method", method}, {"layout", layout}, {"rotary_dim", rotary_dim}, {"base", base}}, more);
}
json turned(int32_t method, int32_t layout, int32_t rotary_dim, double base, const json& more = json::object()) {
    return {{"rope", rope(method, layout, rotary_dim, base, more)}};
}
json plain(int32_t layout, int32_t rotary_dim, double base) {
    return turned(FARSPAN_ROPE_BASE, layout, rotary_dim, base);
}
json llama3(int32_t layout, int32_t rotary_dim, double base, double factor) {
    return {{"rope",
             rope(FARSPAN_ROPE_LLAMA3, layout, rotary_dim, base, {{"factor", factor}, {"original_context", 8192}})}};
}
json yarn(int32_t layout, int32_t rotary_dim, double base, double factor, int64_t original,
          const json& more = json::object()) {
    return {{"rope", rope(FARSPAN_ROPE_YARN, layout, rotary_dim, base,
                          with({{"factor", factor}, {"original_context", original}}, more))}};
}
json longrope(const char* name, int32_t rotary_dim, double factor, const json& more = json::object()) {
    const json lists = fixture(name).at("rope_scaling");
    return {{"rope", rope(FARSPAN_ROPE_LONGROPE, half, rotary_dim, 10000,
                          with({{"factor", factor},
                                {"original_context", 4096},
                                {"short_factors", lists.at("short_factor")},
                                {"long_factors", lists.at("long_factor")}},
                               more))}};
}
json alibi(int32_t heads, double scale = 1) {
    return {{"bias", {{"method", FARSPAN_BIAS_ALIBI}, {"heads", heads}, {"scale", scale}}}};
}
json within(json scheme, int64_t window) {  // keys that a query sees, itself included
    scheme["mask"]["window_left"] = window - 1;
    return scheme;
}
json around(json scheme, int64_t window) {  // to both sides, 0: all
    scheme["mask"] = {{"causal", 0}};
    if (window > 0) scheme["mask"]["window_left"] = scheme["mask"]["window_right"] = window - 1;
    return scheme;
}
json scored(json scheme, const json& score) {
    scheme["score"] = score;
    return scheme;
}

constexpr int64_t unknown = -1;  // not compared

struct layer_row {
    const char* name;
    int64_t layer, alike;
    int32_t kind;
    int64_t query_heads, key_heads, head_dim, value_dim, window;
    double scale;  // 0: 1/sqrt(head_dim)
    json scheme;
};

// g(s, c)^2, DeepSeek's factor on the scale.
double mscale(double factor, double c) { return std::pow(0.1 * c * std::log(factor) + 1, 2); }

std::vector<layer_row> unscaled_rows() {
    return {
        {"llama-2-7b", 0, 0, full, 32, 32, 128, 128, 0, 0, plain(half, 128, 1e4)},
        {"codellama-34b", 47, 0, full, 64, 8, 128, 128, 0, 0, plain(half, 128, 1e6)},
        {"smollm3-3b", 4, 0, full, 16, 4, 128, 128, 0, 0, plain(half, 128, 5e6)},
        {"mistral-7b-v0.1", 31, 0, sliding, 32, 8, 128, 128, 4096, 0, within(plain(half, 128, 1e4), 4096)},
        {"mixtral-8x7b", 0, 0, full, 32, 8, 128, 128, 0, 0, plain(half, 128, 1e6)},
        {"qwen3-next", 3, 3, full, 16, 2, 256, 256, 0, 0, plain(half, 64, 1e7)},
        {"qwen3-draft", 0, 0, full, 32, 8, 128, 128, 0, 0, plain(half, 128, 1e6)},  // its window has no effect
        {"phi-2", 0, 0, full, 32, 32, 80, 80, 0, 0, plain(half, 32, 1e4)},
        {"gemma-2b", 0, 0, full, 8, 1, 256, 256, 0, 0, plain(half, 256, 1e4)},
        {"gemma-2-27b", 45, 1, full, 32, 16, 128, 128, 0, 1.0 / 12, scored(plain(half, 128, 1e4), {{"softcap", 50}})},
        {"gemma-3-1b", 0, 0, sliding, 4, 1, 256, 256, 512, 0, within(plain(half, 256, 1e4), 512)},
        {"gemma-3-1b", 5, 5, full, 4, 1, 256, 256, 0, 0, plain(half, 256, 1e6)},
        {"gemma-3n-with-gemma-3-scale", 0, 0, sliding, 8, 2, 256, 256, 512, 1, within(plain(half, 256, 1e4), 512)},
        {"embeddinggemma-300m", 0, 0, sliding, 3, 1, 256, 256, 513, 0, around(plain(half, 256, 1e4), 257)},
        {"embeddinggemma-300m", 5, 5, full, 3, 1, 256, 256, 0, 0, around(plain(half, 256, 1e6), 0)},
        {"llama-2-70b-meta-params", 0, 0, full, 64, 8, 128, 128, 0, 0, plain(pairs, 128, 1e4)},
        {"llava-1.5-7b", 0, 0, full, 32, 32, 128, 128, 0, 0, plain(half, 128, 1e4)},
        {"deepseek-ocr", 0, 0, full, 10, 10, 128, 128, 0, 0, plain(half, 128, 1e4)},
        {"gemma-3-4b", 33, 0, sliding, 8, 4, 256, 256, 1024, 0, within(plain(half, 256, 1e4), 1024)},
        {"falcon-40b", 0, 0, full, 128, 8, 64, 64, 0, 0, plain(half, 64, 1e4)},
        {"gpt-neox-20b", 0, 0, full, 64, 64, 96, 96, 0, 0, plain(half, 24, 1e4)},
        {"gpt-j-6b", 0, 0, full, 16, 16, 256, 256, 0, 0, plain(pairs, 64, 1e4)},
        {"stablelm-3b-4e1t", 0, 0, full, 32, 32, 80, 80, 0, 0, plain(half, 20, 1e4)},
        {"command-r7b", 0, 0, sliding, 32, 8, 128, 128, 4096, 0, within(plain(pairs, 128, 5e4), 4096)},
        {"olmo-3-7b", 0, 0, sliding, 32, 32, 128, 128, 4096, 0, within(plain(half, 128, 5e5), 4096)},
        {"glm-4-9b-hf", 0, 0, full, 32, 2, 128, 128, 0, 0, plain(pairs, 64, 1e4)},
        {"granite-4.1-3b", 0, 0, full, 40, 8, 64, 64, 0, 0.015625, plain(half, 64, 1e7)},
    };
}

std::vector<layer_row> scaled_rows() {
    const json mscale_1 = {{"mscale", 1}, {"mscale_all_dim", 1}};
    const double head_192 = 1 / std::sqrt(192.0);
    return {
        {"llama-3.1-8b-meta-params", 0, 0, full, 32, 8, 128, 128, 0, 0, llama3(pairs, 128, 5e5, 8)},
        {"llama-3.1-8b", 0, 0, full, 32, 8, 128, 128, 0, 0, llama3(half, 128, 5e5, 8)},
        {"llama-3.2-1b", 0, 0, full, 32, 8, 64, 64, 0, 0, llama3(half, 64, 5e5, 32)},
        {"ministral-3-8b", 0, 0, full, 32, 8, 128, 128, 0, 0,
         scored(yarn(half, 128, 1e6, 16, 16384, mscale_1),
                {{"temperature", FARSPAN_TEMPERATURE_MINISTRAL3}, {"trained_length", 16384}})},
        {"qwen2.5-7b-yarn", 0, 0, full, 28, 4, 128, 128, 0, 0, yarn(half, 128, 1e6, 4, 32768)},
        {"qwen3-8b-yarn", 0, 0, full, 32, 8, 128, 128, 0, 0, yarn(half, 128, 1e6, 4, 32768)},
        {"gemma-3-4b", 11, 5, full, 8, 4, 256, 256, 0, 0, turned(FARSPAN_ROPE_LINEAR, half, 256, 1e6, {{"factor", 8}})},
        {"gpt-oss-20b", 0, 0, sliding, 64, 8, 64, 64, 128, 0,
         within(yarn(half, 64, 150000, 32, 4096, {{"truncate", 0}}), 128)},
        {"gpt-oss-20b", 23, 1, full, 64, 8, 64, 64, 0, 0, yarn(half, 64, 150000, 32, 4096, {{"truncate", 0}})},
        {"deepseek-v3", 0, 0, full, 128, 128, 192, 128, 0, head_192 * mscale(40, 1),
         yarn(pairs, 64, 1e4, 40, 4096, with(mscale_1, {{"rotary_offset", 128}}))},
        {"deepseek-v2-lite", 26, 0, full, 16, 16, 192, 128, 0, head_192 * mscale(40, 0.707),
         yarn(pairs, 64, 1e4, 40, 4096, {{"rotary_offset", 128}, {"mscale", 0.707}, {"mscale_all_dim", 0.707}})},
        {"kimi-k2", 0, 0, full, 64, 64, 192, 128, 0, head_192 * mscale(32, 1),
         yarn(pairs, 64, 5e4, 32, 4096, with(mscale_1, {{"rotary_offset", 128}, {"beta_fast", 1}}))},
        {"olmo-3-7b", 31, 3, full, 32, 32, 128, 128, 0, 0,
         yarn(half, 128, 5e5, 8, 8192,
              {{"magnitude", FARSPAN_MAGNITUDE_EXPLICIT}, {"attention_factor", 1.2079441541679836}})},
        {"hunyuan-a13b", 0, 0, full, 32, 8, 128, 128, 0, 0,
         turned(FARSPAN_ROPE_NTK, half, 128, 1e4, {{"factor", 1000}})},
        {"exaone-4-32b", 0, 0, sliding, 40, 8, 128, 128, 4096, 0, within(llama3(half, 128, 1e6, 16), 4096)},
        {"exaone-4-1.2b", 29, 0, full, 32, 8, 64, 64, 0, 0, llama3(half, 64, 1e6, 16)},
        {"qwen2-vl-7b", 0, 0, full, 28, 4, 128, 128, 0, 0,
         turned(FARSPAN_ROPE_BASE, half, 128, 1e6,
                {{"axes", FARSPAN_AXES_SECTIONS}, {"axis_sections", {16, 24, 24, 0}}})},
        {"llama-4-scout-early", 0, 0, chunked, 40, 8, 128, 128, 8192, 0,
         with(llama3(pairs, 128, 5e5, 8), {{"mask", {{"chunk", 8192}}}})},
    };
}

std::vector<layer_row> rotary_rows() {
    std::vector<layer_row> rows = unscaled_rows();
    for (const layer_row& row : scaled_rows()) rows.push_back(row);
    return rows;
}

// Lengths matter, or there is no rotation.
std::vector<layer_row> other_rows() {
    const json nothing = json::object();
    return {
        {"smollm3-3b", 3, 3, full, 16, 4, 128, 128, 0, 0, nothing},
        {"command-r7b", 31, 3, full, 32, 8, 128, 128, 0, 0, nothing},
        {"exaone-4-32b", 63, 3, full, 40, 8, 128, 128, 0, 0, nothing},
        {"opt-125m", 0, 0, full, 12, 12, 64, 64, 0, 0, nothing},
        {"llama-4-scout-early", 47, 3, full, 40, 8, 128, 128, 0, 0,
         scored(nothing, {{"temperature", FARSPAN_TEMPERATURE_LLAMA4}, {"trained_length", 8192}})},
        {"bloom-7b1", 29, 0, full, 32, 32, 128, 128, 0, 0, alibi(32)},
        {"mpt-default", 0, 0, full, 16, 16, 128, 128, 0, 0, alibi(16)},
        {"baichuan2-13b", 0, 0, full, 40, 40, 128, 128, 0, 0, alibi(40)},
        {"falcon-rw-1b", 0, 0, full, 32, 32, 64, 64, 0, 0, alibi(32, 0.125)},
        {"qwen-7b", 0, 0, full, 32, 32, 128, 128, 0, 0,
         scored(turned(FARSPAN_ROPE_DYNAMIC_NTK_QWEN, half, 128, 1e4, {{"original_context", 2048}}),
                {{"temperature", FARSPAN_TEMPERATURE_LOG_N}, {"trained_length", 2048}})},
        {"qwen2.5-7b-1m", 0, 0, full, 28, 4, 128, 128, 0, 0,
         with(plain(half, 128, 1e7),
              {{"remap", {{"method", FARSPAN_REMAP_DUAL_CHUNK}, {"chunk", 262144}, {"local_window", 8192}}},
               {"score", {{"temperature", FARSPAN_TEMPERATURE_LENGTH}, {"trained_length", 262144}, {"power", 2}}}})},
        {"internlm2-7b", 0, 0, full, 32, 8, 128, 128, 0, 0,
         turned(FARSPAN_ROPE_DYNAMIC_NTK, half, 128, 1e6, {{"factor", 2}, {"original_context", 32768}})},
        {"phi-3-mini-128k", 0, 0, unknown, 32, 32, 96, 96, unknown, 0, longrope("phi-3-mini-128k", 96, 32)},
        {"phi-4-mini", 0, 0, unknown, 24, 8, 128, 128, unknown, 0, longrope("phi-4-mini", 96, 32)},
        {"phi-3.5-moe", 0, 0, unknown, 32, 8, 128, 128, unknown, 0,
         longrope("phi-3.5-moe", 128, 32,
                  {{"magnitude", FARSPAN_MAGNITUDE_EXPLICIT}, {"attention_factor", 1.243163121016122}})},
    };
}

// What the README lists for model_layer_at. What a part does not read, and what is unknown, is not compared.
std::pair<json, json> layer_outputs(const layer_row& row) {
    const json none = json::object();
    const auto part = [&](const char* name) { return row.scheme.contains(name) ? row.scheme.at(name) : none; };
    const json rotation = part("rope"), mask = part("mask"), score = part("score");
    expected_output whole, reals;
    const auto add = [&](int64_t value, bool known) {
        whole.add(static_cast<double>(value), 0);
        if (!known) whole.skip(whole.values.size() - 1);
    };
    add(row.kind, row.kind != unknown);
    for (const int64_t value : {row.alike, row.query_heads, row.key_heads, row.head_dim, row.value_dim, row.window})
        add(value, value != unknown);
    add(rotation.value("method", 0), true);
    for (const char* key : {"layout", "rotary_dim", "rotary_offset"}) add(rotation.value(key, 0), !rotation.empty());
    add(part("remap").value("method", 0), true);
    add(part("bias").value("method", 0), true);
    add(mask.value("window_left", int64_t{-1}), row.window != unknown);
    add(mask.value("chunk", int64_t{0}), true);
    add(score.value("temperature", 0), true);

    const double scale = row.scale > 0 ? row.scale : 1 / std::sqrt(static_cast<double>(row.head_dim));
    reals.add(scale, 1e-14 * scale);
    reals.add(rotation.value("base", 0.0), 0);
    if (rotation.empty()) reals.skip(1);
    reals.add(score.value("softcap", 0.0), 0);
    reals.add(score.value("trained_length", 0.0), 0);
    if (!score.contains("trained_length")) reals.skip(3);
    return {whole.sample(double_digits), reals.sample(double_digits)};
}

void add_layer(case_list& list, const layer_row& row) {
    json& one = list.add("model layer: " + std::string(row.name) + ", layer " + std::to_string(row.layer),
                         "model_layer_at", {}, {{"layer", row.layer}});
    one["model"] = model_of(fixture(row.name));
    const auto [whole, reals] = layer_outputs(row);
    one["expected"]["outputs"] = {whole, reals};
}

json of_layer(const layer_row& row) { return model_of(fixture(row.name), row.layer); }

}  // namespace

case_list model_layer_cases() {
    case_list list;
    for (const auto& rows : {rotary_rows(), other_rows()})
        for (const layer_row& row : rows) add_layer(list, row);
    json& linear =
        list.add("model layer: qwen3-next, layer 0, without softmax attention", "model_layer_at", {}, {{"layer", 0}});
    linear["model"] = model_of(fixture("qwen3-next"));
    expected_output whole, reals;
    whole.add(FARSPAN_LAYER_OTHER, 0);
    for (int n = 1; n < 16; ++n) {  // the parts are not there; its heads are nobody's business
        whole.add(0, 0);
        if (n < 6) whole.skip(static_cast<size_t>(n));
    }
    for (int n = 0; n < 4; ++n) reals.add(0, 0);
    linear["expected"]["outputs"] = {whole.sample(double_digits), reals.sample(double_digits)};
    return list;
}

case_list model_family_cases() {
    case_list list;
    const auto named = [](const layer_row& row) {
        return std::string(row.name) + ", layer " + std::to_string(row.layer);
    };
    for (const layer_row& row : rotary_rows()) add_model_frequencies(list, named(row), of_layer(row), row.scheme);
    for (const layer_row& row : other_rows()) {
        if (row.scheme.contains("rope"))
            for (const int64_t length : {int64_t{2048}, int64_t{100000}})
                add_model_frequencies(list, named(row), of_layer(row), row.scheme, length);
        else
            add_with_model(list, "model probe: " + named(row), "scheme_probe", of_layer(row), row.scheme,
                           {{"length", 0}, {"pairs", {{9000, 100, 1}, {40, 3, 0}, {7, 7, 2}, {20000, 19999, 11}}}});
    }
    for (const layer_row& row : other_rows())
        if (row.scheme.contains("score") && row.scheme.contains("rope"))
            add_with_model(list, "model probe: " + named(row), "scheme_probe", of_layer(row), row.scheme,
                           {{"length", 0}, {"pairs", {{300000, 100, 0}, {300000, 299999, 0}, {1000, 1, 0}}}});
    for (const layer_row& row : rotary_rows())
        if (row.window > 0)
            add_with_model(list, "model visible: " + named(row), "scheme_visible", of_layer(row), row.scheme,
                           {{"keys", 10000}, {"queries", {0, 127, 128, 511, 4096, 8191, 8192, 9999}}});
    return list;
}

case_list model_attention_cases() {
    case_list list;
    const std::vector<std::string> names = {"gemma-3-1b", "gemma-2-27b", "deepseek-v2-lite", "gpt-j-6b"};
    for (layer_row row : rotary_rows()) {
        if (std::find(names.begin(), names.end(), row.name) == names.end()) continue;
        if (row.scale > 0) row.scheme["score"]["scale"] = row.scale;
        attention_sizes sizes;
        sizes.query_heads = row.query_heads;
        sizes.key_heads = row.key_heads;
        sizes.queries = sizes.keys = 6;
        sizes.head_dim = row.head_dim;
        sizes.value_dim = row.value_dim;
        json arguments = attention_arguments(sizes, 700);
        arguments.erase("problem");
        arguments.erase("lse");
        add_with_model(list, "model attention: " + std::string(row.name) + ", layer " + std::to_string(row.layer),
                       "attention", of_layer(row), row.scheme, arguments);
    }
    return list;
}

}  // namespace conformance
