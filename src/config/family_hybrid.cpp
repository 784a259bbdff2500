// Which layers attend, by the keys of families that have other layers too.
#include <algorithm>
#include <cstring>

#include "base/failure.hpp"
#include "config/families.hpp"

namespace farspan::config {
namespace {

constexpr int32_t full = FARSPAN_LAYER_FULL, sliding = FARSPAN_LAYER_SLIDING, other = FARSPAN_LAYER_OTHER;

int32_t kind_of_letter(char letter) { return letter == 'S' ? sliding : letter == 'O' ? other : full; }

[[noreturn]] void fail_length(const std::string& path, std::size_t given, std::size_t layers) {
    throw failure(FARSPAN_ERROR_SHAPE, path.c_str(), "has %zu entries: must have one for each of the %zu layers", given,
                  layers);
}

// The layers that a list of numbers names, counted from `first`, get `kind`. False if there is no list.
bool set_listed(const entry& list, int64_t first, int32_t kind, layer_kinds& layers) {
    if (!list) return false;
    if (list.value->kind != json_value::array) fail_type(list, "a list of layers");
    const auto last = static_cast<int64_t>(layers.size()) - 1 + first;
    for (std::size_t n = 0; n < list.value->items.size(); ++n) {
        const int64_t layer = to_integer({&list.value->items[n], join_path(list.path, n)}, first, last);
        layers[static_cast<std::size_t>(layer - first)] = kind;
    }
    return true;
}

void set_all(layer_kinds& layers, int32_t kind) { std::fill(layers.begin(), layers.end(), kind); }

// Jamba's and Zamba's: one of every `period` layers attends.
void set_by_period(config_source& s, std::size_t from, layer_kinds& layers) {
    const int64_t period = s.keys.required_integer({"attn_layer_period"}, 1, most_layers),
                  offset = s.keys.required_integer({"attn_layer_offset"}, 0, period - 1);
    for (std::size_t n = from; n < layers.size(); ++n)
        layers[n] = static_cast<int64_t>(n - from) % period == offset ? full : other;
}

}  // namespace

void set_letters(const layer_letters& letters, layer_kinds& layers) {
    const std::size_t period = std::strlen(letters.repeat), first = std::strlen(letters.first),
                      last = std::strlen(letters.last), count = layers.size();
    for (std::size_t n = 0; n < count; ++n) layers[n] = kind_of_letter(letters.repeat[n % period]);
    for (std::size_t n = 0; n < first && n < count; ++n) layers[n] = kind_of_letter(letters.first[n]);
    for (std::size_t n = 0; n < last && n < count; ++n)
        layers[count - 1 - n] = kind_of_letter(letters.last[last - 1 - n]);
}

void kinds_of_bamba(config_source& s, layer_kinds& layers) {
    set_all(layers, other);
    set_listed(s.keys.find({"attn_layer_indices"}), 0, full, layers);
}

void kinds_of_jamba(config_source& s, layer_kinds& layers) { set_by_period(s, 0, layers); }

// The first three layers are no part of the period.
void kinds_of_zamba(config_source& s, layer_kinds& layers) {
    set_letters({.repeat = "O", .first = "OOF"}, layers);
    set_by_period(s, 3, layers);
}

// Absent, every layer attends.
void kinds_of_lfm2(config_source& s, layer_kinds& layers) {
    const entry list = s.keys.find({"full_attn_idxs"});
    if (list) set_all(layers, other);
    set_listed(list, 0, full, layers);
}

// A letter a layer: M state space, E experts, - dense, * attention.
void kinds_of_nemotron_h(config_source& s, layer_kinds& layers) {
    const std::optional<std::string> pattern = s.keys.text({"hybrid_override_pattern"});
    if (!pattern) return set_letters({.repeat = "OOFO"}, layers);
    const std::string path = s.keys.path_of("hybrid_override_pattern");
    if (pattern->find_first_not_of("ME-*") != std::string::npos)
        fail_type(s.keys.find({"hybrid_override_pattern"}), "made of the letters M, E, * and -");
    if (pattern->size() != layers.size()) fail_length(path, pattern->size(), layers.size());
    for (std::size_t n = 0; n < layers.size(); ++n) layers[n] = (*pattern)[n] == '*' ? full : other;
}

// linear_attn_config counts layers from 1.
void kinds_of_kimi_linear(config_source& s, layer_kinds& layers) {
    set_letters({.repeat = "FOOO", .first = "O"}, layers);
    std::optional<reader> inner = s.keys.child({"linear_attn_config"});
    if (!inner || !inner->has({"full_attn_layers"})) return;
    set_all(layers, other);
    set_listed(inner->find({"full_attn_layers"}), 1, full, layers);
}

void kinds_of_bailing(config_source& s, layer_kinds& layers) {
    const auto every = static_cast<std::size_t>(s.keys.required_integer({"layer_group_size"}, 1, most_layers));
    for (std::size_t n = 0; n < layers.size(); ++n) layers[n] = (n + 1) % every == 0 ? full : other;
}

// The first released files have attn_type_list, 1 for softmax; the class of transformers alternates. A window, if there
// is one, holds for every layer that attends.
void kinds_of_minimax(config_source& s, layer_kinds& layers) {
    const int32_t attends = s.keys.has({"sliding_window"}) ? sliding : full;
    const std::vector<double> types = s.keys.reals({"attn_type_list"}, 0, 1, layers.size());
    if (!types.empty() && types.size() != layers.size())
        fail_length(s.keys.path_of("attn_type_list"), types.size(), layers.size());
    for (std::size_t n = 0; n < layers.size(); ++n)
        layers[n] = (types.empty() ? n % 2 == 0 : types[n] != 0) ? attends : other;
}

// hybrid_layer_pattern has a 1 where a layer has a window.
void kinds_of_mimo(config_source& s, layer_kinds& layers) {
    set_letters({.repeat = "SSSSSF", .first = "F"}, layers);
    const std::vector<double> windows = s.keys.reals({"hybrid_layer_pattern"}, 0, 1, layers.size());
    if (windows.empty()) return;
    if (windows.size() != layers.size())
        fail_length(s.keys.path_of("hybrid_layer_pattern"), windows.size(), layers.size());
    for (std::size_t n = 0; n < layers.size(); ++n) layers[n] = windows[n] != 0 ? sliding : full;
}

// Layers that attend to an image have no positions.
void kinds_of_mllama(config_source& s, layer_kinds& layers) {
    const entry list = s.keys.find({"cross_attention_layers"});
    if (set_listed(list, 0, other, layers)) return;
    for (std::size_t n = 3; n < layers.size() && n < 40; n += 5) layers[n] = other;
}

void kinds_of_recurrent_gemma(config_source& s, layer_kinds& layers) {
    const entry types = s.keys.find({"block_types"});
    if (!types) {
        set_letters({.repeat = "OOS"}, layers);
        return;
    }
    if (types.value->kind != json_value::array || types.value->items.empty()) fail_type(types, "a list of layer types");
    const std::vector<json_value>& items = types.value->items;
    for (std::size_t n = 0; n < layers.size(); ++n) {
        const json_value& item = items[n % items.size()];
        const entry at{&item, join_path(types.path, n % items.size())};
        if (item.kind != json_value::text || (item.text_value != "recurrent" && item.text_value != "attention"))
            fail_type(at, "recurrent or attention");
        layers[n] = item.text_value == "attention" ? sliding : other;
    }
}

// attention_layers lists the kinds one by one. attention_types says the same in groups, [[["global", "local"], 12]],
// but no published file has it alone.
void kinds_of_gpt_neo(config_source& s, layer_kinds& layers) {
    set_letters({.repeat = "FS"}, layers);
    const entry groups = s.keys.find({"attention_types"}), list = s.keys.find({"attention_layers"});
    if (groups && !list)
        throw failure(FARSPAN_ERROR_FORMAT, groups.path.c_str(), "is %s: must have attention_layers beside it",
                      describe(*groups.value).c_str());
    if (!list) return;
    if (list.value->kind != json_value::array) fail_type(list, "a list of global and local");
    if (list.value->size() != layers.size()) fail_length(list.path, list.value->size(), layers.size());
    for (std::size_t n = 0; n < layers.size(); ++n) {
        const json_value& item = list.value->items[n];
        if (item.kind != json_value::text || (item.text_value != "global" && item.text_value != "local"))
            fail_type({&item, join_path(list.path, n)}, "global or local");
        layers[n] = item.text_value == "local" ? sliding : full;
    }
}

// The dense layers at the beginning have a pattern of their own, then that of the others begins.
void kinds_of_cohere2_moe(config_source& s, layer_kinds& layers) {
    const auto dense = static_cast<std::size_t>(s.keys.integer({"first_k_dense_replace"}, 0, s.layers).value_or(0)),
               inner = static_cast<std::size_t>(
                   s.keys.required_integer({"prefix_dense_sliding_window_pattern"}, 1, most_layers)),
               every = static_cast<std::size_t>(s.keys.required_integer({"sliding_window_pattern"}, 1, most_layers));
    for (std::size_t n = 0; n < layers.size(); ++n) {
        const bool is_full = n < dense ? (n + 1) % inner == 0 : (n - dense + 1) % every == 0;
        layers[n] = is_full ? full : sliding;
    }
}

void kinds_of_afmoe(config_source& s, layer_kinds& layers) {
    const auto every =
        static_cast<std::size_t>(s.keys.required_integer({"global_attn_every_n_layers"}, 1, most_layers));
    for (std::size_t n = 0; n < layers.size(); ++n) layers[n] = (n + 1) % every == 0 ? full : sliding;
}

}  // namespace farspan::config
