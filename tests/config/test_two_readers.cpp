// Two readers, one voice: the same model as config.json and as GGUF metadata has the same schemes, and what is noted of
// the one is noted of the other.
#include <criterion/criterion.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <variant>
#include <vector>

#include "config/gguf_families.hpp"
#include "gguf_writer.hpp"
#include "model_case.hpp"

using namespace farspan_test;

namespace {

struct listed_flags {
    const char* letters;  // S: the layer has a window
};
struct numbers {
    std::vector<uint32_t> values;
};
struct absent {};
using kinds = std::variant<double, bool, const char*, numbers, listed_flags, absent>;
struct value : kinds {
    value() = default;
    value(int n) : kinds(static_cast<double>(n)) {}
    template <class T>
    value(T given) : kinds(std::move(given)) {}
};
using keys = std::vector<std::pair<std::string, value>>;

// What differs from the sizes that all have: in config.json, where "absent" takes a key away, and in GGUF.
struct pair_of_names {
    const char *model_type, *architecture, *json = "";
    keys gguf = {};
};

#define MROPE(t, h, w)                                                                             \
    R"("rope_theta": "absent", "rope_parameters": {"rope_type": "default", "rope_theta": 20000, )" \
    R"("mrope_section": [)" #t ", " #h ", " #w R"(]}, )"
#define CONVOLUTIONS \
    R"("layer_types": ["conv", "conv", "conv", "full_attention", "conv", "conv", "conv", "full_attention"])"

std::pair<std::string, value> sections(uint32_t t, uint32_t h, uint32_t w) {
    return {"rope.dimension_sections", numbers{{t, h, w, 0}}};
}

// Key heads of the layers 3 and 7; the others have no softmax attention.
std::pair<std::string, value> every_fourth(uint32_t heads) {
    return {"attention.head_count_kv", numbers{{0, 0, 0, heads, 0, 0, 0, heads}}};
}

const pair_of_names pairs[] = {
    {"llama", "llama"},
    {"mixtral", "llama", R"("sliding_window": null)"},
    {"internlm2", "internlm2"},
    {"minicpm", "minicpm"},
    {"granite", "granite", R"("attention_multiplier": 0.5)", {{"attention.scale", 0.5}}},
    {"granitemoe", "granitemoe", R"("attention_multiplier": 0.5)", {{"attention.scale", 0.5}}},
    {"olmo", "olmo"},
    {"olmo2", "olmo2"},
    {"olmoe", "olmoe"},
    {"olmo3", "olmo2", R"("sliding_window": 64, "sliding_window_pattern": 4)", {{"attention.sliding_window", 64}}},
    {"cohere", "command-r"},
    {"cohere2", "cohere2", R"("sliding_window": 64, "sliding_window_pattern": 4)", {{"attention.sliding_window", 64}}},
    {"exaone", "exaone"},
    {"exaone4", "exaone4", R"("sliding_window": 64, "sliding_window_pattern": 4)", {{"attention.sliding_window", 64}}},
    {"smollm3", "smollm3", R"("no_rope_layers": [1, 1, 1, 0, 1, 1, 1, 0], "no_rope_layer_interval": 4)"},
    {"ernie4_5", "ernie4_5"},
    {"ernie4_5_moe", "ernie4_5-moe"},
    {"arcee", "arcee"},
    {"apertus", "apertus",
     R"("rope_theta": "absent", "rope_parameters": {"rope_type": "default", "rope_theta": 20000})"},
    {"bitnet", "bitnet"},
    {"jais2", "jais2"},
    {"gemma3n_text",
     "gemma3n",
     R"("sliding_window": 64, "sliding_window_pattern": 5, "rope_local_base_freq": 5000)",
     {{"attention.sliding_window", 64}, {"rope.freq_base_swa", 5000}}},
    {"deepseek_v3",
     "deepseek2",
     R"("qk_rope_head_dim": 32, "qk_nope_head_dim": 32, "v_head_dim": 64, "rope_interleave": true)",
     {{"attention.key_length_mla", 64}, {"attention.value_length_mla", 64}, {"rope.dimension_count", 32}}},
    {"gptj", "gptj", R"("rotary_dim": 32)", {{"rope.dimension_count", 32}}},
    {"falcon", "falcon", R"("new_decoder_architecture": true, "num_kv_heads": 2)"},
    {"gpt_neox", "gptneox", R"("rotary_pct": 0.5, "num_kv_heads": 2)", {{"rope.dimension_count", 32}}},
    {"stablelm", "stablelm", R"("partial_rotary_factor": 0.25)", {{"rope.dimension_count", 16}}},
    {"qwen2", "qwen2", R"("use_sliding_window": false)"},
    {"qwen2_moe", "qwen2moe", R"("use_sliding_window": false)"},
    {"qwen3", "qwen3", R"("use_sliding_window": false)"},
    {"qwen3_moe", "qwen3moe", R"("use_sliding_window": false)"},
    {"phi", "phi2", R"("partial_rotary_factor": 0.5)", {{"rope.dimension_count", 32}}},
    {"phi3", "phi3", R"("sliding_window": 64)", {{"attention.sliding_window", 64}}},
    {"phimoe", "phimoe", R"("sliding_window": null)"},
    {"gemma", "gemma"},
    {"gemma2",
     "gemma2",
     R"("sliding_window": 64, "sliding_window_pattern": 2, "query_pre_attn_scalar": 64, "attn_logit_softcapping": 50,
        "final_logit_softcapping": 30)",
     {{"attention.sliding_window", 64}, {"attn_logit_softcapping", 50}, {"final_logit_softcapping", 30}}},
    {"gemma3_text",
     "gemma3",
     R"("sliding_window": 64, "sliding_window_pattern": 6, "query_pre_attn_scalar": 64, "rope_local_base_freq": 5000)",
     {{"attention.sliding_window", 64}, {"rope.freq_base_swa", 5000}}},
    {"gpt_oss",
     "gpt-oss",
     R"("sliding_window": 64, "sliding_window_pattern": 2, "rope_theta": "absent",
        "rope_parameters": {"rope_type": "default", "rope_theta": 20000})",
     {{"attention.sliding_window", 64}}},
    {"nemotron", "nemotron", R"("partial_rotary_factor": 0.5)", {{"rope.dimension_count", 32}}},
    {"minicpm3",
     "minicpm3",
     R"("qk_rope_head_dim": 32, "qk_nope_head_dim": 32, "v_head_dim": 64)",
     {{"attention.key_length_mla", 64}, {"attention.value_length_mla", 64}, {"rope.dimension_count", 32}}},
    {"hunyuan_v1_dense", "hunyuan-dense"},
    {"hunyuan_v1_moe", "hunyuan-moe"},
    {"starcoder2", "starcoder2", R"("sliding_window": null)"},
    {"glm4_moe", "glm4moe", R"("partial_rotary_factor": 0.5)", {{"rope.dimension_count", 32}}},
    {"minimax_m2", "minimax-m2", R"("rotary_dim": 32)", {{"rope.dimension_count", 32}}},
    {"seed_oss", "seed_oss"},
    {"bloom",
     "bloom",
     R"("num_key_value_heads": 4, "rope_theta": "absent")",
     {{"attention.head_count_kv", 4}, {"attention.max_alibi_bias", 8}, {"rope.freq_base", absent{}}}},
    {"mpt",
     "mpt",
     R"("attn_config": {"alibi": true, "alibi_bias_max": 8}, "kv_n_heads": 2, "rope_theta": "absent")",
     {{"attention.max_alibi_bias", 8}, {"rope.freq_base", absent{}}}},
    {"gpt2", "gpt2", R"("rope_theta": "absent")", {{"rope.freq_base", absent{}}}},
    {"llama4_text", "llama4",
     R"("no_rope_layer_interval": 4, "attn_temperature_tuning": true, "floor_scale": 8192, "attn_scale": 0.1,
        "attention_chunk_size": 8192)"},
    {"ministral3",
     "mistral3",
     R"("rope_theta": "absent", "rope_parameters": {"rope_type": "yarn", "rope_theta": 20000, "factor": 16,
        "original_max_position_embeddings": 512, "beta_fast": 32, "beta_slow": 1, "mscale": 1, "mscale_all_dim": 1,
        "llama_4_scaling_beta": 0.1})",
     {{"attention.temperature_scale", 0.1},
      {"rope.scaling.type", "yarn"},
      {"rope.scaling.factor", 16},
      {"rope.scaling.original_context_length", 512},
      {"rope.scaling.yarn_log_multiplier", 1},
      {"rope.scaling.yarn_beta_fast", 32},
      {"rope.scaling.yarn_beta_slow", 1}}},
    {"glm", "chatglm", R"("partial_rotary_factor": 0.5)", {{"rope.dimension_count", 32}}},
    {"glm4", "glm4", R"("partial_rotary_factor": 0.5)", {{"rope.dimension_count", 32}}},
    {"qwen",
     "qwen",
     R"("num_key_value_heads": 4, "seq_length": 8192, "kv_channels": 64, "rotary_emb_base": 20000, "rope_theta": "absent")",
     {{"attention.head_count_kv", 4}}},
    {"qwen2_vl", "qwen2vl", MROPE(8, 12, 12) R"("use_sliding_window": false)", {sections(8, 12, 12)}},
    {"qwen2_vl", "paddleocr", MROPE(8, 12, 12) R"("use_sliding_window": false)", {sections(8, 12, 12)}},
    {"hunyuan_vl", "hunyuan_vl"},
    {"gemma4_text",
     "gemma4",
     R"("rope_theta": "absent", "global_head_dim": 64, "sliding_window": 64, "sliding_window_pattern": 4,
        "rope_parameters": {"full_attention": {"rope_type": "default", "rope_theta": 20000},
        "sliding_attention": {"rope_type": "default", "rope_theta": 5000}})",
     {{"attention.sliding_window", 64},
      {"attention.sliding_window_pattern", listed_flags{"SSSFSSSF"}},
      {"rope.freq_base_swa", 5000},
      {"attention.key_length_swa", 64},
      {"attention.value_length_swa", 64}}},
    {"gemma3_text",
     "gemma-embedding",
     R"("use_bidirectional_attention": true, "sliding_window": 64, "sliding_window_pattern": 6,
        "query_pre_attn_scalar": 64, "rope_local_base_freq": 5000)",
     {{"attention.causal", false}, {"attention.sliding_window", 64}, {"rope.freq_base_swa", 5000}}},
    {"modernbert",
     "modern-bert",
     R"("num_key_value_heads": "absent", "head_dim": "absent", "rope_theta": "absent", "global_rope_theta": 20000,
        "local_rope_theta": 5000, "global_attn_every_n_layers": 3, "local_attention": 64)",
     {{"attention.head_count_kv", 4},
      {"attention.sliding_window", 64},
      {"attention.causal", false},
      {"rope.freq_base_swa", 5000}}},
    {"dbrx", "dbrx", R"("attn_config": {"kv_n_heads": 2, "rope_theta": 20000}, "rope_theta": "absent")"},
    {"dots1", "dots1", R"("max_window_layers": 0, "sliding_window": null)"},
    {"afmoe", "afmoe", R"("global_attn_every_n_layers": 4, "sliding_window": 64)", {{"attention.sliding_window", 64}}},
    {"exaone_moe",
     "exaone-moe",
     R"("sliding_window_pattern": 4, "sliding_window": 64)",
     {{"attention.sliding_window", 64}}},
    {"mimo_v2_flash",
     "mimo2",
     R"("sliding_window": 64, "v_head_dim": 64, "hybrid_layer_pattern": [1, 1, 1, 0, 1, 1, 1, 0],
        "num_attention_heads": 8, "num_key_value_heads": 4, "rope_theta": "absent",
        "rope_parameters": {
        "full_attention": {"rope_type": "default", "rope_theta": 20000, "partial_rotary_factor": 0.5},
        "sliding_attention": {"rope_type": "default", "rope_theta": 5000, "partial_rotary_factor": 0.5}})",
     {{"attention.head_count", 8},
      {"attention.head_count_kv", numbers{{8, 8, 8, 4, 8, 8, 8, 4}}},
      {"attention.sliding_window", 64},
      {"attention.sliding_window_pattern", listed_flags{"SSSFSSSF"}},
      {"rope.freq_base_swa", 5000},
      {"rope.dimension_count", 32}}},
    {"qwen3_next",
     "qwen3next",
     R"("partial_rotary_factor": 0.25, "full_attention_interval": 4)",
     {{"rope.dimension_count", 16}, {"full_attention_interval", 4}}},
    {"falcon_h1", "falcon-h1"},
    {"granitemoehybrid",
     "granitehybrid",
     R"("layer_types": ["mamba", "mamba", "mamba", "attention", "mamba", "mamba", "mamba", "attention"],
        "attention_multiplier": 0.5, "position_embedding_type": "rope")",
     {every_fourth(2), {"attention.scale", 0.5}}},
    {"lfm2", "lfm2", CONVOLUTIONS, {every_fourth(2)}},
    {"lfm2_moe", "lfm2moe", CONVOLUTIONS, {every_fourth(2)}},
    {"jamba",
     "jamba",
     R"("attn_layer_period": 4, "attn_layer_offset": 3, "rope_theta": "absent")",
     {every_fourth(2), {"rope.freq_base", absent{}}}},
    {"nemotron_h",
     "nemotron_h",
     R"("hybrid_override_pattern": "MMM*MMM*", "rope_theta": "absent")",
     {every_fourth(2), {"rope.freq_base", absent{}}}},
    {"nemotron_h",
     "nemotron_h_moe",
     R"("hybrid_override_pattern": "MMM*MMM*", "rope_theta": "absent")",
     {every_fourth(2), {"rope.freq_base", absent{}}}},
    {"kimi_linear",
     "kimi-linear",
     R"("qk_rope_head_dim": 32, "qk_nope_head_dim": 32, "v_head_dim": 64, "head_dim": "absent", "rope_theta": "absent",
        "num_key_value_heads": 4, "linear_attn_config": {"full_attn_layers": [4, 8], "kda_layers": [1, 2, 3, 5, 6, 7]})",
     {every_fourth(4),
      {"attention.key_length_mla", 64},
      {"attention.value_length_mla", 64},
      {"rope.freq_base", absent{}},
      {"rope.dimension_count", 32}}},
    {"bert",
     "bert",
     R"("num_key_value_heads": "absent", "head_dim": "absent", "rope_theta": "absent")",
     {{"attention.causal", false}, {"attention.head_count_kv", 4}, {"rope.freq_base", absent{}}}},
    {"bert",
     "jina-bert-v2",
     R"("position_embedding_type": "alibi", "num_key_value_heads": "absent", "head_dim": "absent", "rope_theta": "absent")",
     {{"attention.causal", false},
      {"attention.head_count_kv", 4},
      {"attention.max_alibi_bias", 8},
      {"rope.freq_base", absent{}}}},
    {"gpt_bigcode",
     "starcoder",
     R"("multi_query": true, "num_key_value_heads": "absent", "head_dim": "absent", "rope_theta": "absent")",
     {{"attention.head_count_kv", 1}, {"rope.freq_base", absent{}}}},
    // Not in transformers; their layers are those of Llama.
    {"llama", "deci"},
    {"llama", "xverse"},
    {"llama", "orion"},
    {"llama", "arctic"},
    {"llama", "deepseek"},
    {"llama", "bailingmoe"},
    {"llama", "chameleon"},
    {"llama", "llada"},
    {"llama", "maincoder"},
    {"llama", "llama-embed"},
    {"llama", "deepseek2-ocr"},
    {"llama", "bailingmoe2"},
    {"llama", "codeshell"},
    {"llama", "cogvlm"},
    {"llama", "dream"},
    {"llama", "eurobert"},
    {"llama", "grovemoe"},
    {"llama", "jina-bert-v3"},
    {"llama", "llada-moe"},
    {"llama", "nomic-bert"},
    {"llama", "nomic-bert-moe"},
    {"llama", "openelm"},
    {"llama", "pangu-embedded"},
    {"llama", "plamo"},
    {"llama", "rnd1"},
    {"llama", "smallthinker"},
    {"llama", "plamo2"},
    {"llama", "plamo3"},
    {"llama", "neo-bert"},
};

