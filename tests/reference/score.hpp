// Scale of the logits: constants, per-row factors by length, soft cap. i is the 0-based query position.
#pragma once

#include <cstdint>

namespace oracle {

double softmax_scale(int head_dim);        // 1 / sqrt(D)
double softcap(double score, double cap);  // cap tanh(score / cap); cap 0 = off

// log-n (Su; bojone/rerope): max(1, ln(i+1)/ln(L)).
double log_n(int64_t i, double trained_length);
double log_n_unclamped(int64_t i, double trained_length);  // ln(i+1)/ln(L), for models trained with it
// Qwen-1: log_L(n) for n = i + 1 > L, else 1; the newer revision is active only if keys > L.
double log_n_qwen(int64_t i, double trained_length, int64_t keys, bool newer_revision = true);
// The alternative written in LongLM: max(1, (0.1 ln((i+1)/L) + 1)^2).
double log_n_longlm_squared(int64_t i, double trained_length);

// Llama 4: ln(floor((i+1)/floor_scale) + 1) * attn_scale + 1.
double llama4_temperature(int64_t i, double floor_scale = 8192.0, double attn_scale = 0.1);
// Ministral 3: 1 + beta * ln(1 + floor(i/original_context)).
double ministral3_temperature(int64_t i, double original_context, double beta);

// Dual Chunk Attention. ChunkLlama multiplies q and k tables by 0.05 ln(length/max_position) + 1;
// vLLM uses f = max(1, 0.1 ln(length/original_context) + 1) twice, so logits grow by f^2.
double dual_chunk_magnitude_chunkllama(double length, double max_position);
double dual_chunk_temperature_vllm(double length, double original_context);  // f

// DeepSeek-V2/V3: softmax scale times g(s, mscale_all_dim)^2; `multiplier` is the square alone.
double deepseek_multiplier(double factor, double mscale_all_dim);
double deepseek_softmax_scale(int head_dim, double factor, double mscale_all_dim);

}  // namespace oracle
