// Small facts about methods that several of these tests need, as the header states them.
#pragma once

#include "farspan/farspan.h"
#include "scheme_oracle.hpp"

namespace farspan_test {

// [linear, ntk*, dynamic_ntk, ntk_by_parts, yarn, longrope, llama3, proportional]
inline bool reads_factor(int32_t method) {
    switch (method) {
        case FARSPAN_ROPE_LINEAR:
        case FARSPAN_ROPE_NTK:
        case FARSPAN_ROPE_NTK_OLD:
        case FARSPAN_ROPE_NTK_FIXED:
        case FARSPAN_ROPE_NTK_MIXED:
        case FARSPAN_ROPE_DYNAMIC_NTK:
        case FARSPAN_ROPE_NTK_BY_PARTS:
        case FARSPAN_ROPE_YARN:
        case FARSPAN_ROPE_LONGROPE:
        case FARSPAN_ROPE_LLAMA3:
        case FARSPAN_ROPE_PROPORTIONAL:
            return true;
        default:
            return false;
    }
}

}  // namespace farspan_test