constexpr int layers = 8, query_heads = 4, key_heads = 2, head_dim = 64, hidden = 256, context = 8192;

model_handle read_json(const pair_of_names& names, const std::string& more) {
    nlohmann::json document = {
        {"model_type", names.model_type},     {"num_hidden_layers", layers}, {"num_attention_heads", query_heads},
        {"num_key_value_heads", key_heads},   {"hidden_size", hidden},       {"head_dim", head_dim},
        {"max_position_embeddings", context}, {"rope_theta", 20000}};
    for (const std::string& given : {std::string(names.json), more})
        document.update(nlohmann::json::parse("{" + given + "}"));
    for (auto key = document.begin(); key != document.end();)
        key = *key == "absent" ? document.erase(key) : std::next(key);
    return read_model(document.dump());
}

void put(file_writer& out, const std::string& key, const value& given) {
    if (const auto* flag = std::get_if<bool>(&given)) {
        out.text(key).number(uint32_t{7}).number(uint8_t{*flag});
    } else if (const auto* text = std::get_if<const char*>(&given)) {
        out.string(key, *text);
    } else if (const auto* list = std::get_if<numbers>(&given)) {
        out.u32s(key, list->values);
    } else if (const auto* flags = std::get_if<listed_flags>(&given)) {
        std::vector<bool> sliding;
        for (const char* letter = flags->letters; *letter; ++letter) sliding.push_back(*letter == 'S');
        out.flags(key, sliding);
    } else if (const double number = std::get<double>(given);
               number == std::floor(number) && key.find("freq_base") == std::string::npos) {
        out.u32(key, static_cast<uint32_t>(number));
    } else {
        out.f32(key, static_cast<float>(number));
    }
}

