// What the published configurations of each family mean: sizes, rotation, bias, scale. The numbers are those of the
// models, not of this library; the fixtures' README says which values are stand-ins.
#include <criterion/criterion.h>

#include <cmath>
#include <cstring>
#include <set>

#include "model_case.hpp"

using namespace farspan_test;

namespace {

constexpr struct {
    const char* name;
    int64_t layers, query_heads, key_heads, head_dim, value_dim, context, usable;
} sizes[] = {
    {"llama-1-30b", 60, 52, 52, 128, 128, 2048, 2048},
    {"llama-2-7b", 32, 32, 32, 128, 128, 4096, 4096},
    {"llama-2-70b", 80, 64, 8, 128, 128, 4096, 4096},
    {"codellama-34b", 48, 64, 8, 128, 128, 16384, 16384},
    {"llama-3-8b", 32, 32, 8, 128, 128, 8192, 8192},
    {"llama-3.1-8b", 32, 32, 8, 128, 128, 131072, 131072},
    {"llama-3.1-8b-v5", 32, 32, 8, 128, 128, 131072, 131072},
    {"llama-3.2-1b", 16, 32, 8, 64, 64, 131072, 131072},
    {"falcon-3-7b", 28, 12, 4, 256, 256, 32768, 32768},
    {"llama-4-scout-early", 48, 40, 8, 128, 128, 262144, 262144},
    {"smollm3-3b", 36, 16, 4, 128, 128, 65536, 65536},
    {"mistral-7b-v0.1", 32, 32, 8, 128, 128, 32768, 32768},
    {"mistral-7b-v0.3", 32, 32, 8, 128, 128, 32768, 32768},
    {"mixtral-8x7b", 32, 32, 8, 128, 128, 32768, 32768},
    {"ministral-3-8b", 34, 32, 8, 128, 128, 262144, 262144},
    {"ministral-3-8b-params", 34, 32, 8, 128, 128, 262144, 262144},
    {"mistral-7b-v0.1-params", 32, 32, 8, 128, 128, 128000, 128000},
    {"mistral-large-3-params", 61, 128, 128, 192, 128, 294912, 294912},
    {"qwen-7b", 32, 32, 32, 128, 128, 8192, 8192},
    {"qwen2.5-7b", 28, 28, 4, 128, 128, 32768, 32768},
    {"qwen2.5-7b-yarn", 28, 28, 4, 128, 128, 32768, 131072},
    {"qwen2.5-7b-1m", 28, 28, 4, 128, 128, 1010000, 1010000},
    {"qwen3-8b", 36, 32, 8, 128, 128, 40960, 40960},
    {"qwen3-8b-yarn", 36, 32, 8, 128, 128, 40960, 131072},
    {"qwen3-30b-a3b", 48, 32, 4, 128, 128, 40960, 40960},
    {"qwen2-vl-7b", 28, 28, 4, 128, 128, 32768, 32768},
    {"phi-2", 32, 32, 32, 80, 80, 2048, 2048},
    {"phi-3-mini-4k", 32, 32, 32, 96, 96, 4096, 4096},
    {"phi-3-mini-128k", 32, 32, 32, 96, 96, 131072, 131072},
    {"phi-3.5-moe", 32, 32, 8, 128, 128, 131072, 131072},
    {"phi-4", 40, 40, 10, 128, 128, 16384, 16384},
    {"phi-4-mini", 32, 24, 8, 128, 128, 131072, 131072},
    {"gemma-2b", 18, 8, 1, 256, 256, 8192, 8192},
    {"gemma-2-9b", 42, 16, 8, 256, 256, 8192, 8192},
    {"gemma-2-27b", 46, 32, 16, 128, 128, 8192, 8192},
    {"gemma-3-1b", 26, 4, 1, 256, 256, 32768, 32768},
    {"gemma-3-4b", 34, 8, 4, 256, 256, 131072, 131072},
    {"gemma-3-4b-v5", 34, 8, 4, 256, 256, 131072, 131072},
    {"gemma-3-27b", 62, 32, 16, 128, 128, 131072, 131072},
    {"gemma-4-31b", 60, 32, 16, 256, 256, 262144, 262144},
    {"gemma-4-default", 30, 8, 4, 256, 256, 131072, 131072},
    {"gpt-oss-20b", 24, 64, 8, 64, 64, 131072, 131072},
    {"gpt-oss-120b", 36, 64, 8, 64, 64, 131072, 131072},
    {"deepseek-v2-lite", 27, 16, 16, 192, 128, 163840, 163840},
    {"deepseek-v3", 61, 128, 128, 192, 128, 163840, 163840},
    {"kimi-k2", 61, 64, 64, 192, 128, 131072, 131072},
    {"minicpm3-4b", 62, 40, 40, 96, 64, 32768, 32768},
    {"baichuan-7b", 32, 32, 32, 128, 128, 4096, 4096},
    {"baichuan-13b", 40, 40, 40, 128, 128, 4096, 0},
    {"baichuan2-7b", 32, 32, 32, 128, 128, 4096, 4096},
    {"baichuan2-13b", 40, 40, 40, 128, 128, 4096, 0},
    {"bloom-7b1", 30, 32, 32, 128, 128, 2048, 0},
    {"mpt-default", 24, 16, 16, 128, 128, 2048, 0},
    {"falcon-7b", 32, 71, 1, 64, 64, 2048, 2048},
    {"falcon-40b", 60, 128, 8, 64, 64, 2048, 2048},
    {"falcon-40b-2023", 60, 128, 8, 64, 64, 2048, 2048},
    {"falcon-7b-2023", 32, 71, 1, 64, 64, 2048, 2048},
    {"falcon-rw-1b", 24, 32, 32, 64, 64, 2048, 0},
    {"gpt-neox-20b", 44, 64, 64, 96, 96, 2048, 2048},
    {"pythia-6.9b", 32, 32, 32, 128, 128, 2048, 2048},
    {"gpt-j-6b", 28, 16, 16, 256, 256, 2048, 2048},
    {"stablelm-3b-4e1t", 32, 32, 32, 80, 80, 4096, 4096},
    {"command-r-plus", 64, 96, 8, 128, 128, 8192, 8192},
    {"command-r7b", 32, 32, 8, 128, 128, 8192, 8192},
    {"olmo-7b", 32, 32, 32, 128, 128, 2048, 2048},
    {"olmo-2-7b", 32, 32, 32, 128, 128, 4096, 4096},
    {"olmo-3-7b", 32, 32, 32, 128, 128, 65536, 65536},
    {"t5-base", 24, 12, 12, 64, 64, 0, 0},
    {"roformer-default", 12, 12, 12, 64, 64, 1536, 1536},
    {"glm-4-9b-hf", 40, 32, 2, 128, 128, 131072, 131072},
    {"glm-4-9b-1m", 40, 32, 4, 128, 128, 1048576, 1048576},
    {"internlm2-7b", 32, 32, 8, 128, 128, 32768, 32768},
    {"hunyuan-a13b", 32, 32, 8, 128, 128, 32768, 32768},
    {"hunyuan-ocr", 24, 16, 8, 128, 128, 32768, 32768},
    {"modernbert-base", 22, 12, 12, 64, 64, 8192, 8192},
    {"granite-4.1-3b", 40, 40, 8, 64, 64, 131072, 131072},
    {"exaone-4-32b", 64, 40, 8, 128, 128, 131072, 131072},
    {"exaone-4-1.2b", 30, 32, 8, 64, 64, 65536, 65536},
    {"ernie-4.5-0.3b", 18, 16, 2, 128, 128, 131072, 131072},
    {"minimax-m2", 62, 48, 8, 128, 128, 196608, 196608},
    {"gpt2", 12, 12, 12, 64, 64, 1024, 1024},
    {"opt-125m", 12, 12, 12, 64, 64, 2048, 2048},
    {"qwen3-next", 48, 16, 2, 256, 256, 262144, 262144},
};

constexpr struct {
    const char* name;
    int64_t layer;
    const char *method, *layout;
    int32_t rotary_dim, rotary_offset;
    double base;
} rotations[] = {
    {"llama-1-30b", 0, "base", "half", 128, 0, 10000},
    {"llama-2-7b", 0, "base", "half", 128, 0, 10000},
    {"codellama-34b", 0, "base", "half", 128, 0, 1e6},
    {"llama-3-8b", 0, "base", "half", 128, 0, 5e5},
    {"llama-3.1-8b", 0, "llama3", "half", 128, 0, 5e5},
    {"llama-3.1-8b-v5", 0, "llama3", "half", 128, 0, 5e5},
    {"llama-3.2-1b", 0, "llama3", "half", 64, 0, 5e5},
    {"falcon-3-7b", 0, "base", "half", 256, 0, 1000042},
    {"llama-4-scout-early", 0, "llama3", "interleaved", 128, 0, 5e5},
    {"smollm3-3b", 0, "base", "half", 128, 0, 5e6},
    {"mistral-7b-v0.1", 0, "base", "half", 128, 0, 10000},
    {"mistral-7b-v0.3", 0, "base", "half", 128, 0, 1e6},
    {"mixtral-8x7b", 0, "base", "half", 128, 0, 1e6},
    {"ministral-3-8b", 0, "yarn", "half", 128, 0, 1e6},
    {"ministral-3-8b-params", 0, "yarn", "interleaved", 128, 0, 1e6},
    {"mistral-7b-v0.1-params", 0, "base", "interleaved", 128, 0, 10000},
    {"mistral-large-3-params", 0, "yarn", "interleaved", 64, 128, 10000},
    {"qwen-7b", 0, "dynamic_ntk_qwen", "half", 128, 0, 10000},
    {"qwen2.5-7b", 0, "base", "half", 128, 0, 1e6},
    {"qwen2.5-7b-yarn", 0, "yarn", "half", 128, 0, 1e6},
    {"qwen2.5-7b-1m", 0, "base", "half", 128, 0, 1e7},
    {"qwen3-8b", 0, "base", "half", 128, 0, 1e6},
    {"qwen2-vl-7b", 0, "base", "half", 128, 0, 1e6},
    {"phi-2", 0, "base", "half", 32, 0, 10000},
    {"phi-3-mini-128k", 0, "longrope", "half", 96, 0, 10000},
    {"phi-4", 0, "base", "half", 128, 0, 250000},
    {"phi-4-mini", 0, "longrope", "half", 96, 0, 10000},
    {"gemma-2b", 0, "base", "half", 256, 0, 10000},
    {"gemma-2-9b", 0, "base", "half", 256, 0, 10000},
    {"gemma-3-1b", 5, "base", "half", 256, 0, 1e6},
    {"gemma-3-1b", 0, "base", "half", 256, 0, 10000},
    {"gemma-3-4b", 5, "linear", "half", 256, 0, 1e6},
    {"gemma-3-4b", 0, "base", "half", 256, 0, 10000},
    {"gemma-3-4b-v5", 5, "linear", "half", 256, 0, 1e6},
    {"gemma-3-4b-v5", 0, "base", "half", 256, 0, 10000},
    {"gemma-4-31b", 5, "proportional", "half", 512, 0, 1e6},
    {"gemma-4-31b", 0, "base", "half", 256, 0, 10000},
    {"gemma-4-default", 5, "proportional", "half", 512, 0, 1e6},
    {"gemma-4-default", 0, "base", "half", 256, 0, 10000},
    {"gpt-oss-20b", 0, "yarn", "half", 64, 0, 150000},
    {"gpt-oss-20b", 1, "yarn", "half", 64, 0, 150000},
    {"deepseek-v2-lite", 0, "yarn", "interleaved", 64, 128, 10000},
    {"deepseek-v3", 0, "yarn", "interleaved", 64, 128, 10000},
    {"kimi-k2", 0, "yarn", "interleaved", 64, 128, 50000},
    {"minicpm3-4b", 0, "longrope", "half", 32, 64, 10000},
    {"baichuan-7b", 0, "base", "half", 128, 0, 10000},
    {"falcon-7b", 0, "base", "half", 64, 0, 10000},
    {"falcon-40b", 0, "base", "half", 64, 0, 10000},
    {"gpt-neox-20b", 0, "base", "half", 24, 0, 10000},
    {"pythia-6.9b", 0, "base", "half", 32, 0, 10000},
    {"gpt-j-6b", 0, "base", "interleaved", 64, 0, 10000},
    {"stablelm-3b-4e1t", 0, "base", "half", 20, 0, 10000},
    {"command-r-plus", 0, "base", "interleaved", 128, 0, 7.5e7},
    {"command-r7b", 0, "base", "interleaved", 128, 0, 50000},
    {"olmo-7b", 0, "base", "half", 128, 0, 10000},
    {"olmo-2-7b", 0, "base", "half", 128, 0, 5e5},
    {"olmo-3-7b", 0, "base", "half", 128, 0, 5e5},
    {"olmo-3-7b", 3, "yarn", "half", 128, 0, 5e5},
    {"roformer-default", 0, "base", "interleaved", 64, 0, 10000},
    {"glm-4-9b-hf", 0, "base", "interleaved", 64, 0, 10000},
    {"glm-4-9b-1m", 0, "base", "interleaved", 64, 0, 1e8},
    {"internlm2-7b", 0, "dynamic_ntk", "half", 128, 0, 1e6},
    {"hunyuan-a13b", 0, "ntk", "half", 128, 0, 10000},
    {"hunyuan-ocr", 0, "ntk", "half", 128, 0, 10000},
    {"modernbert-base", 0, "base", "half", 64, 0, 160000},
    {"modernbert-base", 1, "base", "half", 64, 0, 10000},
    {"granite-4.1-3b", 0, "base", "half", 64, 0, 1e7},
    {"exaone-4-32b", 0, "llama3", "half", 128, 0, 1e6},
    {"exaone-4-1.2b", 3, "llama3", "half", 64, 0, 1e6},
    {"ernie-4.5-0.3b", 0, "base", "interleaved", 128, 0, 5e5},
    {"minimax-m2", 0, "base", "half", 64, 0, 5e6},
    {"qwen3-next", 3, "base", "half", 64, 0, 1e7},
};

// Layers without rotation, with what they have instead.
constexpr struct {
    const char* name;
    int64_t layer;
    const char* bias;
} unrotated[] = {
    {"llama-4-scout-early", 3, "none"},
    {"smollm3-3b", 3, "none"},
    {"command-r7b", 3, "none"},
    {"exaone-4-32b", 63, "none"},
    {"baichuan-13b", 0, "alibi"},
    {"baichuan2-13b", 39, "alibi"},
    {"bloom-7b1", 0, "alibi"},
    {"mpt-default", 0, "alibi"},
    {"falcon-rw-1b", 0, "alibi"},
    {"t5-base", 0, "t5"},
    {"gpt2", 0, "none"},
    {"opt-125m", 0, "none"},
};

}  // namespace

