// Allocations that fail. For tests that link failing_memory.cpp, which replaces operator new.
#pragma once

#include <functional>

#include "farspan/farspan.h"

namespace farspan_test {

// Makes the call again and again, each time with another of its allocations failing, until none does: the status says so,
// and `check_untouched` is called after each. Returns how many there were.
int64_t fail_every_allocation(const std::function<farspan_status(farspan_error*)>& call,
                              const std::function<void(int64_t)>& check_untouched);

}  // namespace farspan_test
