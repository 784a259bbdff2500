// Does a model extrapolate? One rule for everybody.
#pragma once

#include <cstdint>

#include "base/pacer.hpp"
#include "farspan/eval.h"

namespace farspan {

// lengths ascending.
farspan_verdict judge(const int64_t* lengths, const double* nll, int64_t count, int64_t trained_length, pacer& pace);

const char* verdict_name(int32_t verdict);  // NULL if unknown
extern const char* const verdict_rule;

}  // namespace farspan
