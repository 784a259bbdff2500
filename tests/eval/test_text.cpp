// BLEU, chrF and ROUGE: examples that others published, and what a definition implies.
#include <criterion/criterion.h>

#include <cmath>
#include <limits>

#include "generator.hpp"
#include "text_scores.hpp"

using namespace farspan_test;

namespace {

void expect_close(const char* what, double got, double expected, double tolerance = 1e-9) {
    cr_expect(std::fabs(got - expected) <= tolerance, "%s is %.15g, expected %.15g", what, got, expected);
}

}  // namespace

// Values that the reference implementation gave for these sentences.
Test(text, bleu_of_a_small_corpus) {
    farspan_bleu_config config = bleu_config();
    farspan_bleu_counts counts = bleu_counts();
    add_bleu(config, "the cat sat on the mat", {"the cat is on the mat"}, counts);
    add_bleu(config, "there is a dog in the house today", {"there is a dog in my house"}, counts);
    const int64_t correct[4] = {11, 7, 4, 2}, total[4] = {14, 12, 10, 8};
    for (int n = 0; n < 4; ++n)
        cr_expect(counts.correct[n] == correct[n] && counts.total[n] == total[n], "order %d", n + 1);
    cr_expect(counts.segments == 2 && counts.hypothesis_length == 14 && counts.reference_length == 13);
    expect_close("exp", bleu_of(config, counts).score, 46.269559069048704);
    cr_expect(bleu_of(config, counts).brevity_penalty == 1);
    config.smoothing = FARSPAN_SMOOTHING_ADD_K;
    expect_close("add-k", bleu_of(config, counts).score, 52.02556880807587);
}

Test(text, bleu_of_a_short_sentence) {
    farspan_bleu_config config = bleu_config();
    const auto score = [&](int32_t smoothing, int32_t effective) {
        config.smoothing = smoothing;
        config.effective_order = effective;
        return sentence_bleu(config, "the cat sat", {"the cat is on the mat"}).score;
    };
    expect_close("default", score(FARSPAN_SMOOTHING_EXP, 0), 0);
    expect_close("exp", score(FARSPAN_SMOOTHING_EXP, 1), 20.24518585186855);
    expect_close("floor", score(FARSPAN_SMOOTHING_FLOOR, 1), 11.839456508855966);
    expect_close("add-k", score(FARSPAN_SMOOTHING_ADD_K, 1), 25.258199528128284);
    expect_close("none", score(FARSPAN_SMOOTHING_NONE, 1), 0);
    expect_close("brevity", sentence_bleu(config, "the cat sat", {"the cat is on the mat"}).brevity_penalty,
                 0.36787944117144233);
}

// Papineni et al. (2002), example 2: clipping, with two references.
Test(text, bleu_clips) {
    farspan_bleu_config config = bleu_config();
    config.max_order = 1;
    config.smoothing = FARSPAN_SMOOTHING_NONE;
    const std::vector<std::string> references = {"the cat is on the mat", "there is a cat on the mat"};
    expect_close("unigrams", sentence_bleu(config, "the the the the the the the", references).score, 200.0 / 7);
    config.max_order = 4;
    config.smoothing = FARSPAN_SMOOTHING_EXP;
    expect_close("all orders", sentence_bleu(config, "the the the the the the the", references).score,
                 7.809849842300637);
}

Test(text, bleu_takes_the_closest_reference_length) {
    farspan_bleu_config config = bleu_config();
    farspan_bleu_counts counts = bleu_counts();
    add_bleu(config, "a b c d e", {"a b c d e f g", "a b c", "a b c d e f g h"}, counts);  // 2 away both: the shorter
    cr_expect(counts.reference_length == 3);
    add_bleu(config, "a b c d e", {"a", "a b c d e f"}, counts);
    cr_expect(counts.reference_length == 3 + 6);
}

Test(text, a_missing_reference_is_as_if_it_were_not_given) {
    const farspan_bleu_config config = bleu_config();
    const farspan_text references[3] = {{nullptr, 0}, {"a b c d x", 9}, {nullptr, 0}};
    farspan_bleu_counts with = bleu_counts(), without = bleu_counts();
    cr_assert(farspan_bleu_add(nullptr, &config, "a b c d e", 9, references, 3, &with, nullptr) == FARSPAN_OK);
    add_bleu(config, "a b c d e", {"a b c d x"}, without);
    cr_expect(bleu_of(config, with).score == bleu_of(config, without).score && with.reference_length == 5);
    farspan_rouge_result result;
    farspan_rouge_result_init(&result, sizeof result);
    const farspan_rouge_config rouge = rouge_config(FARSPAN_ROUGE_L);
    cr_assert(farspan_rouge(nullptr, &rouge, "a b c d e", 9, references, 3, &result, nullptr) == FARSPAN_OK);
    cr_expect(result.reference == 1 && result.precision == 0.8);
}

