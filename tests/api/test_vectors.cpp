// The golden vectors through the C interface, as a reader of the specification would call it. A case that this file
// should answer and cannot fails; what the interface has no function for is listed at the end.
#include <criterion/criterion.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "calls.hpp"
#include "scheme_spec.hpp"
#include "tensor_data.hpp"

using namespace farspan_test;

namespace {

using parameters = nlohmann::json;
using numbers = std::vector<double>;

double number(const parameters& p, const char* name) { return p.at(name).get<double>(); }
numbers list(const parameters& p, const char* name) { return p.at(name).get<numbers>(); }

// method of a vector -> method of the library, and which parameters it has under which field.
scheme_spec rope_spec(int32_t method, const parameters& p) {
    scheme_spec spec(farspan_method_name(FARSPAN_PART_ROPE, method));
    spec.with_rope(method, FARSPAN_LAYOUT_HALF,
                   p.contains("rotary_dim") ? p.at("rotary_dim").get<int32_t>() : p.at("head_dim").get<int32_t>());
    farspan_rope_config& rope = spec.rope;
    const auto take = [&](const char* name, auto& field) {
        if (p.contains(name)) field = p.at(name).get<std::remove_reference_t<decltype(field)>>();
    };
    take("base", rope.base);
    take("factor", rope.factor);
    if (p.contains("original_context")) rope.original_context = static_cast<int64_t>(number(p, "original_context"));
    take("beta_fast", rope.beta_fast);
    take("beta_slow", rope.beta_slow);
    if (p.contains("truncate")) rope.truncate = p.at("truncate").get<bool>();
    if (p.value("mscale", 0.0) != 0 &&
        p.value("mscale_all_dim", 0.0) != 0) {  // one alone would be ignored, so the library refuses it
        take("mscale", rope.mscale);
        take("mscale_all_dim", rope.mscale_all_dim);
    }
    if (p.contains("attention_factor")) {
        rope.attention_factor = number(p, "attention_factor");
        rope.magnitude = FARSPAN_MAGNITUDE_EXPLICIT;
    }
    take("low_freq_factor", rope.low_freq_factor);
    take("high_freq_factor", rope.high_freq_factor);
    take("exponent", rope.mixed_exponent);
    take("partial_rotary_factor", rope.rotated_fraction);
    take("slow_rotations", rope.beta_slow);
    take("fast_rotations", rope.beta_fast);
    if (p.contains("short_factor")) spec.short_factors = list(p, "short_factor");
    if (p.contains("long_factor")) spec.long_factors = list(p, "long_factor");
    if (p.contains("freq_factors")) spec.short_factors = list(p, "freq_factors");
    if (p.contains("slow_rotations")) rope.ramp = FARSPAN_RAMP_ROTATIONS;
    return spec;
}

const std::map<std::string, int32_t> rope_methods = {{"rope", FARSPAN_ROPE_BASE},
                                                     {"position_interpolation", FARSPAN_ROPE_LINEAR},
                                                     {"dynamic_position_interpolation", FARSPAN_ROPE_DYNAMIC_LINEAR},
                                                     {"ntk_aware", FARSPAN_ROPE_NTK},
                                                     {"ntk_old", FARSPAN_ROPE_NTK_OLD},
                                                     {"ntk_fixed", FARSPAN_ROPE_NTK_FIXED},
                                                     {"ntk_mixed", FARSPAN_ROPE_NTK_MIXED},
                                                     {"dynamic_ntk", FARSPAN_ROPE_DYNAMIC_NTK},
                                                     {"qwen_dynamic_ntk", FARSPAN_ROPE_DYNAMIC_NTK_QWEN},
                                                     {"ntk_by_parts", FARSPAN_ROPE_NTK_BY_PARTS},
                                                     {"yarn", FARSPAN_ROPE_YARN},
                                                     {"longrope", FARSPAN_ROPE_LONGROPE},
                                                     {"llama3", FARSPAN_ROPE_LLAMA3},
                                                     {"proportional", FARSPAN_ROPE_PROPORTIONAL},
                                                     {"freq_factors", FARSPAN_ROPE_PAIR_FACTORS}};

numbers rope_answer(int32_t method, const std::string& output, const parameters& p) {
    scheme_spec spec = rope_spec(method, p);
    const scheme_handle scheme = spec.create();
    numbers inv_freq(static_cast<size_t>(spec.rope.rotary_dim / 2));
    double magnitude = 0;
    error_slot error;
    const int64_t length = p.contains("length") ? static_cast<int64_t>(number(p, "length")) : 0;
    require_ok(farspan_rope_frequencies(scheme.get(), length, inv_freq.data(), static_cast<int32_t>(inv_freq.size()),
                                        &magnitude, &error),
               error, spec.name);
    if (output == "magnitude") return {magnitude};
    if (output == "inv_freq") return inv_freq;
    numbers result;
    for (size_t n = 0; n < inv_freq.size(); ++n) {
        const double plain = std::pow(spec.rope.base, -2.0 * static_cast<double>(n) / spec.rope.rotary_dim);
        const double angle = output == "multiplier" ? 0 : number(p, "position") * inv_freq[n];
        result.push_back(output == "multiplier" ? inv_freq[n] / plain
                                                : magnitude * (output == "cos" ? std::cos(angle) : std::sin(angle)));
    }
    return result;
}

numbers rotate_answer(int32_t direction, const char* position, const parameters& p) {
    scheme_spec spec = rope_spec(FARSPAN_ROPE_BASE, p);
    spec.rope.layout = p.at("layout") == "half" ? FARSPAN_LAYOUT_HALF : FARSPAN_LAYOUT_INTERLEAVED;
    spec.rope.rotary_offset = p.value("offset", 0);
    if (p.contains("magnitude")) {
        spec.rope.magnitude = FARSPAN_MAGNITUDE_EXPLICIT;
        spec.rope.attention_factor = number(p, "magnitude");
    }
    const scheme_handle scheme = spec.create();
    const numbers x = list(p, "x");
    tensor_data in(FARSPAN_F32, {1, 1, 1, static_cast<int64_t>(x.size())}),
        out(FARSPAN_F32, {1, 1, 1, static_cast<int64_t>(x.size())});
    in.assign(x);
    farspan_rope_options options;
    farspan_rope_options_init(&options, sizeof options);
    options.direction = direction;
    const auto at = static_cast<int64_t>(number(p, position));
    error_slot error;
    require_ok(rope_apply(nullptr, scheme.get(), &options, &at, &in.view(), &out.view(), &error), error, "rotate");
    return out.values();
}

numbers sinusoidal_answer(const parameters& p) {
    const std::map<std::string, int32_t> layouts = {{"interleaved", FARSPAN_SINUSOIDAL_INTERLEAVED},
                                                    {"blocks", FARSPAN_SINUSOIDAL_BLOCKS},
                                                    {"blocks_shifted", FARSPAN_SINUSOIDAL_TENSOR2TENSOR}};
    const tensor_data out(FARSPAN_F32, {1, 1, 1, p.at("features").get<int64_t>()});
    error_slot error;
    require_ok(farspan_sinusoidal_fill(nullptr, layouts.at(p.at("layout")), static_cast<int64_t>(number(p, "position")),
                                       number(p, "base"), &out.view(), &error),
               error, "sinusoidal");
    return out.values();
}

numbers fire_answer(const parameters& p) {
    const auto floats = [&](const char* name) {
        const numbers values = list(p, name);
        return std::vector<float>(values.begin(), values.end());
    };
    const std::vector<float> w1 = floats("w1"), b1 = floats("b1"), w2 = floats("w2"), b2 = floats("b2");
    farspan_fire_config config;
    farspan_fire_config_init(&config, sizeof config);
    config.hidden = static_cast<int32_t>(w1.size());
    config.heads = 1;
    config.c = number(p, "c");
    config.threshold = number(p, "threshold") * number(p, "multiplier");
    config.epsilon = number(p, "eps");
    config.w1 = w1.data();
    config.b1 = b1.data();
    config.w2 = w2.data();
    config.b2 = b2.data();
    config.w1_count = static_cast<int64_t>(w1.size());
    config.b1_count = static_cast<int64_t>(b1.size());
    config.w2_count = static_cast<int64_t>(w2.size());
    config.b2_count = static_cast<int64_t>(b2.size());
    const auto query = static_cast<int64_t>(number(p, "query")), key = static_cast<int64_t>(number(p, "key"));
    const tensor_data out(FARSPAN_F32, {1, 1, 1, 1});
    error_slot error;
    require_ok(fire_fill(&config, &query, &key, &out.view(), &error), error, "fire");
    return out.values();
}

// Answers of the interface, empty if it has none for this case.
numbers answer(const std::string& method, const std::string& output, const parameters& p) {
    const auto rope = rope_methods.find(method);
    const bool frequency =
        output == "inv_freq" || output == "magnitude" || output == "multiplier" || output == "cos" || output == "sin";
    if (rope != rope_methods.end() && frequency) return rope_answer(rope->second, output, p);
    if (method == "rotate" && output == "y") return rotate_answer(FARSPAN_ROTATE_FORWARD, "position", p);
    if (method == "rotate_undo" && output == "y") return rotate_answer(FARSPAN_ROTATE_INVERSE, "position", p);
    if (method == "rotate_delta" && output == "y") return rotate_answer(FARSPAN_ROTATE_DELTA, "delta", p);
    if (method == "sinusoidal") return sinusoidal_answer(p);
    if (method == "fire" && output == "bias") return fire_answer(p);
    return {};
}

// What each file must at least have answered, so that a renamed method does not silently leave the test.
const std::map<std::string, int> least_answered = {
    {"rope_scaling", 38}, {"rotation", 7}, {"sinusoidal", 5}, {"fire", 5}};

}  // namespace

