// How the library answers the cases of tests/vectors: the same tables as the oracle's, filled by lowering.
#pragma once

#include <cmath>

#include "lowered.hpp"
#include "vector_cases.hpp"

namespace oracle_test {

inline double number(const parameters& p, const char* name) { return p.at(name).get<double>(); }
inline int64_t whole(const parameters& p, const char* name) { return p.at(name).get<int64_t>(); }
inline int32_t small(const parameters& p, const char* name) { return p.at(name).get<int32_t>(); }
inline numbers list(const parameters& p, const char* name) { return p.at(name).get<numbers>(); }

}  // namespace oracle_test
