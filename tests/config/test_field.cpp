// Files that users of other runtimes met and that were read wrong there, and their kin: keys that change what a query
// sees, keys that a class does not read, formats with few marks, sizes that are left to the class.
#include <criterion/criterion.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "gguf_writer.hpp"
#include "model_case.hpp"

using namespace farspan_test;

namespace {

using quad = std::array<int64_t, 4>;

quad seen_from(const model_layer& layer, int64_t query, int64_t keys) {
    quad seen{};
    cr_assert(farspan_scheme_visible(layer.scheme, query, keys, seen.data(), nullptr) == FARSPAN_OK);
    return seen;
}

bool sees(const model_layer& layer, int64_t query, int64_t first, int64_t last) {
    const quad seen = seen_from(layer, query, 4096);
    return seen[0] == first && seen[1] == last && seen[2] == seen[3];
}

bool near(double a, double b) { return std::abs(a / b - 1) < 1e-12; }

std::string eight(const std::string& type, const std::string& keys) {
    return R"({"model_type": ")" + type +
           R"(", "num_hidden_layers": 8, "num_attention_heads": 4, "num_key_value_heads": 2, "hidden_size": 256,
           "head_dim": 64, "max_position_embeddings": 8192)" +
           (keys.empty() ? "" : ", " + keys) + "}";
}

}  // namespace

// ---- what a query sees

// A window of 512 to both sides: 256 keys each, as transformers halves it.
Test(field, embedding_gemma_sees_to_both_sides) {
    const model_handle model = read_fixture("embeddinggemma-300m");
    const model_layer sliding = layer_of(model, 0), full = layer_of(model, 5);
    cr_expect(sliding.mask->causal == 0 && full.mask->causal == 0 && sliding.window == 513);
    cr_expect(sees(sliding, 1000, 744, 1257) && sees(full, 1000, 0, 4096));
    cr_expect(full.rope->base == 1e6 && sliding.rope->base == 1e4 && sliding.attention_scale == 1.0 / 16);
}

// The masks of transformers look at is_causal whatever the class; the window then reaches as far to the right.
Test(field, is_causal_is_read_in_every_family) {
    for (const char* type : {"llama", "qwen2", "phi", "gpt_neox", "falcon", "gpt2", "cohere"}) {
        const model_handle model = read_model(eight(type, R"("is_causal": false)"));
        cr_expect(sees(layer_of(model, 0), 100, 0, 4096), "%s", type);
        cr_expect(has_note(model, FARSPAN_NOTE_DERIVED, "$.is_causal"), "%s", type);
        cr_expect(layer_of(read_model(eight(type, R"("is_causal": true)")), 0).mask->causal == 1, "%s", type);
    }
    cr_expect(
        sees(layer_of(read_model(eight("mistral", R"("is_causal": false, "sliding_window": 16)")), 0), 100, 84, 117));
    cr_expect(sees(layer_of(read_model(eight("mistral", R"("sliding_window": 16)")), 0), 100, 85, 101));
}

Test(field, switches_of_visibility_that_a_class_does_not_read_are_noted) {
    for (const char* keys : {R"("use_bidirectional_attention": true)",
                             R"("bidirectional": true)",
                             R"("prefix_lm": true)",
                             R"("causal": false)",
                             R"("prefix_attn": 730)",
                             R"("attention_window": 512)",
                             R"("attention_types": [[["global", "local"], 4]])",
                             R"("sparse_config": {"topk": 64})",
                             R"("index_topk": 2048)",
                             R"("full_attention_interval": 4)",
                             R"("attn_type_list": [0, 1])",
                             R"("num_kv_shared_layers": 2)",
                             R"("use_cla": true)",
                             R"("alibi": true)",
                             R"("rope_ratio": 50)",
                             R"("no_rope_layers": [1, 1, 1, 0, 1, 1, 1, 0])",
                             R"("use_nope": true)",
                             R"("layer_rope_theta": [0, 10000])",
                             R"("softmax_scale": 0.1)",
                             R"("key_multiplier": 0.5)",
                             R"("clip_qkv": 8)",
                             R"("attention_logit_cap": 50)",
                             R"("use_attention_sinks": true)",
                             R"("rope_interleaved": true)"}) {
        const std::string name = std::string("$.") + std::string(keys + 1, std::strchr(keys + 1, '"'));
        cr_expect(has_note(read_model(eight("llama", keys)), FARSPAN_NOTE_INCOMPLETE, name), "%s", keys);
    }
}

