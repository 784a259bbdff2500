// Cuts scratch memory into cache-line aligned pieces.
#pragma once

#include <cstdint>

#include "base/aligned.hpp"

namespace farspan {

constexpr int64_t line_floats = static_cast<int64_t>(cache_line / sizeof(float));

// Hands out consecutive pieces; with a null start it only counts.
struct carver {
    float* start;
    int64_t used = 0;
    float* take(int64_t floats) {
        float* piece = start ? start + used : nullptr;
        used += round_up(floats, line_floats);
        return piece;
    }
};

inline float* aligned_floats(void* memory) {
    const auto address = reinterpret_cast<std::uintptr_t>(memory);
    return reinterpret_cast<float*>((address + cache_line - 1) / cache_line * cache_line);
}

}  // namespace farspan
