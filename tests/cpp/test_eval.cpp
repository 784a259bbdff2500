// eval.hpp: ranges of windows, accumulators, texts of any bytes, wrong sizes, moved-from contexts.
#include <cmath>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "farspan/cpp/eval.hpp"
#include "refusal.hpp"

using namespace farspan;

namespace {

constexpr farspan_status shape_error = FARSPAN_ERROR_SHAPE;
constexpr farspan_status range_error = FARSPAN_ERROR_PARAMETER_RANGE;

using text = std::optional<std::string_view>;
using texts = std::vector<text>;

eval::windows_config sliding() {
    eval::windows_config config(FARSPAN_WINDOWS_SLIDING);
    config.bos = FARSPAN_BOS_EVERY;
    config.tokens = 20;
    config.length = 8;
    config.stride = 4;
    return config;
}

bool near(double got, double expected, double tolerance = 1e-12) { return std::fabs(got - expected) <= tolerance; }

}  // namespace

Test(cpp_eval, loss_and_gradient_of_a_two_way_choice) {
    std::vector<float> logits{0, std::log(3.0f), 5, 5, 1, 2}, gradient(6);
    const shape4 shape{1, 1, 3, 2};
    const std::vector<int64_t> targets{1, 0, -100};
    std::vector<double> nll(3, -7);
    eval::token_nll({logits, shape}, targets, -100, nll);
    cr_expect(near(nll[0], std::log(4.0 / 3), 5e-7) && near(nll[1], std::log(2.0), 5e-7) && nll[2] == 0);
    const std::vector<float> weights{1, 2, 1};
    eval::token_nll_grad({logits, shape}, targets, -100, {gradient, shape}, weights);
    const double expected[6] = {0.25, -0.25, -1, 1, 0, 0};
    for (size_t n = 0; n < 6; ++n) cr_expect(near(gradient[n], expected[n], 2e-6), "[%zu] is %g", n, gradient[n]);
    const tensor both(logits, shape);
    eval::token_nll_grad(both, targets, -100, both, weights);
    cr_expect(logits == gradient, "in place");
}

Test(cpp_eval, arrays_of_losses_have_their_size) {
    std::vector<float> logits(6);
    const tensor view(logits, {1, 1, 3, 2});
    const std::vector<int64_t> two{0, 0}, three{0, 0, 0};
    std::vector<double> nll(3, -7), short_nll(2);
    std::vector<float> weight(1);
    expect_refused("targets", shape_error, 4, "targets_count is 2: must be 3",
                   [&] { eval::token_nll(view, two, -1, nll); });
    expect_refused("nll", shape_error, 7, "nll_count is 2: must be at least 3",
                   [&] { eval::token_nll(view, three, -1, short_nll); });
    expect_refused("weights", shape_error, 7, "weights_count is 1: must be 3",
                   [&] { eval::token_nll_grad(view, three, -1, view, weight); });
    expect_refused("ignore_index", range_error, 5, "ignore_index is 1", [&] { eval::token_nll(view, three, 1, nll); });
    context one{context_config()};
    const context other(std::move(one));
    expect_refused("a moved context", FARSPAN_ERROR_NULL_ARGUMENT, 0, "moved",
                   [&] { eval::token_nll(view, three, -1, nll, &one); });
    cr_expect(nll == std::vector<double>(3, -7));
    eval::loss loss;
    expect_refused("loss targets", shape_error, 6, "targets_count is 2: must be 3", [&] { loss.add(nll, two, 0); });
    expect_refused("judge", shape_error, 5, "nll_count is 3: must be 2", [&] { eval::judge(two, nll, 1); });
}

Test(cpp_eval, windows_are_a_range) {
    const eval::windows windows(sliding());
    int64_t next = 0, number = 0;
    for (const farspan_window& window : windows) {
        cr_expect(window.first_scored == next && window.begin == windows[number].begin);
        next = window.end;
        ++number;
    }
    cr_expect(next == 20 && number == 4 && windows.size() == 4);
    expect_refused("behind the last", range_error, 2, "index is 4", [&] { windows[4]; });
    expect_refused("no policy", FARSPAN_ERROR_METHOD, 1, "bos",
                   [] { eval::windows{eval::windows_config(FARSPAN_WINDOWS_BLOCKS)}; });
}

