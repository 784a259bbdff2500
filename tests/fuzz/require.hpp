// What must hold for every input: a fuzz target stops here if it does not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>

inline void require(bool holds) {
    if (!holds) std::abort();
}