Test(families, sizes) {
    for (const auto& row : sizes) {
        const model_handle model = read_fixture(row.name);
        const farspan_model_info info = info_of(model);
        cr_expect(info.layers == row.layers && info.query_heads == row.query_heads && info.key_heads == row.key_heads,
                  "%s: %ld layers, %ld query heads, %ld key heads", row.name, long(info.layers), long(info.query_heads),
                  long(info.key_heads));
        cr_expect(info.head_dim == row.head_dim && info.value_dim == row.value_dim, "%s: head %ld, value %ld", row.name,
                  long(info.head_dim), long(info.value_dim));
        cr_expect(info.context == row.context && info.usable_context == row.usable, "%s: context %ld, usable %ld",
                  row.name, long(info.context), long(info.usable_context));
    }
}

Test(families, rotations) {
    for (const auto& row : rotations) {
        const model_handle model = read_fixture(row.name);
        const farspan_rope_config& rope = *layer_of(model, row.layer).rope;
        const char* method = farspan_method_name(FARSPAN_PART_ROPE, rope.method);
        cr_expect(std::strcmp(method, row.method) == 0, "%s, layer %ld: %s", row.name, long(row.layer), method);
        const int32_t layout = row.layout[0] == 'h' ? FARSPAN_LAYOUT_HALF : FARSPAN_LAYOUT_INTERLEAVED;
        cr_expect(rope.layout == layout && rope.rotary_dim == row.rotary_dim && rope.rotary_offset == row.rotary_offset,
                  "%s, layer %ld: layout %d, rotary %d at %d", row.name, long(row.layer), rope.layout, rope.rotary_dim,
                  rope.rotary_offset);
        cr_expect(rope.base == row.base, "%s, layer %ld: base %g", row.name, long(row.layer), rope.base);
    }
}

