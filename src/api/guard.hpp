// The noexcept wall: what an entry point throws becomes a status and a farspan_error.
#pragma once

#include <cstring>
#include <new>

#include "base/failure.hpp"

namespace farspan {

void report(farspan_error* error, farspan_status status, int32_t argument, const char* message) noexcept;

template <class Body>
farspan_status guard(farspan_error* error, Body&& body) noexcept {
    try {
        body();
        return FARSPAN_OK;
    } catch (const failure& f) {
        report(error, f.status(), f.argument(), f.what());
        return f.status();
    } catch (const std::bad_alloc&) {
        report(error, FARSPAN_ERROR_OUT_OF_MEMORY, 0, "not enough memory");
        return FARSPAN_ERROR_OUT_OF_MEMORY;
    } catch (const std::exception& e) {
        report(error, FARSPAN_ERROR_INTERNAL, 0, e.what());
        return FARSPAN_ERROR_INTERNAL;
    } catch (...) {
        report(error, FARSPAN_ERROR_INTERNAL, 0, "unknown exception");
        return FARSPAN_ERROR_INTERNAL;
    }
}

template <class T>
T& required(T* pointer, int32_t argument, const char* name) {
    if (!pointer) throw failure(FARSPAN_ERROR_NULL_ARGUMENT, argument, "%s is NULL", name);
    return *pointer;
}

}  // namespace farspan