Test(field, at_rest_nothing_is_said) {
    const model_handle plain = read_model(eight("llama", R"("rope_theta": 10000)"));
    const model_handle rest = read_model(eight(
        "llama", R"("rope_theta": 10000, "is_causal": true, "use_bidirectional_attention": false, "prefix_lm": null,
        "attention_window": [], "index_topk": 0, "num_kv_shared_layers": 0, "alibi": false, "rope_ratio": 1,
        "no_rope_layers": [1, 1, 1, 1, 1, 1, 1, 1], "key_multiplier": 1.0, "clip_qkv": null, "sliding_window": null,
        "layers_block_type": ["attention", "attention"], "attention_dropout": 0.1, "query_pre_attn_scalar": null)"));
    cr_expect(notes_of(plain) == notes_of(rest), "%s", notes_of(rest).c_str());
}

Test(field, prefixes_of_mpt_and_paligemma) {
    const model_handle mpt = read_fixture("mpt-prefix-lm"), pali = read_fixture("paligemma-3b");
    cr_expect(has_note(mpt, FARSPAN_NOTE_INCOMPLETE, "$.attn_config.prefix_lm", "mask.prefix"), "%s",
              notes_of(mpt).c_str());
    cr_expect(has_note(pali, FARSPAN_NOTE_INCOMPLETE, "$.model_type", "mask.prefix"), "%s", notes_of(pali).c_str());
    cr_expect(layer_of(pali, 0).head_dim == 256 && info_of(pali).context == 8192 && info_of(pali).layers == 18);
    // PaliGemma 2: a Gemma 2 inside. A Gemma 3 with images lets each image see itself.
    cr_expect(has_note(read_model(R"({"model_type": "paligemma", "text_config": {"model_type": "gemma2"}})"),
                       FARSPAN_NOTE_INCOMPLETE, "$.model_type", "mask.prefix"));
    cr_expect(has_note(read_fixture("gemma-3-4b"), FARSPAN_NOTE_INCOMPLETE, "$.model_type", "image"));
}

Test(field, positions_that_no_scheme_can_say_are_refused) {
    expect_model_refused("ChatGLM-6B", fixture("chatglm-6b"), FARSPAN_ERROR_COMBINATION,
                         {"$.position_encoding_2d is true", "ChatGLM-6B"});
    expect_model_refused("the class's default",
                         R"({"model_type": "chatglm", "hidden_size": 4096, "inner_hidden_size": 16384,
                         "num_attention_heads": 32, "num_layers": 28})",
                         FARSPAN_ERROR_COMBINATION, {"$.inner_hidden_size is 16384", "ChatGLM-6B"});
    for (const char* keys : {R"("position_encoding_2d": true)", R"("position_embedding_type": "relative_key")",
                             R"("rotary_value": true)", R"("relative_attention": true)",
                             R"("attention_type": "block_sparse")", R"("blocksparse_params": {"block_size": 64})"})
        expect_model_refused(keys, eight("llama", keys), FARSPAN_ERROR_COMBINATION,
                             {std::string("$.") + std::string(keys + 1, std::strchr(keys + 1, '"')) + " is "});
}

// ---- keys with a meaning in other classes