Test(text, token_ids_score_as_their_words_do) {
    generator random(631);
    for (int repeat = 0; repeat < 200; ++repeat) {
        std::vector<std::vector<int64_t>> ids(3);
        std::vector<std::string> texts(3);
        for (size_t n = 0; n < 3; ++n)
            for (int64_t t = random.whole(n == 0 ? 0 : 1, 30); t > 0; --t) {
                ids[n].push_back(random.whole(0, 6) * (int64_t{1} << 40) - 7);
                texts[n] += "w" + std::to_string(ids[n].back()) + " ";
            }
        farspan_bleu_config config = bleu_config();
        config.tokenizer = FARSPAN_TOKENIZER_NONE;
        config.effective_order = static_cast<int32_t>(random.whole(0, 1));
        const farspan_ids references[2] = {{ids[1].data(), static_cast<int64_t>(ids[1].size())},
                                           {ids[2].data(), static_cast<int64_t>(ids[2].size())}};
        farspan_bleu_counts counts = bleu_counts();
        error_slot error;
        require_ok(farspan_bleu_add_tokens(nullptr, &config, ids[0].data(), static_cast<int64_t>(ids[0].size()),
                                           references, 2, &counts, &error),
                   error, "tokens");
        expect_close("BLEU", bleu_of(config, counts).score, sentence_bleu(config, texts[0], {texts[1], texts[2]}).score,
                     0);
        for (const auto& [kind, order] : {std::pair{FARSPAN_ROUGE_N, 2}, std::pair{FARSPAN_ROUGE_L, 0}}) {
            const farspan_rouge_config rouge = rouge_config(kind, order);
            farspan_rouge_result result;
            farspan_rouge_result_init(&result, sizeof result);
            require_ok(farspan_rouge_tokens(nullptr, &rouge, ids[0].data(), static_cast<int64_t>(ids[0].size()),
                                            references, 2, &result, &error),
                       error, "rouge tokens");
            // Words of letters only: ROUGE would split "w-7".
            std::vector<std::string> words(3);
            for (size_t n = 0; n < 3; ++n)
                for (const int64_t id : ids[n]) words[n] += "w" + std::to_string((id + 7) >> 40) + " ";
            expect_close("ROUGE", result.f_measure, rouge_of(rouge, words[0], {words[1], words[2]}).f_measure, 0);
        }
    }
}

Test(text, tokenizers_by_example) {
    cr_expect(tokens_of(FARSPAN_TOKENIZER_13A, "Hello, world! It's 3.14 (ok).") ==
              "Hello , world ! It's 3.14 ( ok ) .");
    cr_expect(tokens_of(FARSPAN_TOKENIZER_13A, "a-b 5-3 1,000 x.y &quot;q&quot;") == "a-b 5 - 3 1,000 x . y \" q \"");
    cr_expect(tokens_of(FARSPAN_TOKENIZER_NONE, " a\t b\u3000c ") == "a b c");
    cr_expect(tokens_of(FARSPAN_TOKENIZER_CHAR, "猫 x") == "猫 x" &&
              tokens_of(FARSPAN_TOKENIZER_CHAR, "猫が") == "猫 が");
    cr_expect(tokens_of(FARSPAN_TOKENIZER_INTL, "「是」1,000€") == "「 是 」 1,000 €");
    cr_expect(tokens_of(FARSPAN_TOKENIZER_ROUGE, "It's the \u212Aelvin, 3.14!") == "it s the kelvin 3 14");
    cr_expect(tokens_of(FARSPAN_TOKENIZER_ROUGE_STEMMED, "relational happily dying") == "relat happili die");
    cr_expect(tokens_of(FARSPAN_TOKENIZER_13A, "ΟΔΥΣΣΕΥΣ", true) == "οδυσσευς");
    cr_expect(tokens_of(FARSPAN_TOKENIZER_13A, "").empty());
}

// As Python's errors="replace": one U+FFFD for each maximal part of a sequence (Unicode 15, table 3-8).
Test(text, bytes_that_are_not_utf8_become_replacement_characters) {
    const std::string r = "\uFFFD";
    const std::pair<std::string, std::string> cases[] = {{"a\xFFz", "a" + r + "z"},
                                                         {"\xC0\xAF", r + r},
                                                         {"\xE0\x80\x80", r + r + r},
                                                         {"\xED\xA0\x80", r + r + r},
                                                         {"\xF4\x91\x92\x93", r + r + r + r},
                                                         {"\xE2\x82", r},
                                                         {"\xE2\x82z", r + "z"},
                                                         {"\xF0\x91\x92\x41", r + "A"},
                                                         {"\xF1\x80\x80\xE1\x80\x41", r + r + "A"},
                                                         {"\x80\xBF", r + r},
                                                         {"\xF0\x9F\x98\x80", "\U0001F600"},
                                                         {"\xF8\x88", r + r}};
    for (const auto& [bytes, expected] : cases)
        cr_expect(tokens_of(FARSPAN_TOKENIZER_NONE, bytes) == expected, "%s", expected.c_str());
}

