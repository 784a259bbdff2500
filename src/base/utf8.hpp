// Texts that may quote a document, and must be UTF-8 where they leave the library.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace farspan {

// Copies `text`, which ends with a NUL, into room > 0 bytes, NUL included: as many whole characters as fit. Each byte
// that is not part of a well-formed character becomes a question mark.
void copy_utf8(const char* text, char* out, std::size_t room) noexcept;

// Bytes of the well-formed character that `text` begins with; 0 if it begins with none.
std::size_t utf8_length(std::string_view text) noexcept;

// Text of a document for a message, of which nobody vouches for anything: what a terminal would obey (controls, also
// NUL, and marks that turn the direction of writing) and what is no UTF-8 is written as \n, \u001b, \xff. More than
// `most` bytes of the text are cut at a character's end, which three dots show.
std::string escaped(std::string_view text, std::size_t most);

}  // namespace farspan
