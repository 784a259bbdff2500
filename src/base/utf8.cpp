#include "base/utf8.hpp"

#include <algorithm>
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

}  // namespace

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
