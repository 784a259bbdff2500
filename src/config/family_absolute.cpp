// Encoders, encoder-decoders and models whose positions are added to the embeddings or to the logits.
#include <algorithm>
#include <cinttypes>

#include "base/failure.hpp"
#include "base/utf8.hpp"
#include "config/families.hpp"
#include "method/defaults.hpp"

namespace farspan::config {
namespace {

void use_table(config_source& s, int64_t offset) {
    const bool learned = s.kind == positions::learned;
    s.result.info.absolute = learned ? FARSPAN_ABSOLUTE_LEARNED : FARSPAN_ABSOLUTE_SINUSOIDAL;
    s.result.info.absolute_rows = s.context == 0 || !learned ? 0 : s.context + offset;
    s.result.info.absolute_offset = offset;
}

void add_decoder(config_source& s) {
    std::vector<layer_draft>& layers = s.result.layers;
    layer_draft decoder = layers.front();
    const int64_t count = s.keys.integer({"decoder_layers"}, 1, most_layers).value_or(s.layers),
                  heads = s.keys.integer({"decoder_attention_heads"}, 1, most_heads).value_or(s.query_heads),
                  width = s.hidden > 0 ? s.hidden : s.query_heads * s.head_dim;
    if (width % heads != 0 || width / heads > most_head_dim)
        throw failure(FARSPAN_ERROR_SHAPE, s.keys.path_of("decoder_attention_heads").c_str(),
                      "is %" PRId64 ": must divide %" PRId64 " into heads of at most %" PRId64, heads, width,
                      most_head_dim);
    decoder.query_heads = decoder.key_heads = heads;
    decoder.head_dim = decoder.value_dim = width / heads;
    for (layer_draft& layer : layers) layer.causal = false;
    s.result.info.encoder_layers = s.layers;
    layers.insert(layers.end(), static_cast<std::size_t>(count), decoder);
}

// Copies a table of weights, or stands zeros in for it.
const float* bias_table(config_source& s, const float* given, int64_t given_count, int64_t count, const char* name) {
    std::vector<float>& table = s.result.tables.emplace_back(static_cast<std::size_t>(count), 0.0f);
    if (given && given_count != count)
        throw failure(FARSPAN_ERROR_SHAPE, field_path("options.t5_%s_count", name),
                      "is %" PRId64 ": must be %" PRId64 ", buckets times heads", given_count, count);
    if (given)
        std::copy_n(given, count, table.begin());
    else
        s.result.notes.add(FARSPAN_NOTE_WEIGHTS, "",
                           "the bias of the %s is a table of weights: without options.t5_%s it is 0", name, name);
    return table.data();
}

}  // namespace

void finish_learned(config_source& s) { use_table(s, 0); }

void finish_opt(config_source& s) { use_table(s, 2); }

// BERT and its relatives. ALiBi (JinaBERT) looks to both sides.
void finish_encoder(config_source& s) {
    const std::optional<std::string> type = s.keys.text({"position_embedding_type"});
    const bool alibi = type == "alibi" && s.kind == positions::learned;
    if (type && *type != "absolute" && *type != "rotary" && !alibi)
        throw failure(FARSPAN_ERROR_METHOD, s.keys.path_of("position_embedding_type").c_str(),
                      "is \"%s\": must be absolute or alibi", escaped(*type, 40).c_str());
    if (s.keys.flag({"rotary_value"}).value_or(false))
        throw failure(FARSPAN_ERROR_COMBINATION, s.keys.path_of("rotary_value").c_str(),
                      "is true: rotated values are not supported");
    const bool causal = s.keys.flag({"is_decoder"}).value_or(false);
    for (layer_draft& layer : s.result.layers) layer.causal = causal;
    if (alibi) {
        init_bias_config(&s.result.bias, FARSPAN_BIAS_ALIBI);
        s.result.bias.heads = static_cast<int32_t>(s.query_heads);
        s.result.bias.bidirectional = !causal;
    } else if (s.kind == positions::learned) {
        use_table(s, 0);
    }
}

// RoBERTa counts the two rows before the first token's into max_position_embeddings.
void finish_padded(config_source& s) {
    finish_encoder(s);
    s.context = std::max<int64_t>(s.context - 2, 0);
    use_table(s, 2);
}

// ---- decoders

void finish_decoder(config_source& s) { use_table(s, 0); }

void finish_decoder_offset(config_source& s) { use_table(s, 2); }

void prepare_bigcode(config_source& s) {
    if (s.keys.flag({"multi_query"}).value_or(true)) s.key_heads = 1;
}

void prepare_trocr(config_source& s) {
    if (!s.keys.flag({"use_learned_position_embeddings"}).value_or(true)) s.kind = positions::sinusoidal;
}

// XLM: a causal model only if the file says so.
void prepare_xlm(config_source& s) {
    if (s.keys.flag({"sinusoidal_embeddings"}).value_or(false)) s.kind = positions::sinusoidal;
}

void finish_xlm(config_source& s) {
    const bool causal = s.keys.flag({"causal"}).value_or(false);
    for (layer_draft& layer : s.result.layers) layer.causal = causal;
    use_table(s, 0);
}

// ---- encoder and decoder: encoder layers first. Only the self-attention: cross attention has no positions.

void finish_seq2seq(config_source& s) {
    add_decoder(s);
    use_table(s, 0);
}

void finish_seq2seq_offset(config_source& s) {
    add_decoder(s);
    use_table(s, 2);
}

void finish_t5(config_source& s) {
    std::vector<layer_draft>& layers = s.result.layers;
    const int64_t decoders = s.keys.integer({"num_decoder_layers"}, 1, most_layers).value_or(s.layers);
    s.result.info.encoder_layers = s.layers;
    layer_draft decoder = layers.front();
    decoder.bias_table = 1;
    for (layer_draft& layer : layers) layer.causal = false;
    layers.insert(layers.end(), static_cast<std::size_t>(decoders), decoder);

    farspan_bias_config& bias = s.result.bias;
    init_bias_config(&bias, FARSPAN_BIAS_T5);
    bias.heads = static_cast<int32_t>(s.query_heads);
    bias.buckets = static_cast<int32_t>(s.keys.required_integer({"relative_attention_num_buckets"}, 2, 65536));
    bias.max_distance = s.keys.required_integer({"relative_attention_max_distance"}, 2, most_length);
    const int64_t count = int64_t{bias.buckets} * bias.heads;
    bias_table(s, s.result.options.t5_encoder, s.result.options.t5_encoder_count, count, "encoder");
    bias_table(s, s.result.options.t5_decoder, s.result.options.t5_decoder_count, count, "decoder");
    s.context = 0;  // n_positions limits nothing
}

}  // namespace farspan::config
