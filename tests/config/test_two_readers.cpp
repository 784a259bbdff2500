// Two readers, one voice: the same model as config.json and as GGUF metadata has the same schemes, and what is noted of
// the one is noted of the other.
#include <criterion/criterion.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "gguf_writer.hpp"
#include "model_case.hpp"

using namespace farspan_test;

namespace {

using keys = std::vector<std::pair<std::string, double>>;  // negative values are written as false

struct pair_of_names {
    const char *model_type, *architecture;
    const char* json = "";  // beside the sizes
    keys gguf = {};
};

const pair_of_names pairs[] = {
    {"llama", "llama"},
    {"mixtral", "llama"},
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
    {"apertus", "apertus"},
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
    {"qwen2", "qwen2"},
    {"qwen2_moe", "qwen2moe"},
    {"qwen3", "qwen3"},
    {"qwen3_moe", "qwen3moe"},
    {"phi", "phi2", R"("partial_rotary_factor": 0.5)", {{"rope.dimension_count", 32}}},
    {"phi3", "phi3", R"("sliding_window": 64)", {{"attention.sliding_window", 64}}},
    {"phimoe", "phimoe"},
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
    {"gpt_oss", "gpt-oss", R"("sliding_window": 64, "sliding_window_pattern": 2)", {{"attention.sliding_window", 64}}},
    {"nemotron", "nemotron", R"("partial_rotary_factor": 0.5)", {{"rope.dimension_count", 32}}},
    {"minicpm3",
     "minicpm3",
     R"("qk_rope_head_dim": 32, "qk_nope_head_dim": 32, "v_head_dim": 64)",
     {{"attention.key_length_mla", 64}, {"attention.value_length_mla", 64}, {"rope.dimension_count", 32}}},
    {"hunyuan_v1_dense", "hunyuan-dense"},
    {"hunyuan_v1_moe", "hunyuan-moe"},
    {"starcoder2", "starcoder2"},
    {"glm4_moe", "glm4moe", R"("partial_rotary_factor": 0.5)", {{"rope.dimension_count", 32}}},
    {"minimax_m2", "minimax-m2", R"("rotary_dim": 32)", {{"rope.dimension_count", 32}}},
    {"seed_oss", "seed_oss"},
    {"bloom", "bloom", R"("num_key_value_heads": 4)", {{"attention.max_alibi_bias", 8}}},
    {"mpt",
     "mpt",
     R"("attn_config": {"alibi": true, "alibi_bias_max": 8}, "kv_n_heads": 2)",
     {{"attention.max_alibi_bias", 8}}},
    {"gpt2", "gpt2"},
};

constexpr int64_t layers = 8, query_heads = 4, key_heads = 2, head_dim = 64, hidden = 256, context = 8192;

bool rotates(const pair_of_names& names) {
    return std::string(names.model_type) != "bloom" && std::string(names.model_type) != "mpt" &&
           std::string(names.model_type) != "gpt2";
}

// Their classes have a whole rope dictionary where the file has none.
bool has_class_rotation(const pair_of_names& names) {
    return std::string(names.model_type) == "gpt_oss" || std::string(names.model_type) == "apertus";
}

model_handle read_json(const pair_of_names& names, bool base, const std::string& more) {
    std::string text =
        R"({"model_type": ")" + std::string(names.model_type) +
        R"(", "num_hidden_layers": 8, "num_attention_heads": 4, "num_key_value_heads": 2, "hidden_size": 256,
                       "head_dim": 64, "max_position_embeddings": 8192)";
    std::string given = names.json;
    if (given.find("\"num_key_value_heads\"") != std::string::npos)
        text.erase(text.find("\"num_key_value_heads\": 2, "), 26);
    if (base && has_class_rotation(names))
        text += R"(, "rope_parameters": {"rope_type": "default", "rope_theta": 20000})";
    else if (base && rotates(names))
        text += R"(, "rope_theta": 20000)";
    if (!given.empty()) text += ", " + given;
    if (names.model_type == std::string("mixtral") || names.model_type == std::string("starcoder2") ||
        names.model_type == std::string("phimoe"))
        text += R"(, "sliding_window": null)";
    if (std::string(names.model_type).starts_with("qwen")) text += R"(, "use_sliding_window": false)";
    if (!more.empty()) text += ", " + more;
    return read_model(text + "}");
}

