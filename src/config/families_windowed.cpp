// Families whose layers look in different ways: windows beside layers that see everything, often with a rotation of
// their own or none.
#include "config/family_rows.hpp"

namespace farspan::config {
namespace {

constexpr int32_t interleaved = FARSPAN_LAYOUT_INTERLEAVED;

// Rotations that the classes have where the file says nothing.
constexpr const char* cwm_ropes =
    R"({"rope_type": "llama3", "rope_theta": 1000000, "factor": 16, "low_freq_factor": 1, "high_freq_factor": 4, )"
    R"("original_max_position_embeddings": 8192})";
constexpr const char* laguna_ropes =
    R"({"full_attention": {"rope_type": "default", "rope_theta": 500000, "partial_rotary_factor": 0.5}, )"
    R"("sliding_attention": {"rope_type": "default", "rope_theta": 10000, "partial_rotary_factor": 1}})";
constexpr const char* mellum_ropes = R"({"full_attention": {"rope_type": "default", "rope_theta": 500000}, )"
                                     R"("sliding_attention": {"rope_type": "default", "rope_theta": 10000}})";
constexpr const char* mimo_ropes =
    R"({"full_attention": {"rope_type": "default", "rope_theta": 5000000, "partial_rotary_factor": 0.334}, )"
    R"("sliding_attention": {"rope_type": "default", "rope_theta": 10000, "partial_rotary_factor": 0.334}})";

#define DEFAULTS(name, ...) constexpr class_default name##_defaults[] = {__VA_ARGS__}
DEFAULTS(afmoe, {"rope_theta", 10000}, {"head_dim", 128}, {"sliding_window", 1024}, {"global_attn_every_n_layers", 4});
DEFAULTS(cohere2_moe, {"rope_theta", 10000}, {"head_dim", 128}, {"sliding_window", 4096}, {"sliding_window_pattern", 4},
         {"prefix_dense_sliding_window_pattern", 1});
DEFAULTS(cwm, {"rope_theta", 1e6}, {"num_key_value_heads", 8}, {"head_dim", 128}, {"sliding_window", 8192});
DEFAULTS(dots1, {"rope_theta", 10000}, {"num_key_value_heads", 32}, {"sliding_window", 4096},
         {"max_window_layers", 62});
DEFAULTS(flint, {"rope_theta", 10000}, {"num_key_value_heads", 4}, {"head_dim", 128}, {"sliding_window", 513});
DEFAULTS(granite_swa, {"rope_theta", 10000}, {"num_key_value_heads", 4}, {"sliding_window", 128},
         {"attention_multiplier", 1});
DEFAULTS(granitemoe_swa, {"rope_theta", 10000}, {"sliding_window", 128}, {"attention_multiplier", 1});
DEFAULTS(kolibri1, {"rope_theta", 10000}, {"num_key_value_heads", 4}, {"head_dim", 128}, {"sliding_window", 513});
DEFAULTS(laguna, {"rope_theta", 10000}, {"num_key_value_heads", 8}, {"head_dim", 128}, {"sliding_window", 512});
DEFAULTS(mellum, {"rope_theta", 10000}, {"num_key_value_heads", 4}, {"head_dim", 128}, {"sliding_window", 1024});
DEFAULTS(mimo_v2_flash, {"rope_theta", 10000}, {"num_key_value_heads", 4}, {"head_dim", 192}, {"v_head_dim", 128},
         {"sliding_window", 129});
DEFAULTS(modernbert_decoder, {"global_rope_theta", 160000}, {"local_rope_theta", 10000}, {"local_attention", 128},
         {"global_attn_every_n_layers", 3});
#undef DEFAULTS

const family rows[] = {
    {.model_type = "afmoe",
     .nope_rule = no_rotation::all_full_layers,
     .kinds = kinds_of_afmoe,
     .defaults = afmoe_defaults},
    {.model_type = "cohere2_moe",
     .layout = interleaved,
     .nope_rule = no_rotation::all_full_layers,
     .kinds = kinds_of_cohere2_moe,
     .finish = finish_cohere2_moe,
     .defaults = cohere2_moe_defaults},
    {.model_type = "cwm",
     .window_rule = windows::letters,
     .letters = {"FSSS"},
     .rope_parameters = cwm_ropes,
     .defaults = cwm_defaults},
    {.model_type = "dots1", .window_rule = windows::from_layer, .defaults = dots1_defaults},
    {.model_type = "flint",
     .window_rule = windows::letters,
     .nope_rule = no_rotation::all_full_layers,
     .letters = {"SFSS", "FF", "F"},
     .sink_rule = sinks::every_layer,
     .defaults = flint_defaults},
    {.model_type = "granite_swa",
     .window_rule = windows::letters,
     .letters = {"FSSS"},
     .sink_rule = sinks::every_layer,
     .finish = finish_granite_swa,
     .defaults = granite_swa_defaults,
     .reads = "layer_rope_theta"},
    {.model_type = "granitemoe_swa",
     .window_rule = windows::letters,
     .letters = {"FSSS"},
     .sink_rule = sinks::every_layer,
     .finish = finish_granite_swa,
     .defaults = granitemoe_swa_defaults,
     .reads = "layer_rope_theta"},
    {.model_type = "kolibri1",
     .window_rule = windows::letters,
     .nope_rule = no_rotation::full_layers,
     .letters = {"SSSSF"},
     .defaults = kolibri1_defaults},
    {.model_type = "laguna",
     .window_rule = windows::letters,
     .rope_parameters = laguna_ropes,
     .finish = finish_laguna,
     .defaults = laguna_defaults},
    {.model_type = "mellum",
     .window_rule = windows::letters,
     .rope_parameters = mellum_ropes,
     .defaults = mellum_defaults},
    {.model_type = "mimo_v2_flash",
     .sink_rule = sinks::sliding_layers,
     .rope_parameters = mimo_ropes,
     .kinds = kinds_of_mimo,
     .prepare = prepare_mimo,
     .finish = finish_mimo,
     .defaults = mimo_v2_flash_defaults,
     .reads = "sliding_window_size hybrid_layer_pattern add_swa_attention_sink_bias"},
    {.model_type = "modernbert-decoder",
     .window_rule = windows::both_sides,
     .finish = finish_modernbert_decoder,
     .defaults = modernbert_decoder_defaults},
};

}  // namespace

std::span<const family> windowed_rows() { return rows; }

}  // namespace farspan::config
