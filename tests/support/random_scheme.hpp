// Valid schemes at random: every method and option in combination.
#pragma once

#include <cstdint>

#include "scheme_spec.hpp"

namespace farspan_test {

constexpr int32_t random_scheme_heads = 4;

// For heads of 64 features and problems of a few hundred tokens. The same seed gives the same scheme.
scheme_spec random_scheme(uint64_t seed);

}  // namespace farspan_test
