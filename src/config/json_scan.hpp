// The words of JSON (RFC 8259) in a text that is not copied, with NaN, Infinity and -Infinity, which Python writes too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace farspan::config {

constexpr std::size_t deepest_json = 64;  // published files have 4; a limit also bounds recursion

// Throws failure(FARSPAN_ERROR_FORMAT) with the JSON path that the error follows, unless the whole text
// is one value of JSON. What follows relies on it: none of the functions below checks anything.
void check_json(std::string_view text);

// The offset of the next byte that is no blank.
std::size_t skip_blanks(std::string_view text, std::size_t at);

// The offset behind the value that begins at `at`.
std::size_t skip_value(std::string_view text, std::size_t at);

// What is between the quotes of the text that begins at `at`, as it stands in the document.
std::string_view raw_text(std::string_view text, std::size_t at);

// A raw text with its escapes resolved.
std::string unescaped(std::string_view raw);

// The order of two raw texts by what they mean: "a" and "\u0061" are equal. Allocates nothing.
bool means_less(std::string_view raw, std::string_view other);

// A number, of which `whole` says whether it was written as one and fits. Too large a number is infinite.
struct json_number {
    bool whole;
    int64_t integer;
    double real;
};
json_number number_at(std::string_view text, std::size_t at);

}  // namespace farspan::config