model_handle read_metadata(const pair_of_names& names, const keys& more) {
    std::map<std::string, value> all = {{"block_count", layers},
                                        {"attention.head_count", query_heads},
                                        {"embedding_length", hidden},
                                        {"context_length", context},
                                        {"attention.head_count_kv", key_heads},
                                        {"attention.key_length", head_dim},
                                        {"attention.value_length", head_dim},
                                        {"rope.freq_base", 20000.0}};
    for (const keys& given : {names.gguf, more})
        for (const auto& [key, v] : given) all[key] = v;
    std::erase_if(all, [](const auto& entry) { return std::holds_alternative<absent>(entry.second); });
    file_writer out = header(0, all.size() + 1);
    out.string("general.architecture", names.architecture);
    for (const auto& [key, v] : all) put(out, std::string(names.architecture) + "." + key, v);
    return read_gguf(out.bytes);
}

// What the two must share; the order of the features of a head is the converter's matter.
std::string summary(const model_handle& model) {
    std::string result;
    for (int64_t n = 0; n < info_of(model).layers; ++n) {
        const model_layer l = layer_of(model, n);
        if (l.kind == FARSPAN_LAYER_OTHER) {
            result += "no softmax attention\n";
            continue;
        }
        char text[256];
        std::snprintf(text, sizeof text,
                      "%d %ld/%ld %ld/%ld w%ld chunk%ld causal%d scale%.6g cap%g bias%d rope%d %d+%d %g\n", l.kind,
                      static_cast<long>(l.query_heads), static_cast<long>(l.key_heads), static_cast<long>(l.head_dim),
                      static_cast<long>(l.value_dim), static_cast<long>(l.window), static_cast<long>(l.mask->chunk),
                      l.mask->causal, l.attention_scale, l.score->softcap, l.bias->method, l.rope->method,
                      l.rope->rotary_dim, l.rope->rotary_offset, l.rope->base);
        result += text;
    }
    return result;
}

