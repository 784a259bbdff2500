// Distance-remapping attention: to which two positions are q and k rotated for the pair (i, j)?
// RoPE sees the effective distance E = query - key. Positions are real numbers because Leaky ReRoPE and
// one form of Self-Extend divide. A pair that a mask hides may still be asked for.
#pragma once

#include <cstdint>
#include <vector>

namespace oracle {

struct rotated_pair {
    double query;
    double key;
};

rotated_pair remap_none(int64_t i, int64_t j);

// ReRoPE (Su, kexue.fm 9708): exact inside the window, distance `window` outside.
rotated_pair remap_rerope(int64_t i, int64_t j, int64_t window);
// Leaky ReRoPE: outside the window the distance grows by 1/leak per token.
rotated_pair remap_leaky_rerope(int64_t i, int64_t j, int64_t window, double leak);
double leaky_rerope_max_length(int64_t window, double leak, double trained_length);  // w + k (L - w)

// Self-Extend (Jin et al. 2024, eq. 4), shift window - window//group.
rotated_pair remap_self_extend(int64_t i, int64_t j, int64_t group, int64_t window);
// The same with the shift window - window/group, as some of LongLM's files compute it.
rotated_pair remap_self_extend_real(int64_t i, int64_t j, int64_t group, int64_t window);
int64_t self_extend_group_query(int64_t i, int64_t group, int64_t window);
int64_t self_extend_group_key(int64_t j, int64_t group);
int64_t self_extend_max_length(int64_t group, int64_t window, int64_t trained_length);
// llama.cpp's own algorithm: cached positions compressed in place, block by block, before the next token is
// decoded. Positions in the cache after `tokens` tokens, decoded one by one.
std::vector<int64_t> self_extend_llama_cpp(int64_t group, int64_t window, int64_t tokens);

// Dual Chunk Attention (An et al. 2024), S = chunk - local_window. Positions are divided by `factor` last.
rotated_pair remap_dual_chunk(int64_t i, int64_t j, int64_t chunk, int64_t local_window, double factor = 1.0);

// LM-Infinite (Han et al. 2023): exact for d < window; otherwise (a leading key) distance min(limit, keys - 1).
rotated_pair remap_lm_infinite(int64_t i, int64_t j, int64_t window, int64_t limit, int64_t keys);

// StreamingLLM (Xiao et al. 2023): positions are slots of the cache. At step i the cache holds the first
// `sinks` tokens, the last `window` tokens before i, and i itself (eviction follows the step), that is the
// set visible_sinks_window(i, j, sinks, window + 1).
rotated_pair remap_streaming(int64_t i, int64_t j, int64_t sinks, int64_t window);
std::vector<int64_t> streaming_tokens(int64_t i, int64_t sinks, int64_t window);

}  // namespace oracle
