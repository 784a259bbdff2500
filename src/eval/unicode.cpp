#include "eval/unicode.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace farspan {
namespace {

struct code_range {
    char32_t first, last;
};
struct lower_run {
    char32_t first, last;
    uint8_t step;
    int32_t difference;
};

#include "eval/unicode_tables.inl"

constexpr char32_t replacement = 0xFFFD;
constexpr char32_t capital_sigma = 0x3A3, final_sigma = 0x3C2, capital_i_dotted = 0x130, dot_above = 0x307;

// The last entry of an ascending table that begins at or before `code`; NULL if there is none.
template <class Entry, std::size_t size>
const Entry* find(const Entry (&table)[size], char32_t code) {
    const Entry* after =
        std::upper_bound(table, table + size, code, [](char32_t c, const Entry& entry) { return c < entry.first; });
    if (after == table || (after - 1)->last < code) return nullptr;
    return after - 1;
}

bool is_continuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }

// How many bytes follow a lead byte, and the range of the first of them: that excludes overlong forms, surrogates and
// codes beyond U+10FFFF (Unicode 15, table 3-7).
struct lead {
    int following;
    unsigned char low, high;
};

lead read_lead(unsigned char byte) {
    if (byte >= 0xC2 && byte <= 0xDF) return {1, 0x80, 0xBF};
    if (byte >= 0xE0 && byte <= 0xEF)
        return {2, static_cast<unsigned char>(byte == 0xE0 ? 0xA0 : 0x80),
                static_cast<unsigned char>(byte == 0xED ? 0x9F : 0xBF)};
    if (byte >= 0xF0 && byte <= 0xF4)
        return {3, static_cast<unsigned char>(byte == 0xF0 ? 0x90 : 0x80),
                static_cast<unsigned char>(byte == 0xF4 ? 0x8F : 0xBF)};
    return {0, 0, 0};
}

// A sigma at the end of a word is final: a cased letter before it and none after it, across case-ignorable ones.
bool is_final_sigma(std::u32string_view text, std::size_t at) {
    const auto ignorable = [](char32_t code) { return find(case_ignorable_codes, code) != nullptr; };
    std::size_t before = at, after = at + 1;
    while (before > 0 && ignorable(text[before - 1])) --before;
    if (before == 0 || !find(cased_codes, text[before - 1])) return false;
    while (after < text.size() && ignorable(text[after])) ++after;
    return after == text.size() || !find(cased_codes, text[after]);
}

}  // namespace

std::u32string decode_utf8(std::string_view text, pacer& pace) {
    std::u32string codes;
    codes.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        pace.step();
        const auto byte = static_cast<unsigned char>(text[at++]);
        if (byte < 0x80) {
            codes.push_back(byte);
            continue;
        }
        const lead expected = read_lead(byte);
        char32_t code = byte & (0x3Fu >> expected.following);
        int missing = expected.following;
        for (; missing > 0 && at < text.size(); --missing, ++at) {
            const auto next = static_cast<unsigned char>(text[at]);
            const bool first = missing == expected.following;
            if (first ? next < expected.low || next > expected.high : !is_continuation(next)) break;
            code = code << 6 | (next & 0x3F);
        }
        codes.push_back(expected.following == 0 || missing > 0 ? replacement : code);
    }
    return codes;
}

void append_utf8(std::string& text, char32_t code) {
    const auto put = [&](char32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (code < 0x80) return put(code);
    if (code < 0x800) {
        put(0xC0 | code >> 6);
    } else if (code < 0x10000) {
        put(0xE0 | code >> 12);
        put(0x80 | (code >> 6 & 0x3F));
    } else {
        put(0xF0 | code >> 18);
        put(0x80 | (code >> 12 & 0x3F));
        put(0x80 | (code >> 6 & 0x3F));
    }
    put(0x80 | (code & 0x3F));
}

bool is_space(char32_t code) {
    if (code < 0x80) return (code >= 9 && code <= 13) || (code >= 0x1C && code <= 0x20);
    return code == 0x85 || code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 ||
           code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

bool is_punctuation(char32_t code) { return find(punctuation_codes, code) != nullptr; }
bool is_symbol(char32_t code) { return find(symbol_codes, code) != nullptr; }
bool is_number(char32_t code) { return find(number_codes, code) != nullptr; }

std::u32string to_lower(std::u32string_view text, pacer& pace) {
    std::u32string lower;
    lower.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char32_t code = text[at];
        pace.step();
        if (code == capital_sigma && is_final_sigma(text, at)) {
            lower.push_back(final_sigma);
        } else if (code == capital_i_dotted) {
            lower.push_back('i');
            lower.push_back(dot_above);
        } else {
            const lower_run* run = find(lower_runs, code);
            const bool changes = run && (code - run->first) % run->step == 0;
            lower.push_back(changes ? code + static_cast<char32_t>(run->difference) : code);
        }
    }
    return lower;
}

}  // namespace farspan
