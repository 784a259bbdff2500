// Owners of the library's handles, and an error that is ready for use.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "farspan/farspan.h"

namespace farspan_test {

struct destroy_handle {
    void operator()(farspan_context* handle) const { farspan_context_destroy(handle); }
    void operator()(farspan_scheme* handle) const { farspan_scheme_destroy(handle); }
    void operator()(farspan_plan* handle) const { farspan_plan_destroy(handle); }
};
using context_handle = std::unique_ptr<farspan_context, destroy_handle>;
using scheme_handle = std::unique_ptr<farspan_scheme, destroy_handle>;
using plan_handle = std::unique_ptr<farspan_plan, destroy_handle>;

struct error_slot : farspan_error {
    error_slot() : farspan_error(FARSPAN_ERROR_INIT) {}
};

// Throws std::runtime_error with the library's message if a call did not succeed.
void require_ok(farspan_status status, const farspan_error& error, const std::string& what);

context_handle make_context(int32_t isa, int32_t threads, const volatile int32_t* cancel = nullptr);

// The instruction sets that this machine can run.
std::vector<int32_t> usable_isas();

}  // namespace farspan_test
