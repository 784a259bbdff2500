// The model families: what the file does not say because the model's class knows it.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "config/draft.hpp"
#include "config/reader.hpp"

namespace farspan::config {

struct config_source;
using layer_kinds = std::vector<int32_t>;  // FARSPAN_LAYER_*

enum class positions { rotary, alibi, t5, learned, sinusoidal, none };

enum class windows {
    none,         // a sliding_window in the file has no effect
    every_layer,  // sliding_window, if it is not null
    qwen,         // only with use_sliding_window, and from layer max_window_layers on
    pattern,      // all layers but every n-th
    chunks,       // Llama 4: chunks on rotary layers
    unrotated,    // with use_sliding_window, the layers that do not rotate
    both_sides,   // ModernBERT: all layers but the first of every n, half of local_attention to each side
    letters,      // by the letters of the family's row
    from_layer,   // from layer max_window_layers on, without a switch
    listed        // Mistral's params.json: one for all layers, or a list that repeats, with null for all keys
};

enum class no_rotation {
    never,
    listed,          // no_rope_layers: 1 rotates, 0 does not
    full_layers,     // layers that see everything, if there are windows at all
    all_full_layers  // layers that see everything, windows or not
};

// Which layers do what if the file does not list it: S sliding, F full, O no softmax attention over the layer's own
// tokens. The letters repeat; those of `first` and `last` hold at the two ends.
struct layer_letters {
    const char *repeat = "F", *first = "", *last = "";
};

enum class sinks { none, every_layer, sliding_layers };

struct family {
    const char* model_type;
    int32_t layout = FARSPAN_LAYOUT_HALF;
    positions kind = positions::rotary;
    windows window_rule = windows::none;
    no_rotation nope_rule = no_rotation::never;
    bool scaling_on_full_layers_only = false;               // the rope dictionary concerns no sliding layer
    double scale = 0;                                       // of the logits; 0: 1/sqrt(head size)
    layer_letters letters = {};                             // of windows::letters
    sinks sink_rule = sinks::none;                          // learned ones, one number a head
    const char* rope_parameters = nullptr;                  // JSON: the class's own, where the file has none
    void (*kinds)(config_source&, layer_kinds&) = nullptr;  // instead of window_rule
    void (*prepare)(config_source&) = nullptr;              // before the sizes are read
    void (*finish)(config_source&) = nullptr;               // when the layers are known
    std::span<const class_default> defaults = {};
    const char* reads = "";  // keys of key_table.hpp, separated by blanks, that the class reads although neither its
                             // defaults nor its rules above name them
};

// The family of a model_type, also by the names that are only aliases of one; nullptr if unknown.
const family* find_family(const std::string& model_type);

// The family of the first alias for which `is_meant` is true.
const family* find_alias(const std::function<bool(const char*)>& is_meant);

std::vector<const family*> known_rows();

// Why a model_type that is known is not a family; nullptr if it is one, or unknown.
const char* why_refused(const std::string& model_type);

// What the class assumes for the sizes, behind the row's own defaults: that of the name in the file, or the row's.
std::vector<class_default> class_sizes(const std::string& name, const family& row);

// A config.json and the draft that is made of it.
struct config_source {
    reader keys;
    const family* row;
    draft& result;

    // The sizes, as far as they are known.
    int64_t layers = 0, query_heads = 0, key_heads = 0, head_dim = 0, value_dim = 0, hidden = 0;
    int64_t rotary_offset = 0;
    bool may_be_latent = true;  // multi-head latent attention, if the file has its sizes
    int64_t context = 0;
    double base_ratio = 1;                          // factor on the base that the file states
    double assumed_base = 0;                        // where the file states none; 0: the class has a default
    int64_t full_head_dim = 0, full_key_heads = 0;  // of layers that see everything, if they differ; 0: as above
    json_value class_ropes{};                       // the row's rope_parameters, read
    int32_t layout = 0;
    positions kind = positions::rotary;

    int64_t head_dim_of(bool full) const { return full && full_head_dim > 0 ? full_head_dim : head_dim; }
    int64_t key_heads_of(bool full) const { return full && full_key_heads > 0 ? full_key_heads : key_heads; }
};

// The steps, in this order.
void read_shape(config_source& source);
void read_ropes(config_source& source);
void read_layers(config_source& source);
void read_score(config_source& source);

// Layers by the keys of hybrid families: family_hybrid.cpp.
void set_letters(const layer_letters& letters, layer_kinds& layers);
void kinds_of_bamba(config_source& source, layer_kinds& layers);
void kinds_of_jamba(config_source& source, layer_kinds& layers);
void kinds_of_zamba(config_source& source, layer_kinds& layers);
void kinds_of_lfm2(config_source& source, layer_kinds& layers);
void kinds_of_nemotron_h(config_source& source, layer_kinds& layers);
void kinds_of_kimi_linear(config_source& source, layer_kinds& layers);
void kinds_of_bailing(config_source& source, layer_kinds& layers);
void kinds_of_minimax(config_source& source, layer_kinds& layers);
void kinds_of_mimo(config_source& source, layer_kinds& layers);
void kinds_of_mllama(config_source& source, layer_kinds& layers);
void kinds_of_recurrent_gemma(config_source& source, layer_kinds& layers);
void kinds_of_gpt_neo(config_source& source, layer_kinds& layers);
void kinds_of_cohere2_moe(config_source& source, layer_kinds& layers);
void kinds_of_afmoe(config_source& source, layer_kinds& layers);

// What families need beyond the table.
void prepare_zamba(config_source& source);
void prepare_zamba2(config_source& source);
void prepare_granite_hybrid(config_source& source);
void prepare_nemotron_h(config_source& source);
void prepare_longcat(config_source& source);
void prepare_mimo(config_source& source);
void prepare_dbrx(config_source& source);
void prepare_bigcode(config_source& source);
void prepare_trocr(config_source& source);
void prepare_xlm(config_source& source);
void finish_zamba(config_source& source);
void finish_mimo(config_source& source);
void finish_cohere2_moe(config_source& source);
void finish_granite_swa(config_source& source);
void finish_laguna(config_source& source);
void finish_modernbert_decoder(config_source& source);
void finish_hrm(config_source& source);
void finish_offset(config_source& source);
void finish_padded(config_source& source);
void finish_seq2seq(config_source& source);
void finish_seq2seq_offset(config_source& source);
void finish_decoder(config_source& source);
void finish_decoder_offset(config_source& source);
void finish_xlm(config_source& source);
void prepare_falcon(config_source& source);
void prepare_mpt(config_source& source);
void prepare_chatglm(config_source& source);
void prepare_baichuan(config_source& source);
void prepare_qwen(config_source& source);
void prepare_deepseek_v2(config_source& source);
void prepare_llama_params(config_source& source);
void prepare_gemma4(config_source& source);
void prepare_mistral_params(config_source& source);
void finish_falcon(config_source& source);
void finish_bloom(config_source& source);
void finish_mpt(config_source& source);
void finish_baichuan(config_source& source);
void finish_qwen(config_source& source);
void finish_qwen2(config_source& source);
void finish_llama4(config_source& source);
void finish_gemma3(config_source& source);
void finish_gemma4(config_source& source);
void finish_ministral3(config_source& source);
void finish_llama_params(config_source& source);
void finish_mistral_params(config_source& source);
void finish_encoder(config_source& source);
void finish_t5(config_source& source);
void finish_learned(config_source& source);
void finish_opt(config_source& source);

}  // namespace farspan::config
