// Which keys a query sees. i and j are absolute indices of query and key; with fewer queries than keys the
// last query is aligned with the last key ("bottom-right"): i = row + keys - queries.
#pragma once

#include <cstdint>
#include <vector>

namespace oracle {

int64_t aligned_row(int64_t row, int64_t queries, int64_t keys);

bool visible_causal(int64_t i, int64_t j);
// Sliding window of `window` keys, the query's own included (Mistral, Hugging Face, vLLM): i - W < j <= i.
bool visible_window(int64_t i, int64_t j, int64_t window);
// FlashAttention window_size = (left, right), inclusive on both sides, -1 = unlimited.
bool visible_flash_window(int64_t i, int64_t j, int64_t left, int64_t right);
// Encoders: |i - j| <= half_width.
bool visible_symmetric_window(int64_t i, int64_t j, int64_t half_width);
// StreamingLLM-like: the first `sinks` keys and the last `window`, self included.
bool visible_sinks_window(int64_t i, int64_t j, int64_t sinks, int64_t window);
// Llama 4 chunked attention: same chunk, and causal.
bool visible_chunked(int64_t i, int64_t j, int64_t chunk);
// Prefix-LM: the prefix is seen by all, the rest is causal.
bool visible_prefix_lm(int64_t i, int64_t j, int64_t prefix);
// Packed documents: equal segment id, and causal.
bool visible_packed(int64_t i, int64_t j, const std::vector<int>& segment);
// LM-Infinite lambda: d < window or j < sinks, and causal (the same set as visible_sinks_window).
bool visible_lm_infinite(int64_t i, int64_t j, int64_t sinks, int64_t window);

}  // namespace oracle
