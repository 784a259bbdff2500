#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "api/guard.hpp"
#include "base/utf8.hpp"
#include "base/version_text.hpp"
#include "farspan/model.h"

namespace farspan {

// A caller built against a shorter farspan_error gets a shorter message, one with struct_size 0 gets nothing. A message
// may quote a document.
void report(farspan_error* error, farspan_status status, int32_t argument, std::string_view path,
            const char* message) noexcept {
    if (!error || error->struct_size <= offsetof(farspan_error, message)) return;
    error->code = status;
    error->argument = argument;
    char field[sizeof(farspan_error::message)];
    std::copy(path.begin(), path.end(), field);  // of an empty path there may be no first character
    field[path.size()] = '\0';
    copy_utf8(field, error->field, sizeof error->field);
    const std::size_t room =
        std::min<std::size_t>(error->struct_size, sizeof *error) - offsetof(farspan_error, message);
    copy_utf8(message, error->message, room);
}

namespace {

// The names of a function's arguments, from the headers.
struct parameter_row {
    std::string_view function;
    std::array<std::string_view, 14> names;
};
#define PARAMETERS(function, ...) {#function, {__VA_ARGS__}},
constexpr parameter_row parameters[] = {
#include "api/parameters.inc"
};
#undef PARAMETERS

// From 1; 0 if there is none of that name.
int32_t place_of(std::string_view name, std::string_view function) noexcept {
    const auto* row = std::find_if(std::begin(parameters), std::end(parameters),
                                   [&](const parameter_row& r) { return r.function == function; });
    if (name.empty() || row == std::end(parameters)) return 0;
    const auto found = std::find(row->names.begin(), row->names.end(), name);
    return found == row->names.end() ? 0 : static_cast<int32_t>(found - row->names.begin()) + 1;
}

}  // namespace

int32_t signature::argument_of(std::string_view path) const noexcept {
    if (path.empty()) return 0;
    const std::string_view first = path.substr(0, path.find_first_of(".["));
    const bool read_off = *shapes && (first == "problem" || first == "query_heads");
    const int32_t place = place_of(read_off ? shapes : first, function);
    return place > 0 ? place : place_of(holder, function);
}

}  // namespace farspan

extern "C" {

const char* farspan_status_text(farspan_status status) {
    switch (status) {
        case FARSPAN_OK:
            return "ok";
        case FARSPAN_ERROR_NULL_ARGUMENT:
            return "null argument";
        case FARSPAN_ERROR_STRUCT_SIZE:
            return "struct size not understood";
        case FARSPAN_ERROR_DTYPE:
            return "unsuitable element type";
        case FARSPAN_ERROR_SHAPE:
            return "shape mismatch";
        case FARSPAN_ERROR_STRIDE:
            return "unsuitable strides";
        case FARSPAN_ERROR_HEAD_GROUPS:
            return "head counts do not fit";
        case FARSPAN_ERROR_ROTARY_DIM:
            return "unsuitable rotary size";
        case FARSPAN_ERROR_PARAMETER_RANGE:
            return "parameter out of range";
        case FARSPAN_ERROR_METHOD:
            return "unknown method or option";
        case FARSPAN_ERROR_COMBINATION:
            return "parts do not combine";
        case FARSPAN_ERROR_POSITIONS:
            return "unsuitable positions";
        case FARSPAN_ERROR_WORKSPACE_SIZE:
            return "workspace too small";
        case FARSPAN_ERROR_ISA_UNSUPPORTED:
            return "instruction set not available";
        case FARSPAN_ERROR_OUT_OF_MEMORY:
            return "out of memory";
        case FARSPAN_ERROR_CANCELLED:
            return "cancelled";
        case FARSPAN_ERROR_INTERNAL:
            return "internal error";
        case FARSPAN_ERROR_FORMAT:
            return "malformed document";
        default:
            return "unknown status";
    }
}

uint32_t farspan_version(void) { return FARSPAN_VERSION; }

const char* farspan_version_text(void) { return farspan::version_text; }

uint32_t farspan_abi_version(void) { return FARSPAN_ABI_VERSION; }

}  // extern "C"
