// What single rotary families add: Qwen-1, ChatGLM, DeepSeek-V2 without latent attention, Llama 4.
#include <cinttypes>

#include "base/failure.hpp"
#include "config/families.hpp"

namespace farspan::config {

// Qwen-1 counts from seq_length; max_position_embeddings is what it can be stretched to.
void prepare_qwen(config_source& s) { s.context = s.keys.integer({"seq_length"}, 1, most_length).value_or(0); }

void finish_qwen(config_source& s) {
    const int64_t trained = s.keys.integer({"seq_length"}, 2, most_length).value_or(0);
    const bool dynamic = s.keys.flag({"use_dynamic_ntk"}).value_or(false),
               log_n = s.keys.flag({"use_logn_attn"}).value_or(false);
    if ((dynamic || log_n) && trained == 0)
        throw failure(FARSPAN_ERROR_FORMAT, s.keys.path_of("seq_length").c_str(),
                      "is absent: use_dynamic_ntk and use_logn_attn need it");
    if (dynamic) {
        farspan_rope_config& rope = s.result.ropes.front().config;
        rope.method = FARSPAN_ROPE_DYNAMIC_NTK_QWEN;
        rope.original_context = trained;
        s.result.ropes.front().path = s.keys.path_of("use_dynamic_ntk");
    }
    if (log_n) {
        s.result.temperature = FARSPAN_TEMPERATURE_LOG_N;
        s.result.score.trained_length = static_cast<double>(trained);
        for (layer_draft& layer : s.result.layers) layer.temperature = true;
    }
    if (trained > 0) s.result.info.trained_context = trained;
}

// Qwen2 and Qwen3 know neither of Qwen-1's switches.
void finish_qwen2(config_source& s) {
    for (const char* key : {"use_dynamic_ntk", "use_logn_attn"})
        if (s.keys.has({key}))
            s.result.notes.add(FARSPAN_NOTE_IGNORED, s.keys.path_of(key),
                               "a key of Qwen-1; this family does not read it");
}

// ChatGLM2, 3 and GLM-4 with remote code: half of the head rotates, base 10000 * rope_ratio.
void prepare_chatglm(config_source& s) {
    for (const char* mark : {"position_encoding_2d", "inner_hidden_size"})
        if (const entry first = s.keys.look(mark))
            throw failure(FARSPAN_ERROR_COMBINATION, first.path.c_str(),
                          "is %s: ChatGLM-6B turns each half of a head by another position, which is not supported",
                          describe(*first.value).c_str());
    s.base_ratio = s.keys.real({"rope_ratio"}, 1e-6, 1e12).value_or(1);
    if (s.keys.flag({"multi_query_attention"}).value_or(false))
        s.key_heads = s.keys.required_integer({"multi_query_group_num"}, 1, most_heads);
}

// Without latent attention the class is that of Llama: plain heads, pairs of halves.
void prepare_deepseek_v2(config_source& s) {
    const bool zero = s.keys.real({"qk_rope_head_dim"}, 0, most_head_dim).value_or(1) == 0;
    s.may_be_latent = s.keys.flag({"use_mla"}).value_or(!zero || s.keys.has({"kv_lora_rank"}));
    if (!s.may_be_latent) s.layout = FARSPAN_LAYOUT_HALF;
}

// The temperature 1 + a ln(floor((i + 1) / F) + 1) is on the layers that do not rotate.
void finish_llama4(config_source& s) {
    if (!s.keys.flag({"attn_temperature_tuning"}).value_or(false)) return;
    s.result.temperature = FARSPAN_TEMPERATURE_LLAMA4;
    s.result.score.trained_length = s.keys.required_real({"floor_scale"}, 1, 1e12);
    s.result.score.alpha = s.keys.required_real({"attn_scale"}, 0, 1e6);
    for (layer_draft& layer : s.result.layers) layer.temperature = layer.rope == no_rope;
}

}  // namespace farspan::config
