#include "random_scheme.hpp"

#include "generator.hpp"

namespace farspan_test {
namespace {

int32_t any_method(generator& random, int32_t part) {
    return static_cast<int32_t>(random.whole(0, farspan_method_count(part) - 1));
}

bool reads(int32_t method, std::initializer_list<int32_t> methods) {
    for (const int32_t one : methods)
        if (one == method) return true;
    return false;
}

void choose_rope(generator& random, scheme_spec& spec) {
    const int32_t method = any_method(random, FARSPAN_PART_ROPE);
    if (method == FARSPAN_ROPE_NONE) return;
    spec.with_rope(method, random.coin() ? FARSPAN_LAYOUT_HALF : FARSPAN_LAYOUT_INTERLEAVED,
                   random.pick<int32_t>({16, 32, 64}));
    farspan_rope_config& rope = spec.rope;
    if (rope.rotary_dim < 64) rope.rotary_offset = static_cast<int32_t>(random.whole(0, 64 - rope.rotary_dim));
    if (random.coin() && method != FARSPAN_ROPE_XPOS) rope.base = random.pick<double>({1000, 500000});
    if (reads(method, {FARSPAN_ROPE_LINEAR, FARSPAN_ROPE_NTK, FARSPAN_ROPE_NTK_OLD, FARSPAN_ROPE_NTK_FIXED,
                       FARSPAN_ROPE_NTK_MIXED, FARSPAN_ROPE_DYNAMIC_NTK, FARSPAN_ROPE_NTK_BY_PARTS, FARSPAN_ROPE_YARN,
                       FARSPAN_ROPE_LONGROPE, FARSPAN_ROPE_LLAMA3, FARSPAN_ROPE_PROPORTIONAL}))
        rope.factor = random.real(1, 10);
    if (reads(method, {FARSPAN_ROPE_DYNAMIC_LINEAR, FARSPAN_ROPE_DYNAMIC_NTK, FARSPAN_ROPE_DYNAMIC_NTK_QWEN,
                       FARSPAN_ROPE_NTK_BY_PARTS, FARSPAN_ROPE_YARN, FARSPAN_ROPE_DYNAMIC_YARN, FARSPAN_ROPE_LONGROPE,
                       FARSPAN_ROPE_LLAMA3}))
        rope.original_context = random.whole(40, 200);
    if (method == FARSPAN_ROPE_NTK_MIXED) rope.mixed_exponent = random.real(0.1, 0.9);
    if (method == FARSPAN_ROPE_PROPORTIONAL) rope.rotated_fraction = random.real(0, 1);
    if (method == FARSPAN_ROPE_XPOS) rope.xpos_scale_base = random.real(32, 600), rope.xpos_gamma = random.real(0.2, 1);
    if (reads(method, {FARSPAN_ROPE_NTK_BY_PARTS, FARSPAN_ROPE_YARN}) && random.coin()) {
        rope.ramp = static_cast<int32_t>(random.whole(0, 1));
        if (rope.ramp == FARSPAN_RAMP_PAIR_INDEX) rope.truncate = static_cast<int32_t>(random.whole(0, 1));
        rope.extrapolation_factor = random.real(0, 1);
    }
    const bool divided =
        reads(method, {FARSPAN_ROPE_LONGROPE, FARSPAN_ROPE_PAIR_FACTORS}) ||
        (reads(method, {FARSPAN_ROPE_LINEAR, FARSPAN_ROPE_DYNAMIC_LINEAR, FARSPAN_ROPE_NTK, FARSPAN_ROPE_DYNAMIC_NTK,
                        FARSPAN_ROPE_NTK_BY_PARTS, FARSPAN_ROPE_YARN, FARSPAN_ROPE_DYNAMIC_YARN}) &&
         random.coin());
    for (int p = 0; p < rope.rotary_dim / 2 && divided; ++p) {
        spec.short_factors.push_back(random.real(1, 3));
        if (method == FARSPAN_ROPE_LONGROPE) spec.long_factors.push_back(random.real(1, 20));
    }
}

// A remap needs a plain causal mask, and two of them their own.
void choose_remap(generator& random, scheme_spec& spec) {
    const int32_t method =
        spec.rope.method == FARSPAN_ROPE_XPOS ? FARSPAN_REMAP_NONE : any_method(random, FARSPAN_PART_REMAP);
    if (method == FARSPAN_REMAP_NONE) return;
    spec.with_remap(method, method == FARSPAN_REMAP_DUAL_CHUNK ? 0 : random.whole(1, 160));
    farspan_remap_config& remap = spec.remap;
    if (method == FARSPAN_REMAP_LEAKY_REROPE) remap.leak = random.real(1, 20);
    if (method == FARSPAN_REMAP_SELF_EXTEND) remap.group = random.whole(1, 12), remap.real_shift = random.coin();
    if (method == FARSPAN_REMAP_DUAL_CHUNK) {
        remap.chunk = random.whole(2, 120);
        remap.local_window = random.whole(1, remap.chunk - 1);
        if (random.coin()) remap.position_scale = random.real(1, 4);
    }
    if (method == FARSPAN_REMAP_LM_INFINITE) {
        if (random.coin()) remap.limit = random.whole(1, 300);
        spec.mask.sinks = random.whole(0, 30);
        spec.mask.window_left = remap.window - 1;
    }
    if (method == FARSPAN_REMAP_STREAMING) {
        remap.sinks = spec.mask.sinks = random.whole(0, 30);
        spec.mask.window_left = remap.recent;
    }
}

void choose_mask(generator& random, scheme_spec& spec) {
    if (spec.remap.method == FARSPAN_REMAP_LM_INFINITE || spec.remap.method == FARSPAN_REMAP_STREAMING) return;
    const bool past_only = spec.remap.method != FARSPAN_REMAP_NONE || spec.rope.method == FARSPAN_ROPE_XPOS;
    farspan_mask_config& mask = spec.mask;
    mask.causal = past_only || random.coin();
    if (random.coin()) mask.window_left = random.whole(0, 140);
    if (random.coin() && mask.causal == 0) mask.window_right = random.whole(0, 140);
    if (random.coin()) mask.sinks = random.whole(0, 40);
    if (random.whole(0, 3) == 0) mask.chunk = random.whole(1, 150);
    if (random.whole(0, 3) == 0 && !past_only) mask.prefix = random.whole(0, 150);
}

void choose_bias(generator& random, scheme_spec& spec) {
    const int32_t method = any_method(random, FARSPAN_PART_BIAS);
    if (method == FARSPAN_BIAS_NONE) return;
    spec.with_bias(method, method == FARSPAN_BIAS_DENSE ? 0 : random_scheme_heads + 2);
    farspan_bias_config& bias = spec.bias;
    if (method == FARSPAN_BIAS_ALIBI) {
        bias.scale = random.real(0.1, 1);
        bias.bidirectional = random.coin() || spec.mask.causal == 0 || spec.mask.prefix > 0;
        switch (random.whole(0, 3)) {
            case 0:
                bias.max_bias = 4;
                break;
            case 1:
                bias.alibi_heads = static_cast<int32_t>(random.whole(1, bias.heads));
                break;
            case 2:
                for (int h = 0; h < bias.heads; ++h) spec.slopes.push_back(random.real(-0.05, 0.5));
                break;
            default:
                break;
        }
        if (random.coin()) bias.distance_limit = random.whole(1, 200);
        if (random.coin()) bias.trained_length = random.whole(10, 200);
    }
    if (method == FARSPAN_BIAS_T5) {
        bias.bidirectional = random.coin();
        bias.buckets = random.pick<int32_t>({8, 32});
        bias.max_distance = random.whole(40, 200);
        for (int n = 0; n < bias.buckets * bias.heads; ++n)
            spec.bias_values.push_back(static_cast<float>(random.real()));
    }
    if (method == FARSPAN_BIAS_SANDWICH) bias.dim = random.pick<int32_t>({8, 64, 128});
    for (int h = 0; h < bias.heads && reads(method, {FARSPAN_BIAS_KERPLE_LOG, FARSPAN_BIAS_KERPLE_POWER}); ++h) {
        spec.bias_a.push_back(random.real(0.02, 0.5));
        spec.bias_p.push_back(random.real(0.1, 1));
    }
}

void choose_score(generator& random, scheme_spec& spec) {
    farspan_score_config& score = spec.score;
    if (random.whole(0, 3) == 0) score.scale = random.real(0.05, 0.2);
    if (random.whole(0, 3) == 0) score.multiplier = random.real(0.5, 1.5);
    if (random.whole(0, 3) == 0) score.softcap = random.real(1, 30);
    score.temperature = any_method(random, FARSPAN_PART_TEMPERATURE);
    if (score.temperature != FARSPAN_TEMPERATURE_NONE) score.trained_length = random.real(20, 300);
    if (score.temperature == FARSPAN_TEMPERATURE_LENGTH) score.power = random.real(0, 2);
    if (!random.coin()) return;
    for (int h = 0; h < random_scheme_heads + 2; ++h) spec.sinks.push_back(static_cast<float>(2 * random.real()));
}

}  // namespace

scheme_spec random_scheme(uint64_t seed) {
    generator random(seed);
    scheme_spec spec("random");
    choose_rope(random, spec);
    choose_remap(random, spec);
    choose_mask(random, spec);
    choose_bias(random, spec);
    choose_score(random, spec);
    spec.name = std::string(farspan_method_name(FARSPAN_PART_ROPE, spec.rope.method)) + " + " +
                farspan_method_name(FARSPAN_PART_REMAP, spec.remap.method) + " + " +
                farspan_method_name(FARSPAN_PART_BIAS, spec.bias.method) + " + " +
                farspan_method_name(FARSPAN_PART_TEMPERATURE, spec.score.temperature);
    return spec;
}

}  // namespace farspan_test
