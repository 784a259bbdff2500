// The noexcept wall: what an entry point throws becomes a status and a farspan_error.
#pragma once

#include <new>
#include <string_view>

#include "base/failure.hpp"

namespace farspan {

// Where the path of a failure finds its argument: "problem.length" is of the argument `problem` of the function.
struct signature {
    const char* function;  // __func__ of an entry point
    const char* holder =
        "";  // the argument of a path that begins with no argument's name: a scheme's part, a place in a document
    const char* shapes = "";  // the argument that a problem is read off, where none is given

    int32_t argument_of(std::string_view path) const noexcept;
};

void report(farspan_error* error, farspan_status status, int32_t argument, std::string_view path,
            const char* message) noexcept;

template <class Body>
farspan_status guard(farspan_error* error, const signature& arguments, Body&& body) noexcept {
    try {
        body();
        return FARSPAN_OK;
    } catch (const failure& f) {
        report(error, f.status(), arguments.argument_of(f.path()), f.path(), f.what());
        return f.status();
    } catch (const std::bad_alloc&) {
        report(error, FARSPAN_ERROR_OUT_OF_MEMORY, 0, {}, "not enough memory");
        return FARSPAN_ERROR_OUT_OF_MEMORY;
    } catch (const std::exception& e) {
        report(error, FARSPAN_ERROR_INTERNAL, 0, {}, e.what());
        return FARSPAN_ERROR_INTERNAL;
    } catch (...) {
        report(error, FARSPAN_ERROR_INTERNAL, 0, {}, "unknown exception");
        return FARSPAN_ERROR_INTERNAL;
    }
}

template <class T>
T& required(T* pointer, const char* path) {
    if (!pointer) throw failure(FARSPAN_ERROR_NULL_ARGUMENT, path, "is NULL");
    return *pointer;
}

}  // namespace farspan
