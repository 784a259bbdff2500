// Owners of the library's handles, and failures as exceptions that carry the library's own words.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include "farspan/farspan.h"

namespace tool {

// Every failure of the command: printed as "farspan: <what>", exit code 1.
struct failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Calls f(&error) and turns a status into a failure: "<doing>: <cause>".
template <class F>
void call(const std::string& doing, F&& f) {
    farspan_error error = FARSPAN_ERROR_INIT;
    const farspan_status status = f(&error);
    if (status == FARSPAN_OK) return;
    throw failure(doing + ": " + (error.message[0] ? error.message : farspan_status_text(status)));
}

template <auto Destroy>
struct destroyer {
    template <class T>
    void operator()(T* handle) const {
        Destroy(handle);
    }
};

using scheme_handle = std::unique_ptr<farspan_scheme, destroyer<farspan_scheme_destroy>>;
using plan_handle = std::unique_ptr<farspan_plan, destroyer<farspan_plan_destroy>>;
using context_handle = std::unique_ptr<farspan_context, destroyer<farspan_context_destroy>>;

inline context_handle make_context(int32_t threads, int32_t isa) {
    farspan_context_config config;
    farspan_context_config_init(&config, sizeof config);
    config.threads = threads;
    config.isa = isa;
    farspan_context* handle = nullptr;
    call("context", [&](farspan_error* e) { return farspan_context_create(&config, &handle, e); });
    return context_handle(handle);
}

inline plan_handle make_plan(const farspan_context* context, const farspan_scheme* scheme,
                             const farspan_problem& problem) {
    farspan_plan* handle = nullptr;
    call("attention plan", [&](farspan_error* e) { return farspan_plan_create(context, scheme, &problem, &handle, e); });
    return plan_handle(handle);
}

}  // namespace tool
