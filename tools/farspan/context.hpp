// The library's settings of a run.
#pragma once

#include <cstdint>
#include <string>

#include "failure.hpp"
#include "farspan/farspan.hpp"

namespace tool {

// FARSPAN_ISA_* of a name as in farspan_isa_name; "" and "best" give FARSPAN_ISA_BEST.
inline int32_t isa_by_name(const std::string& name) {
    if (name.empty() || name == "best") return FARSPAN_ISA_BEST;
    std::string known = "best";
    for (int32_t isa = FARSPAN_ISA_SCALAR; isa <= FARSPAN_ISA_NEON; ++isa) {
        const std::string spelling = farspan::isa_name(isa);
        if (spelling.empty()) continue;
        if (name == spelling) return isa;
        known += ", " + spelling;
    }
    throw failure("--isa " + name + ": unknown; known are " + known);
}

inline farspan::context make_context(int32_t threads, int32_t isa) {
    farspan::context_config config;
    config.threads = threads;
    config.isa = isa;
    return farspan::context(config);
}

}  // namespace tool
