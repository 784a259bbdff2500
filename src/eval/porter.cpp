// Porter, "An algorithm for suffix stripping", Program 14(3), 1980, with Porter's later corrections and NLTK's
// extensions: that is what the published ROUGE scores were stemmed with. Steps are named as in the paper.
#include <algorithm>
#include <span>
#include <utility>

#include "eval/tokenize.hpp"

namespace farspan {
namespace {

bool is_vowel_letter(char letter) { return std::string_view("aeiou").find(letter) != std::string_view::npos; }

// 'c' or 'v' per letter; y is a vowel after a consonant.
std::string kinds_of(std::string_view word) {
    std::string kinds(word.size(), 'c');
    for (std::size_t n = 0; n < word.size(); ++n)
        if (is_vowel_letter(word[n]) || (word[n] == 'y' && n > 0 && kinds[n - 1] == 'c')) kinds[n] = 'v';
    return kinds;
}

// The paper's m: how often a vowel is followed by a consonant.
int measure(std::string_view stem) {
    const std::string kinds = kinds_of(stem);
    int m = 0;
    for (std::size_t n = 1; n < kinds.size(); ++n) m += kinds[n - 1] == 'v' && kinds[n] == 'c';
    return m;
}

bool has_vowel(std::string_view stem) { return kinds_of(stem).find('v') != std::string::npos; }

bool ends_in_double_consonant(std::string_view word) {
    return word.size() >= 2 && word.back() == word[word.size() - 2] && kinds_of(word).back() == 'c';
}

// The paper's *o, and words like "at" (NLTK).
bool ends_short(std::string_view word) {
    const std::string kinds = kinds_of(word);
    if (kinds == "vc") return true;
    return kinds.ends_with("cvc") && std::string_view("wxy").find(word.back()) == std::string_view::npos;
}

struct rule {
    std::string_view suffix, replacement;
};

// The first rule whose suffix fits decides: if the stem's measure exceeds `above`, the suffix is replaced.
void apply(std::string& word, std::span<const rule> rules, int above) {
    for (const rule& r : rules) {
        if (!word.ends_with(r.suffix)) continue;
        const std::size_t stem = word.size() - r.suffix.size();
        if (measure(std::string_view(word).substr(0, stem)) > above) word.replace(stem, word.npos, r.replacement);
        return;
    }
}

void cut(std::string& word, std::size_t letters) { word.resize(word.size() - letters); }

void step_1a(std::string& word) {
    if (word.ends_with("sses"))
        cut(word, 2);
    else if (word.ends_with("ies"))
        cut(word, word.size() == 4 ? 1 : 2);  // dies, but flies
    else if (word.ends_with("s") && !word.ends_with("ss"))
        cut(word, 1);
}

// What is left of a word without -ed or -ing gets an ending that later steps know.
void restore_ending(std::string& word) {
    if (word.ends_with("at") || word.ends_with("bl") || word.ends_with("iz")) {
        word += 'e';
    } else if (ends_in_double_consonant(word)) {
        if (std::string_view("lsz").find(word.back()) == std::string_view::npos) cut(word, 1);
    } else if (measure(word) == 1 && ends_short(word)) {
        word += 'e';
    }
}

void step_1b(std::string& word) {
    const std::string_view view = word;
    if (view.ends_with("ied")) return cut(word, word.size() == 4 ? 1 : 2);  // died, but spied
    if (view.ends_with("eed")) {
        if (measure(view.substr(0, view.size() - 3)) > 0) cut(word, 1);
        return;
    }
    for (const std::string_view suffix : {"ed", "ing"}) {
        if (!view.ends_with(suffix) || !has_vowel(view.substr(0, view.size() - suffix.size()))) continue;
        cut(word, suffix.size());
        return restore_ending(word);
    }
}

// y after a consonant, unless that is all there is before it (NLTK).
void step_1c(std::string& word) {
    if (word.size() > 2 && word.back() == 'y' && kinds_of(word)[word.size() - 2] == 'c') word.back() = 'i';
}

void step_2(std::string& word) {
    static constexpr rule rules[] = {{"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"},   {"anci", "ance"},
                                     {"izer", "ize"},    {"bli", "ble"},     {"alli", "al"},     {"entli", "ent"},
                                     {"eli", "e"},       {"ousli", "ous"},   {"ization", "ize"}, {"ation", "ate"},
                                     {"ator", "ate"},    {"alism", "al"},    {"iveness", "ive"}, {"fulness", "ful"},
                                     {"ousness", "ous"}, {"aliti", "al"},    {"iviti", "ive"},   {"biliti", "ble"},
                                     {"fulli", "ful"}};
    // -alli goes first, and what is left is looked at again (NLTK).
    while (word.ends_with("alli") && measure(std::string_view(word).substr(0, word.size() - 4)) > 0) cut(word, 2);
    if (word.ends_with("logi")) {  // the l counts as part of the stem, so that theo-logi is long enough
        if (measure(std::string_view(word).substr(0, word.size() - 3)) > 0) cut(word, 1);
        return;
    }
    apply(word, rules, 0);
}

void step_3(std::string& word) {
    static constexpr rule rules[] = {{"icate", "ic"}, {"ative", ""}, {"alize", "al"}, {"iciti", "ic"},
                                     {"ical", "ic"},  {"ful", ""},   {"ness", ""}};
    apply(word, rules, 0);
}

void step_4(std::string& word) {
    static constexpr rule rules[] = {{"al", ""},   {"ance", ""}, {"ence", ""}, {"er", ""},    {"ic", ""},
                                     {"able", ""}, {"ible", ""}, {"ant", ""},  {"ement", ""}, {"ment", ""},
                                     {"ent", ""},  {"ion", ""},  {"ou", ""},   {"ism", ""},   {"ate", ""},
                                     {"iti", ""},  {"ous", ""},  {"ive", ""},  {"ize", ""}};
    if (word.ends_with("ion") && !word.ends_with("sion") && !word.ends_with("tion")) return;
    apply(word, rules, 1);
}

void step_5(std::string& word) {
    if (word.ends_with("e")) {
        const std::string_view stem = std::string_view(word).substr(0, word.size() - 1);
        const int m = measure(stem);
        if (m > 1 || (m == 1 && !ends_short(stem))) cut(word, 1);
    }
    if (word.ends_with("ll") && measure(std::string_view(word).substr(0, word.size() - 1)) > 1) cut(word, 1);
}

}  // namespace

std::string porter_stem(std::string word) {
    static constexpr std::pair<std::string_view, std::string_view> irregular[] = {
        {"sky", "sky"},        {"skies", "sky"},       {"dying", "die"},        {"lying", "lie"},
        {"tying", "tie"},      {"news", "news"},       {"innings", "inning"},   {"inning", "inning"},
        {"outings", "outing"}, {"outing", "outing"},   {"cannings", "canning"}, {"canning", "canning"},
        {"howe", "howe"},      {"proceed", "proceed"}, {"exceed", "exceed"},    {"succeed", "succeed"}};
    for (const auto& [form, stem] : irregular)
        if (word == form) return std::string(stem);
    if (word.size() <= 2) return word;
    for (const auto step : {step_1a, step_1b, step_1c, step_2, step_3, step_4, step_5}) step(word);
    return word;
}

}  // namespace farspan
