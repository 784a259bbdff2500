#include "eval/tokenize.hpp"

#include <algorithm>
#include <iterator>

#include "eval/unicode.hpp"
#include "farspan/eval.h"

namespace farspan {
namespace {

struct code_range {
    char32_t first, last;
};

bool is_digit(char32_t code) {
    return code >= '0' && code <= '9';
}
bool is_stop(char32_t code) {
    return code == '.' || code == ',';
}

void replace_all(std::u32string& text, std::u32string_view from, std::u32string_view to) {
    std::size_t at = text.find(from), done = 0;
    if (at == text.npos) return;
    std::u32string result;
    for (; at != text.npos; at = text.find(from, done)) {
        result.append(text, done, at - done).append(to);
        done = at + from.size();
    }
    text = result.append(text, done);
}

// Puts spaces around every character for which `apart` holds.
template <class Apart>
std::u32string separate(std::u32string_view text, Apart apart) {
    std::u32string spaced;
    spaced.reserve(text.size() * 2);
    for (const char32_t code : text) {
        if (apart(code))
            spaced.append({' ', code, ' '});
        else
            spaced.push_back(code);
    }
    return spaced;
}

// Rewrites pairs of neighbours (a, b) for which `matches` holds as spaces say, from left to right; a pair does not
// share a character with the one before it, as with a regular expression.
struct spacing {
    bool before, between, after;
};
template <class Matches>
std::u32string separate_pairs(std::u32string_view text, spacing spaces, Matches matches) {
    std::u32string spaced;
    spaced.reserve(text.size() * 2);
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (at + 1 == text.size() || !matches(text[at], text[at + 1])) {
            spaced.push_back(text[at]);
            continue;
        }
        if (spaces.before) spaced.push_back(' ');
        spaced.push_back(text[at]);
        if (spaces.between) spaced.push_back(' ');
        spaced.push_back(text[++at]);
        if (spaces.after) spaced.push_back(' ');
    }
    return spaced;
}

bool is_western_punctuation(char32_t code) {
    if (code >= 0x80 || code < ' ') return false;
    const bool word = is_digit(code) || (code >= 'A' && code <= 'Z') || (code >= 'a' && code <= 'z');
    return !word && code != '\'' && code != '-' && !is_stop(code) && code != 0x7F;
}

// Punctuation of Western languages. Numbers keep their points and commas.
std::u32string space_western(std::u32string text) {
    text = separate(text, is_western_punctuation);
    text = separate_pairs(text, {false, true, true}, [](char32_t a, char32_t b) { return !is_digit(a) && is_stop(b); });
    text = separate_pairs(text, {true, true, false}, [](char32_t a, char32_t b) { return is_stop(a) && !is_digit(b); });
    return separate_pairs(text, {false, true, true}, [](char32_t a, char32_t b) { return is_digit(a) && b == '-'; });
}

// mteval-v13a, the tokeniser of WMT.
std::u32string space_13a(std::u32string text) {
    replace_all(text, U"<skipped>", U"");
    replace_all(text, U"-\n", U"");
    replace_all(text, U"\n", U" ");
    replace_all(text, U"&quot;", U"\"");
    replace_all(text, U"&amp;", U"&");
    replace_all(text, U"&lt;", U"<");
    replace_all(text, U"&gt;", U">");
    return space_western(U" " + text + U" ");
}

// sacrebleu's zh: characters of these ranges stand alone. The fourth is not Chinese: the script of which this is the rule meant
// U+20000 to U+2A6D6, wrote it with four digits, and so took punctuation and symbols. Published scores have it so.
bool is_chinese(char32_t code) {
    constexpr code_range ranges[] = {{0x3400, 0x4DB5}, {0x4E00, 0x9FBB}, {0xF900, 0xFA2D}, {0x2001, 0x2A6D}, {0xFA30, 0xFA6A},
                                     {0xFA70, 0xFAD9}, {0xFF00, 0xFFEF}, {0x2E80, 0x2EFF}, {0x3000, 0x303F}, {0x31C0, 0x31EF},
                                     {0x2F00, 0x2FDF}, {0x2FF0, 0x2FFF}, {0x3100, 0x312F}, {0x31A0, 0x31BF}, {0xFE10, 0xFE1F},
                                     {0xFE30, 0xFE4F}, {0x3200, 0x33FF}};
    return std::any_of(std::begin(ranges), std::end(ranges),
                       [&](const code_range& range) { return range.first <= code && code <= range.last; });
}

std::u32string space_chinese(std::u32string_view text) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    return space_western(separate(text, is_chinese));
}

// mteval-v14: punctuation and symbols of every script, punctuation between digits excepted.
std::u32string space_international(std::u32string text) {
    text = separate_pairs(text, {false, true, true},
                          [](char32_t a, char32_t b) { return !is_number(a) && is_punctuation(b); });
    text = separate_pairs(text, {true, true, false},
                          [](char32_t a, char32_t b) { return is_punctuation(a) && !is_number(b); });
    return separate(text, is_symbol);
}

// ROUGE knows a-z and 0-9 only; everything else separates.
text_tokens rouge_tokens(std::u32string_view text, bool stem) {
    std::u32string lower = to_lower(text);
    for (char32_t& code : lower)
        if (!is_digit(code) && !(code >= 'a' && code <= 'z')) code = ' ';
    text_tokens tokens = split_words(lower);
    for (std::u32string& token : tokens) {
        if (!stem || token.size() <= 3) continue;
        const std::string stemmed = porter_stem({token.begin(), token.end()});
        token.assign(stemmed.begin(), stemmed.end());
    }
    std::erase_if(tokens, [](const std::u32string& token) { return token.empty(); });
    return tokens;
}

}  // namespace

text_tokens split_words(std::u32string_view text) {
    text_tokens words;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t first = at;
        while (at < text.size() && !is_space(text[at])) ++at;
        if (at > first)
            words.emplace_back(text.substr(first, at - first));
        else
            ++at;
    }
    return words;
}

text_tokens tokenize(int32_t tokenizer, bool lowercase, std::string_view text) {
    std::u32string codes = decode_utf8(text);
    if (tokenizer == FARSPAN_TOKENIZER_ROUGE || tokenizer == FARSPAN_TOKENIZER_ROUGE_STEMMED)
        return rouge_tokens(codes, tokenizer == FARSPAN_TOKENIZER_ROUGE_STEMMED);
    if (lowercase) codes = to_lower(codes);
    while (!codes.empty() && is_space(codes.back())) codes.pop_back();  // mteval-v14 looks at the end of the text
    switch (tokenizer) {
        case FARSPAN_TOKENIZER_13A:
            return split_words(space_13a(std::move(codes)));
        case FARSPAN_TOKENIZER_INTL:
            return split_words(space_international(std::move(codes)));
        case FARSPAN_TOKENIZER_ZH:
            return split_words(space_chinese(codes));
        case FARSPAN_TOKENIZER_CHAR:
            return split_words(separate(codes, [](char32_t) { return true; }));
        default:
            return split_words(codes);
    }
}

}  // namespace farspan
