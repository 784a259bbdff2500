// Families of which every layer rotates and sees everything, or the same window.
#include "config/family_rows.hpp"

namespace farspan::config {
namespace {

constexpr int32_t interleaved = FARSPAN_LAYOUT_INTERLEAVED;

// Apertus is trained with this from the start; the class has it where the file has nothing.
constexpr const char* apertus_ropes =
    R"({"rope_type": "llama3", "rope_theta": 12000000, "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4, )"
    R"("original_max_position_embeddings": 8192})";

#define DEFAULTS(name, ...) constexpr class_default name##_defaults[] = {__VA_ARGS__}
DEFAULTS(none, {"rope_theta", 10000});
DEFAULTS(apertus, {"rope_theta", 1.2e7});
DEFAULTS(bitnet, {"rope_theta", 5e5}, {"num_key_value_heads", 5});
DEFAULTS(emu3, {"rope_theta", 1e6}, {"num_key_value_heads", 8});
DEFAULTS(solar_open, {"rope_theta", 1e6}, {"num_key_value_heads", 8}, {"head_dim", 128});
DEFAULTS(hy_v3, {"rope_theta", 11158840}, {"num_key_value_heads", 8}, {"head_dim", 128});
DEFAULTS(ernie4_5_moe, {"rope_theta", 5e5}, {"num_key_value_heads", 4});
DEFAULTS(flex_olmo, {"rope_theta", 5e5});
DEFAULTS(internlm3, {"rope_theta", 10000}, {"num_key_value_heads", 2}, {"head_dim", 128});
DEFAULTS(iquestcoder, {"rope_theta", 10000}, {"num_key_value_heads", 8}, {"head_dim", 128});
DEFAULTS(persimmon, {"rope_theta", 10000}, {"partial_rotary_factor", 0.5});
DEFAULTS(phi4_multimodal, {"rope_theta", 10000}, {"num_key_value_heads", 8});
DEFAULTS(neox_japanese, {"rope_theta", 10000}, {"rotary_pct", 1});
DEFAULTS(got_ocr2, {"rope_theta", 1e6}, {"num_key_value_heads", 16}, {"sliding_window", 4096},
         {"max_window_layers", 28});
DEFAULTS(moss, {"rope_theta", 1e6}, {"num_key_value_heads", 8}, {"head_dim", 128}, {"sliding_window", 4096},
         {"max_window_layers", 28});
DEFAULTS(sarvam_moe, {"rope_theta", 8e6}, {"num_key_value_heads", 4}, {"head_dim", 64});
DEFAULTS(glm4_moe_lite, {"rope_theta", 10000}, {"qk_rope_head_dim", 64}, {"qk_nope_head_dim", 192}, {"v_head_dim", 256},
         {"rope_interleave", 1});
DEFAULTS(longcat, {"rope_theta", 1e7}, {"qk_rope_head_dim", 64}, {"qk_nope_head_dim", 128}, {"v_head_dim", 128});
DEFAULTS(moshi, {"rope_theta", 10000}, {"sliding_window", 3000});
DEFAULTS(hrm_text, {"rope_theta", 10000}, {"head_dim", 128});
DEFAULTS(dbrx, {"rope_theta", 10000}, {"kv_n_heads", 1});
DEFAULTS(qwen3_vl_moe, {"rope_theta", 5e5}, {"num_key_value_heads", 16});
#undef DEFAULTS

const family rows[] = {
    {.model_type = "apertus", .rope_parameters = apertus_ropes, .defaults = apertus_defaults},
    {.model_type = "bitnet", .defaults = bitnet_defaults},
    {.model_type = "dbrx", .prepare = prepare_dbrx, .defaults = dbrx_defaults},
    {.model_type = "emu3_text_model", .defaults = emu3_defaults},
    {.model_type = "ernie4_5_moe", .layout = interleaved, .defaults = ernie4_5_moe_defaults},
    {.model_type = "flex_olmo", .defaults = flex_olmo_defaults},
    {.model_type = "glm4_moe_lite", .layout = interleaved, .defaults = glm4_moe_lite_defaults},
    {.model_type = "got_ocr2", .window_rule = windows::qwen, .defaults = got_ocr2_defaults},
    {.model_type = "gpt_neox_japanese", .defaults = neox_japanese_defaults},
    {.model_type = "hrm_text", .finish = finish_hrm, .defaults = hrm_text_defaults, .reads = "prefix_lm"},
    {.model_type = "hy_v3", .defaults = hy_v3_defaults},
    {.model_type = "hyperclovax", .defaults = none_defaults, .reads = "attention_multiplier"},
    {.model_type = "internlm3", .defaults = internlm3_defaults},
    {.model_type = "iquestcoder", .defaults = iquestcoder_defaults},
    {.model_type = "longcat_flash", .layout = interleaved, .prepare = prepare_longcat, .defaults = longcat_defaults},
    {.model_type = "moshi", .window_rule = windows::every_layer, .defaults = moshi_defaults},
    {.model_type = "moss_transcribe_diarize", .window_rule = windows::qwen, .defaults = moss_defaults},
    {.model_type = "persimmon", .defaults = persimmon_defaults},
    {.model_type = "phi4_multimodal", .window_rule = windows::every_layer, .defaults = phi4_multimodal_defaults},
    {.model_type = "qwen3_vl_moe", .defaults = qwen3_vl_moe_defaults},
    {.model_type = "sarvam_moe", .defaults = sarvam_moe_defaults},
    {.model_type = "solar_open", .defaults = solar_open_defaults},
};

}  // namespace

std::span<const family> dense_rows() { return rows; }

}  // namespace farspan::config
