// GGUF metadata to a model, by the meanings that llama.cpp gives the keys.
#include <algorithm>
#include <cinttypes>
#include <cmath>

#include "base/failure.hpp"
#include "base/utf8.hpp"
#include "config/gguf_source.hpp"
#include "config/key_notes.hpp"
#include "method/defaults.hpp"

namespace farspan::config {
namespace {

// A number for all layers or a list with one each, in which 0 stands for a layer without attention. Returns that of the
// first layer that has some.
int64_t read_heads(gguf_source& s, const char* key, std::optional<int64_t> absent, std::vector<int64_t>& of_layer) {
    const entry found = s.keys.find({key});
    if (!found && absent) return *absent;
    if (!found || found.value->kind != json_value::array) return s.keys.required_integer({key}, 1, most_heads);
    for (const double count : s.keys.reals({key}, 0, most_heads, static_cast<std::size_t>(s.layers)))
        of_layer.push_back(static_cast<int64_t>(count));
    if (of_layer.size() != static_cast<std::size_t>(s.layers))
        throw failure(FARSPAN_ERROR_SHAPE, found.path.c_str(),
                      "has %zu entries: must have one for each of the %" PRId64 " layers", of_layer.size(), s.layers);
    for (const int64_t count : of_layer)
        if (count > 0) return count;
    throw failure(FARSPAN_ERROR_PARAMETER_RANGE, found.path.c_str(), "is 0 in every layer: must be at least 1 in one");
}

void check_heads(const gguf_source& s, int64_t query_heads, int64_t key_heads) {
    if (query_heads % key_heads != 0)
        throw failure(FARSPAN_ERROR_HEAD_GROUPS, s.keys.path_of("attention.head_count_kv").c_str(),
                      ": %" PRId64 " query heads are not a multiple of %" PRId64 " key heads", query_heads, key_heads);
}

void read_sizes(gguf_source& s) {
    reader& keys = s.keys;
    s.layers = keys.required_integer({"block_count"}, 1, most_layers);
    const int64_t hidden = keys.integer({"embedding_length"}, 1, most_length).value_or(0);
    s.query_heads = read_heads(s, "attention.head_count", {}, s.query_heads_of);
    s.key_heads = read_heads(s, "attention.head_count_kv", s.query_heads, s.key_heads_of);
    // Latent attention: the true sizes are the _mla keys, every head has keys once the latent is expanded.
    const std::optional<int64_t> latent = keys.integer({"attention.key_length_mla"}, 1, most_head_dim);
    if (latent) s.key_heads = s.query_heads;
    const std::optional<int64_t> length = latent ? latent : keys.integer({"attention.key_length"}, 1, most_head_dim);
    if (!length && hidden % s.query_heads != 0)
        throw failure(FARSPAN_ERROR_SHAPE, keys.path_of("embedding_length").c_str(),
                      "is %" PRId64 ": must be a multiple of the %" PRId64 " heads, as there is no key_length", hidden,
                      s.query_heads);
    s.head_dim = length ? *length : hidden / s.query_heads;
    if (s.head_dim < 1 || s.head_dim > most_head_dim)
        fail_range(keys.path_of("embedding_length") + " / heads", static_cast<double>(s.head_dim), 1, most_head_dim);
    s.value_dim =
        keys.integer({"attention.value_length_mla", "attention.value_length"}, 1, most_head_dim).value_or(s.head_dim);
    s.rotary_dim = keys.integer({"rope.dimension_count"}, 2, s.head_dim).value_or(s.head_dim);
    s.local_head_dim = keys.integer({"attention.key_length_swa"}, 1, most_head_dim).value_or(s.head_dim);
    s.local_value_dim = keys.integer({"attention.value_length_swa"}, 1, most_head_dim).value_or(s.value_dim);
    s.local_rotary_dim = keys.integer({"rope.dimension_count_swa"}, 2, s.local_head_dim).value_or(s.rotary_dim);
    if (s.local_rotary_dim > s.local_head_dim)
        fail_range(keys.path_of("rope.dimension_count"), static_cast<double>(s.local_rotary_dim), 2,
                   static_cast<double>(s.local_head_dim));
    s.result.info.hidden = hidden;
    s.result.info.context = keys.integer({"context_length"}, 1, most_length).value_or(0);
    s.result.info.vocabulary = keys.integer({"vocab_size"}, 1, most_length).value_or(0);
    check_heads(s, s.query_heads, s.key_heads);
}

// ---- layers

// A layer whose list has no heads has no softmax attention: none at all, or a linear one.
bool has_attention(const gguf_source& s, std::size_t layer) {
    const auto empty = [layer](const std::vector<int64_t>& heads) { return !heads.empty() && heads[layer] == 0; };
    return !empty(s.query_heads_of) && !empty(s.key_heads_of) &&
           (s.attention_every == 0 || (static_cast<int64_t>(layer) + 1) % s.attention_every == 0);
}

// One truth per layer: has it the window?
std::vector<bool> listed_sliding(gguf_source& s, const entry& pattern) {
    if (pattern.value->size() != static_cast<std::size_t>(s.layers))
        throw failure(FARSPAN_ERROR_SHAPE, pattern.path.c_str(),
                      "has %zu entries: must have one for each of the %" PRId64 " layers", pattern.value->size(),
                      s.layers);
    std::vector<bool> sliding;
    for (const json_value& item : pattern.value->items) sliding.push_back(item.integer_value != 0);
    return sliding;
}

// The pattern is a list, a number n (every n-th layer full), or known to the architecture's code.
std::vector<bool> read_sliding(gguf_source& s, int64_t window) {
    if (window == 0) return std::vector<bool>(static_cast<std::size_t>(s.layers), false);
    const entry pattern = s.keys.find({"attention.sliding_window_pattern"});
    if (pattern && pattern.value->kind == json_value::array) return listed_sliding(s, pattern);
    if (s.row.pattern_listed)
        throw failure(FARSPAN_ERROR_FORMAT, s.keys.path_of("attention.sliding_window_pattern").c_str(),
                      "is absent: %s must list which layers have the window", s.row.architecture);
    const int64_t every = pattern ? to_integer(pattern, 0, most_layers) : s.row.full_every;
    std::vector<bool> sliding(static_cast<std::size_t>(s.layers), true);
    for (int64_t n = 0; n < s.layers && every > 0; ++n)
        if ((n + (s.row.full_first ? 0 : 1)) % every == 0) sliding[static_cast<std::size_t>(n)] = false;
    return sliding;
}

// 0: none. Llama 4's is a constant of llama.cpp's code, and a file that says 0 has no chunks.
int64_t read_window(gguf_source& s) {
    constexpr int64_t llama4_chunk = 8192;
    const std::optional<int64_t> window = s.keys.integer({"attention.sliding_window"}, 0, most_length);
    return s.row.chunked && window != 0 ? llama4_chunk : window.value_or(0);
}

// Which of draft::ropes a layer has.
int32_t rope_of(const gguf_source& s, int64_t layer, bool sliding, bool windows) {
    if (s.result.ropes.empty()) return no_rope;
    if (s.row.no_rope_every > 0 && (layer + 1) % s.row.no_rope_every == 0) return no_rope;
    if (windows && !sliding && !s.row.full_layers_rotate) return no_rope;
    return sliding && s.result.ropes.size() > 1 ? 1 : 0;
}

void read_layers(gguf_source& s) {
    const int64_t window = read_window(s);
    const std::vector<bool> sliding = read_sliding(s, window);
    const bool causal = s.keys.flag({"attention.causal"}).value_or(true);
    if (!causal && !s.row.encoder)
        s.result.notes.add(FARSPAN_NOTE_DERIVED, s.keys.path_of("attention.causal"),
                           "is false: tokens see to both sides");
    if (s.row.attention_every > 0)
        s.attention_every = s.keys.integer({"full_attention_interval"}, 1, most_layers).value_or(s.row.attention_every);
    for (std::size_t n = 0; n < sliding.size(); ++n) {
        layer_draft layer{.kind = sliding[n] ? FARSPAN_LAYER_SLIDING : FARSPAN_LAYER_FULL,
                          .rope = rope_of(s, static_cast<int64_t>(n), sliding[n], window > 0),
                          .causal = causal,
                          .head_dim = sliding[n] ? s.local_head_dim : s.head_dim,
                          .value_dim = sliding[n] ? s.local_value_dim : s.value_dim};
        layer.query_heads = s.query_heads_of.empty() ? s.query_heads : s.query_heads_of[n];
        layer.key_heads = s.key_heads_of.empty() ? s.key_heads : s.key_heads_of[n];
        if (!has_attention(s, n)) {
            layer.kind = FARSPAN_LAYER_OTHER;
            layer.rope = no_rope;
            s.result.layers.push_back(layer);
            s.result.notes.add(FARSPAN_NOTE_INCOMPLETE, s.keys.path_of("attention.head_count_kv"),
                               "some layers have no softmax attention: they have no scheme");
            continue;
        }
        check_heads(s, layer.query_heads, layer.key_heads);
        if (sliding[n] && s.row.chunked) {
            layer.kind = FARSPAN_LAYER_CHUNKED;
            layer.chunk = window;
        } else if (sliding[n]) {
            layer.window = causal ? window : window / 2 + 1;  // to both sides: half of it, and the query's own key
        }
        layer.temperature = s.row.chunked && layer.rope == no_rope;
        s.result.layers.push_back(layer);
    }
}

// Gemma 2 and 3 of 27B: not in the file but in the architecture's code, by the number of layers.
double default_scale(const gguf_source& s) {
    if (s.row.layers_of_27b == s.layers && s.result.info.hidden > 0)
        return 1 / std::sqrt(static_cast<double>(s.result.info.hidden) / static_cast<double>(s.query_heads));
    return s.row.scale_by_size ? 1 / static_cast<double>(s.head_dim) : s.row.scale;
}

// Mistral 3 counts the temperature's length from the rotation's original length, DeepSeek-2-type files state it.
void read_temperature(gguf_source& s) {
    const char* length = s.metadata.architecture == "mistral3"    ? "rope.scaling.original_context_length"
                         : s.metadata.architecture == "deepseek2" ? "attention.temperature_length"
                                                                  : nullptr;
    const double alpha = s.keys.real({"attention.temperature_scale"}, 0, 1e6).value_or(0);
    if (!length || alpha == 0) return;
    s.result.temperature = FARSPAN_TEMPERATURE_MINISTRAL3;
    s.result.score.trained_length = static_cast<double>(s.keys.required_integer({length}, 1, most_length));
    s.result.score.alpha = alpha;
    for (layer_draft& layer : s.result.layers) layer.temperature = true;
}

void read_scores(gguf_source& s) {
    farspan_score_config& score = s.result.score;
    const double scale = s.keys.real({"attention.scale"}, 0, 1e6).value_or(0);
    score.scale = scale != 0 ? scale : default_scale(s);  // 0: 1/sqrt(key_length)
    if (s.row.softcap) score.softcap = s.keys.real({"attn_logit_softcapping"}, 0, 1e6).value_or(0);
    s.result.info.final_softcap = s.keys.real({"final_logit_softcapping"}, 0, 1e6).value_or(0);
    if (s.row.chunked) {
        s.result.temperature = FARSPAN_TEMPERATURE_LLAMA4;
        score.trained_length = 8192;
        score.alpha = 0.1;
    }
    read_temperature(s);
    if (s.row.sink_rule != sinks::none)
        s.result.notes.add(
            FARSPAN_NOTE_WEIGHTS, "",
            "each head %s learned sink: set score.sink_logits from the weights \"attn_sinks\" of each layer",
            s.row.sink_rule == sinks::every_layer ? "has a" : "of a sliding layer has a");
}

void read_bias(gguf_source& s) {
    const std::optional<double> stated = s.keys.real({"attention.max_alibi_bias"}, 0, 1000);
    const bool by_size = s.metadata.architecture == "baichuan" && s.layers == 40;  // 13B
    const double most = stated.value_or(by_size ? 8 : 0);
    if (most == 0) return;
    init_bias_config(&s.result.bias, FARSPAN_BIAS_ALIBI);
    s.result.bias.heads = static_cast<int32_t>(s.query_heads);
    s.result.bias.max_bias = most;
    s.result.bias.bidirectional = !s.keys.flag({"attention.causal"}).value_or(true);
}

const gguf_family& family_or_fail(const std::string& architecture) {
    if (const gguf_family* row = find_gguf_family(architecture)) return *row;
    if (const char* reason = why_architecture_refused(architecture))
        throw failure(FARSPAN_ERROR_METHOD, "general.architecture", "is \"%s\", which is not supported: %s",
                      escaped(architecture, 60).c_str(), reason);
    throw failure(FARSPAN_ERROR_METHOD, "general.architecture", "is \"%s\": no architecture that is known",
                  escaped(architecture, 60).c_str());
}

}  // namespace

std::unique_ptr<model> model_of(gguf_metadata metadata, const farspan_model_options& options) {
    auto result = std::make_unique<model>();
    draft& d = result->source;
    start_draft(d, options);
    d.family = metadata.architecture;
    gguf_source s{
        .metadata = metadata, .row = family_or_fail(metadata.architecture), .keys = reader(d.notes), .result = d};
    s.keys.add_scope(metadata.keys, metadata.architecture);
    s.keys.add_defaults(defaults_of(s.row));
    read_sizes(s);
    read_bias(s);
    if (s.row.kind == positions::rotary && d.bias.method == FARSPAN_BIAS_NONE) read_rotation(s);
    read_layers(s);
    read_scores(s);
    note_unread_keys(s.keys, gguf_keys(), d.family);
    s.keys.note_unread("nobody reads it for this architecture", [](std::string_view name) {
        return (name.starts_with("attention.") || name.starts_with("rope.")) && !find_key(gguf_keys(), name);
    });
    if (s.row.kind == positions::learned) {
        d.info.absolute = FARSPAN_ABSOLUTE_LEARNED;
        d.info.absolute_rows = d.info.context;
    }
    return build_model(std::move(result));
}

}  // namespace farspan::config