Test(cpp_eval, losses_accumulate) {
    eval::loss loss, half;
    cr_expect(loss.block_tokens == 128, "the default that the header names");
    loss.block_tokens = half.block_tokens = 2;
    loss.add(std::vector<double>{1, 1, 1, 1}, {}, 0, 8);
    half.add(std::vector<double>{3, 9, 3, 3, 3}, std::vector<int64_t>{1, -100, 1, 1, 1}, -100, 8);
    loss.merge(half);
    const farspan_loss_summary s = loss.summary();
    cr_expect(s.tokens == 8 && s.nll == 2 && near(s.standard_error, std::sqrt(1.0 / 3)) &&
              near(s.bits_per_byte, 1 / std::log(2.0)));
    expect_refused("other blocks", FARSPAN_ERROR_COMBINATION, 2, "block_tokens is 128",
                   [&] { loss.merge(eval::loss()); });

    eval::loss_curve curve({1, 3, 100});
    curve.add(0, std::vector<double>{50, 1, 3, 5, 5, 5});
    cr_expect(curve.buckets()[0].summary().nll == 2 && curve.buckets()[1].summary().tokens == 3);
    curve.merge(curve);
    cr_expect(curve.buckets()[1].summary().tokens == 6);
    expect_refused("other edges", FARSPAN_ERROR_COMBINATION, 2, "other edges", [&] {
        curve.merge(eval::loss_curve({1, 3}));
    });
    expect_refused("edges", FARSPAN_ERROR_POSITIONS, 4, "edges[1] is 1", [] { eval::loss_curve({1, 1}); });
    expect_refused("no edges", shape_error, 3, "curve_count is 0", [] { eval::loss_curve({}); });
}

Test(cpp_eval, verdicts_have_names) {
    const farspan_verdict v = eval::judge(std::vector<int64_t>{512, 1024, 2048}, std::vector<double>{3, 3, 3.05}, 1024);
    cr_expect(v.verdict == FARSPAN_VERDICT_HOLDS && v.worst_length == 2048 && near(v.worst_ratio, std::exp(0.05)));
    cr_expect(eval::verdict_name(v.verdict) == "holds" && eval::verdict_name(77).empty());
    cr_expect(eval::verdict_rule().find("1.10") != std::string::npos);
}

Test(cpp_eval, texts_may_hold_anything) {
    using std::string_literals::operator""s;
    cr_expect(eval::tokenize(FARSPAN_TOKENIZER_CHAR, "a\0b"s) == "a \0 b"s);
    cr_expect(eval::tokenize(FARSPAN_TOKENIZER_CHAR, "\xff") == "\xef\xbf\xbd" &&
              eval::tokenize(FARSPAN_TOKENIZER_CHAR, "").empty());
    cr_expect(eval::tokenize(FARSPAN_TOKENIZER_INTL, "\xc3\x84,", true) == "\xc3\xa4 ,");
    expect_refused("a tokenizer", FARSPAN_ERROR_METHOD, 2, "tokenizer is 99", [] { eval::tokenize(99, "x"); });
}

// The corpus of sacrebleu's documentation, with its score.
Test(cpp_eval, scores_of_texts_and_ids) {
    const eval::bleu_config config;
    std::vector<eval::bleu_counts> segments(3);
    segments[0].add(config, "The dog bit the man.", texts{"The dog bit the man.", "The dog had bit the man."});
    segments[1].add(config, "It wasn't surprising.", texts{"It was not unexpected.", "No one was surprised."});
    segments[2].add(config, "The man had just bitten him.",
                    texts{"The man bit him first.", std::nullopt, "The man had bitten the dog."});
    eval::bleu_counts all;
    for (const eval::bleu_counts& one : segments) all.merge(one);
    cr_expect(near(all.score(config).score, 48.530827009929865, 1e-9));
    cr_expect(config.signature(0).rfind("nrefs:var|case:mixed|eff:no|tok:13a|smooth:exp|version:farspan-", 0) == 0);
    eval::bootstrap_config sampling;
    sampling.samples = 200;
    const farspan_interval interval = eval::bleu_bootstrap(config, segments, sampling);
    cr_expect(interval.low <= interval.median && interval.median <= interval.high);

    const std::vector<int64_t> ids{1, 2, 3, 4, 5};
    const std::vector<std::optional<eval::ids>> references{eval::ids(ids), eval::ids()};
    eval::bleu_counts tokens;
    tokens.add_tokens(config, ids, references);
    cr_expect(near(tokens.score(config).score, 100, 1e-9));
    cr_expect(eval::rouge_tokens(eval::rouge_config(FARSPAN_ROUGE_L), ids, references).f_measure == 1);

    const farspan_rouge_result rouge =
        eval::rouge(eval::rouge_config(FARSPAN_ROUGE_L), "the cat sat down", texts{std::nullopt, "the cat sat"});
    cr_expect(rouge.reference == 1 && rouge.precision == 0.75 && rouge.recall == 1);
    eval::chrf_counts characters;
    characters.add(eval::chrf_config(), "abcdef ghi", texts{"abcdef ghi"});
    characters.merge(eval::chrf_counts());
    cr_expect(near(characters.score(eval::chrf_config()), 100, 1e-9));
}