Test(field, gemma_3n_takes_no_scale_from_gemma_3) {
    const model_handle model = read_fixture("gemma-3n-with-gemma-3-scale");
    cr_expect(layer_of(model, 0).attention_scale == 1 && layer_of(model, 4).attention_scale == 1);
    cr_expect(has_note(model, FARSPAN_NOTE_NO_EFFECT, "$.text_config.query_pre_attn_scalar", "square root"), "%s",
              notes_of(model).c_str());
    cr_expect(info_of(model).final_softcap == 30);
}

Test(field, a_scale_is_read_where_the_class_reads_it) {
    constexpr struct {
        const char *type, *key;
        double scale;  // of heads of 64
    } rows[] = {
        {"gemma2", R"("query_pre_attn_scalar": 144)", 1.0 / 12},
        {"gemma3_text", R"("query_pre_attn_scalar": 144)", 1.0 / 12},
        {"gemma", R"("query_pre_attn_scalar": 144)", 1.0 / 8},
        {"llama", R"("query_pre_attn_scalar": 144)", 1.0 / 8},
        {"granite", R"("attention_multiplier": 0.5)", 0.5},
        {"llama", R"("attention_multiplier": 0.5)", 1.0 / 8},
        {"gpt2", R"("scale_attn_weights": false)", 1},
        {"llama", R"("scale_attn_weights": false)", 1.0 / 8},
    };
    for (const auto& row : rows) {
        const model_handle model = read_model(eight(row.type, row.key));
        cr_expect(near(layer_of(model, 0).attention_scale, row.scale), "%s, %s: %g", row.type, row.key,
                  layer_of(model, 0).attention_scale);
        const bool noted = !note_of(model, FARSPAN_NOTE_NO_EFFECT).empty();
        cr_expect(noted == (row.scale == 1.0 / 8), "%s, %s: %s", row.type, row.key, notes_of(model).c_str());
    }
    cr_expect(layer_of(read_model(eight("llama", R"("attn_logit_softcapping": 50)")), 0).score->softcap == 0);
    cr_expect(layer_of(read_model(eight("gemma2", "")), 0).score->softcap == 50);
    cr_expect(layer_of(read_model(eight("llama", R"("rope_local_base_freq": 7)")), 0).rope->base == 10000);
}

Test(field, a_share_outside_the_dictionary_counts_for_proportional_too) {
    const auto rope = [](const char* keys) { return *layer_of(read_model(eight("llama", keys)), 0).rope; };
    for (const char* keys :
         {R"("partial_rotary_factor": 0.25, "rope_parameters": {"rope_type": "proportional", "rope_theta": 1e6})",
          R"("rope_parameters": {"rope_type": "proportional", "rope_theta": 1e6, "partial_rotary_factor": 0.25})"})
        cr_expect(rope(keys).rotated_fraction == 0.25 && rope(keys).rotary_dim == 64 && rope(keys).base == 1e6, "%s",
                  keys);
    cr_expect(rope(R"("rope_scaling": {"rope_type": "proportional"})").rotated_fraction == 1);
}

// ---- formats

Test(field, params_of_meta) {
    const model_handle three = read_fixture("llama-3.1-8b-meta-params"), two = read_fixture("llama-2-70b-meta-params");
    const model_layer a = layer_of(three, 0), b = layer_of(two, 0);
    cr_expect(a.rope->method == FARSPAN_ROPE_LLAMA3 && a.rope->factor == 8 &&
              a.rope->layout == FARSPAN_LAYOUT_INTERLEAVED);
    cr_expect(std::abs(frequencies_of(a).inv_freq.back() / 3.06893e-07 - 1) < 1e-5);
    cr_expect(info_of(three).context == 131072 && a.head_dim == 128 && a.key_heads == 8);
    cr_expect(b.rope->base == 1e4 && info_of(two).context == 4096 && b.head_dim == 128 && info_of(two).layers == 80);
    cr_expect(info_of(two).vocabulary == 32000);
    cr_expect(has_note(two, FARSPAN_NOTE_DEFAULT, "$.rope_theta") &&
              has_note(three, FARSPAN_NOTE_DERIVED, "$.use_scaled_rope"));
}

