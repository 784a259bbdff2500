#include "config/key_table.hpp"

#include <algorithm>

#include "config/families.hpp"

namespace farspan::config {
namespace {

constexpr touches visibility = touches::visibility, position = touches::position, scale = touches::scale;
constexpr unread_key no_effect = unread_key::no_effect, incomplete = unread_key::incomplete,
                     refused = unread_key::refused;

constexpr const char* both_sides = "tokens see to both sides";
constexpr const char* prefix = "the tokens of the prefix see each other to both sides: set mask.prefix";
constexpr const char* some_layers = "only some layers have softmax attention, or see everything";
constexpr const char* another_base = "sliding layers have a base of their own";
constexpr const char* sparse = "a query sees selected keys only";
constexpr const char* sinks = "heads have learned sinks: set score.sink_logits from the weights";
constexpr const char* softcap = "the logits are capped";

constexpr position_key of_config[] = {
    // Which keys a query sees.
    {"is_causal", visibility, "true", incomplete, both_sides, true},
    {"causal", visibility, "true", incomplete, both_sides},
    {"use_bidirectional_attention", visibility, "false", incomplete, both_sides},
    {"bidirectional", visibility, "false", incomplete, both_sides},
    {"prefix_lm", visibility, "false", incomplete, prefix},
    {"prefix_attn", visibility, "0 false", incomplete, prefix},
    {"attn_uses_sequence_id", visibility, "false", incomplete, "packed sequences do not see each other: use segments"},
    {"layer_types", visibility, "*", no_effect, "which layers look where", true},
    {"sliding_window", visibility, "0 -1 false", no_effect, "layers see a window"},
    {"sliding_window_size", visibility, "0 -1 false", no_effect, "layers see a window"},
    {"sliding_windows", visibility, "0 -1 false", incomplete, "layers see windows"},
    {"window_size", visibility, "0 -1 false", no_effect, "layers see a window"},
    {"attention_window", visibility, "0 -1 false", incomplete, "layers see a window"},
    {"attention_window_size", visibility, "0 -1 false", incomplete, "layers see a window"},
    {"local_window_size", visibility, "0 -1 false", incomplete, "layers see a window"},
    {"local_attention", visibility, "0 -1 false", no_effect, "layers see a window to both sides"},
    {"use_sliding_window", visibility, "false", no_effect, "some layers see a window"},
    {"max_window_layers", visibility, "*", no_effect, "from which layer on there are windows"},
    {"sliding_window_pattern", visibility, "*", no_effect, "which layers see everything"},
    {"_sliding_window_pattern", visibility, "*", no_effect, "which layers see everything"},
    {"global_attn_every_n_layers", visibility, "*", no_effect, "which layers see everything"},
    {"attention_chunk_size", visibility, "0", incomplete, "layers see a chunk"},
    {"attention_types", visibility, "global full", incomplete, "some layers see a window"},
    {"attention_type", visibility, "full full_attention original_full global softmax", refused, sparse},
    {"dense_attention_every_n_layers", visibility, "1", refused, "block-sparse attention is not supported", true},
    {"blocksparse_params", visibility, "", refused, "block-sparse attention is not supported", true},
    {"sparse_config", visibility, "", incomplete, sparse},
    {"sparse_attention_config", visibility, "", incomplete, sparse},
    {"use_sparse_attention", visibility, "false", incomplete, sparse},
    {"nsa_config", visibility, "", incomplete, sparse},
    {"moba_config", visibility, "", incomplete, sparse},
    {"index_topk", visibility, "0", incomplete, sparse},
    {"indexer_types", visibility, "", incomplete, sparse},
    {"full_attention_interval", visibility, "1", incomplete, some_layers},
    {"full_attn_idxs", visibility, "", incomplete, some_layers},
    {"full_attention_layers", visibility, "", incomplete, some_layers},
    {"attn_layer_indices", visibility, "", incomplete, some_layers},
    {"attn_layer_period", visibility, "1", incomplete, some_layers},
    {"attn_layer_offset", visibility, "*", incomplete, some_layers},
    {"attn_type_list", visibility, "1", incomplete, some_layers},
    {"layers_block_type", visibility, "attention full_attention", incomplete, some_layers},
    {"block_types", visibility, "attention full_attention", incomplete, some_layers},
    {"hybrid_override_pattern", visibility, "", incomplete, some_layers},
    {"hybrid_layer_pattern", visibility, "0", incomplete, some_layers},
    {"block_configs", visibility, "", incomplete, "layers differ, some have no attention"},
    {"cross_attention_layers", visibility, "", incomplete, "these layers attend to another input"},
    {"add_cross_attention", visibility, "false", incomplete, "layers also attend to another input"},
    {"num_kv_shared_layers", visibility, "0", incomplete,
     "as many last layers attend to the keys and values of an earlier one"},
    {"use_cla", visibility, "false", incomplete, "layers attend to the keys and values of an earlier one"},
    // How positions enter.
    {"rope_scaling", position, "", no_effect, "settings of the rotation"},
    {"rope_parameters", position, "", no_effect, "settings of the rotation"},
    {"partial_rotary_factor", position, "*", no_effect, "a share of each head rotates"},
    {"rotary_pct", position, "1", no_effect, "a share of each head rotates"},
    {"rope_pct", position, "1", no_effect, "a share of each head rotates"},
    {"rotary_dim", position, "", no_effect, "the width that rotates"},
    {"rope_local_base_freq", position, "", no_effect, another_base},
    {"local_rope_theta", position, "", no_effect, another_base},
    {"rope_local_theta", position, "", no_effect, another_base},
    {"rope_theta_local", position, "", no_effect, another_base},
    {"swa_rope_theta", position, "", no_effect, another_base},
    {"layer_rope_theta", position, "", incomplete, "each layer has a base of its own, 0 does not rotate"},
    {"rope_ratio", position, "1", incomplete, "the base is multiplied"},
    {"rope_interleave", position, "", incomplete, "whether neighbouring features make a pair"},
    {"rope_interleaved", position, "", incomplete, "whether neighbouring features make a pair"},
    {"rotary_interleaved", position, "", incomplete, "whether neighbouring features make a pair"},
    {"use_rope", position, "true", incomplete, "no layer rotates"},
    {"rope", position, "true", incomplete, "no layer rotates"},
    {"use_rotary_embedding", position, "true", incomplete, "no layer rotates"},
    {"use_nope", position, "false", incomplete, "some layers do not rotate"},
    {"nope", position, "false", incomplete, "some layers do not rotate"},
    {"no_rope_layers", position, "1 true", incomplete, "layers with a 0 do not rotate"},
    {"no_rope_layer_interval", position, "0", incomplete, "every n-th layer does not rotate"},
    {"nope_layer_interval", position, "0", incomplete, "every n-th layer does not rotate"},
    {"rope_scaling_layers", position, "", incomplete, "only some layers are scaled"},
    {"position_encoding_2d", position, "false", refused, "every token has two positions, which is not supported"},
    {"position_embedding_type", position, "rope rotary absolute", refused, "positions enter in another way"},
    {"alibi", position, "false", incomplete, "positions enter as ALiBi"},
    {"use_alibi", position, "false", incomplete, "positions enter as ALiBi"},
    {"alibi_bias_max", position, "*", no_effect, "the slopes of ALiBi"},
    {"rotary_value", position, "false", refused, "rotated values are not supported"},
    {"use_xpos", position, "false", incomplete, "the rotation decays with the distance (xPos)"},
    {"relative_attention", position, "false", refused, "positions enter as content-dependent biases"},
    {"mrope_section", position, "", incomplete, "positions have several axes"},
    {"use_dynamic_ntk", position, "false", no_effect, "the base grows with the length"},
    {"dual_chunk_attention_config", position, "", incomplete, "distances are mapped by Dual Chunk Attention", true},
    // The scale of the logits.
    {"query_pre_attn_scalar", scale, "", no_effect, "the scale is one over its square root"},
    {"attention_multiplier", scale, "", no_effect, "it is the scale"},
    {"softmax_scale", scale, "", incomplete, "it is the scale"},
    {"attention_scale", scale, "", incomplete, "it is the scale"},
    {"attn_scale", scale, "*", no_effect, "the strength of a temperature"},
    {"floor_scale", scale, "*", no_effect, "the length of a temperature"},
    {"attn_temperature_tuning", scale, "false 0", no_effect, "the scale grows with the position"},
    {"use_logn_attn", scale, "false", no_effect, "the scale grows with the position"},
    {"log_scaling_n_floor", scale, "", incomplete, "the scale grows with the position"},
    {"log_scaling_alpha", scale, "0", incomplete, "the scale grows with the position"},
    {"scale_attn_weights", scale, "true", no_effect, "the scale is 1"},
    {"scale_attn_by_inverse_layer_idx", scale, "false", refused, "a scale per layer is not supported"},
    {"key_multiplier", scale, "1", incomplete, "keys are multiplied"},
    {"qk_scale_factor", scale, "1", incomplete, "queries and keys are multiplied"},
    {"mup_attn_multiplier", scale, "1", incomplete, "the scale is multiplied"},
    {"attention_value_scale", scale, "1", incomplete, "values are multiplied"},
    {"clip_qkv", scale, "", incomplete, "the model clamps q, k and v before attention"},
    {"attn_logit_softcapping", scale, "0", no_effect, softcap},
    {"attention_logit_softcapping", scale, "0", incomplete, softcap},
    {"attention_logit_cap", scale, "0", incomplete, softcap},
    {"final_logit_softcapping", scale, "0", no_effect, "the output logits are capped"},
    {"use_attention_sinks", scale, "false", incomplete, sinks},
    {"learnable_sink", scale, "false", incomplete, sinks},
    {"add_swa_attention_sink_bias", scale, "false", incomplete, sinks},
    {"add_full_attention_sink_bias", scale, "false", incomplete, sinks},
};

// Rows with "*" do not touch attention, or only beside another key. Any other key that begins with attention. or
// rope. and that nobody reads is unknown and gets a note that says so.
constexpr position_key of_gguf[] = {
    {"attention.causal", visibility, "true 1", incomplete, both_sides, true},
    {"attention.sliding_window", visibility, "0", no_effect, "layers see a window", true},
    {"attention.sliding_window_pattern", visibility, "*", no_effect, "which layers see the window", true},
    {"attention.chunk_size", visibility, "0", incomplete, "layers see a chunk"},
    {"attention.shared_kv_layers", visibility, "0", incomplete,
     "as many last layers attend to the keys and values of an earlier one"},
    {"attention.cross_attention_layers", visibility, "", incomplete, "these layers attend to another input"},
    {"attention.layer_types", visibility, "", incomplete, "which layers look where"},
    {"attention.indexer.head_count", visibility, "0", incomplete, sparse},
    {"attention.indexer.key_length", visibility, "*", incomplete, sparse},
    {"attention.indexer.top_k", visibility, "0", incomplete, sparse},
    {"full_attention_interval", visibility, "1", incomplete, some_layers},
    {"attention.relative_buckets_count", position, "0", incomplete, "positions enter as T5's biases"},
    {"attention.max_alibi_bias", position, "0", no_effect, "positions enter as ALiBi", true},
    {"rope.scaling.finetuned", position, "*", no_effect, "the model was trained with its scaling", true},
    {"rope.scaling.alpha", position, "0", incomplete, "the base is multiplied by a power of it"},
    {"rope.partial_rotary_factor", position, "1", incomplete, "a share of each head rotates"},
    {"rope.mrope_interleaved", position, "false 0", incomplete, "axes take turns among the pairs"},
    {"no_rope_layers", position, "1 true", incomplete, "layers with a 0 do not rotate"},
    {"no_rope_layer_interval", position, "0", incomplete, "every n-th layer does not rotate"},
    {"attention.scale", scale, "0", no_effect, "it is the scale", true},
    {"attention.temperature_scale", scale, "0", no_effect, "the scale grows with the position"},
    {"attention.temperature_length", scale, "*", no_effect, "the length of a temperature"},
    {"attention.clamp_kqv", scale, "0", incomplete, "the model clamps q, k and v before attention"},
    {"attention.value_scale", scale, "1", incomplete, "values are multiplied"},
    {"attention.output_scale", scale, "*", no_effect, "the output is multiplied"},
    {"attention.sink_enabled", scale, "false 0", incomplete, sinks},
    {"attn_logit_softcapping", scale, "0", no_effect, softcap},
    {"final_logit_softcapping", scale, "0", no_effect, "the output logits are capped", true},
    {"attention.key_length", scale, "*", no_effect, "of a head, beside the true size of latent attention"},
    {"attention.value_length", scale, "*", no_effect, "of a head, beside the true size of latent attention"},
    {"rope.dimension_count", position, "*", no_effect, "the width that rotates, if anything does"},
    {"rope.freq_base", position, "*", no_effect, "the base of the rotation, if there is one"},
    {"rope.freq_base_swa", position, "*", no_effect, "the base of sliding layers, if they rotate"},
    {"attention.layer_norm_epsilon", scale, "*", no_effect, "of a norm"},
    {"attention.layer_norm_rms_epsilon", scale, "*", no_effect, "of a norm"},
    {"attention.group_norm_epsilon", scale, "*", no_effect, "of a norm"},
    {"attention.group_norm_groups", scale, "*", no_effect, "of a norm"},
    {"attention.qk_norm", scale, "*", no_effect, "queries and keys are normalised before their positions"},
    {"attention.q_lora_rank", scale, "*", no_effect, "of a projection"},
    {"attention.kv_lora_rank", scale, "*", no_effect, "of a projection"},
    {"attention.gate_lora_rank", scale, "*", no_effect, "of a projection"},
    {"attention.decay_lora_rank", scale, "*", no_effect, "of a projection"},
    {"attention.iclr_lora_rank", scale, "*", no_effect, "of a projection"},
    {"attention.value_residual_mix_lora_rank", scale, "*", no_effect, "of a projection"},
};

// What a rule of the row needs.
std::string_view implied_keys(const family& row) {
    switch (row.window_rule) {
        case windows::none:
            return "";
        case windows::every_layer:
        case windows::listed:
            return "sliding_window sliding_window_size window_size";
        case windows::qwen:
            return "sliding_window use_sliding_window max_window_layers";
        case windows::pattern:
            return "sliding_window sliding_window_size window_size sliding_window_pattern _sliding_window_pattern";
        case windows::chunks:
            return "attention_chunk_size";
        case windows::unrotated:
            return "sliding_window use_sliding_window";
        case windows::letters:
            return "sliding_window";
        case windows::from_layer:
            return "sliding_window max_window_layers";
        case windows::both_sides:
            return "local_attention global_attn_every_n_layers";
    }
    return "";
}

bool is_rest_word(std::string_view rest, const json_value& value) {
    std::string word = describe(value);
    if (value.kind == json_value::text) word = value.text_value;
    return !word.empty() && has_word(rest, word);
}

const char* name_of(touches part) {
    return part == visibility ? "visibility" : part == position ? "positions" : "scale";
}

const char* name_of(unread_key treatment) {
    if (treatment == refused) return "refused";
    return treatment == no_effect ? "warning `NO_EFFECT`" : "warning `INCOMPLETE`";
}

std::string in_code(std::string_view words) {
    std::string result = "`";
    for (const char c : words) result += c == ' ' ? std::string("`, `") : std::string(1, c);
    return result + "`";
}

std::string row_of(const position_key& key, const std::string& readers) {
    const std::string rest = std::string_view(key.rest) == "*" ? "any" : *key.rest ? in_code(key.rest) : "";
    const std::string unread = std::string_view(key.rest) == "*" ? "nothing" : name_of(key.unread);
    return "| `" + std::string(key.name) + "` | " + name_of(key.part) + " | " + rest + " | " + key.meaning + " | " +
           readers + " | " + unread + " |\n";
}

std::string readers_of(const position_key& key) {
    if (key.everyone) return "every family";
    std::string result;
    for (const family* row : known_rows())
        if (reads_key(*row, key.name)) result += (result.empty() ? "" : ", ") + std::string(row->model_type);
    return result;
}

}  // namespace

std::span<const position_key> config_keys() { return of_config; }

std::span<const position_key> gguf_keys() { return of_gguf; }

const position_key* find_key(std::span<const position_key> table, std::string_view name) {
    const auto found =
        std::find_if(table.begin(), table.end(), [&](const position_key& key) { return key.name == name; });
    return found == table.end() ? nullptr : &*found;
}

bool has_word(std::string_view list, std::string_view name) {
    while (!list.empty()) {
        const std::size_t end = std::min(list.find(' '), list.size());
        if (list.substr(0, end) == name) return true;
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return false;
}

bool is_at_rest(const position_key& key, const json_value& value) {
    const std::string_view rest = key.rest;
    if (rest == "*" || value.kind == json_value::null) return true;
    if (value.kind == json_value::object) return value.empty();
    if (value.kind == json_value::array)
        return value.left_out == 0 && std::all_of(value.items.begin(), value.items.end(),
                                                  [&](const json_value& item) { return is_at_rest(key, item); });
    return is_rest_word(rest, value);
}

bool reads_key(const family& row, std::string_view name) {
    const position_key* key = find_key(of_config, name);
    if (!key || key->everyone || has_word(row.reads, name) || has_word(implied_keys(row), name)) return true;
    const bool rotary = row.kind == positions::rotary || row.prepare;  // prepare may turn the kind
    if (rotary && has_word("rope_scaling rope_parameters partial_rotary_factor", name)) return true;
    if (row.nope_rule == no_rotation::listed && has_word("no_rope_layers no_rope_layer_interval", name)) return true;
    return std::any_of(row.defaults.begin(), row.defaults.end(), [&](const class_default& d) { return name == d.key; });
}

std::string key_tables_as_markdown() {
    constexpr const char* head =
        " | touches | at rest | otherwise | read by | elsewhere |\n|---|---|---|---|---|---|\n";
    std::string result = std::string("| key of config.json") + head;
    for (const position_key& key : of_config) result += row_of(key, readers_of(key));
    result += std::string("\n| key of GGUF") + head;
    for (const position_key& key : of_gguf)
        result += row_of(key, key.everyone ? "every architecture" : "some architectures");
    return result;
}

}  // namespace farspan::config
