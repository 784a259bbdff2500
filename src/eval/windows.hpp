// Windows over a long text.
//
// A schedule is laid over scorable tokens, numbered s = 0 .. scorable - 1: all tokens of the text, without the first if
// nothing stands before it. The window {context, first, last} scores [first, last) and reads one input per number in
// [context, last): the token, or BOS, that stands before it. What those inputs are is decided by the BOS policy alone.
#pragma once

#include <cstdint>

#include "farspan/eval.h"

namespace farspan {

// Throws failure about "config".
void check_windows(const farspan_windows_config& config);

int64_t count_windows(const farspan_windows_config& config);
farspan_window window_at(const farspan_windows_config& config, int64_t index);

}  // namespace farspan
