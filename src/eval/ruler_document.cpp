#include "eval/ruler_document.hpp"

#include <algorithm>
#include <cinttypes>

#include "base/failure.hpp"

namespace farspan {
namespace {

constexpr std::string_view white = " \t\n\r\f\v";

short_text needle_sentence(const farspan_ruler_config& config, const ruler_names& names, int64_t key, int64_t value) {
    short_text text;
    text += "One of the special magic ";
    text += noun_of(config.values_are);
    text += "s for ";
    text += names.needle(config.keys_are, ruler_task::key_name(key));
    text += " is: ";
    text += names.needle(config.values_are, ruler_task::value_name(value));
    text += ".";
    return text;
}

}  // namespace

text_haystack::text_haystack(const ruler_task& task, const ruler_names& names, std::string_view essay)
    : task_(task), names_(names), essay_(essay.find_first_not_of(white) == essay.npos ? std::string_view() : essay) {}

void text_haystack::make(pacer& pace) {
    const farspan_ruler_config& config = task_.config();
    if (config.haystack == FARSPAN_HAYSTACK_NOISE) {
        piece_ = garbage;
        return;
    }
    if (config.haystack == FARSPAN_HAYSTACK_ESSAY && !essay_.empty()) {
        piece_ = next_sentence(pace);
        return;
    }
    const int64_t n = count_++;
    if (config.haystack == FARSPAN_HAYSTACK_ESSAY) {
        own_ = own_sentence(derived_key(task_.name_key(), 8), n);
    } else {
        const int64_t key = config.keys + n, value = int64_t{config.keys} * config.values + n;
        const int64_t has = std::min(names_.count(config.keys_are), names_.count(config.values_are));
        if (ruler_task::value_name(std::max(key, value)) >= has)
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "config.length",
                          "needs more needles than the %" PRId64 " names for keys and values", has);
        own_ = needle_sentence(config, names_, key, value);
    }
    piece_ = own_;
}

// Up to a full stop with white space behind, or the end.
std::string_view text_haystack::next_sentence(pacer& pace) {
    std::size_t first = essay_.find_first_not_of(white, at_);
    if (first == essay_.npos) first = essay_.find_first_not_of(white);
    const auto is_in = [&](std::string_view some, std::size_t at) { return some.find(essay_[at]) != some.npos; };
    std::size_t last = first;
    do {
        pace.step();
        ++last;
    } while (last < essay_.size() && !(is_in(".!?", last - 1) && is_in(white, last)));
    at_ = last;
    if (last == essay_.size()) last = essay_.find_last_not_of(white) + 1;
    return essay_.substr(first, last - first);
}

void document_writer::needle(int64_t key, int64_t value) { put(needle_sentence(config_, names_, key, value)); }

void document_writer::assignment(const statement& made) {
    short_text text;
    text += "VAR ";
    text += names_.variable(made.what);
    text += made.is_first ? " = " : " = VAR ";
    text += made.is_first ? names_.chain_value(made.is) : names_.variable(made.is);
    put(text);
}

void document_writer::listed(int64_t place, int64_t word) {
    short_text text;
    text += place + 1;
    text += ". ";
    text += names_.listed(word);
    put(text, ' ');
}

}  // namespace farspan
