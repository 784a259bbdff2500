#include "eval/ruler_names.hpp"

#include "eval/ruler_task.hpp"
#include "eval/ruler_words.hpp"

namespace farspan {
namespace {

constexpr auto adjective_count = static_cast<int64_t>(std::size(adjectives));
constexpr auto noun_count = static_cast<int64_t>(std::size(nouns));
constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz", consonants = "bcdfghjklmnpqrstvwxz",
                           vowels = "aeiou";

// `count` letters that spell a number.
short_text spelled(int64_t number, std::string_view alphabet, int count) {
    short_text text;
    const auto base = static_cast<int64_t>(alphabet.size());
    for (; count > 0; --count, number /= base) text += alphabet.substr(static_cast<std::size_t>(number % base), 1);
    return text;
}

short_text number_text(int64_t value) {
    short_text text;
    text += value;
    return text;
}

}  // namespace

ruler_names::ruler_names(uint64_t key, bool is_example)
    : is_example_(is_example),
      uuids_(derived_key(key, 7)),
      pairs_(adjective_count * noun_count, derived_key(key, 0)),
      triples_(adjective_count * adjective_count * noun_count, derived_key(key, 1)),
      numbers_(9000000, derived_key(key, 2)),
      variables_(26 * 26 * 26 * 26 * 26, derived_key(key, 3)),
      chain_values_(90000, derived_key(key, 4)),
      listed_(1000000, derived_key(key, 5)),
      frequent_(308915776, derived_key(key, 6)) {}

int64_t ruler_names::count(int32_t kind) const {
    if (kind == FARSPAN_NEEDLE_WORD) return pairs_.size() + triples_.size();
    return kind == FARSPAN_NEEDLE_NUMBER ? numbers_.size() : most_length;
}

short_text ruler_names::needle(int32_t kind, int64_t name) const {
    if (kind == FARSPAN_NEEDLE_WORD) return word(name);
    return kind == FARSPAN_NEEDLE_NUMBER ? number_text(1000000 + numbers_.at(name)) : uuid(name);
}

short_text ruler_names::variable(int64_t n) const {
    return spelled(at(variables_, n), "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 5);
}

short_text ruler_names::chain_value(int64_t n) const { return number_text(10000 + at(chain_values_, n)); }

short_text ruler_names::listed(int64_t n) const {
    const int64_t number = at(listed_, n);
    short_text text;
    for (const int64_t syllable : {number % 100, number / 100 % 100, number / 10000}) {
        text += consonants.substr(static_cast<std::size_t>(syllable / 5), 1);
        text += vowels.substr(static_cast<std::size_t>(syllable % 5), 1);
    }
    return text;
}

short_text ruler_names::frequent(int64_t n) const { return spelled(at(frequent_, n), letters, 6); }

// Three words when pairs are used up.
short_text ruler_names::word(int64_t name) const {
    const bool is_pair = name < pairs_.size();
    const int64_t number = is_pair ? pairs_.at(name) : triples_.at(name - pairs_.size());
    short_text text;
    if (!is_pair) {
        text += adjectives[number / noun_count / adjective_count];
        text += "-";
    }
    text += adjectives[number / noun_count % adjective_count];
    text += "-";
    text += nouns[number % noun_count];
    return text;
}

// Version 4: random but for six bits.
short_text ruler_names::uuid(int64_t name) const {
    random_source random(derived_key(uuids_, name));
    const uint64_t high = (random.bits() & ~uint64_t{0xf000}) | 0x4000;
    const uint64_t low = (random.bits() & ~(uint64_t{3} << 62)) | uint64_t{2} << 62;
    constexpr std::string_view digits = "0123456789abcdef";
    short_text text;
    for (int digit = 0; digit < 32; ++digit) {
        if (digit == 8 || digit == 12 || digit == 16 || digit == 20) text += "-";
        text += digits.substr((digit < 16 ? high : low) >> (60 - digit % 16 * 4) & 15, 1);
    }
    return text;
}

std::string_view noun_of(int32_t kind) {
    return kind == FARSPAN_NEEDLE_WORD ? "word" : kind == FARSPAN_NEEDLE_NUMBER ? "number" : "uuid";
}

// A sentence of the library's own.
short_text own_sentence(uint64_t key, int64_t n) {
    random_source random(derived_key(key, n));
    short_text text;
    const auto put = [&](std::string_view before, const auto& words) {
        text += before;
        text += words[random.below(static_cast<int64_t>(std::size(words)))];
    };
    constexpr std::string_view beginnings[] = {"The ", "Near the ", "Every ", "When the "};
    const int64_t form = random.below(4);
    put(beginnings[form], adjectives);
    put(" ", nouns);
    if (form == 1) put(" the ", nouns);
    put(" ", verbs);
    put(" the ", adjectives);
    put(" ", nouns);
    if (form == 2) put(" before the ", nouns);
    if (form == 2) text += " came";
    if (form == 3) put(", one ", nouns);
    if (form == 3) put(" was ", adjectives);
    text += ".";
    return text;
}

}  // namespace farspan