Test(families, layers_without_rotation) {
    for (const auto& row : unrotated) {
        const model_handle model = read_fixture(row.name);
        const model_layer layer = layer_of(model, row.layer);
        cr_expect(layer.rope->method == FARSPAN_ROPE_NONE, "%s, layer %ld rotates", row.name, long(row.layer));
        cr_expect(layer.bias->method == farspan_method_find(FARSPAN_PART_BIAS, row.bias), "%s: bias %d", row.name,
                  layer.bias->method);
    }
}

// A scheme is shared by the layers that are alike, and by no others.
Test(families, layers_that_are_alike_share_a_scheme) {
    for (const auto& row : sizes) {
        const model_handle model = read_fixture(row.name);
        std::set<const farspan_scheme*> schemes;
        std::set<int64_t> first;
        for (int64_t n = 0; n < info_of(model).layers; ++n) {
            const model_layer layer = layer_of(model, n);
            cr_expect(layer.alike <= n && layer_of(model, layer.alike).scheme == layer.scheme, "%s, layer %ld",
                      row.name, long(n));
            schemes.insert(layer.scheme);
            first.insert(layer.alike);
        }
        const auto kinds = static_cast<size_t>(info_of(model).layer_kinds);
        cr_expect(schemes.size() == kinds && first.size() == kinds, "%s: %zu schemes, %zu kinds", row.name,
                  schemes.size(), kinds);
    }
}

