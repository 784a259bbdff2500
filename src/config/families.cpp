#include <array>

#include "config/family_rows.hpp"

namespace farspan::config {
namespace {

constexpr int32_t interleaved = FARSPAN_LAYOUT_INTERLEAVED;

// Rotations that the classes have where the file says nothing.
constexpr const char* gpt_oss_ropes =
    R"({"rope_type": "yarn", "rope_theta": 150000, "factor": 32, "beta_fast": 32, "beta_slow": 1, "truncate": false, )"
    R"("original_max_position_embeddings": 4096})";
constexpr const char* ministral3_ropes =
    R"({"type": "yarn", "rope_theta": 1000000, "factor": 16, "original_max_position_embeddings": 16384, )"
    R"("beta_fast": 32, "beta_slow": 1, "mscale": 1, "mscale_all_dim": 1, "llama_4_scaling_beta": 0.1})";

constexpr const char* gemma4_ropes =
    R"({"full_attention": {"rope_type": "proportional", "rope_theta": 1000000, "partial_rotary_factor": 0.25}, )"
    R"("sliding_attention": {"rope_type": "default", "rope_theta": 10000}})";

// Class defaults, as far as they decide positions and attention and differ from "heads = key heads, head size = hidden
// / heads, theta 10000". tests/oracles checks each against transformers.
#define DEFAULTS(name, ...) constexpr class_default name##_defaults[] = {__VA_ARGS__}
DEFAULTS(none, {"rope_theta", 10000});
DEFAULTS(mistral, {"rope_theta", 10000}, {"num_key_value_heads", 8}, {"sliding_window", 4096});
DEFAULTS(mixtral, {"rope_theta", 1e6}, {"num_key_value_heads", 8});
DEFAULTS(ministral3, {"rope_theta", 1e6}, {"num_key_value_heads", 8}, {"head_dim", 128});
DEFAULTS(mistral_params, {"max_position_embeddings", 128000});
DEFAULTS(llama4, {"rope_theta", 5e5}, {"num_key_value_heads", 8}, {"head_dim", 128}, {"attention_chunk_size", 8192},
         {"no_rope_layer_interval", 4}, {"attn_temperature_tuning", 1}, {"floor_scale", 8192}, {"attn_scale", 0.1});
DEFAULTS(qwen2, {"rope_theta", 10000}, {"num_key_value_heads", 32}, {"sliding_window", 4096},
         {"max_window_layers", 28});
DEFAULTS(qwen2_moe, {"rope_theta", 10000}, {"num_key_value_heads", 16}, {"sliding_window", 4096},
         {"max_window_layers", 28});
DEFAULTS(qwen3, {"rope_theta", 10000}, {"num_key_value_heads", 32}, {"head_dim", 128}, {"sliding_window", 4096},
         {"max_window_layers", 28});
DEFAULTS(qwen3_moe, {"rope_theta", 10000}, {"num_key_value_heads", 4}, {"sliding_window", 4096},
         {"max_window_layers", 28});
DEFAULTS(qwen2_vl, {"rope_theta", 1e6}, {"num_key_value_heads", 8}, {"sliding_window", 4096},
         {"max_window_layers", 80});
DEFAULTS(qwen3_vl, {"rope_theta", 5e5}, {"num_key_value_heads", 32}, {"head_dim", 128});
DEFAULTS(qwen3_next, {"rope_theta", 10000}, {"num_key_value_heads", 2}, {"head_dim", 256},
         {"partial_rotary_factor", 0.25}, {"full_attention_interval", 4});
DEFAULTS(falcon, {"rope_theta", 10000}, {"max_position_embeddings", 2048});
DEFAULTS(phi, {"rope_theta", 10000}, {"partial_rotary_factor", 0.5});
DEFAULTS(phimoe, {"rope_theta", 1e6}, {"num_key_value_heads", 8});
DEFAULTS(gemma, {"rope_theta", 10000}, {"num_key_value_heads", 16}, {"head_dim", 256});
DEFAULTS(gemma2, {"rope_theta", 10000}, {"num_key_value_heads", 4}, {"head_dim", 256}, {"sliding_window", 4096},
         {"sliding_window_pattern", 2}, {"query_pre_attn_scalar", 256}, {"attn_logit_softcapping", 50},
         {"final_logit_softcapping", 30});
DEFAULTS(gemma3, {"rope_theta", 1e6}, {"rope_local_base_freq", 10000}, {"num_attention_heads", 8},
         {"num_key_value_heads", 4}, {"head_dim", 256}, {"sliding_window", 4096}, {"sliding_window_pattern", 6},
         {"query_pre_attn_scalar", 256}, {"max_position_embeddings", 131072});
DEFAULTS(gemma3n, {"rope_theta", 1e6}, {"rope_local_base_freq", 10000}, {"num_attention_heads", 8},
         {"num_key_value_heads", 2}, {"head_dim", 256}, {"sliding_window", 512}, {"sliding_window_pattern", 5},
         {"max_position_embeddings", 32768});
DEFAULTS(gemma4, {"rope_theta", 1e6}, {"rope_local_base_freq", 10000}, {"num_attention_heads", 8},
         {"num_key_value_heads", 4}, {"head_dim", 256}, {"global_head_dim", 512}, {"sliding_window", 512},
         {"sliding_window_pattern", 6}, {"max_position_embeddings", 131072});
DEFAULTS(gemma4_unified, {"rope_theta", 1e6}, {"rope_local_base_freq", 10000}, {"num_attention_heads", 8},
         {"num_key_value_heads", 4}, {"head_dim", 256}, {"global_head_dim", 512}, {"sliding_window", 1024},
         {"sliding_window_pattern", 6}, {"max_position_embeddings", 262144});
DEFAULTS(gpt_oss, {"rope_theta", 150000}, {"num_key_value_heads", 8}, {"head_dim", 64}, {"sliding_window", 128},
         {"sliding_window_pattern", 2}, {"max_position_embeddings", 131072});
DEFAULTS(deepseek_v2, {"rope_theta", 10000}, {"qk_rope_head_dim", 64}, {"qk_nope_head_dim", 128}, {"v_head_dim", 128});
DEFAULTS(deepseek_v3, {"rope_theta", 10000}, {"qk_rope_head_dim", 64}, {"qk_nope_head_dim", 128}, {"v_head_dim", 128},
         {"rope_interleave", 1});
DEFAULTS(minicpm3, {"rope_theta", 10000}, {"qk_rope_head_dim", 32}, {"qk_nope_head_dim", 64}, {"v_head_dim", 64});
DEFAULTS(gpt_neox, {"rope_theta", 10000}, {"rotary_pct", 0.25});
DEFAULTS(gptj, {"rope_theta", 10000}, {"rotary_dim", 64});
DEFAULTS(stablelm, {"rope_theta", 10000}, {"num_key_value_heads", 32}, {"partial_rotary_factor", 0.25});
DEFAULTS(cohere, {"rope_theta", 5e5});
DEFAULTS(cohere2, {"rope_theta", 10000}, {"sliding_window", 4096}, {"sliding_window_pattern", 4});
DEFAULTS(olmo3, {"rope_theta", 5e5}, {"sliding_window", 4096}, {"sliding_window_pattern", 4});
DEFAULTS(glm, {"rope_theta", 10000}, {"num_key_value_heads", 2}, {"head_dim", 128}, {"partial_rotary_factor", 0.5});
DEFAULTS(glm4_moe, {"rope_theta", 10000}, {"num_key_value_heads", 8}, {"partial_rotary_factor", 0.5});
DEFAULTS(chatglm, {"rope_theta", 10000}, {"partial_rotary_factor", 0.5});
DEFAULTS(granite, {"rope_theta", 10000}, {"attention_multiplier", 1});
DEFAULTS(smollm3, {"rope_theta", 2e6}, {"num_key_value_heads", 4}, {"no_rope_layer_interval", 4});
DEFAULTS(exaone4, {"rope_theta", 10000}, {"num_key_value_heads", 32}, {"sliding_window", 4096},
         {"sliding_window_pattern", 4});
DEFAULTS(nemotron, {"rope_theta", 10000}, {"partial_rotary_factor", 0.5});
DEFAULTS(starcoder2, {"rope_theta", 10000}, {"num_key_value_heads", 2});
DEFAULTS(ernie4_5, {"rope_theta", 5e5}, {"num_key_value_heads", 2}, {"head_dim", 128});
DEFAULTS(exaone, {"rope_theta", 5e5}, {"num_key_value_heads", 8});
DEFAULTS(minimax_m2, {"rope_theta", 5e6}, {"num_key_value_heads", 8}, {"head_dim", 128});
DEFAULTS(helium, {"rope_theta", 1e5}, {"num_key_value_heads", 20}, {"head_dim", 128});
DEFAULTS(seed_oss, {"rope_theta", 10000}, {"num_key_value_heads", 8}, {"head_dim", 128});
DEFAULTS(mpt, {"alibi", 1}, {"alibi_bias_max", 8});
DEFAULTS(t5, {"d_kv", 64}, {"relative_attention_num_buckets", 32}, {"relative_attention_max_distance", 128});
DEFAULTS(roformer, {"rope_theta", 10000}, {"rotary_value", 0});
DEFAULTS(modernbert, {"global_rope_theta", 160000}, {"local_rope_theta", 10000}, {"local_attention", 128},
         {"global_attn_every_n_layers", 3}, {"max_position_embeddings", 8192});
#undef DEFAULTS

const family families[] = {
    {.model_type = "llama", .defaults = none_defaults},
    {.model_type = "mistral", .window_rule = windows::every_layer, .defaults = mistral_defaults},
    {.model_type = "mixtral", .window_rule = windows::every_layer, .defaults = mixtral_defaults},
    {.model_type = "ministral3",
     .window_rule = windows::every_layer,
     .rope_parameters = ministral3_ropes,
     .finish = finish_ministral3,
     .defaults = ministral3_defaults},
    {.model_type = "mistral_params",
     .layout = interleaved,
     .window_rule = windows::listed,
     .prepare = prepare_mistral_params,
     .finish = finish_mistral_params,
     .defaults = mistral_params_defaults},
    {.model_type = "llama_params",
     .layout = interleaved,
     .prepare = prepare_llama_params,
     .finish = finish_llama_params},
    {.model_type = "llama4_text",
     .layout = interleaved,
     .window_rule = windows::chunks,
     .nope_rule = no_rotation::listed,
     .finish = finish_llama4,
     .defaults = llama4_defaults},
    {.model_type = "qwen",
     .prepare = prepare_qwen,
     .finish = finish_qwen,
     .defaults = none_defaults,
     .reads = "use_dynamic_ntk use_logn_attn"},
    {.model_type = "qwen2",
     .window_rule = windows::qwen,
     .finish = finish_qwen2,
     .defaults = qwen2_defaults,
     .reads = "use_dynamic_ntk use_logn_attn"},
    {.model_type = "qwen2_moe",
     .window_rule = windows::qwen,
     .finish = finish_qwen2,
     .defaults = qwen2_moe_defaults,
     .reads = "use_dynamic_ntk use_logn_attn"},
    {.model_type = "qwen3",
     .window_rule = windows::qwen,
     .finish = finish_qwen2,
     .defaults = qwen3_defaults,
     .reads = "use_dynamic_ntk use_logn_attn"},
    {.model_type = "qwen3_moe",
     .window_rule = windows::qwen,
     .finish = finish_qwen2,
     .defaults = qwen3_moe_defaults,
     .reads = "use_dynamic_ntk use_logn_attn"},
    {.model_type = "qwen2_vl", .window_rule = windows::qwen, .defaults = qwen2_vl_defaults},
    {.model_type = "qwen3_vl", .defaults = qwen3_vl_defaults},
    {.model_type = "qwen3_next", .defaults = qwen3_next_defaults},
    {.model_type = "phi", .defaults = phi_defaults},
    {.model_type = "phi3", .window_rule = windows::every_layer, .defaults = none_defaults},
    {.model_type = "phimoe", .window_rule = windows::every_layer, .defaults = phimoe_defaults},
    {.model_type = "gemma", .defaults = gemma_defaults},
    {.model_type = "gemma2", .window_rule = windows::pattern, .defaults = gemma2_defaults},
    {.model_type = "gemma3_text",
     .window_rule = windows::pattern,
     .scaling_on_full_layers_only = true,
     .finish = finish_gemma3,
     .defaults = gemma3_defaults,
     .reads = "use_bidirectional_attention attn_logit_softcapping final_logit_softcapping"},
    {.model_type = "gemma3n_text",
     .window_rule = windows::pattern,
     .scaling_on_full_layers_only = true,
     .scale = 1,
     .defaults = gemma3n_defaults,
     .reads = "final_logit_softcapping"},
    {.model_type = "gemma4_text",
     .window_rule = windows::pattern,
     .scaling_on_full_layers_only = true,
     .scale = 1,
     .rope_parameters = gemma4_ropes,
     .prepare = prepare_gemma4,
     .finish = finish_gemma4,
     .defaults = gemma4_defaults,
     .reads = "use_bidirectional_attention final_logit_softcapping"},
    {.model_type = "gemma4_unified_text",
     .window_rule = windows::pattern,
     .scaling_on_full_layers_only = true,
     .scale = 1,
     .rope_parameters = gemma4_ropes,
     .prepare = prepare_gemma4,
     .finish = finish_gemma4,
     .defaults = gemma4_unified_defaults,
     .reads = "use_bidirectional_attention final_logit_softcapping"},
    {.model_type = "gpt_oss",
     .window_rule = windows::pattern,
     .sink_rule = sinks::every_layer,
     .rope_parameters = gpt_oss_ropes,
     .defaults = gpt_oss_defaults},
    {.model_type = "deepseek_v2",
     .layout = interleaved,
     .prepare = prepare_deepseek_v2,
     .defaults = deepseek_v2_defaults},
    {.model_type = "deepseek_v3", .layout = interleaved, .defaults = deepseek_v3_defaults},
    {.model_type = "minicpm3", .defaults = minicpm3_defaults},
    {.model_type = "minicpm", .defaults = none_defaults},
    {.model_type = "baichuan", .prepare = prepare_baichuan, .finish = finish_baichuan, .defaults = none_defaults},
    {.model_type = "bloom", .kind = positions::alibi, .finish = finish_bloom},
    {.model_type = "mpt",
     .kind = positions::alibi,
     .prepare = prepare_mpt,
     .finish = finish_mpt,
     .defaults = mpt_defaults,
     .reads = "rope softmax_scale sliding_window_size"},
    {.model_type = "falcon",
     .prepare = prepare_falcon,
     .finish = finish_falcon,
     .defaults = falcon_defaults,
     .reads = "alibi"},
    {.model_type = "gpt_neox", .defaults = gpt_neox_defaults},
    {.model_type = "gptj", .layout = interleaved, .defaults = gptj_defaults},
    {.model_type = "codegen", .layout = interleaved, .defaults = gptj_defaults},
    {.model_type = "stablelm", .defaults = stablelm_defaults, .reads = "rope_pct"},
    {.model_type = "cohere", .layout = interleaved, .defaults = cohere_defaults},
    {.model_type = "cohere2",
     .layout = interleaved,
     .window_rule = windows::pattern,
     .nope_rule = no_rotation::full_layers,
     .defaults = cohere2_defaults},
    {.model_type = "olmo", .defaults = none_defaults},
    {.model_type = "olmo2", .defaults = none_defaults},
    {.model_type = "olmo3",
     .window_rule = windows::pattern,
     .scaling_on_full_layers_only = true,
     .defaults = olmo3_defaults},
    {.model_type = "glm", .layout = interleaved, .defaults = glm_defaults},
    {.model_type = "glm4", .layout = interleaved, .defaults = glm_defaults},
    {.model_type = "glm4_moe", .defaults = glm4_moe_defaults},
    {.model_type = "chatglm",
     .layout = interleaved,
     .prepare = prepare_chatglm,
     .defaults = chatglm_defaults,
     .reads = "rope_ratio"},
    {.model_type = "internlm2", .defaults = none_defaults},
    {.model_type = "granite", .defaults = granite_defaults},
    {.model_type = "granitemoe", .defaults = granite_defaults},
    {.model_type = "smollm3",
     .window_rule = windows::unrotated,
     .nope_rule = no_rotation::listed,
     .defaults = smollm3_defaults},
    {.model_type = "exaone", .defaults = exaone_defaults},
    {.model_type = "exaone4",
     .window_rule = windows::pattern,
     .nope_rule = no_rotation::full_layers,
     .defaults = exaone4_defaults},
    {.model_type = "nemotron", .defaults = nemotron_defaults},
    {.model_type = "starcoder2", .window_rule = windows::every_layer, .defaults = starcoder2_defaults},
    {.model_type = "ernie4_5", .layout = interleaved, .defaults = ernie4_5_defaults},
    {.model_type = "minimax_m2", .defaults = minimax_m2_defaults, .reads = "rotary_dim"},
    {.model_type = "hunyuan_v1_dense", .defaults = none_defaults},
    {.model_type = "hunyuan_v1_moe", .defaults = none_defaults},
    {.model_type = "hunyuan_vl", .defaults = none_defaults},
    {.model_type = "helium", .layout = interleaved, .defaults = helium_defaults},
    {.model_type = "seed_oss", .defaults = seed_oss_defaults},
    {.model_type = "t5", .kind = positions::t5, .scale = 1, .finish = finish_t5, .defaults = t5_defaults},
    {.model_type = "roformer",
     .layout = interleaved,
     .finish = finish_encoder,
     .defaults = roformer_defaults,
     .reads = "rotary_value position_embedding_type"},
    {.model_type = "modernbert",
     .window_rule = windows::both_sides,
     .finish = finish_encoder,
     .defaults = modernbert_defaults,
     .reads = "position_embedding_type"},
    {.model_type = "bert", .kind = positions::learned, .finish = finish_encoder, .reads = "position_embedding_type"},
    {.model_type = "gpt2",
     .kind = positions::learned,
     .finish = finish_learned,
     .reads = "scale_attn_weights scale_attn_by_inverse_layer_idx"},
    {.model_type = "opt", .kind = positions::learned, .finish = finish_opt},
};

std::array<std::span<const family>, 5> row_tables() {
    return {families, dense_rows(), windowed_rows(), hybrid_rows(), absolute_rows()};
}

}  // namespace

const family* find_family(const std::string& model_type) {
    std::string name = model_type;
    for (const family_alias& alias : family_aliases())
        if (model_type == alias.name) name = alias.meant;
    for (const std::span<const family>& rows : row_tables())
        for (const family& row : rows)
            if (name == row.model_type) return &row;
    return nullptr;
}

const family* find_alias(const std::function<bool(const char*)>& is_meant) {
    for (const family_alias& alias : family_aliases())
        if (is_meant(alias.name)) return find_family(alias.meant);
    return nullptr;
}

const char* why_refused(const std::string& model_type) {
    for (const refused_family& row : refused_families())
        if (model_type == row.name) return row.reason;
    return nullptr;
}

std::vector<const family*> known_rows() {
    std::vector<const family*> result;
    for (const std::span<const family>& rows : row_tables())
        for (const family& row : rows) result.push_back(&row);
    return result;
}

}  // namespace farspan::config