void put(file_writer& out, const std::string& key, double value) {
    if (value < 0)
        out.text(key).number(uint32_t{7}).number(uint8_t{0});
    else if (value == std::floor(value) && key.find("freq_base") == std::string::npos)
        out.u32(key, static_cast<uint32_t>(value));
    else
        out.f32(key, static_cast<float>(value));
}

model_handle read_metadata(const pair_of_names& names, bool base, const keys& more) {
    const bool all_heads = std::string(names.model_type) == "bloom";
    keys all = {{"block_count", layers},
                {"attention.head_count", query_heads},
                {"embedding_length", hidden},
                {"context_length", context},
                {"attention.head_count_kv", all_heads ? query_heads : key_heads},
                {"attention.key_length", head_dim},
                {"attention.value_length", head_dim}};
    if (base && rotates(names)) all.emplace_back("rope.freq_base", 20000);
    all.insert(all.end(), names.gguf.begin(), names.gguf.end());
    all.insert(all.end(), more.begin(), more.end());
    file_writer out = header(0, all.size() + 1);
    out.string("general.architecture", names.architecture);
    for (const auto& [key, value] : all) put(out, std::string(names.architecture) + "." + key, value);
    return read_gguf(out.bytes);
}

// What the two must share; the order of the features of a head is the converter's matter.
std::string summary(const model_handle& model) {
    std::string result;
    for (int64_t n = 0; n < info_of(model).layers; ++n) {
        const model_layer l = layer_of(model, n);
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

Test(two_readers, schemes_and_notes_are_the_same) {
    for (const pair_of_names& names : pairs)
        expect_equal(names, "all stated", read_json(names, true, ""), read_metadata(names, true, {}));
}

Test(two_readers, what_is_not_applied_is_noted_by_both) {
    for (const pair_of_names& names : pairs) {
        expect_equal(names, "clamped", read_json(names, true, R"("clip_qkv": 8)"),
                     read_metadata(names, true, {{"attention.clamp_kqv", 8}}));
        expect_equal(names, "shared", read_json(names, true, R"("num_kv_shared_layers": 2)"),
                     read_metadata(names, true, {{"attention.shared_kv_layers", 2}}));
        expect_equal(names, "indexed", read_json(names, true, R"("index_topk": 64)"),
                     read_metadata(names, true, {{"attention.indexer.top_k", 64}}));
        const std::string type = names.model_type;
        if (type.starts_with("gemma")) continue;  // their classes cap
        expect_equal(names, "capped", read_json(names, true, R"("attn_logit_softcapping": 20)"),
                     read_metadata(names, true, {{"attn_logit_softcapping", 20}}));
    }
}

Test(two_readers, tokens_that_see_to_both_sides) {
    for (const pair_of_names& names : pairs)
        if (std::string(names.json).find("sliding_window\"") == std::string::npos)
            expect_equal(names, "not causal", read_json(names, true, R"("is_causal": false)"),
                         read_metadata(names, true, {{"attention.causal", -1}}));
}

// The class of the one and the code of the other may assume another base; both say that they assume one.
Test(two_readers, a_base_that_is_left_out) {
    for (const pair_of_names& names : pairs) {
        if (!rotates(names) || has_class_rotation(names) || std::string(names.model_type).starts_with("minicpm") ||
            std::string(names.model_type) == "internlm2")
            continue;
        const model_handle json = read_json(names, false, ""), gguf = read_metadata(names, false, {});
        cr_expect(has_note(json, FARSPAN_NOTE_DEFAULT, "$.rope_theta", "absent: the model class assumes"), "%s",
                  names.model_type);
        cr_expect(has_note(gguf, FARSPAN_NOTE_DEFAULT, std::string(names.architecture) + ".rope.freq_base",
                           "absent: the model class assumes"),
                  "%s", names.architecture);
    }
}
