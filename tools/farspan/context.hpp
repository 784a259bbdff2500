// The library's settings of a run.
#pragma once

#include <cstdint>

#include "farspan/farspan.hpp"

namespace tool {

inline farspan::context make_context(int32_t threads, int32_t isa) {
    farspan::context_config config;
    config.threads = threads;
    config.isa = isa;
    return farspan::context(config);
}

}  // namespace tool
