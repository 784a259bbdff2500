// The high bytes of int8 keys. A key is a scale times whole numbers, of which up to one in eight may have 16 bits
// (cache/store.cpp decides which): low + 256 * high. The low bytes are the panel. The high bytes lie in slots of 64
// lanes, each with the feature that it belongs to, lane by lane. Channels with a constant part are wide in every key:
// their slots hold one feature in all lanes and are read as they are. Which slot a high byte lies in is nobody's
// business and depends on the history of the block; what readers get, a row of 64 high bytes per wide feature in the
// order of the features, does not.
#pragma once

#include <cstdint>

#include "cache/block.hpp"

namespace farspan {

// Takes all high bytes of a lane away.
void clear_wide(const block_shape& shape, const slice& from, int64_t lane);

// Adds `count` high bytes, none 0, to a lane without any. features: ascending, at most wide_span_slots of a span.
void add_wide(const block_shape& shape, const slice& to, int64_t lane, const int16_t* features, const int8_t* high,
              int64_t count);

// Orders the slots as if the lanes had been written once, from the first on. False, with nothing changed that matters,
// if they hold what add_wide never writes: for bytes from outside.
bool order_wide(const block_shape& shape, const slice& of);

// Calls body(feature, lane, high) for every high byte of a slice.
template <class Body>
void visit_wide(const block_shape& shape, const slice& from, Body&& body) {
    if (!from.summary->has_wide_keys) return;
    for (int64_t slot = 0; slot < shape.wide_slots(); ++slot)
        for (int64_t lane = 0; lane < block_tokens; ++lane)
            if (const int8_t high = from.wide_high[slot * block_tokens + lane]; high != 0)
                body(wide_feature(slot, from.wide_features[slot * block_tokens + lane]), lane, high);
}

// The directory should have been prefetched before.
inline void prefetch_wide(const slice& from) {
    for (uint64_t left = from.wide->used; left != 0; left &= left - 1)
        __builtin_prefetch(from.wide_high + __builtin_ctzll(left) * block_tokens);
}

// The wide features of a slice, ascending, and for each a row of 64 high bytes, 0 in lanes that are not wide there. Of
// lanes that are not present, highs may be among them, but no feature is there for their sake: it would be multiplied
// with all queries.
struct wide_rows {
    int64_t count = 0;
    int16_t feature[max_head_dim];
    const int8_t* high[max_head_dim];
};

// `merged`: [head_dim][64] bytes for rows that are put together from several slots.
void read_wide(const slice& from, uint64_t present, int8_t* merged, wide_rows& rows);

}  // namespace farspan