Test(families, alibi_slopes_and_scales) {
    const model_handle mpt = read_fixture("mpt-default"), falcon = read_fixture("falcon-rw-1b"),
                       bloom = read_fixture("bloom-7b1");
    cr_expect(layer_of(mpt, 0).bias->max_bias == 8 && layer_of(mpt, 0).bias->heads == 16);
    cr_expect(layer_of(falcon, 0).bias->scale == 0.125);  // 1/sqrt(64)
    cr_expect(layer_of(bloom, 0).bias->scale == 1 && layer_of(bloom, 0).bias->heads == 32);
    float at_one = 0;  // 2^(-8/32)
    cr_assert(farspan_bias_fill(nullptr, layer_of(bloom, 0).scheme, 0, 0, 1, &at_one, 1, nullptr) == FARSPAN_OK);
    cr_expect(std::abs(at_one + std::exp2(-0.25)) < 1e-7, "%g", at_one);
}

Test(families, scales_and_caps) {
    const auto scale = [](const char* name) { return layer_of(read_fixture(name), 0).attention_scale; };
    const auto near = [](double value, double expected) { return std::abs(value / expected - 1) < 1e-9; };
    cr_expect(near(scale("llama-3-8b"), 0.08838834764831845));  // 128^-0.5
    cr_expect(near(scale("gemma-2-9b"), 0.0625));
    cr_expect(near(scale("gemma-2-27b"), 1.0 / 12));             // 144^-0.5, not 128^-0.5
    cr_expect(near(scale("gemma-3-27b"), 0.07715167498104596));  // 168^-0.5
    cr_expect(near(scale("granite-4.1-3b"), 0.015625));          // 1/D, not 1/sqrt(D)
    cr_expect(scale("t5-base") == 1);
    cr_expect(near(scale("deepseek-v3"), 0.13523377886), "%.12g", scale("deepseek-v3"));
    cr_expect(near(scale("deepseek-v2-lite") * std::sqrt(192.0), 1.5896261651687), "%.14g",
              scale("deepseek-v2-lite") * std::sqrt(192.0));
    cr_expect(std::abs(scale("kimi-k2") - 0.1308608) < 5e-8, "%.10g", scale("kimi-k2"));
    cr_expect(near(scale("ministral-3-8b"), 0.08838834764831845));  // mscale_all_dim counts for latent attention only
    const model_handle gemma = read_fixture("gemma-2-9b");
    cr_expect(layer_of(gemma, 0).score->softcap == 50 && info_of(gemma).final_softcap == 30);
    cr_expect(layer_of(read_fixture("gemma-3-1b"), 0).score->softcap == 0);
}

