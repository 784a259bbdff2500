#include <algorithm>
#include <cstddef>

#include "api/guard.hpp"
#include "farspan/model.h"

namespace farspan {

namespace {

// Bytes of the well-formed UTF-8 sequence that `text` begins with (Unicode 15, table 3-7); 0 if it begins with none.
std::size_t sequence_bytes(const char* text) noexcept {
    const auto byte = [text](std::size_t n) { return static_cast<unsigned char>(text[n]); };
    const auto continued = [&](std::size_t first, std::size_t last) {
        while (first <= last && (byte(first) & 0xC0) == 0x80) ++first;  // a NUL ends this too
        return first > last;
    };
    const unsigned lead = byte(0), second = lead < 0xC2 ? 0 : byte(1);
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead <= 0xDF) return continued(1, 1) ? 2 : 0;
    const bool too_small = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    const bool too_large = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
    if (too_small || too_large || lead < 0xC2 || lead > 0xF4) return 0;
    const std::size_t bytes = lead < 0xF0 ? 3 : 4;
    return continued(1, bytes - 1) ? bytes : 0;
}

}  // namespace

// A caller built against a shorter farspan_error gets a shorter message, one with struct_size 0 gets nothing. A message
// may quote a document, or be cut within a character: what is not UTF-8 becomes a question mark.
void report(farspan_error* error, farspan_status status, int32_t argument, const char* message) noexcept {
    if (!error || error->struct_size <= offsetof(farspan_error, message)) return;
    error->code = status;
    error->argument = argument;
    const std::size_t room =
        std::min<std::size_t>(error->struct_size, sizeof *error) - offsetof(farspan_error, message);
    std::size_t length = 0;
    while (*message) {
        const std::size_t bytes = sequence_bytes(message);
        if (length + std::max<std::size_t>(bytes, 1) >= room) break;
        if (bytes == 0) error->message[length] = '?';
        std::memcpy(error->message + length, message, bytes);
        length += std::max<std::size_t>(bytes, 1);
        message += std::max<std::size_t>(bytes, 1);
    }
    error->message[length] = 0;
}

}  // namespace farspan

#define FARSPAN_STRINGIZE_(x) #x
#define FARSPAN_STRINGIZE(x) FARSPAN_STRINGIZE_(x)

extern "C" {

const char* farspan_status_text(farspan_status status) {
    switch (status) {
        case FARSPAN_OK: return "ok";
        case FARSPAN_ERROR_NULL_ARGUMENT: return "null argument";
        case FARSPAN_ERROR_STRUCT_SIZE: return "struct size not understood";
        case FARSPAN_ERROR_DTYPE: return "unsuitable element type";
        case FARSPAN_ERROR_SHAPE: return "shape mismatch";
        case FARSPAN_ERROR_STRIDE: return "unsuitable strides";
        case FARSPAN_ERROR_HEAD_GROUPS: return "head counts do not fit";
        case FARSPAN_ERROR_ROTARY_DIM: return "unsuitable rotary size";
        case FARSPAN_ERROR_PARAMETER_RANGE: return "parameter out of range";
        case FARSPAN_ERROR_METHOD: return "unknown method or option";
        case FARSPAN_ERROR_COMBINATION: return "parts do not combine";
        case FARSPAN_ERROR_POSITIONS: return "unsuitable positions";
        case FARSPAN_ERROR_WORKSPACE_SIZE: return "workspace too small";
        case FARSPAN_ERROR_ISA_UNSUPPORTED: return "instruction set not available";
        case FARSPAN_ERROR_OUT_OF_MEMORY: return "out of memory";
        case FARSPAN_ERROR_CANCELLED: return "cancelled";
        case FARSPAN_ERROR_INTERNAL: return "internal error";
        case FARSPAN_ERROR_FORMAT: return "malformed document";
        default: return "unknown status";
    }
}

uint32_t farspan_version(void) { return FARSPAN_VERSION; }

const char* farspan_version_text(void) {
    return FARSPAN_STRINGIZE(FARSPAN_VERSION_MAJOR) "." FARSPAN_STRINGIZE(FARSPAN_VERSION_MINOR) "." FARSPAN_STRINGIZE(
        FARSPAN_VERSION_PATCH);
}

uint32_t farspan_abi_version(void) { return FARSPAN_ABI_VERSION; }

}  // extern "C"
