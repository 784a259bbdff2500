// Which bytes are scored, and which windows score them at a given length.
//
// The scored bytes are the same at every length. They lie in `count` stretches spread evenly over the text, each as
// long as the longest window, and each is a text of its own for the library's window schedules (eval.h) without BOS: a
// window's first byte is context only, as in training. Windows without overlap therefore score every byte of a stretch
// exactly once.
//
// The last segment: the final `segment` bytes of each stretch, scored by the windows that end there. With a longer
// window the same bytes have more context, and nothing else changes.
#pragma once

#include <cstdint>
#include <vector>

#include "farspan/cpp/eval.hpp"

namespace tool {

struct stretches {
    std::vector<int64_t> starts;  // the bytes [start + 1, start + length + 1) are scored
    int64_t length = 0;           // of the longest window
    int64_t segment = 0;

    int64_t count() const { return static_cast<int64_t>(starts.size()); }
    int64_t scored() const { return count() * length; }
};

// Stretches for about `scored` bytes, at least one and no more than fit into the text without overlap. The text must
// hold length + 1 bytes.
stretches spread_stretches(int64_t text_bytes, int64_t scored, int64_t length, int64_t segment);

struct window {
    int64_t first;         // the text's byte that the window begins with
    int64_t length;        // bytes that the model reads
    int64_t first_scored;  // rows [first_scored, length) count
    int64_t target;        // where the loss of row first_scored goes, in losses[] or segment_losses[]
};

// The windows of a schedule without BOS over the text's bytes [start, start + config.tokens). The loss of byte start +
// t goes to target + t.
window window_at(const farspan::eval::windows& schedule, int64_t index, int64_t start, int64_t target);

// Windows that score every byte of the stretches once, into count * length losses. The last of a stretch may be
// shorter.
std::vector<window> tile_windows(const stretches& s, int64_t length);

// Windows that score the last segments, laid backwards from their ends, into count * segment losses.
std::vector<window> segment_windows(const stretches& s, int64_t length);

// True if the tiling's last windows are the segment's windows, so that its losses serve for both.
bool segment_is_tiled(const stretches& s, int64_t length);

}  // namespace tool