Test(cpp_eval, segments_need_a_reference) {
    const eval::bleu_config config;
    eval::bleu_counts counts;
    expect_refused("none", shape_error, 6, "references_count is 0", [&] { counts.add(config, "x", {}); });
    expect_refused("missing", FARSPAN_ERROR_NULL_ARGUMENT, 5, "all NULL",
                   [&] { counts.add(config, "x", texts{std::nullopt}); });
    expect_refused("no values", shape_error, 4, "values_count is 0", [] { eval::bootstrap_mean({}); });
    expect_refused("no segments", shape_error, 5, "segments_count is 0", [&] { eval::bleu_bootstrap(config, {}); });
    cr_expect(counts.segments == 0);
}

Test(cpp_eval, tasks_hide_what_they_ask_for) {
    eval::passkey_config config(FARSPAN_PASSKEY_LANDMARK);
    config.length = 5000;
    const eval::passkey task = eval::passkey_make(config);
    const auto begin = static_cast<size_t>(task.key_begin), size = static_cast<size_t>(task.key_end) - begin;
    cr_expect(task.text.size() == 5000 &&
              task.text.substr(begin, size).find(std::to_string(task.key)) != std::string::npos);
    cr_expect(eval::passkey_check(" " + std::to_string(task.key) + ". Remember", task.key));
    cr_expect(!eval::passkey_check("none", task.key));
    std::vector<int64_t> out(8);
    const std::vector<int64_t> hay{1, 2, 3, 9, 4}, needle{100, 101}, question{200};
    cr_expect(eval::needle_place(hay, needle, question, 1, out, std::vector<int64_t>{9, 77}) == 4);
    cr_expect(out == std::vector<int64_t>({1, 2, 3, 9, 100, 101, 4, 200}));
    expect_refused("no room", shape_error, 12, "out_count is 0",
                   [&] { eval::needle_place(hay, needle, question, 0, {}); });
    eval::ruler_config tracking(FARSPAN_RULER_TRACKING);
    tracking.length = 3000;
    const std::string answers = eval::ruler_text(tracking, {}, FARSPAN_PROMPT_ANSWERS);
    cr_expect(eval::ruler_score(answers, eval::ruler_text(tracking, {}, FARSPAN_PROMPT_DOCUMENT)).complete == 1);
    const farspan_ruler_info info = eval::ruler_describe(tracking);
    std::vector<int64_t> found(static_cast<size_t>(info.answers * info.answer_ids)), words(50);
    std::iota(words.begin(), words.end(), 10);
    eval::ruler_ids(tracking, std::vector<int64_t>{1, 2, 3, 4}, words, {}, FARSPAN_PROMPT_ANSWERS, found);
    cr_expect(found.size() == 5 && eval::ruler_score_ids(found, 1, found).share == 1);
    tracking.length = 9;
    expect_refused("no room", range_error, 2, "config.length is 9",
                   [&] { eval::ruler_text(tracking, {}, FARSPAN_PROMPT_WHOLE); });
    expect_refused("depth", range_error, 8, "depth", [&] { eval::needle_place(hay, needle, question, NAN, out); });
}

// Counts of several threads, added up.
Test(cpp_eval, threads_have_counts_of_their_own) {
    const eval::bleu_config config;
    std::vector<eval::bleu_counts> counts(4);
    std::vector<std::thread> threads;
    for (eval::bleu_counts& mine : counts)
        threads.emplace_back([&] {
            for (int n = 0; n < 100; ++n) mine.add(config, "a b c d e", texts{"a b c d f"});
        });
    for (std::thread& thread : threads) thread.join();
    eval::bleu_counts all;
    for (const eval::bleu_counts& one : counts) all.merge(one);
    cr_expect(all.segments == 400 && all.correct[0] == 1600);
}
