// Everything that a scheme says about one pair.
#pragma once

#include "method/scheme.hpp"

namespace farspan {

// The positions are valid, the length positive. Throws failure for a head that the bias does not have.
farspan_probe probe_pair(const scheme& scheme, int64_t length, int64_t query, int64_t key, int32_t head);

}  // namespace farspan
