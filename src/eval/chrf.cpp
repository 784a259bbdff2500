#include "eval/chrf.hpp"

#include <algorithm>
#include <cmath>

#include "base/failure.hpp"
#include "eval/ngrams.hpp"
#include "eval/tokenize.hpp"
#include "eval/unicode.hpp"

namespace farspan {
namespace {

bool is_ascii_punctuation(char32_t code) {
    return (code >= '!' && code <= '/') || (code >= ':' && code <= '@') || (code >= '[' && code <= '`') ||
           (code >= '{' && code <= '~');
}

// Words with one punctuation mark taken off their end, or else off their start.
text_tokens chrf_words(std::u32string_view text, pacer& pace) {
    text_tokens words;
    for (std::u32string& word : split_words(text, pace)) {
        pace.step(4);
        const std::size_t size = word.size();
        if (size > 1 && is_ascii_punctuation(word.back())) {
            words.push_back(word.substr(0, size - 1));
            words.push_back(word.substr(size - 1));
        } else if (size > 1 && is_ascii_punctuation(word.front())) {
            words.push_back(word.substr(0, 1));
            words.push_back(word.substr(1));
        } else {
            words.push_back(std::move(word));
        }
    }
    return words;
}

struct prepared_text {
    std::u32string characters;
    text_tokens words;
};

prepared_text prepare(const farspan_chrf_config& config, std::string_view text, pacer& pace) {
    std::u32string codes = decode_utf8(text, pace);
    if (config.lowercase != 0) codes = to_lower(codes, pace);
    prepared_text prepared;
    if (config.word_order > 0) prepared.words = chrf_words(codes, pace);
    if (config.whitespace == 0)
        std::erase_if(codes, [&](char32_t code) {
            pace.step();
            return is_space(code);
        });
    prepared.characters = std::move(codes);
    return prepared;
}

// Counts of the orders [first, first + orders) for one pair of sequences.
void count_orders(farspan_chrf_counts& counts, int32_t first, int32_t orders, std::vector<number_sequence> pair,
                  pacer& pace) {
    ngram_sequences grams(std::move(pair), pace);
    for (int32_t n = 0; n < orders; ++n) {
        if (n > 0) grams.next_order();
        // Where the reference has no n-gram, those of the hypothesis are not held against it.
        counts.hypothesis[first + n] = grams.count(1) > 0 ? grams.count(0) : 0;
        counts.reference[first + n] = grams.count(1);
        counts.matches[first + n] = count_matches(grams.histogram(0), grams.histogram(1), pace);
    }
}

farspan_chrf_counts count_pair(const farspan_chrf_config& config, const prepared_text& hypothesis,
                               const prepared_text& reference, pacer& pace) {
    farspan_chrf_counts counts{};
    numbering<char32_t> characters;
    count_orders(
        counts, 0, config.char_order,
        {characters.number_all(hypothesis.characters, pace), characters.number_all(reference.characters, pace)}, pace);
    numbering<std::u32string> words;
    count_orders(counts, config.char_order, config.word_order,
                 {words.number_all(hypothesis.words, pace), words.number_all(reference.words, pace)}, pace);
    return counts;
}

}  // namespace

void check_chrf(const farspan_chrf_config& c) {
    if (c.char_order < 1 || c.word_order < 0 || c.char_order > FARSPAN_CHRF_MAX_ORDERS - c.word_order ||
        c.word_order > FARSPAN_CHRF_MAX_ORDERS)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "config.char_order",
                      "is %d and word_order %d: must be at least 1 and 0, and %d together at most", c.char_order,
                      c.word_order, FARSPAN_CHRF_MAX_ORDERS);
    if (!(c.beta > 0 && c.beta <= 1e6))
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "config.beta", "is %g: must be above 0 and at most 1e6", c.beta);
    const auto check_flag = [](const char* path, int32_t flag) {
        if (flag != 0 && flag != 1) throw failure(FARSPAN_ERROR_METHOD, path, "is %d: must be 0 or 1", flag);
    };
    check_flag("config.lowercase", c.lowercase);
    check_flag("config.whitespace", c.whitespace);
    check_flag("config.every_order", c.every_order);
}

void check_counts(const farspan_chrf_counts& counts, const counter_owner& owner) {
    check_orders(owner, "orders", counts.orders, counts.segments, FARSPAN_CHRF_MAX_ORDERS);
    check_counters(counts, owner);
    for (int32_t n = 0; n < FARSPAN_CHRF_MAX_ORDERS; ++n) {
        check_share(owner, "matches", n, counts.matches[n], "hypothesis", n, counts.hypothesis[n]);
        check_share(owner, "matches", n, counts.matches[n], "reference", n, counts.reference[n]);
        if (n < counts.orders) continue;
        check_unused(owner, "hypothesis", n, counts.hypothesis[n], "orders", counts.orders);
        check_unused(owner, "reference", n, counts.reference[n], "orders", counts.orders);
    }
}

farspan_chrf_counts count_chrf_segment(const farspan_chrf_config& config, std::string_view hypothesis,
                                       const std::vector<std::string_view>& references, pacer& pace) {
    const prepared_text prepared = prepare(config, hypothesis, pace);
    farspan_chrf_counts best{};
    double best_score = -1;
    for (const std::string_view reference : references) {
        const farspan_chrf_counts now = count_pair(config, prepared, prepare(config, reference, pace), pace);
        const double score = score_chrf(config, now);
        if (score <= best_score) continue;
        best = now;
        best_score = score;
    }
    best.segments = 1;
    return best;
}

double score_chrf(const farspan_chrf_config& config, const farspan_chrf_counts& counts) {
    constexpr double tiny = 1e-16;  // what sacrebleu's eps_smoothing puts in place of 0
    const double factor = config.beta * config.beta;
    const int32_t orders = config.char_order + config.word_order;
    double sum = 0, precision = 0, recall = 0, effective = 0;
    for (int32_t n = 0; n < orders; ++n) {
        const auto hypothesis = static_cast<double>(counts.hypothesis[n]),
                   reference = static_cast<double>(counts.reference[n]);
        const auto matches = static_cast<double>(counts.matches[n]);
        const double p = hypothesis > 0 ? matches / hypothesis : tiny, r = reference > 0 ? matches / reference : tiny;
        const double weighted = factor * p + r;
        sum += weighted > 0 ? (1 + factor) * p * r / weighted : tiny;
        if (hypothesis == 0 || reference == 0) continue;
        precision += p;
        recall += r;
        ++effective;
    }
    if (config.every_order != 0) return 100 * sum / orders;
    if (precision + recall == 0) return 0;
    precision /= effective;
    recall /= effective;
    return 100 * (1 + factor) * precision * recall / (factor * precision + recall);
}

}  // namespace farspan
