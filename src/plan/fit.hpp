// Whether a scheme can be used for what it meets in a plan.
#pragma once

#include "method/scheme.hpp"

namespace farspan {

struct fitting {
    int64_t head_dim;
    bool cached;           // keys come from a cache
    bool rotated = false;  // queries and keys come rotated
};

// Throws failure naming the part of the scheme.
void check_fit(const lowered_scheme& scheme, const fitting& where);

}  // namespace farspan