Test(text, a_buffer_that_is_too_small_gets_nothing) {
    char buffer[4] = {'#', '#', '#', '#'};
    int64_t needed = 0;
    cr_assert(farspan_tokenize(nullptr, FARSPAN_TOKENIZER_NONE, 0, "abcd", 4, buffer, 4, &needed, nullptr) ==
              FARSPAN_OK);
    cr_expect(needed == 5 && buffer[0] == '#');
    cr_assert(farspan_tokenize(nullptr, FARSPAN_TOKENIZER_NONE, 0, "abc", 3, buffer, 4, &needed, nullptr) ==
              FARSPAN_OK);
    cr_expect(needed == 4 && std::string(buffer) == "abc");
}

// Google's examples of rouge_score, and its tests of the summary level.
Test(text, rouge_by_example) {
    const std::string target = "The quick brown fox jumps over the lazy dog",
                      prediction = "The quick brown dog jumps on the log.";
    const auto expect = [](const char* what, const farspan_rouge_result& got, double precision, double recall,
                           double f) {
        expect_close(what, got.precision, precision);
        expect_close(what, got.recall, recall);
        expect_close(what, got.f_measure, f);
    };
    expect("ROUGE-1", rouge_of(rouge_config(FARSPAN_ROUGE_N, 1), prediction, {target}), 6 / 8.0, 6 / 9.0, 12 / 17.0);
    expect("ROUGE-2", rouge_of(rouge_config(FARSPAN_ROUGE_N, 2), prediction, {target}), 2 / 7.0, 2 / 8.0, 4 / 15.0);
    expect("ROUGE-L", rouge_of(rouge_config(FARSPAN_ROUGE_L), prediction, {target}), 5 / 8.0, 5 / 9.0, 10 / 17.0);
    expect("ROUGE-L", rouge_of(rouge_config(FARSPAN_ROUGE_L), "testing two", {"testing one two"}), 1, 2 / 3.0, 0.8);
    expect("ROUGE-Lsum",
           rouge_of(rouge_config(FARSPAN_ROUGE_LSUM), "w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5", {"w1 w2 w3 w4 w5"}), 0.4, 0.8,
           8 / 15.0);
    for (const int32_t kind : {FARSPAN_ROUGE_N, FARSPAN_ROUGE_L, FARSPAN_ROUGE_LSUM}) {
        expect("nothing", rouge_of(rouge_config(kind), "", {"a b"}), 0, 0, 0);
        expect("for nothing", rouge_of(rouge_config(kind), "", {""}), 0, 0, 0);
        expect("no letters", rouge_of(rouge_config(kind), "猫が 。", {"猫が 。"}), 0, 0, 0);
    }
    cr_expect(rouge_of(rouge_config(FARSPAN_ROUGE_L), "a b c", {"x", "a b", "a b c", "a b c"}).reference == 2,
              "the first of the best");
}

// The bit-parallel length against the table that every textbook has.
Test(text, rouge_l_of_long_texts_is_the_longest_common_subsequence) {
    generator random(632);
    for (int repeat = 0; repeat < 60; ++repeat) {
        std::vector<int64_t> a, b;
        const int64_t letters = random.pick<int64_t>({1, 2, 4, 50});
        for (int64_t n = random.pick<int64_t>({1, 63, 64, 65, 128, 300}); n > 0; --n)
            a.push_back(random.whole(1, letters));
        for (int64_t n = random.pick<int64_t>({1, 63, 64, 65, 129, 500}); n > 0; --n)
            b.push_back(random.whole(1, letters));
        std::vector<std::vector<int64_t>> table(a.size() + 1, std::vector<int64_t>(b.size() + 1));
        for (size_t i = 1; i <= a.size(); ++i)
            for (size_t j = 1; j <= b.size(); ++j)
                table[i][j] =
                    a[i - 1] == b[j - 1] ? table[i - 1][j - 1] + 1 : std::max(table[i - 1][j], table[i][j - 1]);
        const farspan_rouge_config config = rouge_config(FARSPAN_ROUGE_L);
        const farspan_ids reference = {b.data(), static_cast<int64_t>(b.size())};
        farspan_rouge_result result;
        farspan_rouge_result_init(&result, sizeof result);
        cr_assert(farspan_rouge_tokens(nullptr, &config, a.data(), static_cast<int64_t>(a.size()), &reference, 1,
                                       &result, nullptr) == FARSPAN_OK);
        const auto common = static_cast<double>(table[a.size()][b.size()]);
        cr_expect(result.precision == common / static_cast<double>(a.size()) &&
                      result.recall == common / static_cast<double>(b.size()),
                  "%zu and %zu tokens of %ld", a.size(), b.size(), letters);
    }
}

Test(text, a_text_against_itself_is_perfect) {
    const std::string text = "Nothing is as long as it seems, 3.5 times out of 7!\nExcept this.";
    expect_close("BLEU", sentence_bleu(bleu_config(), text, {text}).score, 100);
    for (const int32_t kind : {FARSPAN_ROUGE_N, FARSPAN_ROUGE_L, FARSPAN_ROUGE_LSUM})
        cr_expect(rouge_of(rouge_config(kind), text, {text}).f_measure == 1);
    const farspan_chrf_config config = chrf_config();
    farspan_chrf_counts counts = chrf_counts();
    add_chrf(config, text, {"other", text}, counts);
    expect_close("chrF", chrf_of(config, counts), 100);
}
