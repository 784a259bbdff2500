// Encoders and models whose positions are added to the embeddings or to the logits: T5, RoFormer, BERT, GPT-2, OPT.
#include <algorithm>
#include <cinttypes>

#include "base/failure.hpp"
#include "base/utf8.hpp"
#include "config/families.hpp"
#include "method/defaults.hpp"

namespace farspan::config {
namespace {

void use_learned_table(config_source& s, int64_t offset) {
    s.result.info.absolute = FARSPAN_ABSOLUTE_LEARNED;
    s.result.info.absolute_rows = s.context == 0 ? 0 : s.context + offset;
    s.result.info.absolute_offset = offset;
}

// Copies a table of weights, or stands zeros in for it.
const float* bias_table(config_source& s, const float* given, int64_t count, const char* name) {
    std::vector<float>& table = s.result.tables.emplace_back(static_cast<std::size_t>(count), 0.0f);
    if (given && s.result.options.t5_values != count)
        throw failure(FARSPAN_ERROR_SHAPE, 3, "options.t5_values is %" PRId64 ": must be buckets * heads = %" PRId64,
                      s.result.options.t5_values, count);
    if (given)
        std::copy_n(given, count, table.begin());
    else
        s.result.notes.add(FARSPAN_NOTE_WEIGHTS, "",
                           "the bias of the %s is a table of weights: without options.t5_%s it is 0", name, name);
    return table.data();
}

}  // namespace

void finish_learned(config_source& s) {
    use_learned_table(s, 0);
}

void finish_opt(config_source& s) {
    use_learned_table(s, 2);
}

void finish_encoder(config_source& s) {
    const std::optional<std::string> type = s.keys.text({"position_embedding_type"});
    if (type && *type != "absolute" && *type != "rotary")
        throw failure(FARSPAN_ERROR_METHOD, 1, "%s is \"%s\": must be absolute",
                      s.keys.path_of("position_embedding_type").c_str(), escaped(*type, 40).c_str());
    if (s.keys.flag({"rotary_value"}).value_or(false))
        throw failure(FARSPAN_ERROR_COMBINATION, 1, "%s is true: rotated values are not supported",
                      s.keys.path_of("rotary_value").c_str());
    const bool causal = s.keys.flag({"is_decoder"}).value_or(false);
    for (layer_draft& layer : s.result.layers) layer.causal = causal;
    if (s.kind == positions::learned) use_learned_table(s, 0);
}

// Encoder layers first. Only the self-attention: cross attention has no positions.
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
    bias_table(s, s.result.options.t5_encoder, count, "encoder");
    bias_table(s, s.result.options.t5_decoder, count, "decoder");
    s.context = 0;  // n_positions limits nothing
}

}  // namespace farspan::config
