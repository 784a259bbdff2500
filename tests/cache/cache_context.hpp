// Contexts that live as long as the process, one per instruction set and number of threads.
#pragma once

#include <map>
#include <utility>

#include "handles.hpp"

namespace farspan_test {

inline const farspan_context* cache_context(int32_t isa, int32_t threads) {
    static std::map<std::pair<int32_t, int32_t>, context_handle> made;
    context_handle& context = made[{isa, threads}];
    if (!context) context = make_context(isa, threads);
    return context.get();
}

}  // namespace farspan_test
