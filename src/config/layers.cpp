// Which layers look where, and which rotation they use. A list of layer_types wins over every pattern.
#include <algorithm>
#include <cinttypes>
#include <utility>

#include "base/failure.hpp"
#include "config/rope_settings.hpp"
#include "method/defaults.hpp"

namespace farspan::config {
namespace {

constexpr std::size_t full_rope = 0, local_rope = 1;  // indices into draft::ropes

// ---- rotations

// What the class has where the file has no dictionary, or an empty one.
std::optional<reader> class_dictionary(config_source& s) {
    if (!s.row->rope_parameters) return {};
    s.class_ropes = parse_json(s.row->rope_parameters);
    const std::string path = s.keys.path_of("rope_parameters");
    s.result.notes.add(FARSPAN_NOTE_DEFAULT, path, "absent: the class has %s", s.row->rope_parameters);
    reader result(s.result.notes);
    result.add_scope(s.class_ropes, path);
    return result;
}

std::optional<reader> rope_dictionary(config_source& s) {
    std::optional<reader> old = s.keys.child({"rope_scaling"}), fresh = s.keys.child({"rope_parameters"});
    const auto filled = [](const std::optional<reader>& dictionary) { return dictionary && !dictionary->empty(); };
    if (filled(old) && filled(fresh))
        s.result.notes.add(FARSPAN_NOTE_TWICE, s.keys.path_of("rope_parameters"),
                           "rope_scaling is there too and holds");
    if (filled(old)) return old;
    return filled(fresh) ? std::move(fresh) : class_dictionary(s);
}

double outer_base(config_source& s, reader* dictionary) {
    const names spellings = {"rope_theta",        "rotary_emb_base",   "global_rope_theta",
                             "rope_global_theta", "rope_theta_global", "rope_freq_constant"};
    const bool inside = dictionary && dictionary->has({"rope_theta"});
    if (inside && !s.keys.has(spellings)) return *dictionary->real({"rope_theta"}, 1, 1e30);  // no default to speak of
    if (s.assumed_base > 0 && !s.keys.has(spellings)) return s.assumed_base;
    return s.keys.required_real(spellings, 1, 1e30) * s.base_ratio;
}

std::optional<double> outer_fraction(config_source& s, reader* dictionary) {
    const names spellings = {"partial_rotary_factor", "rotary_pct", "rope_pct"};
    if (dictionary && dictionary->has({"partial_rotary_factor"}) && !s.keys.has(spellings)) return {};
    return s.keys.real(spellings, 0, 1);
}

// The base of sliding layers, for models that have another one there.
std::optional<double> local_base(config_source& s) {
    return s.keys.real(
        {"rope_local_base_freq", "local_rope_theta", "rope_local_theta", "rope_theta_local", "swa_rope_theta"}, 1,
        1e30);
}

// transformers 5: a dictionary per layer type; null stands for no rotation.
void read_nested_ropes(config_source& s, reader& dictionary) {
    const auto read = [&](names spellings, bool full) {
        std::optional<reader> inner = dictionary.child(spellings);
        rope_draft none{{}, dictionary.path()};
        init_rope_config(&none.config, FARSPAN_ROPE_NONE);
        if (!inner) return none;
        std::optional<double> base;
        if (!full && !inner->has({"rope_theta"})) base = local_base(s);
        const rope_surroundings around{
            .base = base ? *base : outer_base(s, &*inner), .fraction = outer_fraction(s, &*inner), .full = full};
        return resolve_rope(s, std::move(inner), around);
    };
    s.result.ropes = {read({"full_attention", "hybrid"}, true),
                      read({"sliding_attention", "chunked_attention", "hybrid_sliding"}, false)};
    dictionary.note_unread("no layer type that is known");
}

// ---- layers

using kinds = layer_kinds;

void set_kind(kinds& layers, std::size_t layer, bool sliding) {
    layers[layer] = sliding ? FARSPAN_LAYER_SLIDING : FARSPAN_LAYER_FULL;
}

int32_t kind_of(const entry& at) {
    constexpr std::pair<const char*, int32_t> known[] = {
        {"full_attention", FARSPAN_LAYER_FULL},
        {"attention", FARSPAN_LAYER_FULL},
        {"hybrid", FARSPAN_LAYER_FULL},  // attention beside, or after, a layer without
        {"hybrid_sliding", FARSPAN_LAYER_SLIDING},
        {"sliding_attention", FARSPAN_LAYER_SLIDING},
        {"chunked_attention", FARSPAN_LAYER_CHUNKED},
        {"linear_attention", FARSPAN_LAYER_OTHER},
        {"mamba", FARSPAN_LAYER_OTHER},
        {"conv", FARSPAN_LAYER_OTHER},
        {"recurrent", FARSPAN_LAYER_OTHER},
        {"moe", FARSPAN_LAYER_OTHER},
        {"mlp", FARSPAN_LAYER_OTHER},
    };
    if (at.value->kind != json_value::text) fail_type(at, "the name of a layer type");
    for (const auto& [name, kind] : known)
        if (at.value->text_value == name) return kind;
    throw failure(FARSPAN_ERROR_METHOD, at.path.c_str(), "is %s: no layer type that is known",
                  describe(*at.value).c_str());
}

bool read_layer_types(config_source& s, kinds& result) {
    const entry types = s.keys.find({"layer_types", "layers_block_type"});
    if (!types) return false;
    if (types.value->kind != json_value::array) fail_type(types, "a list of layer types");
    if (types.value->size() != result.size())
        throw failure(FARSPAN_ERROR_SHAPE, types.path.c_str(),
                      "has %zu entries: must have one for each of the %zu layers", types.value->size(), result.size());
    for (std::size_t n = 0; n < result.size(); ++n)
        result[n] = kind_of({&types.value->items[n], join_path(types.path, n)});
    s.keys.reveal({"sliding_window", "sliding_window_size", "window_size", "attention_chunk_size"});
    return true;
}

// A pattern is a number n (every n-th layer is full) or letters, L for sliding and G for full, repeated.
void apply_pattern(config_source& s, kinds& result) {
    const entry pattern = s.keys.find({"sliding_window_pattern"});
    if (pattern && pattern.value->kind == json_value::text) {
        const std::string& letters = pattern.value->text_value;
        if (letters.empty() || letters.find_first_not_of("LG") != std::string::npos)
            fail_type(pattern, "made of the letters L and G");
        for (std::size_t n = 0; n < result.size(); ++n) set_kind(result, n, letters[n % letters.size()] == 'L');
        return;
    }
    const auto every = static_cast<std::size_t>(s.keys.integer({"sliding_window_pattern"}, 0, most_layers).value_or(0));
    for (std::size_t n = 0; n < result.size() && every > 0; ++n) set_kind(result, n, (n + 1) % every != 0);
}

// ModernBERT: the first of every n layers is full.
void apply_pattern_from_the_first(config_source& s, kinds& result) {
    const auto every =
        static_cast<std::size_t>(s.keys.integer({"global_attn_every_n_layers"}, 1, most_layers).value_or(1));
    for (std::size_t n = 0; n < result.size(); ++n) set_kind(result, n, n % every != 0);
}

void apply_window_from_layer(config_source& s, kinds& result) {
    const auto first = static_cast<std::size_t>(s.keys.integer({"max_window_layers"}, 0, most_layers).value_or(0));
    for (std::size_t n = 0; n < result.size(); ++n) set_kind(result, n, n >= first);
    if (first >= result.size())
        s.result.notes.add(FARSPAN_NOTE_NO_EFFECT, s.keys.path_of("max_window_layers"),
                           "is %zu and there are %zu layers: no layer has a window", first, result.size());
}

// Qwen2 and Qwen3: the layers from max_window_layers on, the opposite of what their documentation says.
void apply_qwen_window(config_source& s, kinds& result) {
    const std::optional<bool> use = s.keys.flag({"use_sliding_window"});
    if (!use.value_or(false)) {
        if (const entry declared = s.keys.find({"sliding_window"}))
            s.result.notes.add(use ? FARSPAN_NOTE_IGNORED : FARSPAN_NOTE_NO_EFFECT, declared.path,
                               "is %s, but use_sliding_window is %s: no layer has a window",
                               describe(*declared.value).c_str(), use ? "false" : "absent, which means false");
        return;
    }
    apply_window_from_layer(s, result);
}

// no_rope_layers has 1 where a layer rotates. Absent or, as Llama 4's published files have it, empty: by the interval.
std::vector<bool> read_rotating(config_source& s, std::size_t layers) {
    std::vector<bool> rotating(layers, true);
    if (s.row->nope_rule != no_rotation::listed) return rotating;
    const std::vector<double> list = s.keys.reals({"no_rope_layers"}, 0, 1, layers);
    const auto every = static_cast<std::size_t>(s.keys.integer({"no_rope_layer_interval"}, 1, most_layers).value_or(4));
    if (!list.empty() && list.size() != layers)
        throw failure(FARSPAN_ERROR_SHAPE, s.keys.path_of("no_rope_layers").c_str(),
                      "has %zu entries: must have one for each of the %zu layers", list.size(), layers);
    for (std::size_t n = 0; n < layers; ++n) rotating[n] = list.empty() ? (n + 1) % every != 0 : list[n] != 0;
    return rotating;
}

// Layers that the rotation decides: Llama 4 chunks those that rotate, SmolLM3's optional window is on those that do
// not.
void apply_rotation_rule(config_source& s, const std::vector<bool>& rotating, kinds& result) {
    const bool chunks = s.row->window_rule == windows::chunks;
    if (!chunks && !s.keys.flag({"use_sliding_window"}).value_or(false)) return;
    for (std::size_t n = 0; n < result.size(); ++n)
        if (rotating[n] == chunks) result[n] = chunks ? FARSPAN_LAYER_CHUNKED : FARSPAN_LAYER_SLIDING;
}

void apply_window_rule(config_source& s, const std::vector<bool>& rotating, kinds& result) {
    switch (s.row->window_rule) {
        case windows::every_layer:
            std::fill(result.begin(), result.end(), FARSPAN_LAYER_SLIDING);
            break;
        case windows::qwen:
            apply_qwen_window(s, result);
            break;
        case windows::pattern:
            apply_pattern(s, result);
            break;
        case windows::chunks:
        case windows::unrotated:
            apply_rotation_rule(s, rotating, result);
            break;
        case windows::both_sides:
            apply_pattern_from_the_first(s, result);
            break;
        case windows::letters:
            set_letters(s.row->letters, result);
            break;
        case windows::from_layer:
            apply_window_from_layer(s, result);
            break;
        case windows::listed:
            break;  // read_windows
        case windows::none:
            break;
    }
    // Qwen3-Next and relatives: full attention in every n-th layer, something else in the others.
    if (const auto every = s.keys.integer({"full_attention_interval"}, 1, most_layers))
        for (std::size_t n = 0; n < result.size(); ++n)
            if ((n + 1) % static_cast<std::size_t>(*every) != 0) result[n] = FARSPAN_LAYER_OTHER;
}

bool is_local(int32_t kind) { return kind == FARSPAN_LAYER_SLIDING || kind == FARSPAN_LAYER_CHUNKED; }

int32_t rope_of(const config_source& s, int32_t kind) {
    return static_cast<int32_t>(is_local(kind) && s.result.ropes.size() > local_rope ? local_rope : full_rope);
}

// Cohere 2 and Exaone 4 leave the full layers unrotated, provided that there are windows at all.
bool rotates(const config_source& s, int32_t kind, bool listed, bool windowed) {
    if (s.kind != positions::rotary || kind == FARSPAN_LAYER_OTHER || !listed) return false;
    if (s.row->nope_rule == no_rotation::full_layers && windowed && !is_local(kind)) return false;
    if (s.row->nope_rule == no_rotation::all_full_layers && !is_local(kind)) return false;
    return s.result.ropes[static_cast<std::size_t>(rope_of(s, kind))].config.method != FARSPAN_ROPE_NONE;
}

bool any(const kinds& layers, int32_t kind) { return std::find(layers.begin(), layers.end(), kind) != layers.end(); }

// A number for all layers, or a list that repeats. Layers with a window become sliding.
std::vector<int64_t> read_listed_windows(config_source& s, kinds& layers) {
    std::vector<int64_t> result(layers.size(), 0);
    const entry found = s.keys.find({"sliding_window"});
    if (!found) return result;
    const bool list = found.value->kind == json_value::array;
    const std::size_t period = list ? found.value->size() : 1;
    if (period == 0 || layers.size() % period != 0)
        throw failure(FARSPAN_ERROR_SHAPE, found.path.c_str(),
                      "has %zu entries: their number must divide that of the layers, %zu", period, layers.size());
    for (std::size_t n = 0; n < layers.size(); ++n) {
        const entry at = list ? entry{&found.value->items[n % period], join_path(found.path, n % period)} : found;
        if (at) result[n] = std::max<int64_t>(to_integer(at, -1, most_length), 0);
        set_kind(layers, n, result[n] > 0);
    }
    return result;
}

// Keys to one side that a sliding layer sees, the query's own included; 0: all.
std::vector<int64_t> read_windows(config_source& s, kinds& layers) {
    if (s.row->window_rule == windows::listed && !s.keys.has({"layer_types"})) return read_listed_windows(s, layers);
    if (!any(layers, FARSPAN_LAYER_SLIDING)) return std::vector<int64_t>(layers.size(), 0);
    int64_t window = 0;
    if (s.row->window_rule == windows::both_sides)
        window = s.keys.required_integer({"local_attention"}, 2, most_length) / 2 + 1;
    else
        window = s.keys
                     .integer({"sliding_window", "sliding_window_size", "window_size", "attention_window_size"}, -1,
                              most_length)
                     .value_or(0);
    return std::vector<int64_t>(layers.size(), std::max<int64_t>(window, 0));
}

}  // namespace

void read_ropes(config_source& s) {
    if (s.kind != positions::rotary) return;
    std::optional<reader> dictionary = rope_dictionary(s);
    if (dictionary && dictionary->has({"full_attention", "sliding_attention", "hybrid"}))
        return read_nested_ropes(s, *dictionary);
    reader* given = dictionary ? &*dictionary : nullptr;
    const rope_surroundings around{outer_base(s, given), outer_fraction(s, given)};
    s.result.ropes.push_back(resolve_rope(s, dictionary, around));
    s.result.context_is_scaled = s.row->scaling_on_full_layers_only;
    const std::optional<double> local = local_base(s);
    if (local || s.row->scaling_on_full_layers_only)
        s.result.ropes.push_back(resolve_rope(
            s, dictionary, {local.value_or(s.result.ropes[full_rope].config.base), around.fraction, false, false}));
}

void read_layers(config_source& s) {
    kinds kind_of_layer(static_cast<std::size_t>(s.layers), FARSPAN_LAYER_FULL);
    const std::vector<bool> rotating = read_rotating(s, kind_of_layer.size());
    if (read_layer_types(s, kind_of_layer)) {
    } else if (s.row->kinds) {
        s.row->kinds(s, kind_of_layer);
    } else {
        apply_window_rule(s, rotating, kind_of_layer);
    }
    const std::vector<int64_t> windows = read_windows(s, kind_of_layer);
    const bool windowed = std::any_of(windows.begin(), windows.end(), [](int64_t window) { return window > 0; });
    const int64_t chunk = any(kind_of_layer, FARSPAN_LAYER_CHUNKED)
                              ? s.keys.integer({"attention_chunk_size"}, 0, most_length).value_or(0)
                              : 0;
    if (any(kind_of_layer, FARSPAN_LAYER_OTHER))
        s.result.notes.add(FARSPAN_NOTE_INCOMPLETE, s.keys.path_of("layer_types"),
                           "some layers have no softmax attention over their own tokens: they have no scheme");

    for (std::size_t n = 0; n < kind_of_layer.size(); ++n) {
        const bool full = kind_of_layer[n] == FARSPAN_LAYER_FULL;
        layer_draft layer{.kind = kind_of_layer[n],
                          .query_heads = s.query_heads,
                          .key_heads = s.key_heads_of(full),
                          .head_dim = s.head_dim_of(full),
                          .value_dim = full && s.full_head_dim > 0 ? s.full_head_dim : s.value_dim};
        layer.rope = rotates(s, layer.kind, rotating[n], windowed) ? rope_of(s, layer.kind) : no_rope;
        if (layer.kind == FARSPAN_LAYER_SLIDING) layer.window = windows[n];
        if (layer.kind == FARSPAN_LAYER_CHUNKED) layer.chunk = chunk;
        if (is_local(layer.kind) && layer.window == 0 && layer.chunk == 0) layer.kind = FARSPAN_LAYER_FULL;
        s.result.layers.push_back(layer);
    }
}

}  // namespace farspan::config