Test(families, learned_positions) {
    const farspan_model_info gpt2 = info_of(read_fixture("gpt2")), opt = info_of(read_fixture("opt-125m"));
    cr_expect(gpt2.absolute == FARSPAN_ABSOLUTE_LEARNED && gpt2.absolute_rows == 1024 && gpt2.absolute_offset == 0);
    cr_expect(opt.absolute == FARSPAN_ABSOLUTE_LEARNED && opt.absolute_rows == 2050 && opt.absolute_offset == 2);
    cr_expect(info_of(read_fixture("llama-2-7b")).absolute == FARSPAN_ABSOLUTE_NONE);
}

Test(families, encoders_and_decoders) {
    const model_handle t5 = read_fixture("t5-base");
    cr_expect(info_of(t5).encoder_layers == 12);
    cr_expect(layer_of(t5, 11).mask->causal == 0 && layer_of(t5, 11).bias->bidirectional == 1);
    cr_expect(layer_of(t5, 12).mask->causal == 1 && layer_of(t5, 12).bias->bidirectional == 0);
    cr_expect(layer_of(t5, 0).bias->buckets == 32 && layer_of(t5, 0).bias->max_distance == 128);
    cr_expect(!note_of(t5, FARSPAN_NOTE_WEIGHTS).empty());
    cr_expect(layer_of(read_fixture("roformer-default"), 0).mask->causal == 0);

    std::vector<float> encoder(32 * 12, 0.25f), decoder(32 * 12, -0.5f);
    farspan_model_options options = model_options();
    options.t5_encoder = encoder.data();
    options.t5_decoder = decoder.data();
    options.t5_encoder_count = options.t5_decoder_count = 32 * 12;
    const model_handle weighted = read_fixture("t5-base", &options);
    encoder.assign(encoder.size(), 9.0f);  // the model has its own copy
    float value = 0;
    cr_assert(farspan_bias_fill(nullptr, layer_of(weighted, 0).scheme, 3, 0, 5, &value, 1, nullptr) == FARSPAN_OK &&
              value == 0.25f);
    cr_assert(farspan_bias_fill(nullptr, layer_of(weighted, 12).scheme, 3, 0, 5, &value, 1, nullptr) == FARSPAN_OK &&
              value == -0.5f);
    cr_expect(note_of(weighted, FARSPAN_NOTE_WEIGHTS).empty());
}

