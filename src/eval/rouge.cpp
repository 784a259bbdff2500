#include "eval/rouge.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/failure.hpp"
#include "eval/lcs.hpp"
#include "eval/tokenize.hpp"

namespace farspan {
namespace {

farspan_rouge_result make_result(double precision, double recall) {
    farspan_rouge_result result{};
    result.struct_size = sizeof result;
    result.precision = precision;
    result.recall = recall;
    result.f_measure = precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
    return result;
}

double ratio(int64_t part, int64_t whole) {
    return static_cast<double>(part) / static_cast<double>(std::max<int64_t>(whole, 1));
}

farspan_rouge_result score_ngrams(int32_t order, const rouge_pair& pair, pacer& pace) {
    ngram_sequences grams({pair.hypothesis[0], pair.reference[0]}, pace);
    for (int32_t n = 1; n < order; ++n) grams.next_order();
    const int64_t matches = count_matches(grams.histogram(0), grams.histogram(1), pace);
    return make_result(ratio(matches, grams.count(0)), ratio(matches, grams.count(1)));
}

farspan_rouge_result score_lcs(const rouge_pair& pair, pacer& pace) {
    const number_sequence &hypothesis = pair.hypothesis[0], &reference = pair.reference[0];
    const int64_t length = lcs_length(hypothesis, reference, pace);
    return make_result(ratio(length, static_cast<int64_t>(hypothesis.size())),
                       ratio(length, static_cast<int64_t>(reference.size())));
}

using token_counts = std::unordered_map<int32_t, int64_t>;

token_counts count_tokens(const sentence_list& sentences, int64_t& total, pacer& pace) {
    token_counts counts;
    total = 0;
    for (const number_sequence& sentence : sentences) {
        total += static_cast<int64_t>(sentence.size());
        for (const int32_t token : sentence) pace.step(2), ++counts[token];
    }
    return counts;
}

// Lin (2004), section 3.2: each reference sentence counts the union of its common subsequences with all sentences of
// the hypothesis. No token counts more often than either text has it (ROUGE 1.5.5).
farspan_rouge_result score_summary(const rouge_pair& pair, pacer& pace) {
    int64_t hypothesis_tokens = 0, reference_tokens = 0, hits = 0;
    token_counts left_in_hypothesis = count_tokens(pair.hypothesis, hypothesis_tokens, pace);
    token_counts left_in_reference = count_tokens(pair.reference, reference_tokens, pace);
    for (const number_sequence& sentence : pair.reference) {
        std::vector<bool> marks(sentence.size());
        lcs_marker marker(sentence, pace);
        for (const number_sequence& candidate : pair.hypothesis) pace.step(8), marker.mark(candidate, marks);
        for (std::size_t n = 0; n < sentence.size(); ++n) {
            pace.step(4);
            if (!marks[n] || left_in_hypothesis[sentence[n]] == 0 || left_in_reference[sentence[n]] == 0) continue;
            ++hits;
            --left_in_hypothesis[sentence[n]];
            --left_in_reference[sentence[n]];
        }
    }
    return make_result(ratio(hits, hypothesis_tokens), ratio(hits, reference_tokens));
}

sentence_list read_sentences(const farspan_rouge_config& config, std::string_view text,
                             numbering<std::u32string>& numbers, pacer& pace) {
    const int32_t tokenizer = config.stem != 0 ? FARSPAN_TOKENIZER_ROUGE_STEMMED : FARSPAN_TOKENIZER_ROUGE;
    sentence_list sentences;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end =
            config.kind == FARSPAN_ROUGE_LSUM ? std::min(text.find('\n', at), text.size()) : text.size();
        pace.step(8);
        sentences.push_back(numbers.number_all(tokenize(tokenizer, false, text.substr(at, end - at), pace), pace));
        at = end + 1;
    }
    return sentences;
}

}  // namespace

void check_rouge(const farspan_rouge_config& c) {
    if (c.kind < FARSPAN_ROUGE_N || c.kind > FARSPAN_ROUGE_LSUM)
        throw failure(FARSPAN_ERROR_METHOD, "config.kind", "is %d: must be n (1), l (2) or lsum (3)", c.kind);
    if (c.kind == FARSPAN_ROUGE_N && (c.order < 1 || c.order > 9))
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "config.order", "is %d: must be 1 .. 9", c.order);
    if (c.kind != FARSPAN_ROUGE_N && c.order != 0)
        throw failure(FARSPAN_ERROR_COMBINATION, "config.order", "is %d: must be 0, only ROUGE-N has an order",
                      c.order);
    if (c.stem != 0 && c.stem != 1) throw failure(FARSPAN_ERROR_METHOD, "config.stem", "is %d: must be 0 or 1", c.stem);
}

namespace {

// Pairs of tokens that a common subsequence looks at, 64 in a few nanoseconds; 0 for n-grams.
constexpr double most_lcs_work = 0x1p38;
double lcs_work(const farspan_rouge_config& config, const rouge_pair& pair) {
    if (config.kind == FARSPAN_ROUGE_N) return 0;
    // A sentence costs something for itself.
    const auto weight = [](const sentence_list& sentences) {
        double sum = 0;
        for (const number_sequence& sentence : sentences) sum += 16 + static_cast<double>(sentence.size());
        return sum;
    };
    return weight(pair.hypothesis) * weight(pair.reference);
}

farspan_rouge_result score_rouge(const farspan_rouge_config& config, const rouge_pair& pair, pacer& pace) {
    switch (config.kind) {
        case FARSPAN_ROUGE_N:
            return score_ngrams(config.order, pair, pace);
        case FARSPAN_ROUGE_L:
            return score_lcs(pair, pace);
        default:
            return score_summary(pair, pace);
    }
}

}  // namespace

rouge_pair read_rouge_pair(const farspan_rouge_config& config, std::string_view hypothesis, std::string_view reference,
                           pacer& pace) {
    numbering<std::u32string> numbers;
    return {read_sentences(config, hypothesis, numbers, pace), read_sentences(config, reference, numbers, pace)};
}

farspan_rouge_result best_rouge(const farspan_rouge_config& config, const std::vector<rouge_pair>& pairs, pacer& pace) {
    double work = 0;
    for (const rouge_pair& pair : pairs) work += lcs_work(config, pair);
    if (work > most_lcs_work)
        throw failure(
            FARSPAN_ERROR_SHAPE, "hypothesis",
            "has with its references %.0f pairs of tokens: must be at most 2^38 for ROUGE-L and LSUM, as two texts of "
            "500000 tokens have",
            work);
    farspan_rouge_result best{};
    for (std::size_t n = 0; n < pairs.size(); ++n) {
        farspan_rouge_result now = score_rouge(config, pairs[n], pace);
        now.reference = static_cast<int64_t>(n);
        if (n == 0 || now.f_measure > best.f_measure) best = now;
    }
    return best;
}

}  // namespace farspan