// The codes of all notes.
std::vector<int32_t> codes_of(const model_handle& model) {
    std::vector<int32_t> result;
    for (int64_t n = 0; n < info_of(model).notes; ++n) {
        farspan_model_note note{};
        note.struct_size = sizeof note;
        cr_assert(farspan_model_note_at(model.get(), n, &note, nullptr) == FARSPAN_OK);
        result.push_back(note.code);
    }
    std::sort(result.begin(), result.end());
    return result;
}

void expect_equal(const pair_of_names& names, const char* what, const model_handle& json, const model_handle& gguf) {
    cr_expect(summary(json) == summary(gguf), "%s as %s, %s:\n%s\n%s", names.model_type, names.architecture, what,
              summary(json).c_str(), summary(gguf).c_str());
    cr_expect(codes_of(json) == codes_of(gguf), "%s as %s, %s:\n%s\n%s", names.model_type, names.architecture, what,
              notes_of(json).c_str(), notes_of(gguf).c_str());
}

}  // namespace

// What cannot be compared here, and why.
const std::pair<const char*, const char*> without_pair[] = {
    {"baichuan", "config.json states sizes that the class tells apart: tests of families"},
    {"jais", "no class of transformers; scaled by its size: tests of rows"},
    {"plm", "no class of transformers has its split of a head: compared with llama.cpp by the oracles"},
    {"qwen3vl", "the leftover pairs turn with another axis, as ggml computes"},
    {"qwen3vlmoe", "as qwen3vl"},
    {"qwen35", "as qwen3vl"},
    {"qwen35moe", "as qwen3vl"},
    {"refact", "no class of transformers: tests of rows"},
};

