// Families some of whose layers are no softmax attention: linear attention, state spaces, convolutions.
#include "config/family_rows.hpp"

namespace farspan::config {
namespace {

constexpr int32_t interleaved = FARSPAN_LAYOUT_INTERLEAVED;

constexpr const char* lfm3_ropes =
    R"({"full_attention": {"rope_type": "proportional", "rope_theta": 1000000, "partial_rotary_factor": 0.5}, )"
    R"("sliding_attention": {"rope_type": "default", "rope_theta": 10000}})";
constexpr const char* qwen3_5_ropes =
    R"({"rope_type": "default", "mrope_section": [11, 11, 10], "mrope_interleaved": true})";
constexpr const char* zaya_ropes =
    R"({"hybrid": {"rope_type": "default", "rope_theta": 5000000, "partial_rotary_factor": 0.5}, )"
    R"("hybrid_sliding": {"rope_type": "default", "rope_theta": 10000, "partial_rotary_factor": 0.5}})";

#define DEFAULTS(name, ...) constexpr class_default name##_defaults[] = {__VA_ARGS__}
DEFAULTS(bailing, {"rope_theta", 6e6}, {"qk_rope_head_dim", 64}, {"qk_nope_head_dim", 128}, {"v_head_dim", 128},
         {"layer_group_size", 6});
DEFAULTS(bamba, {"rope_theta", 10000}, {"num_key_value_heads", 8}, {"partial_rotary_factor", 0.5});
DEFAULTS(falcon_h1, {"rope_theta", 10000}, {"num_key_value_heads", 8});
DEFAULTS(granite_hybrid, {"rope_theta", 10000}, {"attention_multiplier", 1});
DEFAULTS(jamba, {"num_key_value_heads", 8}, {"attn_layer_period", 8}, {"attn_layer_offset", 4});
DEFAULTS(kimi_linear, {"qk_rope_head_dim", 64}, {"qk_nope_head_dim", 128}, {"v_head_dim", 128});
DEFAULTS(lara_mini, {"rope_theta", 10000}, {"num_key_value_heads", 4}, {"head_dim", 128}, {"sliding_window", 512});
DEFAULTS(lfm2, {"rope_theta", 1e6}, {"num_key_value_heads", 8});
DEFAULTS(lfm3, {"rope_theta", 1e6}, {"num_key_value_heads", 4}, {"head_dim", 128}, {"sliding_window", 256});
DEFAULTS(minimax, {"rope_theta", 1e6}, {"num_key_value_heads", 8});
DEFAULTS(mllama, {"rope_theta", 5e5}, {"num_key_value_heads", 8});
DEFAULTS(nemotron_h, {"num_key_value_heads", 8}, {"head_dim", 128});
DEFAULTS(olmo_hybrid, {"rope_theta", 10000});
DEFAULTS(qwen3_5, {"rope_theta", 10000}, {"num_key_value_heads", 4}, {"head_dim", 256}, {"partial_rotary_factor", 0.25},
         {"full_attention_interval", 4});
DEFAULTS(qwen3_5_moe, {"rope_theta", 10000}, {"num_key_value_heads", 2}, {"head_dim", 256},
         {"partial_rotary_factor", 0.25}, {"full_attention_interval", 4});
DEFAULTS(recurrent_gemma, {"rope_theta", 10000}, {"partial_rotary_factor", 0.5}, {"attention_window_size", 2048});
DEFAULTS(zamba, {"num_key_value_heads", 16}, {"attn_layer_period", 6}, {"attn_layer_offset", 4});
DEFAULTS(zamba2, {"rope_theta", 10000});
DEFAULTS(zaya, {"rope_theta", 10000}, {"num_key_value_heads", 2}, {"head_dim", 128});
#undef DEFAULTS

const family rows[] = {
    {.model_type = "bailing_hybrid", .layout = interleaved, .kinds = kinds_of_bailing, .defaults = bailing_defaults},
    {.model_type = "bamba",
     .kinds = kinds_of_bamba,
     .defaults = bamba_defaults,
     .reads = "attn_layer_indices layers_block_type"},
    {.model_type = "falcon_h1", .defaults = falcon_h1_defaults},
    {.model_type = "granitemoehybrid",
     .window_rule = windows::letters,
     .letters = {"O"},
     .prepare = prepare_granite_hybrid,
     .defaults = granite_hybrid_defaults,
     .reads = "position_embedding_type layers_block_type"},
    {.model_type = "jamba",
     .kind = positions::none,
     .kinds = kinds_of_jamba,
     .defaults = jamba_defaults,
     .reads = "layers_block_type"},
    {.model_type = "kimi_linear",
     .kind = positions::none,
     .kinds = kinds_of_kimi_linear,
     .defaults = kimi_linear_defaults},
    {.model_type = "lara_mini",
     .window_rule = windows::letters,
     .nope_rule = no_rotation::all_full_layers,
     .letters = {"OSOFS"},
     .defaults = lara_mini_defaults},
    {.model_type = "lfm2", .kinds = kinds_of_lfm2, .defaults = lfm2_defaults, .reads = "full_attn_idxs"},
    {.model_type = "lfm3",
     .window_rule = windows::letters,
     .letters = {"SOFO", "O"},
     .rope_parameters = lfm3_ropes,
     .defaults = lfm3_defaults},
    {.model_type = "minimax",
     .kinds = kinds_of_minimax,
     .defaults = minimax_defaults,
     .reads = "attn_type_list sliding_window"},
    {.model_type = "mllama_text_model",
     .kinds = kinds_of_mllama,
     .defaults = mllama_defaults,
     .reads = "cross_attention_layers"},
    {.model_type = "nemotron_h",
     .kind = positions::none,
     .kinds = kinds_of_nemotron_h,
     .prepare = prepare_nemotron_h,
     .defaults = nemotron_h_defaults,
     .reads = "hybrid_override_pattern layers_block_type"},
    {.model_type = "olmo_hybrid",
     .window_rule = windows::letters,
     .letters = {"OOOF"},
     .defaults = olmo_hybrid_defaults},
    {.model_type = "qwen3_5_text", .rope_parameters = qwen3_5_ropes, .defaults = qwen3_5_defaults},
    {.model_type = "qwen3_5_moe_text", .rope_parameters = qwen3_5_ropes, .defaults = qwen3_5_moe_defaults},
    {.model_type = "recurrent_gemma",
     .kinds = kinds_of_recurrent_gemma,
     .defaults = recurrent_gemma_defaults,
     .reads = "block_types"},
    {.model_type = "zamba",
     .kind = positions::none,
     .kinds = kinds_of_zamba,
     .prepare = prepare_zamba,
     .finish = finish_zamba,
     .defaults = zamba_defaults,
     .reads = "layers_block_type"},
    {.model_type = "zamba2",
     .kind = positions::none,
     .window_rule = windows::letters,
     .letters = {"OOOOOOFOOOOOFOOOOOFOOOOOFOOOOOFOOOOOFOOOOOFOOOOFOOOFOO"},
     .prepare = prepare_zamba2,
     .finish = finish_zamba,
     .defaults = zamba2_defaults,
     .reads = "layers_block_type"},
    {.model_type = "zaya", .rope_parameters = zaya_ropes, .defaults = zaya_defaults},
};

}  // namespace

std::span<const family> hybrid_rows() { return rows; }

}  // namespace farspan::config
