// Calls of eval.h whose cancel flag is set: before they begin, and while they work. What they were to add to is as
// before.
#include <criterion/criterion.h>

#include <cstring>
#include <functional>
#include <numeric>

#include "cancel.hpp"
#include "text_scores.hpp"

using namespace farspan_test;

namespace {

template <class T>
bool same(const T& a, const T& b) {
    return std::memcmp(&a, &b, sizeof a) == 0;
}

// Words that differ, so that every table grows.
std::string long_text(int words) {
    std::string text;
    for (int n = 0; n < words; ++n) text += "w" + std::to_string(n * 7919 % 1000003) + (n % 20 == 0 ? ".\n" : ", ");
    return text;
}

}  // namespace

Test(eval_cancel, before_it_begins) {
    const farspan_text reference = {"a b c", 5};
    const int64_t ids[3] = {1, 2, 3}, edges[2] = {0, 9};
    const farspan_ids id_reference = {ids, 3};
    const double nll[3] = {1, 2, 3};
    const farspan_bleu_config bleu = bleu_config();
    const farspan_chrf_config chrf = chrf_config();
    const farspan_rouge_config rouge = rouge_config(FARSPAN_ROUGE_L);
    farspan_bleu_counts counts = bleu_counts();
    farspan_chrf_counts chrf_sums = chrf_counts();
    const farspan_bleu_counts counts_before = counts;
    const farspan_chrf_counts chrf_before = chrf_sums;
    farspan_rouge_result result;
    farspan_rouge_result_init(&result, sizeof result);
    farspan_loss loss;
    farspan_loss_init(&loss, sizeof loss);
    const farspan_loss loss_before = loss;
    farspan_verdict verdict;
    farspan_verdict_init(&verdict, sizeof verdict);
    farspan_passkey_config passkey;
    farspan_passkey_config_init(&passkey, sizeof passkey, FARSPAN_PASSKEY_SENTENCES);
    passkey.length = 900;
    farspan_passkey made;
    farspan_passkey_init(&made, sizeof made);
    int64_t needed = -7, position = -7, out[8] = {-7};
    int32_t correct = -7;
    char buffer[16] = "#";
    expect_refused_at_once("tokenize", [&](auto* c, auto* e) {
        return farspan_tokenize(c, FARSPAN_TOKENIZER_13A, 0, "a", 1, buffer, sizeof buffer, &needed, e);
    });
    expect_refused_at_once(
        "bleu", [&](auto* c, auto* e) { return farspan_bleu_add(c, &bleu, "a", 1, &reference, 1, &counts, e); });
    expect_refused_at_once("bleu of ids", [&](auto* c, auto* e) {
        return farspan_bleu_add_tokens(c, &bleu, ids, 3, &id_reference, 1, &counts, e);
    });
    expect_refused_at_once(
        "chrf", [&](auto* c, auto* e) { return farspan_chrf_add(c, &chrf, "a", 1, &reference, 1, &chrf_sums, e); });
    expect_refused_at_once(
        "rouge", [&](auto* c, auto* e) { return farspan_rouge(c, &rouge, "a", 1, &reference, 1, &result, e); });
    expect_refused_at_once("rouge of ids", [&](auto* c, auto* e) {
        return farspan_rouge_tokens(c, &rouge, ids, 3, &id_reference, 1, &result, e);
    });
    expect_refused_at_once("loss",
                           [&](auto* c, auto* e) { return farspan_loss_add(c, &loss, nll, 3, nullptr, 0, 0, 9, e); });
    expect_refused_at_once("curve", [&](auto* c, auto* e) {
        return farspan_loss_add_by_context(c, &loss, 1, edges, 2, 0, nll, 3, nullptr, 0, 0, e);
    });
    expect_refused_at_once("judge", [&](auto* c, auto* e) { return farspan_judge(c, ids, 3, nll, 3, 2, &verdict, e); });
    expect_refused_at_once(
        "passkey", [&](auto* c, auto* e) { return farspan_passkey_make(c, &passkey, nullptr, 0, &needed, &made, e); });
    expect_refused_at_once("passkey_check",
                           [&](auto* c, auto* e) { return farspan_passkey_check(c, "1", 1, 1, &correct, e); });
    expect_refused_at_once("needle", [&](auto* c, auto* e) {
        return farspan_needle_place(c, ids, 3, ids, 1, ids, 1, 0.5, nullptr, 0, out, 8, &position, e);
    });
    cr_expect(same(counts, counts_before) && same(chrf_sums, chrf_before) && same(loss, loss_before),
              "sums were changed");
    cr_expect(needed == -7 && position == -7 && correct == -7 && out[0] == -7 && buffer[0] == '#' &&
              verdict.verdict == 0);
}

Test(eval_cancel, while_it_works) {
    const std::string text = long_text(1500000);
    const auto bytes = static_cast<int64_t>(text.size());
    const farspan_text reference = {text.data(), bytes};
    int64_t needed = 0;
    for (const int32_t tokenizer :
         {FARSPAN_TOKENIZER_13A, FARSPAN_TOKENIZER_INTL, FARSPAN_TOKENIZER_CHAR, FARSPAN_TOKENIZER_ROUGE_STEMMED})
        expect_stopped("tokenize", [&](auto* c, auto* e) {
            return farspan_tokenize(c, tokenizer, 1, text.data(), bytes, nullptr, 0, &needed, e);
        });
    const farspan_bleu_config bleu = bleu_config();
    farspan_bleu_counts counts = bleu_counts();
    const farspan_bleu_counts before = counts;
    expect_stopped("bleu", [&](auto* c, auto* e) {
        return farspan_bleu_add(c, &bleu, text.data(), bytes, &reference, 1, &counts, e);
    });
    std::vector<int64_t> ids(3000000);
    std::iota(ids.begin(), ids.end(), 0);
    const farspan_ids id_reference = {ids.data(), static_cast<int64_t>(ids.size())};
    expect_stopped("bleu of ids", [&](auto* c, auto* e) {
        return farspan_bleu_add_tokens(c, &bleu, id_reference.data, id_reference.count, &id_reference, 1, &counts, e);
    });
    cr_expect(same(counts, before));
    const farspan_chrf_config chrf = chrf_config();
    farspan_chrf_counts chrf_sums = chrf_counts();
    expect_stopped("chrf", [&](auto* c, auto* e) {
        return farspan_chrf_add(c, &chrf, text.data(), bytes, &reference, 1, &chrf_sums, e);
    });
    farspan_rouge_result result;
    farspan_rouge_result_init(&result, sizeof result);
    const farspan_rouge_config ngrams = rouge_config(FARSPAN_ROUGE_N, 2), whole = rouge_config(FARSPAN_ROUGE_L),
                               lines = rouge_config(FARSPAN_ROUGE_LSUM);
    expect_stopped("rouge", [&](auto* c, auto* e) {
        return farspan_rouge(c, &ngrams, text.data(), bytes, &reference, 1, &result, e);
    });
    const std::string shorter = long_text(200000);
    const farspan_text other = {shorter.data(), static_cast<int64_t>(shorter.size())};
    expect_stopped("rouge-lsum", [&](auto* c, auto* e) {
        return farspan_rouge(c, &lines, other.data, other.bytes, &other, 1, &result, e);
    });
    const farspan_ids some = {ids.data(), 500000};
    expect_stopped("rouge-l", [&](auto* c, auto* e) {
        return farspan_rouge_tokens(c, &whole, some.data, some.count, &some, 1, &result, e);
    });
}
