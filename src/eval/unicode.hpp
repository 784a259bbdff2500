// UTF-8 text as code points, and what tokenisers ask about them. Agrees with Python 3's str, in which the published
// metrics are written.
#pragma once

#include <string>
#include <string_view>

#include "base/pacer.hpp"

namespace farspan {

// Bytes that are not UTF-8 become U+FFFD, one for each maximal part of a sequence (as errors="replace").
std::u32string decode_utf8(std::string_view text, pacer& pace);
void append_utf8(std::string& text, char32_t code);

bool is_space(char32_t code);        // str.isspace
bool is_punctuation(char32_t code);  // general category P
bool is_symbol(char32_t code);       // S
bool is_number(char32_t code);       // N

std::u32string to_lower(std::u32string_view text, pacer& pace);  // str.lower: a final sigma is recognised

}  // namespace farspan
