// What sacrebleu and rouge-score answer (text_scores.json), within 1e-9.
#include <criterion/criterion.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "text_scores.hpp"

using namespace farspan_test;
using nlohmann::json;

namespace {

constexpr double promised = 1e-9;

const json& vectors() {
    static const json all = json::parse(std::ifstream(FARSPAN_TEXT_SCORES));
    return all;
}

const json& chinese() {
    static const json all = json::parse(std::ifstream(FARSPAN_ZH_SCORES));
    return all;
}

// Options as tests/oracles/published_metrics.py lists them.
farspan_bleu_config read_bleu(const json& options) {
    farspan_bleu_config config = bleu_config();
    config.tokenizer = options[0];
    config.smoothing = options[1];
    config.max_order = options[2];
    config.lowercase = options[3];
    config.effective_order = options[4];
    if (!options[5].is_null()) config.smoothing_value = options[5];
    return config;
}

farspan_chrf_config read_chrf(const json& options) {
    farspan_chrf_config config = chrf_config();
    config.char_order = options[0];
    config.word_order = options[1];
    config.lowercase = options[2];
    config.whitespace = options[3];
    config.every_order = options[4];
    config.beta = options[5];
    return config;
}

void expect_close(const char* what, size_t row, double got, double expected) {
    cr_expect(std::fabs(got - expected) <= promised, "%s of row %zu is %.12g, expected %.12g", what, row, got,
              expected);
}

}  // namespace

Test(text_vectors, sentences) {
    const json& pairs = vectors()["pairs"];
    cr_assert(pairs.size() == 1000);
    for (size_t n = 0; n < pairs.size(); ++n) {
        const json& row = pairs[n];
        const std::string hypothesis = row[0];
        const std::vector<std::string> references = row[1];
        expect_close("BLEU", n, sentence_bleu(read_bleu(row[2]), hypothesis, references).score, row[3]);
        farspan_chrf_counts counts = chrf_counts();
        const farspan_chrf_config chrf = read_chrf(row[4]);
        add_chrf(chrf, hypothesis, references, counts);
        expect_close("chrF", n, chrf_of(chrf, counts), row[5]);
        const farspan_rouge_result rouge =
            rouge_of(rouge_config(row[6][0], row[6][1], row[6][2]), hypothesis, references);
        expect_close("ROUGE precision", n, rouge.precision, row[7][0]);
        expect_close("ROUGE recall", n, rouge.recall, row[7][1]);
        expect_close("ROUGE f", n, rouge.f_measure, row[7][2]);
    }
}

Test(text_vectors, corpora) {
    const json &pairs = vectors()["pairs"], &corpora = vectors()["corpora"];
    cr_assert(corpora.size() == 40);
    for (size_t n = 0; n < corpora.size(); ++n) {
        const json& row = corpora[n];
        const size_t first = row[0], count = row[1];
        const farspan_bleu_config config = read_bleu(row[2]);
        const farspan_chrf_config chrf = read_chrf(row[8]);
        farspan_bleu_counts counts = bleu_counts(), half = bleu_counts();
        farspan_chrf_counts characters = chrf_counts(), other_half = chrf_counts();
        size_t most = 0, least = 9;
        for (size_t at = first; at < first + count; ++at) {
            const std::vector<std::string> references = pairs[at][1];
            add_bleu(config, pairs[at][0], references, at % 2 == 0 ? counts : half);
            add_chrf(chrf, pairs[at][0], references, at % 2 == 0 ? characters : other_half);
            most = std::max(most, references.size());
            least = std::min(least, references.size());
        }
        error_slot error;
        require_ok(farspan_bleu_merge(&counts, &half, &error), error, "merge");
        require_ok(farspan_chrf_merge(&characters, &other_half, &error), error, "merge");
        const farspan_bleu_result result = bleu_of(config, counts);
        expect_close("BLEU", n, result.score, row[3]);
        for (size_t order = 0; order < row[4].size(); ++order)
            expect_close("precision", n, result.precisions[order], row[4][order]);
        expect_close("brevity penalty", n, result.brevity_penalty, row[5]);
        cr_expect(result.hypothesis_length == row[6][0] && result.reference_length == row[6][1], "lengths of row %zu",
                  n);
        char signature[200];
        int64_t needed = 0;
        const int32_t references = most == least ? static_cast<int32_t>(most) : 0;
        require_ok(farspan_bleu_signature(&config, references, signature, sizeof signature, &needed, &error), error,
                   "signature");
        const std::string expected = row[7].get<std::string>() + "|version:farspan-" + farspan_version_text();
        cr_expect(expected == signature, "%s, expected %s", signature, expected.c_str());
        expect_close("chrF", n, chrf_of(chrf, characters), row[9]);
    }
}

