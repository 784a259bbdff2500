#include "base/utf8.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

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

// Not for a message: C0, DEL and C1, separators of lines, and marks of direction.
bool is_obeyed(unsigned point) noexcept {
    return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x200E || point == 0x200F ||
           (point >= 0x2028 && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
}

unsigned point_of(std::string_view character) noexcept {
    const auto byte = [&](std::size_t n) { return static_cast<unsigned char>(character[n]); };
    if (character.size() == 1) return byte(0);
    unsigned result = byte(0) & (0x3Fu >> (character.size() - 1));
    for (std::size_t n = 1; n < character.size(); ++n) result = result << 6 | (byte(n) & 0x3Fu);
    return result;
}

std::string escape_of(unsigned point) {
    char text[8];
    switch (point) {
        case '\n':
            return "\\n";
        case '\r':
            return "\\r";
        case '\t':
            return "\\t";
        default:
            std::snprintf(text, sizeof text, "\\u%04x", point);
            return text;
    }
}

}  // namespace

std::size_t utf8_length(std::string_view text) noexcept {
    char first[5] = {};
    std::memcpy(first, text.data(), std::min<std::size_t>(text.size(), 4));
    return text.empty() ? 0 : sequence_bytes(first);
}

std::string escaped(std::string_view text, std::size_t most) {
    std::string result;
    const bool whole = text.size() <= most;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t known = utf8_length(text.substr(at)), bytes = std::max<std::size_t>(known, 1);
        if (!whole && at + bytes > most) break;
        const std::string_view character = text.substr(at, bytes);
        char code[8];
        std::snprintf(code, sizeof code, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(text[at])));
        if (known == 0)
            result += code;
        else if (const unsigned point = point_of(character); is_obeyed(point))
            result += escape_of(point);
        else
            result += character;
        at += bytes;
    }
    return whole ? result : result + "...";
}

void copy_utf8(const char* text, char* out, std::size_t room) noexcept {
    std::size_t length = 0;
    while (*text) {
        const std::size_t known = sequence_bytes(text), bytes = std::max<std::size_t>(known, 1);
        if (length + bytes >= room) break;
        if (known == 0)
            out[length] = '?';
        else
            std::memcpy(out + length, text, bytes);
        length += bytes;
        text += bytes;
    }
    out[length] = 0;
}

}  // namespace farspan
