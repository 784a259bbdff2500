// Scale and cap of the logits, Dual Chunk Attention, and what follows from the YaRN magnitudes of latent attention.
#include <cinttypes>
#include <cmath>

#include "base/failure.hpp"
#include "config/families.hpp"

namespace farspan::config {
namespace {

constexpr double most_scale = 1e6;

void read_scale(config_source& s, farspan_score_config& score) {
    score.scale = s.row->scale;
    if (const auto scalar = s.keys.real({"query_pre_attn_scalar"}, 1e-6, 1e12)) score.scale = 1 / std::sqrt(*scalar);
    if (const auto multiplier = s.keys.real({"attention_multiplier"}, 1e-12, most_scale)) score.scale = *multiplier;
    if (s.keys.flag({"scale_attn_weights"}) == false) score.scale = 1;
    if (s.keys.flag({"scale_attn_by_inverse_layer_idx"}).value_or(false))
        throw failure(FARSPAN_ERROR_COMBINATION, s.keys.path_of("scale_attn_by_inverse_layer_idx").c_str(),
                      "is true: a scale per layer is not supported");
}

// DeepSeek-V2 and relatives: the rotary magnitude is g(s, mscale) / g(s, mscale_all_dim), and the logits of the whole
// head carry g(s, mscale_all_dim) squared, g(s, c) = 0.1 c ln s + 1. Models without latent attention have the same keys
// but not the square.
void read_latent_scale(config_source& s, farspan_score_config& score) {
    if (s.rotary_offset == 0 || s.result.ropes.empty()) return;
    const farspan_rope_config& rope = s.result.ropes.front().config;
    if (rope.method != FARSPAN_ROPE_YARN || rope.mscale_all_dim == 0 || rope.factor <= 1) return;
    const double magnitude = 0.1 * rope.mscale_all_dim * std::log(rope.factor) + 1;
    score.multiplier = magnitude * magnitude;
    s.result.notes.add(FARSPAN_NOTE_DERIVED, s.result.ropes.front().path + ".mscale_all_dim",
                       "the logits carry (0.1 * %.15g ln %.15g + 1)^2 = %.15g", rope.mscale_all_dim, rope.factor,
                       score.multiplier);
}

// Qwen2.5-1M. The temperature max(1, 0.1 ln(n / L) + 1) on keys and queries is that of vLLM, the implementation that
// the models were published with.
void read_dual_chunk(config_source& s) {
    std::optional<reader> keys = s.keys.child({"dual_chunk_attention_config"});
    if (!keys) return;
    farspan_remap_config& remap = s.result.remap;
    remap.method = FARSPAN_REMAP_DUAL_CHUNK;
    remap.chunk = keys->required_integer({"chunk_size"}, 2, most_length);
    remap.local_window = keys->required_integer({"local_size"}, 1, remap.chunk - 1);
    if (const auto original = keys->integer({"original_max_position_embeddings"}, 0, most_length).value_or(0);
        original > 1) {
        s.result.temperature = FARSPAN_TEMPERATURE_LENGTH;
        s.result.score.trained_length = static_cast<double>(original);
        s.result.score.power = 2;
        s.result.info.trained_context = original;
    }
    for (layer_draft& layer : s.result.layers) {
        layer.extended = layer.kind == FARSPAN_LAYER_FULL && layer.rope != no_rope;
        layer.temperature = layer.extended && s.result.temperature != FARSPAN_TEMPERATURE_NONE;
    }
    keys->note_unread("not part of the positions: sparse attention is left out");
}

void note_sinks(config_source& s) {
    if (s.row->sink_rule == sinks::none) return;
    s.result.notes.add(FARSPAN_NOTE_WEIGHTS, "",
                       "each head %s learned sink: set score.sink_logits from the weights \"sinks\" of each layer",
                       s.row->sink_rule == sinks::every_layer ? "has a" : "of a sliding layer has a");
}

void refuse_block_sparse(config_source& s) {
    const entry every = s.keys.find({"dense_attention_every_n_layers", "blocksparse_params"});
    if (every)
        throw failure(FARSPAN_ERROR_COMBINATION, every.path.c_str(), "is %s: block-sparse attention is not supported",
                      describe(*every.value).c_str());
}

}  // namespace

void read_score(config_source& s) {
    refuse_block_sparse(s);
    farspan_score_config& score = s.result.score;
    read_scale(s, score);
    read_latent_scale(s, score);
    score.softcap = s.keys.real({"attn_logit_softcapping"}, 0, most_scale).value_or(0);
    s.result.info.final_softcap = s.keys.real({"final_logit_softcapping"}, 0, most_scale).value_or(0);
    read_dual_chunk(s);
    note_sinks(s);
}

}  // namespace farspan::config