Test(field, params_of_meta_by_release) {
    const auto read = [](const char* keys) {
        return read_model(std::string(R"({"n_heads": 32, "multiple_of": 256, "vocab_size": -1, )") + keys + "}");
    };
    const model_handle one = read(R"("dim": 4096, "n_layers": 32, "norm_eps": 1e-06)");
    cr_expect(info_of(one).context == 2048 && info_of(one).vocabulary == 0 && layer_of(one, 0).rope->base == 1e4);
    const model_handle code = read(R"("dim": 4096, "n_layers": 32, "norm_eps": 1e-05, "rope_theta": 1000000)");
    cr_expect(info_of(code).context == 16384 && layer_of(code, 0).rope->base == 1e6);
    const model_handle small = read(R"("dim": 2048, "n_layers": 16, "rope_theta": 500000.0, "use_scaled_rope": true)");
    cr_expect(layer_of(small, 0).rope->factor == 32);
    const model_handle plain = read(R"("dim": 4096, "n_layers": 32, "rope_theta": 500000.0, "use_scaled_rope": false)");
    cr_expect(layer_of(plain, 0).rope->method == FARSPAN_ROPE_BASE && info_of(plain).context == 8192);
    expect_model_refused("a size of no release",
                         R"({"n_heads": 32, "multiple_of": 256, "dim": 1024, "n_layers": 3, "use_scaled_rope": true})",
                         FARSPAN_ERROR_COMBINATION, {"$.use_scaled_rope is true", "8 in Llama 3.1", "32 in 3.2"});
    expect_model_refused("no marks", R"({"dim": 4096, "n_layers": 32, "n_heads": 32})", FARSPAN_ERROR_FORMAT,
                         {"multiple_of", "hidden_dim"});
}

