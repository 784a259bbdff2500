// The version as text: "0.1.0".
#pragma once

#include "farspan/version.h"

namespace farspan {

#define FARSPAN_STRINGIZE_(x) #x
#define FARSPAN_STRINGIZE(x) FARSPAN_STRINGIZE_(x)
inline constexpr const char* version_text = FARSPAN_STRINGIZE(FARSPAN_VERSION_MAJOR) "." FARSPAN_STRINGIZE(
    FARSPAN_VERSION_MINOR) "." FARSPAN_STRINGIZE(FARSPAN_VERSION_PATCH);
#undef FARSPAN_STRINGIZE
#undef FARSPAN_STRINGIZE_

}  // namespace farspan
