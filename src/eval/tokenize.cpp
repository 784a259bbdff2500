#include "eval/tokenize.hpp"

#include <algorithm>
#include <iterator>

#include "base/failure.hpp"
#include "base/steps.hpp"
#include "eval/unicode.hpp"
#include "farspan/eval.h"

namespace farspan {
namespace {

struct code_range {
    char32_t first, last;
};

bool is_digit(char32_t code) { return code >= '0' && code <= '9'; }
bool is_stop(char32_t code) { return code == '.' || code == ','; }

std::size_t find_in_steps(std::u32string_view text, std::u32string_view what, std::size_t at, pacer& pace) {
    constexpr std::size_t piece = std::size_t{1} << 16;
    for (; at < text.size(); at += piece) {
        pace.step(static_cast<int64_t>(std::min(piece, text.size() - at) / 8));
        const std::size_t found = text.substr(0, at + piece + what.size() - 1).find(what, at);
        if (found != text.npos) return found;
    }
    return text.npos;
}

void replace_all(std::u32string& text, std::u32string_view from, std::u32string_view to, pacer& pace) {
    const std::u32string_view given = text;
    std::size_t at = find_in_steps(given, from, 0, pace), done = 0;
    if (at == given.npos) return;
    std::u32string result;
    result.reserve(text.size());
    for (; at != given.npos; at = find_in_steps(given, from, done, pace)) {
        append_in_steps(result, given.substr(done, at - done), pace);
        result.append(to);
        done = at + from.size();
    }
    append_in_steps(result, given.substr(done), pace);
    text = std::move(result);
}

// Puts spaces around every character for which `apart` holds.
template <class Apart>
std::u32string separate(std::u32string_view text, pacer& pace, Apart apart) {
    std::u32string spaced;
    spaced.reserve(text.size() * 2);
    for (const char32_t code : text) {
        pace.step();
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
std::u32string separate_pairs(std::u32string_view text, pacer& pace, spacing spaces, Matches matches) {
    std::u32string spaced;
    spaced.reserve(text.size() * 2);
    for (std::size_t at = 0; at < text.size(); ++at) {
        pace.step();
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
std::u32string space_western(std::u32string text, pacer& pace) {
    text = separate(text, pace, is_western_punctuation);
    text = separate_pairs(text, pace, {false, true, true},
                          [](char32_t a, char32_t b) { return !is_digit(a) && is_stop(b); });
    text = separate_pairs(text, pace, {true, true, false},
                          [](char32_t a, char32_t b) { return is_stop(a) && !is_digit(b); });
    return separate_pairs(text, pace, {false, true, true},
                          [](char32_t a, char32_t b) { return is_digit(a) && b == '-'; });
}

// mteval-v13a, the tokeniser of WMT.
std::u32string space_13a(std::u32string text, pacer& pace) {
    replace_all(text, U"<skipped>", U"", pace);
    replace_all(text, U"-\n", U"", pace);
    replace_all(text, U"\n", U" ", pace);
    replace_all(text, U"&quot;", U"\"", pace);
    replace_all(text, U"&amp;", U"&", pace);
    replace_all(text, U"&lt;", U"<", pace);
    replace_all(text, U"&gt;", U">", pace);
    std::u32string framed;
    framed.reserve(text.size() + 2);
    framed.push_back(' ');
    append_in_steps<char32_t>(framed, text, pace);
    framed.push_back(' ');
    return space_western(std::move(framed), pace);
}

// sacrebleu's zh: characters of these ranges stand alone. The fourth is not Chinese: the script of which this is the
// rule meant U+20000 to U+2A6D6, wrote it with four digits, and so took punctuation and symbols. Published scores have
// it so.
bool is_chinese(char32_t code) {
    constexpr code_range ranges[] = {
        {0x3400, 0x4DB5}, {0x4E00, 0x9FBB}, {0xF900, 0xFA2D}, {0x2001, 0x2A6D}, {0xFA30, 0xFA6A}, {0xFA70, 0xFAD9},
        {0xFF00, 0xFFEF}, {0x2E80, 0x2EFF}, {0x3000, 0x303F}, {0x31C0, 0x31EF}, {0x2F00, 0x2FDF}, {0x2FF0, 0x2FFF},
        {0x3100, 0x312F}, {0x31A0, 0x31BF}, {0xFE10, 0xFE1F}, {0xFE30, 0xFE4F}, {0x3200, 0x33FF}};
    return std::any_of(std::begin(ranges), std::end(ranges),
                       [&](const code_range& range) { return range.first <= code && code <= range.last; });
}

std::u32string space_chinese(std::u32string_view text, pacer& pace) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    return space_western(separate(text, pace, is_chinese), pace);
}

// mteval-v14: punctuation and symbols of every script, punctuation between digits excepted.
std::u32string space_international(std::u32string text, pacer& pace) {
    text = separate_pairs(text, pace, {false, true, true},
                          [](char32_t a, char32_t b) { return !is_number(a) && is_punctuation(b); });
    text = separate_pairs(text, pace, {true, true, false},
                          [](char32_t a, char32_t b) { return is_punctuation(a) && !is_number(b); });
    return separate(text, pace, is_symbol);
}

// ROUGE knows a-z and 0-9 only; everything else separates.
text_tokens rouge_tokens(std::u32string_view text, bool stem, pacer& pace) {
    std::u32string lower = to_lower(text, pace);
    for (char32_t& code : lower) {
        pace.step();
        if (!is_digit(code) && !(code >= 'a' && code <= 'z')) code = ' ';
    }
    text_tokens tokens = split_words(lower, pace);
    for (std::u32string& token : tokens) {
        if (!stem || token.size() <= 3) continue;
        pace.step(static_cast<int64_t>(4 * token.size()));
        const std::string stemmed = porter_stem({token.begin(), token.end()});
        token.assign(stemmed.begin(), stemmed.end());
    }
    std::erase_if(tokens, [&](const std::u32string& token) {
        pace.step();
        return token.empty();
    });
    return tokens;
}

}  // namespace

text_tokens split_words(std::u32string_view text, pacer& pace) {
    text_tokens words;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t first = at;
        for (; at < text.size() && !is_space(text[at]); ++at) pace.step();
        if (at > first)
            append_in_steps(words.emplace_back(), text.substr(first, at - first), pace);
        else
            ++at;
        pace.step();
    }
    return words;
}

text_tokens tokenize(int32_t tokenizer, bool lowercase, std::string_view text, pacer& pace) {
    std::u32string codes = decode_utf8(text, pace);
    if (tokenizer == FARSPAN_TOKENIZER_ROUGE || tokenizer == FARSPAN_TOKENIZER_ROUGE_STEMMED)
        return rouge_tokens(codes, tokenizer == FARSPAN_TOKENIZER_ROUGE_STEMMED, pace);
    if (lowercase) codes = to_lower(codes, pace);
    while (!codes.empty() && is_space(codes.back())) codes.pop_back();  // mteval-v14 looks at the end of the text
    switch (tokenizer) {
        case FARSPAN_TOKENIZER_13A:
            return split_words(space_13a(std::move(codes), pace), pace);
        case FARSPAN_TOKENIZER_INTL:
            return split_words(space_international(std::move(codes), pace), pace);
        case FARSPAN_TOKENIZER_ZH:
            return split_words(space_chinese(codes, pace), pace);
        case FARSPAN_TOKENIZER_CHAR:
            return split_words(separate(codes, pace, [](char32_t) { return true; }), pace);
        default:
            return split_words(codes, pace);
    }
}

std::string join_tokens(int32_t tokenizer, int32_t lowercase, std::string_view text, pacer& pace) {
    if (tokenizer < FARSPAN_TOKENIZER_NONE || tokenizer > FARSPAN_TOKENIZER_ZH)
        throw failure(FARSPAN_ERROR_METHOD, "tokenizer",
                      "is %d: must be none (1), 13a (2), char (3), intl (4), rouge (5), rouge_stemmed (6) or zh (7)",
                      tokenizer);
    if (lowercase != 0 && lowercase != 1)
        throw failure(FARSPAN_ERROR_METHOD, "lowercase", "is %d: must be 0 or 1", lowercase);
    std::string joined;
    joined.reserve(text.size() + text.size() / 4);
    for (const std::u32string& token : tokenize(tokenizer, lowercase != 0, text, pace)) {
        if (!joined.empty()) joined.push_back(' ');
        pace.step();
        for (const char32_t code : token) {
            pace.step();
            append_utf8(joined, code);
        }
    }
    return joined;
}

}  // namespace farspan