Test(field, a_class_named_only_by_architectures) {
    const model_handle ocr = read_fixture("deepseek-ocr");
    const model_layer layer = layer_of(ocr, 0);
    cr_expect(layer.query_heads == 10 && layer.key_heads == 10 && layer.head_dim == 128 && layer.value_dim == 128);
    cr_expect(layer.rope->layout == FARSPAN_LAYOUT_HALF && layer.rope->base == 1e4 && layer.rope->rotary_dim == 128);
    cr_expect(info_of(ocr).layers == 12 && std::string(info_of(ocr).family) == "deepseek_v2");
    constexpr struct {
        const char *of_class, *family;
    } rows[] = {{"LlamaForCausalLM", "llama"},
                {"Qwen2MoeForCausalLM", "qwen2_moe"},
                {"GPTNeoXForCausalLM", "gpt_neox"},
                {"GPT2LMHeadModel", "gpt2"},
                {"Gemma3TextModel", "gemma3_text"},
                {"GptOssForCausalLM", "gpt_oss"},
                {"BertForMaskedLM", "bert"},
                {"Ernie4_5ForCausalLM", "ernie4_5"},
                {"DeepseekV3ForCausalLM", "deepseek_v3"},
                {"RWForCausalLM", "falcon"},
                {"HunYuanMoEV1ForCausalLM", "hunyuan_v1_moe"}};
    for (const auto& row : rows) {
        const model_handle model = read_model(std::string(R"({"architectures": [")") + row.of_class + R"("]})");
        cr_expect(std::string(info_of(model).family) == row.family, "%s: %s", row.of_class, info_of(model).family);
    }
    expect_model_refused("unknown", R"({"text_config": {}, "architectures": ["NoneSuch"]})", FARSPAN_ERROR_METHOD,
                         {"$.architectures[0] is \"NoneSuch\""});
    expect_model_refused("outside", R"({"text_config": {"hidden_size": 4}, "model_type": "nonesuch"})",
                         FARSPAN_ERROR_METHOD, {"$.model_type is \"nonesuch\""});
}

Test(field, sizes_left_to_the_class) {
    const model_handle llava = read_fixture("llava-1.5-7b");
    const model_layer layer = layer_of(llava, 31);
    cr_expect(info_of(llava).layers == 32 && layer.query_heads == 32 && layer.key_heads == 32 && layer.head_dim == 128);
    cr_expect(layer.rope->base == 1e4 && info_of(llava).context == 4096 && info_of(llava).hidden == 4096);
    for (const char* key : {"num_hidden_layers", "num_attention_heads", "hidden_size"})
        cr_expect(has_note(llava, FARSPAN_NOTE_DEFAULT, std::string("$.text_config.") + key), "%s", key);
    cr_expect(std::string(info_of(read_model(R"({"model_type": "llava", "text_config": {}})")).family) == "llama");
    cr_expect(layer_of(read_model(R"({"model_type": "gpt2"})"), 0).head_dim == 64);
}

Test(field, what_python_writes_for_numbers_that_are_none) {
    const model_handle model = read_fixture("llama-3-8b-infinity");
    cr_expect(layer_of(model, 0).rope->base == 5e5 && info_of(model).layers == 32);
    cr_expect(info_of(read_model(small_llama(R"("a": [NaN, Infinity, -Infinity, {"b": NaN}])"))).layers == 1);
    expect_model_refused("read", small_llama(R"("rope_theta": Infinity)"), FARSPAN_ERROR_PARAMETER_RANGE,
                         {"$.rope_theta is Infinity: must be between"});
    expect_model_refused("read", small_llama(R"("rope_scaling": {"type": "linear", "factor": NaN})"),
                         FARSPAN_ERROR_PARAMETER_RANGE, {"$.rope_scaling.factor is NaN: must be between"});
    expect_model_refused("overflow", small_llama(R"("rope_theta": 1e999)"), FARSPAN_ERROR_PARAMETER_RANGE,
                         {"is Infinity"});
}

Test(field, messages_name_the_scope_of_a_value) {
    expect_model_refused("outer", fixture("outer-hidden-size"), FARSPAN_ERROR_SHAPE,
                         {"$.hidden_size is 2050: must be a multiple of the 8 heads"});
    const auto refused = [](const char* outer, const char* inner, farspan_status status, const char* message) {
        expect_model_refused(message,
                             std::string(R"({"model_type": "llava", )") + outer +
                                 R"("text_config": {"model_type": "llama", "head_dim": 64, "num_attention_heads": 6)" +
                                 inner + "}}",
                             status, {message});
    };
    refused(R"("num_key_value_heads": 4, )", "", FARSPAN_ERROR_HEAD_GROUPS, "$.num_key_value_heads: 6 query heads");
    refused("", R"(, "num_key_value_heads": 4)", FARSPAN_ERROR_HEAD_GROUPS,
            "$.text_config.num_key_value_heads: 6 query heads");
    refused(R"("partial_rotary_factor": 0.05, )", "", FARSPAN_ERROR_ROTARY_DIM, "$.partial_rotary_factor: ");
    refused(R"("num_hidden_layers": null, )", "", FARSPAN_ERROR_FORMAT, "$.num_hidden_layers is null");
    refused(R"("layer_types": ["full_attention"], )", "", FARSPAN_ERROR_SHAPE, "$.layer_types has 1 entries");
    const model_handle noted =
        read_model(R"({"model_type": "llava", "sliding_window": 64, "text_config": {"model_type": "llama"}})");
    cr_expect(has_note(noted, FARSPAN_NOTE_NO_EFFECT, "$.sliding_window"), "%s", notes_of(noted).c_str());
}

// ---- GGUF

Test(field, keys_of_ollama) {
    const model_handle model = read_gguf(gguf_fixture("gemma3-1b-ollama"));
    const model_layer sliding = layer_of(model, 0), full = layer_of(model, 5);
    cr_expect(sliding.rope->base == 1e4 && full.rope->base == 1e6 && sliding.window == 512 && full.window == 0);
    cr_expect(note_of(model, FARSPAN_NOTE_UNKNOWN_FIELD).empty(), "%s", notes_of(model).c_str());
}

Test(field, a_base_that_gguf_leaves_out_is_noted) {
    const model_handle model = read_gguf(gguf_fixture("qwen1.5-72b-no-freq-base"));
    cr_expect(layer_of(model, 0).rope->base == 1e4);
    cr_expect(has_note(model, FARSPAN_NOTE_DEFAULT, "qwen2.rope.freq_base", "absent: the model class assumes 10000"));
    const model_handle json = read_model(eight("qwen2", ""));
    cr_expect(has_note(json, FARSPAN_NOTE_DEFAULT, "$.rope_theta", "absent: the model class assumes 10000"));
}

Test(field, layers_without_heads) {
    const model_handle model = read_gguf(gguf_fixture("nemotron-49b-deci"));
    cr_expect(info_of(model).layers == 12 && info_of(model).query_heads == 64 && info_of(model).layer_kinds == 2);
    for (const int64_t n : {6, 7, 11}) {
        const model_layer layer = layer_of(model, n);
        cr_expect(layer.kind == FARSPAN_LAYER_OTHER && !layer.scheme && layer.query_heads == 0);
    }
    for (const int64_t n : {0, 5, 8, 10})
        cr_expect(layer_of(model, n).kind == FARSPAN_LAYER_FULL, "%ld", static_cast<long>(n));
    cr_expect(layer_of(model, 10).rope->base == 5e5 && layer_of(model, 10).key_heads == 8);
    cr_expect(has_note(model, FARSPAN_NOTE_INCOMPLETE, "deci.attention.head_count_kv"));

    file_writer out = header(0, 5);  // the first layer has none
    out.string("general.architecture", "deci").u32("deci.block_count", 3).u32("deci.embedding_length", 64);
    out.u32s("deci.attention.head_count", {0, 4, 4}).u32s("deci.attention.head_count_kv", {0, 0, 2});
    const model_handle first = read_gguf(out.bytes);
    cr_expect(layer_of(first, 0).kind == FARSPAN_LAYER_OTHER && layer_of(first, 1).kind == FARSPAN_LAYER_OTHER);
    cr_expect(layer_of(first, 2).kind == FARSPAN_LAYER_FULL && layer_of(first, 2).head_dim == 16);
    cr_expect(info_of(first).query_heads == 4 && info_of(first).key_heads == 2 && info_of(first).head_dim == 16);
    file_writer none = header(0, 4);
    none.string("general.architecture", "deci").u32("deci.block_count", 2).u32("deci.embedding_length", 64);
    expect_gguf_refused("no layer has heads", none.u32s("deci.attention.head_count", {0, 0}).bytes,
                        FARSPAN_ERROR_PARAMETER_RANGE, {"deci.attention.head_count is 0 in every layer"});
}

Test(field, gguf_of_another_kind_says_which) {
    std::string swapped = header(0, 0).bytes;
    for (const size_t at : {4, 8, 16})
        std::reverse(swapped.begin() + static_cast<long>(at),
                     swapped.begin() + static_cast<long>(at == 4 ? 8 : at + 8));
    expect_gguf_refused("big-endian", swapped, FARSPAN_ERROR_FORMAT, {"big-endian", "version 3"});
    file_writer part = header(0, 2);
    part.text("split.no")
        .number(uint32_t{2})
        .number(uint16_t{1})
        .text("split.count")
        .number(uint32_t{2})
        .number(uint16_t{3});
    expect_gguf_refused("a later part", part.bytes, FARSPAN_ERROR_FORMAT,
                        {"split.no is 1", "part 2 of 3", "first has"});
}

Test(field, gguf_keys_that_nobody_reads_are_noted) {
    file_writer out = header(0, 9);
    out.string("general.architecture", "llama").u32("llama.block_count", 2).u32("llama.embedding_length", 64);
    out.u32("llama.attention.head_count", 4).f32("llama.attention.layer_norm_rms_epsilon", 1e-5f);
    out.f32("llama.attention.clamp_kqv", 8).u32("llama.attention.shared_kv_layers", 1);
    out.f32("llama.rope.yonder", 2).f32("llama.attn_logit_softcapping", 50);
    const model_handle model = read_gguf(out.bytes);
    const std::string notes = notes_of(model);
    cr_expect(has_note(model, FARSPAN_NOTE_INCOMPLETE, "llama.attention.clamp_kqv", "clamps"), "%s", notes.c_str());
    cr_expect(has_note(model, FARSPAN_NOTE_INCOMPLETE, "llama.attention.shared_kv_layers"), "%s", notes.c_str());
    cr_expect(has_note(model, FARSPAN_NOTE_UNKNOWN_FIELD, "llama.rope.yonder"), "%s", notes.c_str());
    cr_expect(has_note(model, FARSPAN_NOTE_NO_EFFECT, "llama.attn_logit_softcapping", "capped"), "%s", notes.c_str());
    cr_expect(notes.find("epsilon") == std::string::npos, "%s", notes.c_str());
}

// ---- text that a terminal would obey

Test(field, texts_of_documents_are_escaped) {
    const std::string name = "\"ll\\u0000ama\\u001b[31m\\n\"";
    expect_model_refused("model_type", "{\"model_type\": " + name + "}", FARSPAN_ERROR_METHOD,
                         {R"($.model_type is "ll\u0000ama\u001b[31m\n": no model family that is known)"});
    expect_model_refused("a class", "{\"architectures\": [" + name + "]}", FARSPAN_ERROR_METHOD,
                         {R"(is "ll\u0000ama)"});
    expect_model_refused("a type", small_llama("\"rope_scaling\": {\"type\": " + name + "}"), FARSPAN_ERROR_METHOD,
                         {R"(is "ll\u0000ama\u001b[31m\n": must be one of)"});
    expect_model_refused("a layer type", small_llama("\"layer_types\": [" + name + "]"), FARSPAN_ERROR_METHOD,
                         {R"($.layer_types[0] is "ll\u0000ama\u001b[31m\n")"});
    expect_model_refused("a key", "{" + name + ": 1, " + name + ": 2}", FARSPAN_ERROR_FORMAT,
                         {R"($: has the key "ll\u0000ama\u001b[31m\n" twice)"});
    expect_model_refused("direction", R"({"model_type": "a\u202eb\u0085c"})", FARSPAN_ERROR_METHOD,
                         {R"("a\u202eb\u0085c")"});
    const model_handle noted = read_model(small_llama("\"rope_scaling\": {\"type\": \"default\", " + name + ": 1}"));
    cr_expect(has_note(noted, FARSPAN_NOTE_UNKNOWN_FIELD, R"($.rope_scaling.ll\u0000ama\u001b[31m\n)"), "%s",
              notes_of(noted).c_str());
    for (const std::string& architecture : {std::string("ll\0ama\x1b\n\xff", 9)}) {
        file_writer out = header(0, 1);
        expect_gguf_refused("an architecture", out.string("general.architecture", architecture).bytes,
                            FARSPAN_ERROR_METHOD, {R"("ll\u0000ama\u001b\n\xff")"});
    }
    file_writer out = header(0, 2);
    out.string("general.architecture", "llama").text(std::string("llama.a\0\x1b", 9)).number(uint32_t{99});
    expect_gguf_refused("a key", out.bytes, FARSPAN_ERROR_FORMAT, {R"(llama.a\u0000\u001b has the type 99)"});
}
