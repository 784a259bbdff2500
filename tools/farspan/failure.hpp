// What the command itself complains about; the library's failures are farspan::error. Both are printed as "farspan:
// <what>", with exit code 1.
#pragma once

#include <stdexcept>

namespace tool {

using failure = std::runtime_error;

}  // namespace tool
