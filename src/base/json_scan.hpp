// The words of JSON (RFC 8259) in a text that is not copied, with NaN, Infinity and -Infinity, which Python writes too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/pacer.hpp"

namespace farspan::json {

constexpr std::size_t deepest = 64;  // published files have 4; a limit also bounds recursion

// Throws failure(FARSPAN_ERROR_FORMAT) with the JSON path that the error follows, unless the whole text
// is one value of JSON. What follows relies on it: none of the functions below checks anything.
// A pacer, here and below, takes steps for what is long, not for every call.
void check(std::string_view text, pacer* pace = nullptr);

// The offset of the value in a text, behind a mark of the byte order and blanks.
std::size_t first_value(std::string_view text);

// The offset of the next byte that is no blank.
std::size_t skip_blanks(std::string_view text, std::size_t at, pacer* pace = nullptr);

// The offset behind the value that begins at `at`.
std::size_t skip_value(std::string_view text, std::size_t at, pacer* pace = nullptr);

// What is between the quotes of the text that begins at `at`, as it stands in the document.
std::string_view raw_text(std::string_view text, std::size_t at, pacer* pace = nullptr);

// A raw text with its escapes resolved.
std::string unescaped(std::string_view raw, pacer* pace = nullptr);

// The order of two raw texts by what they mean: "a" and "\u0061" are equal. Allocates nothing.
bool means_less(std::string_view raw, std::string_view other, pacer* pace = nullptr);

// Calls each(offset of the name, offset of the value) for every field of the object at `at`.
template <class Each>
void each_field(std::string_view text, std::size_t at, Each each, pacer* pace = nullptr) {
    at = skip_blanks(text, at + 1, pace);
    while (text[at] != '}') {
        if (pace) pace->step(4);
        const std::size_t name = at;
        at = skip_blanks(text, skip_value(text, at, pace), pace) + 1;  // behind the colon
        const std::size_t value = skip_blanks(text, at, pace);
        each(name, value);
        at = skip_blanks(text, skip_value(text, value, pace), pace);
        if (text[at] == ',') at = skip_blanks(text, at + 1, pace);
    }
}

// Calls each(offset of the value) for every item of the list at `at`.
template <class Each>
void each_item(std::string_view text, std::size_t at, Each each, pacer* pace = nullptr) {
    at = skip_blanks(text, at + 1, pace);
    while (text[at] != ']') {
        if (pace) pace->step(4);
        each(at);
        at = skip_blanks(text, skip_value(text, at, pace), pace);
        if (text[at] == ',') at = skip_blanks(text, at + 1, pace);
    }
}

// A number, of which `whole` says whether it was written as one and fits. Too large a number is infinite.
struct number {
    bool whole;
    int64_t integer;
    double real;
};
number number_at(std::string_view text, std::size_t at);

// "$.rope_scaling" and "factor" give "$.rope_scaling.factor".
std::string join_path(const std::string& path, std::string_view name);
std::string join_path(const std::string& path, std::size_t index);

}  // namespace farspan::json
