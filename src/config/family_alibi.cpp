// Families with ALiBi, always or as a choice: BLOOM, MPT, Falcon, Baichuan.
#include <cmath>

#include "base/failure.hpp"
#include "config/families.hpp"
#include "method/defaults.hpp"

namespace farspan::config {
namespace {

void use_alibi(config_source& s) {
    init_bias_config(&s.result.bias, FARSPAN_BIAS_ALIBI);
    s.result.bias.heads = static_cast<int32_t>(s.query_heads);
}

}  // namespace

void finish_bloom(config_source& s) { use_alibi(s); }

// num_kv_heads counts only in the newer architecture or without multi_query; multi-query models have one key head.
// Files of 2023 say RefinedWeb (the 40B style, n_head_kv) or RefinedWebModel (the 7B style) and lack
// new_decoder_architecture.
void prepare_falcon(config_source& s) {
    const entry given = s.keys.find({"num_kv_heads", "n_head_kv"});
    const bool newer = s.keys.flag({"new_decoder_architecture"}).value_or(s.result.family == "RefinedWeb");
    const bool multi_query = s.keys.flag({"multi_query"}).value_or(true);
    if (!newer && multi_query) s.key_heads = 1;
    if (!newer && multi_query && given && given.value->real_value != 1)
        s.result.notes.add(FARSPAN_NOTE_NO_EFFECT, given.path, "is %s, but multi_query is true: one key head",
                           describe(*given.value).c_str());
    if (s.keys.flag({"alibi"}).value_or(false)) s.kind = positions::alibi;
}

// Falcon scales the bias like the product.
void finish_falcon(config_source& s) {
    if (s.kind != positions::alibi) return;
    use_alibi(s);
    s.result.bias.scale = 1 / std::sqrt(static_cast<double>(s.head_dim));
}

void prepare_mpt(config_source& s) {
    if (const entry inner = s.keys.find({"attn_config"})) s.keys.add_scope(*inner.value, inner.path);
    s.key_heads = s.keys.integer({"kv_n_heads"}, 1, most_heads).value_or(0);
    if (s.keys.flag({"rope"}).value_or(false))
        throw failure(FARSPAN_ERROR_COMBINATION, s.keys.find({"rope"}).path.c_str(),
                      "is true: only MPT with ALiBi or learned positions is supported");
    s.kind = s.keys.flag({"alibi"}).value_or(false) ? positions::alibi : positions::learned;
}

void finish_mpt(config_source& s) {
    s.result.score.scale = s.keys.real({"softmax_scale"}, 1e-12, 1e6).value_or(0);
    if (s.kind == positions::learned) return finish_learned(s);
    use_alibi(s);
    s.result.bias.max_bias = s.keys.real({"alibi_bias_max"}, 1e-3, 1000).value_or(8);
    if (const int64_t window = s.keys.integer({"sliding_window_size"}, -1, most_length).value_or(-1); window > 0)
        throw failure(FARSPAN_ERROR_COMBINATION, s.keys.find({"sliding_window_size"}).path.c_str(),
                      "is %lld: windows of MPT are not supported", static_cast<long long>(window));
}

// Baichuan 7B rotates, 13B has ALiBi; nothing in the file says so but the size. Baichuan 2 uses one class name for
// both.
void prepare_baichuan(config_source& s) {
    const int64_t hidden = s.keys.required_integer({"hidden_size"}, 1, most_length);
    if (hidden != 4096 && hidden != 5120)
        throw failure(FARSPAN_ERROR_COMBINATION, s.keys.path_of("hidden_size").c_str(),
                      "is %lld: must be 4096 (7B, rotary) or 5120 (13B, ALiBi)", static_cast<long long>(hidden));
    s.kind = hidden == 4096 ? positions::rotary : positions::alibi;
    s.result.notes.add(FARSPAN_NOTE_DERIVED, s.keys.path_of("hidden_size"), "is %lld: the model has %s",
                       static_cast<long long>(hidden), hidden == 4096 ? "rotary positions" : "ALiBi");
}

void finish_baichuan(config_source& s) {
    if (s.kind == positions::alibi) use_alibi(s);
}

}  // namespace farspan::config
