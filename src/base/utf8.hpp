// Texts that may quote a document, and must be UTF-8 where they leave the library.
#pragma once

#include <cstddef>

namespace farspan {

// Copies `text`, which ends with a NUL, into room > 0 bytes, NUL included: as many whole characters as fit. Each byte
// that is not part of a well-formed character becomes a question mark.
void copy_utf8(const char* text, char* out, std::size_t room) noexcept;

}  // namespace farspan