Test(text_vectors, tokens) {
    const json& strings = vectors()["strings"];
    cr_assert(strings.size() == 240);
    for (size_t n = 0; n < strings.size(); ++n) {
        const std::string got = tokens_of(strings[n][0], strings[n][2], strings[n][1] == 1), expected = strings[n][3];
        cr_expect(got == expected, "tokenizer %d, row %zu: '%s', expected '%s'", strings[n][0].get<int>(), n,
                  got.c_str(), expected.c_str());
    }
}

Test(text_vectors, stems) {
    const json& stems = vectors()["stems"];
    cr_assert(stems.size() > 500);
    for (const json& row : stems) {
        const std::string word = row[0], expected = row[1], got = tokens_of(FARSPAN_TOKENIZER_ROUGE_STEMMED, word);
        cr_expect(got == expected, "%s: %s, expected %s", word.c_str(), got.c_str(), expected.c_str());
    }
}

// What sacrebleu's zh answers (zh_scores.json): every character, texts, corpora.
Test(text_vectors, chinese_characters_stand_alone) {
    const json& ranges = chinese()["apart"];
    cr_assert(ranges.size() > 10);
    const auto apart = [&](int code) {
        return std::any_of(ranges.begin(), ranges.end(),
                           [&](const json& range) { return range[0] <= code && code <= range[1]; });
    };
    for (int code = 0x80; code < 0x32000; ++code) {
        if (code >= 0xD800 && code <= 0xDFFF) continue;
        std::string character;
        if (code < 0x800)
            character = {static_cast<char>(0xC0 | code >> 6)};
        else if (code < 0x10000)
            character = {static_cast<char>(0xE0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 0x3F))};
        else
            character = {static_cast<char>(0xF0 | code >> 18), static_cast<char>(0x80 | (code >> 12 & 0x3F)),
                         static_cast<char>(0x80 | (code >> 6 & 0x3F))};
        character += static_cast<char>(0x80 | (code & 0x3F));
        const std::string tokens = tokens_of(FARSPAN_TOKENIZER_ZH, "a" + character + "b");
        if (tokens == "a b") continue;  // white space
        cr_expect(tokens == (apart(code) ? "a " + character + " b" : "a" + character + "b"), "U+%04X: '%s'",
                  static_cast<unsigned>(code), tokens.c_str());
    }
}

Test(text_vectors, chinese_texts) {
    const json &strings = chinese()["strings"], &corpora = chinese()["corpora"];
    cr_assert(strings.size() == 400 && corpora.size() == 60);
    for (size_t n = 0; n < strings.size(); ++n) {
        const std::string got = tokens_of(FARSPAN_TOKENIZER_ZH, strings[n][1], strings[n][0] == 1),
                          expected = strings[n][2];
        cr_expect(got == expected, "row %zu: '%s', expected '%s'", n, got.c_str(), expected.c_str());
    }
    for (size_t n = 0; n < corpora.size(); ++n) {
        const json& row = corpora[n];
        farspan_bleu_config config = bleu_config();
        config.tokenizer = FARSPAN_TOKENIZER_ZH;
        config.lowercase = row[0];
        farspan_bleu_counts counts = bleu_counts();
        for (size_t s = 0; s < row[1].size(); ++s) add_bleu(config, row[1][s], {row[2][s].get<std::string>()}, counts);
        const farspan_bleu_result result = bleu_of(config, counts);
        expect_close("Chinese BLEU", n, result.score, row[3]);
        cr_expect(result.hypothesis_length == row[4][0] && result.reference_length == row[4][1], "lengths of row %zu",
                  n);
        char signature[200];
        int64_t needed = 0;
        cr_assert(farspan_bleu_signature(&config, 1, signature, sizeof signature, &needed, nullptr) == FARSPAN_OK);
        cr_expect(row[5].get<std::string>() + "|version:farspan-" + farspan_version_text() == signature, "%s",
                  signature);
    }
}