Test(api_vectors, golden_vectors) {
    for (const auto& [file, least] : least_answered) {
        std::ifstream stream(std::string(FARSPAN_VECTORS_DIR) + "/" + file + ".json");
        cr_assert(stream.good(), "cannot open %s", file.c_str());
        int answered = 0;
        const nlohmann::json document = nlohmann::json::parse(stream);
        for (const parameters& one : document.at("cases")) {
            const std::string name = one.at("name");
            numbers got;
            try {
                got = answer(one.at("method"), one.at("output"), one.at("parameters"));
            } catch (const std::exception& failure) {
                cr_expect(false, "%s: %s", name.c_str(), failure.what());
                continue;
            }
            if (got.empty()) continue;
            ++answered;
            const numbers expected = list(one, "expected"), tolerance = list(one, "tolerance");
            const bool floats = one.at("output") == "y" || one.at("output") == "row" || one.at("output") == "bias";
            for (size_t n = 0; n < expected.size(); ++n) {
                const size_t at = one.contains("at") ? one.at("at").at(n).get<size_t>() : n;
                const double rounding =
                    floats ? 2.4e-7 * std::max(1.0, std::fabs(expected[n])) : 0;  // 2 ulp of the float output
                cr_expect(std::fabs(got.at(at) - expected[n]) <= tolerance[n] + rounding,
                          "%s [%zu]: %.12g, must be %.12g within %.3g", name.c_str(), at, got.at(at), expected[n],
                          tolerance[n] + rounding);
            }
        }
        cr_expect(answered >= least, "%s: only %d cases answered, %d expected", file.c_str(), answered, least);
        std::printf("vectors      %-13s %d cases answered\n", file.c_str(), answered);
    }
}
