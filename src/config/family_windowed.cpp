// What families with layers of several kinds, and hybrid ones, add to their rows.
#include <algorithm>
#include <cmath>

#include "base/failure.hpp"
#include "config/families.hpp"

namespace farspan::config {
namespace {

// The scale of Zamba's shared attention, whose heads are twice as wide as the model's: 1 / sqrt(head size / 2).
void use_half_head(config_source& s) { s.result.score.scale = std::sqrt(2 / static_cast<double>(s.head_dim)); }

// Twice the width of the model, divided among the heads.
void use_double_heads(config_source& s) {
    const int64_t hidden = s.keys.required_integer({"hidden_size"}, 1, most_length),
                  heads = s.keys.required_integer({"num_attention_heads"}, 1, most_heads);
    if (2 * hidden % heads != 0)
        throw failure(FARSPAN_ERROR_SHAPE, s.keys.path_of("hidden_size").c_str(),
                      "is %lld: twice it must be a multiple of the %lld heads", static_cast<long long>(hidden),
                      static_cast<long long>(heads));
    if (2 * hidden / heads > most_head_dim)
        fail_range(s.keys.path_of("hidden_size") + " * 2 / heads", static_cast<double>(2 * hidden / heads), 1,
                   most_head_dim);
    s.head_dim = 2 * hidden / heads;
}

}  // namespace

void prepare_zamba(config_source& s) {
    if (!s.keys.has({"attention_head_dim"})) use_double_heads(s);
}

// Its attention rotates only with use_mem_rope.
void prepare_zamba2(config_source& s) {
    use_double_heads(s);
    if (s.keys.flag({"use_mem_rope"}).value_or(false)) s.kind = positions::rotary;
}

void finish_zamba(config_source& s) { use_half_head(s); }

// Rotates only if the file says so.
void prepare_granite_hybrid(config_source& s) {
    if (s.keys.text({"position_embedding_type"}) != "rope") s.kind = positions::none;
}

// Files of transformers 5 state the layers only as their list.
void prepare_nemotron_h(config_source& s) {
    if (s.keys.has({"num_hidden_layers"})) return;
    const entry list = s.keys.find({"layers_block_type", "hybrid_override_pattern"});
    if (!list) return;
    const std::size_t count = list.value->kind == json_value::text ? list.value->text_value.size() : list.value->size();
    if (count > 0 && count <= static_cast<std::size_t>(most_layers)) s.layers = static_cast<int64_t>(count);
}

// Every layer has two attentions, numbered one after the other.
void prepare_longcat(config_source& s) {
    if (const auto pairs = s.keys.integer({"num_layers"}, 1, most_layers / 2)) s.layers = 2 * *pairs;
}

// Sliding layers have twice the key heads; values are narrower than keys.
void prepare_mimo(config_source& s) {
    s.full_key_heads = s.keys.required_integer({"num_key_value_heads"}, 1, most_heads);
    s.key_heads = 2 * s.full_key_heads;
    s.value_dim = s.keys.required_integer({"v_head_dim"}, 1, most_head_dim);
}

// Sizes of attention stand in attn_config.
void prepare_dbrx(config_source& s) {
    if (const entry inner = s.keys.find({"attn_config"})) s.keys.add_scope(*inner.value, inner.path);
    s.key_heads = s.keys.integer({"kv_n_heads"}, 1, most_heads).value_or(0);
}

// The files count the keys before the query's own.
void finish_mimo(config_source& s) {
    s.keys.find({"add_swa_attention_sink_bias"});  // true; the sinks are noted anyway
    const auto before = s.keys.integer({"sliding_window_size"}, 1, most_length);
    if (!before) return;
    for (layer_draft& layer : s.result.layers)
        if (layer.window > 0) layer.window = *before + 1;
}

// Dense layers rotate, whatever they see, if their pattern is 1. transformers writes them as a list.
void finish_cohere2_moe(config_source& s) {
    const auto first = static_cast<std::size_t>(s.keys.integer({"first_k_dense_replace"}, 0, s.layers).value_or(0));
    const bool rotate = s.keys.required_integer({"prefix_dense_sliding_window_pattern"}, 1, most_layers) == 1;
    std::vector<layer_draft>& layers = s.result.layers;
    const entry list = s.keys.find({"mlp_layer_types"});
    if (list && list.value->kind != json_value::array && list.value->kind != json_value::null)
        fail_type(list, "a list of dense and sparse");
    const bool listed = list && list.value->kind == json_value::array;
    if (listed && list.value->size() != layers.size())
        throw failure(FARSPAN_ERROR_SHAPE, list.path.c_str(),
                      "has %zu entries: must have one for each of the %zu layers", list.value->size(), layers.size());
    for (std::size_t n = 0; n < layers.size(); ++n) {
        bool dense = n < first;
        if (listed) {
            const json_value& item = list.value->items[n];
            if (item.kind != json_value::text || (item.text_value != "dense" && item.text_value != "sparse"))
                fail_type({&item, join_path(list.path, n)}, "dense or sparse");
            dense = item.text_value == "dense";
        }
        if (dense && rotate) layers[n].rope = 0;
    }
}

// layer_rope_theta: a base for each layer; 0 and null do not rotate.
void finish_granite_swa(config_source& s) {
    const entry list = s.keys.find({"layer_rope_theta"});
    if (!list) return;
    if (list.value->kind != json_value::array) fail_type(list, "a list of numbers");
    std::vector<layer_draft>& layers = s.result.layers;
    if (list.value->size() != layers.size())
        throw failure(FARSPAN_ERROR_SHAPE, list.path.c_str(),
                      "has %zu entries: must have one for each of the %zu layers", list.value->size(), layers.size());
    std::vector<rope_draft>& ropes = s.result.ropes;
    for (std::size_t n = 0; n < layers.size(); ++n) {
        const entry at{&list.value->items[n], join_path(list.path, n)};
        const double base = at ? to_real(at, 0, 1e30) : 0;
        layers[n].rope = no_rope;
        if (base == 0) continue;
        if (base < 1) fail_range(at.path, base, 1, 1e30);
        auto same =
            std::find_if(ropes.begin(), ropes.end(), [&](const rope_draft& r) { return r.config.base == base; });
        if (same == ropes.end()) {
            rope_draft another = ropes.front();
            another.config.base = base;
            another.path = at.path;
            same = ropes.insert(ropes.end(), another);
        }
        layers[n].rope = static_cast<int32_t>(same - ropes.begin());
    }
}

// A number of query heads for each layer.
void finish_laguna(config_source& s) {
    std::vector<layer_draft>& layers = s.result.layers;
    const std::vector<double> heads = s.keys.reals({"num_attention_heads_per_layer"}, 1, most_heads, layers.size());
    if (heads.empty()) return;
    const std::string path = s.keys.path_of("num_attention_heads_per_layer");
    if (heads.size() != layers.size())
        throw failure(FARSPAN_ERROR_SHAPE, path.c_str(), "has %zu entries: must have one for each of the %zu layers",
                      heads.size(), layers.size());
    for (std::size_t n = 0; n < layers.size(); ++n) {
        layers[n].query_heads = static_cast<int64_t>(heads[n]);
        if (heads[n] != std::floor(heads[n]) || layers[n].query_heads % layers[n].key_heads != 0)
            throw failure(FARSPAN_ERROR_HEAD_GROUPS, join_path(path, n).c_str(),
                          "is %.15g: must be a multiple of the %lld key heads", heads[n],
                          static_cast<long long>(layers[n].key_heads));
    }
}

// Looks back only, over half of local_attention with the query's own key.
void finish_modernbert_decoder(config_source& s) {
    for (layer_draft& layer : s.result.layers)
        if (layer.window > 1) --layer.window;
}

void finish_hrm(config_source& s) {
    if (s.keys.flag({"prefix_lm"}).value_or(true))
        s.result.notes.add(FARSPAN_NOTE_INCOMPLETE, s.keys.path_of("prefix_lm"),
                           "is true: the tokens of a prompt see each other to both sides");
}

}  // namespace farspan::config