Test(two_readers, every_architecture_is_compared_or_says_why_not) {
    std::set<std::string> named;
    for (const pair_of_names& names : pairs) named.insert(names.architecture);
    for (const auto& [name, reason] : without_pair)
        cr_expect(named.insert(name).second && *reason, "%s is in both lists", name);
    for (const std::string& name : farspan::config::known_architectures())
        cr_expect(named.contains(name), "%s: give it a pair, or a reason", name.c_str());
}

Test(two_readers, schemes_and_notes_are_the_same) {
    for (const pair_of_names& names : pairs)
        expect_equal(names, "all stated", read_json(names, ""), read_metadata(names, {}));
}

Test(two_readers, what_is_not_applied_is_noted_by_both) {
    for (const pair_of_names& names : pairs) {
        expect_equal(names, "clamped", read_json(names, R"("clip_qkv": 8)"),
                     read_metadata(names, {{"attention.clamp_kqv", 8}}));
        expect_equal(names, "shared", read_json(names, R"("num_kv_shared_layers": 2)"),
                     read_metadata(names, {{"attention.shared_kv_layers", 2}}));
        expect_equal(names, "indexed", read_json(names, R"("index_topk": 64)"),
                     read_metadata(names, {{"attention.indexer.top_k", 64}}));
        const std::string type = names.model_type;
        if (type.starts_with("gemma")) continue;  // their classes cap
        expect_equal(names, "capped", read_json(names, R"("attn_logit_softcapping": 20)"),
                     read_metadata(names, {{"attn_logit_softcapping", 20}}));
    }
}