Test(families, qwen_1_counts_from_its_trained_length) {
    const model_handle model = read_fixture("qwen-7b");
    const model_layer layer = layer_of(model, 0);
    cr_expect(layer.rope->original_context == 2048 && info_of(model).trained_context == 2048);
    cr_expect(layer.score->temperature == FARSPAN_TEMPERATURE_LOG_N && layer.score->trained_length == 2048);
}

Test(families, dual_chunk_of_qwen_1m) {
    const model_layer layer = layer_of(read_fixture("qwen2.5-7b-1m"), 0);
    cr_expect(layer.remap->method == FARSPAN_REMAP_DUAL_CHUNK && layer.remap->chunk == 262144 &&
              layer.remap->local_window == 8192);
    cr_expect(layer.score->temperature == FARSPAN_TEMPERATURE_LENGTH && layer.score->trained_length == 262144 &&
              layer.score->power == 2);
}

Test(families, sections_of_qwen2_vl) {
    const model_layer layer = layer_of(read_fixture("qwen2-vl-7b"), 0);
    cr_expect(layer.rope->axes == FARSPAN_AXES_SECTIONS && farspan_scheme_axes(layer.scheme) == 3);
    cr_expect(layer.rope->axis_sections[0] == 16 && layer.rope->axis_sections[1] == 24 &&
              layer.rope->axis_sections[2] == 24);
}

Test(families, gpt_oss_says_that_its_sinks_are_weights) {
    cr_expect(note_of(read_fixture("gpt-oss-20b"), FARSPAN_NOTE_WEIGHTS).find("sink") != std::string::npos);
}

Test(families, unknown_ones_are_refused) {
    expect_model_refused("unknown", R"({"model_type": "nonesuch", "num_hidden_layers": 2})", FARSPAN_ERROR_METHOD,
                         {"$.model_type", "nonesuch"});
    expect_model_refused("no name", R"({"num_hidden_layers": 2})", FARSPAN_ERROR_FORMAT, {"$.model_type is absent"});
    cr_expect(
        info_of(read_model(R"({"architectures": ["LlamaForCausalLM"], "num_hidden_layers": 2, "num_attention_heads": 2,
                                     "hidden_size": 64})"))
            .layers == 2);
}
