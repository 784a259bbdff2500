// Gemma 3 as an encoder. Gemma 4: layers that see everything have heads of another size, and a rotation of their own.
#include "base/failure.hpp"
#include "config/families.hpp"

namespace farspan::config {
namespace {

// Every token sees to both sides, in sliding layers half of the window.
void look_both_ways(config_source& s) {
    for (layer_draft& layer : s.result.layers) {
        layer.causal = false;
        if (layer.window > 0) layer.window = layer.window / 2 + 1;
    }
}

}  // namespace

// EmbeddingGemma.
void finish_gemma3(config_source& s) {
    if (s.keys.flag({"use_bidirectional_attention"}).value_or(false)) look_both_ways(s);
}

void prepare_gemma4(config_source& s) {
    s.full_head_dim = s.keys.integer({"global_head_dim"}, 1, most_head_dim).value_or(0);
    const int64_t key_heads = s.keys.integer({"num_global_key_value_heads"}, 1, most_heads).value_or(0);
    if (s.keys.flag({"attention_k_eq_v"}).value_or(false))
        s.full_key_heads = key_heads;
    else if (key_heads > 0)
        s.result.notes.add(FARSPAN_NOTE_NO_EFFECT, s.keys.path_of("num_global_key_value_heads"),
                           "is %lld, but attention_k_eq_v is not true: num_key_value_heads holds",
                           static_cast<long long>(key_heads));
}

void finish_gemma4(config_source& s) {
    layer_draft& last = s.result.layers.back();
    if (last.kind != FARSPAN_LAYER_FULL) {
        s.result.notes.add(FARSPAN_NOTE_DERIVED, s.keys.path_of("layer_types"),
                           "the last layer sees everything, whatever the file says");
        last.kind = FARSPAN_LAYER_FULL;
        last.window = 0;
        last.rope = 0;
        last.head_dim = last.value_dim = s.head_dim_of(true);
        last.key_heads = s.key_heads_of(true);
    }
    const entry both = s.keys.find({"use_bidirectional_attention"});
    if (!both || (both.value->kind == json_value::boolean && !both.value->integer_value)) return;
    if (both.value->kind == json_value::boolean || both.value->text_value == "all") return look_both_ways(s);
    if (both.value->text_value != "vision")
        throw failure(FARSPAN_ERROR_METHOD, both.path.c_str(), "is %s: must be all or vision",
                      describe(*both.value).c_str());
    s.result.notes.add(FARSPAN_NOTE_INCOMPLETE, s.keys.path_of("use_bidirectional_attention"),
                       "is \"vision\": the tokens of an image see each other to both sides");
}

}  // namespace farspan::config