Test(two_readers, tokens_that_see_to_both_sides) {
    for (const pair_of_names& names : pairs)
        if (std::string(names.json).find("sliding_window\"") == std::string::npos &&
            !farspan::config::find_gguf_family(names.architecture)->encoder &&  // they do so anyway
            std::string(names.json).find("alibi") == std::string::npos && std::string(names.model_type) != "bloom")
            expect_equal(names, "not causal", read_json(names, R"("is_causal": false)"),
                         read_metadata(names, {{"attention.causal", false}}));
}

// The top-level base in config.json is the one that both read.
bool states_a_base(const pair_of_names& names) {
    return std::string(names.json).find("rope_theta") == std::string::npos &&
           layer_of(read_json(names, ""), layers - 1).rope->method == FARSPAN_ROPE_BASE;
}

// The class of the one and the code of the other may assume another base; both say that they assume one.
Test(two_readers, a_base_that_is_left_out) {
    for (const pair_of_names& names : pairs) {
        if (!states_a_base(names) || std::string(names.model_type).starts_with("minicpm") ||
            std::string(names.model_type) == "internlm2")
            continue;
        const model_handle json = read_json(names, R"("rope_theta": "absent")"),
                           gguf = read_metadata(names, {{"rope.freq_base", absent{}}});
        cr_expect(has_note(json, FARSPAN_NOTE_DEFAULT, "$.rope_theta", "absent: the model class assumes"), "%s",
                  names.model_type);
        cr_expect(has_note(gguf, FARSPAN_NOTE_DEFAULT, std::string(names.architecture) + ".rope.freq_base",
                           "absent: the model class assumes"),
                  "%s", names.architecture);
    }
}
