// Families that add positions to the embeddings: their attention has none. Encoders see to both sides unless the file
// says is_decoder.
#include "config/family_rows.hpp"

namespace farspan::config {
namespace {

constexpr positions learned = positions::learned, sinusoidal = positions::sinusoidal;

constexpr class_default gpt_neo_defaults[] = {{"window_size", 256}};
constexpr class_default bigcode_defaults[] = {{"multi_query", 1}};
constexpr class_default trocr_defaults[] = {{"use_learned_position_embeddings", 1}};

const family rows[] = {
    // The table begins with rows of the padding token: position p is row p + 2.
    {.model_type = "roberta", .kind = learned, .finish = finish_padded, .reads = "position_embedding_type"},
    {.model_type = "biogpt", .kind = learned, .finish = finish_decoder_offset},
    {.model_type = "xglm", .kind = sinusoidal, .finish = finish_decoder_offset},
    {.model_type = "trocr",
     .kind = learned,
     .prepare = prepare_trocr,
     .finish = finish_decoder_offset,
     .defaults = trocr_defaults},
    {.model_type = "musicgen_decoder", .kind = sinusoidal, .finish = finish_decoder},
    {.model_type = "ctrl", .kind = sinusoidal, .finish = finish_decoder},
    {.model_type = "git", .kind = learned, .finish = finish_decoder},
    {.model_type = "gpt_bigcode",
     .kind = learned,
     .prepare = prepare_bigcode,
     .finish = finish_decoder,
     .defaults = bigcode_defaults,
     .reads = "scale_attn_weights"},
    {.model_type = "gpt_neo",
     .kind = learned,
     .scale = 1,
     .kinds = kinds_of_gpt_neo,
     .finish = finish_decoder,
     .defaults = gpt_neo_defaults,
     .reads = "attention_types"},
    {.model_type = "xlm", .kind = learned, .prepare = prepare_xlm, .finish = finish_xlm, .reads = "causal"},
    // Encoder and decoder.
    {.model_type = "bart", .kind = learned, .finish = finish_seq2seq_offset},
    {.model_type = "blenderbot", .kind = learned, .finish = finish_seq2seq},
    {.model_type = "marian", .kind = sinusoidal, .finish = finish_seq2seq},
    {.model_type = "whisper", .kind = learned, .finish = finish_seq2seq},
};

}  // namespace

std::span<const family> absolute_rows() { return rows; }

}  // namespace farspan::config
