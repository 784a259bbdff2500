// The oracle of the evaluation functions, against published sequences and numbers and against other ways to compute
// them.
#include "eval.hpp"
#include "test_support.hpp"

using namespace oracle;
using namespace oracle_test;

namespace {

constexpr double inf = INFINITY;

void expect_windows(const char* what, const windows_case& given, const std::vector<window>& expected) {
    const std::vector<window> got = windows(given);
    cr_assert(got.size() == expected.size(), "%s: %zu windows", what, got.size());
    for (size_t n = 0; n < got.size(); ++n)
        cr_expect(got[n].bos == expected[n].bos && got[n].begin == expected[n].begin && got[n].end == expected[n].end &&
                      got[n].first_scored == expected[n].first_scored,
                  "%s: window %zu is [%ld, %ld) from %ld", what, n, got[n].begin, got[n].end, got[n].first_scored);
}

}  // namespace

Test(oracle_eval, gradient_is_that_of_the_loss) {
    const std::vector<double> logits = random_numbers(9, 31);
    const std::vector<double> gradient = token_nll_gradient(logits, 4, 3);
    constexpr double step = 1e-5;
    double sum = 0;
    for (size_t v = 0; v < logits.size(); ++v) {
        std::vector<double> more = logits, less = logits;
        more[v] += step;
        less[v] -= step;
        const double slope = 3 * (token_nll(more, 4) - token_nll(less, 4)) / (2 * step);
        cr_expect(std::abs(gradient[v] - slope) < 1e-8, "[%zu]: %g, slope %g", v, gradient[v], slope);
        sum += gradient[v];
    }
    cr_expect(std::abs(sum) < 1e-15);
    cr_expect(std::abs(token_nll({0, std::log(3.0)}, 1) - std::log(4.0 / 3)) < 1e-16);
    cr_expect(token_nll({0, -inf}, 1) == inf && token_nll({-inf, 5}, 1) == 0);
}

// The loops of the YaRN repository (a BOS before each window) and of Hugging Face's guide (none), and fairseq's context
// window l - S.
Test(oracle_eval, windows_are_the_published_ones) {
    const auto sliding = windows_kind::sliding, growing = windows_kind::growing;
    expect_windows("YaRN", {sliding, bos_policy::every, 20, 8, 4, 0},
                   {{1, 0, 8, 0}, {1, 4, 12, 8}, {1, 8, 16, 12}, {1, 12, 20, 16}});
    expect_windows("Hugging Face", {sliding, bos_policy::none, 21, 8, 4, 0},
                   {{0, 0, 9, 1}, {0, 4, 13, 9}, {0, 8, 17, 13}, {0, 12, 21, 17}});
    expect_windows("fairseq", {growing, bos_policy::first, 18, 8, 4, 0},
                   {{1, 0, 4, 0}, {1, 0, 8, 4}, {0, 3, 12, 8}, {0, 7, 16, 12}, {0, 11, 18, 16}});
    expect_windows("blocks", {windows_kind::blocks, bos_policy::first, 10, 4, 0, 0},
                   {{1, 0, 4, 0}, {0, 3, 8, 4}, {0, 7, 10, 8}});
    expect_windows("last", {windows_kind::last, bos_policy::none, 101, 8, 0, 20},
                   {{0, 76, 85, 81}, {0, 84, 93, 85}, {0, 92, 101, 93}});
}

Test(oracle_eval, sums_of_four_blocks) {
    const loss_summary s = summarize({{1, 1}, {1, 1}, {3, 3}, {3, 3}}, 16);
    cr_expect(s.tokens == 8 && s.nll == 2 && std::abs(s.standard_error - std::sqrt(4.0 / 3 / 4)) < 1e-15);
    cr_expect(std::abs(s.perplexity - std::exp(2.0)) < 1e-14 && std::abs(s.bits_per_byte - 1 / std::log(2.0)) < 1e-15);
}

Test(oracle_eval, verdicts_follow_the_worst_length) {
    const verdict v = judge({512, 1024, 2048, 4096}, {3, 3, 3.2, 3.1}, 1500);
    cr_expect(v.verdict == 3 && v.reference_length == 1024 && v.worst_length == 2048);
    cr_expect(judge({512, 1024}, {3, 3}, 1024).verdict == 0 && judge({512, 1024}, {3, 3}, 100).verdict == 0);
}

// Two hypotheses of Papineni et al. 2002 (section 2.1): "the" seven times has a modified unigram precision of 2/7.
Test(oracle_eval, counts_are_clipped) {
    const id_list cat_on_mat = {1, 2, 3, 4, 1, 5}, there_is = {6, 3, 7, 2, 4, 1, 5};  // the cat is on the mat, ...
    const bleu_counts counts = count_bleu({{id_list(7, 1), {cat_on_mat, there_is}}}, 2);
    cr_expect(counts.correct[0] == 2 && counts.total[0] == 7 && counts.correct[1] == 0 && counts.total[1] == 6);
    cr_expect(counts.hypothesis_length == 7 && counts.reference_length == 7);
}

// The corpus of sacrebleu's documentation as ids of its tokens: 48.530827009929865.
Test(oracle_eval, bleu_is_that_of_sacrebleu) {
    const id_list dog_bit = {1, 2, 3, 4, 5, 6}, dog_had_bit = {1, 2, 7, 3, 4, 5, 6};  // The dog [had] bit the man .
    const bleu_segment second{{10, 11, 12, 6}, {{10, 13, 14, 15, 6}, {16, 17, 13, 18, 6}}};  // It wasn't surprising .
    const bleu_segment third{{1, 5, 7, 20, 21, 22, 6},  // The man had just bitten him .
                             {{1, 5, 3, 22, 23, 6}, {1, 5, 7, 21, 4, 2, 6}}};
    const bleu_counts counts = count_bleu({{dog_bit, {dog_bit, dog_had_bit}}, second, third}, 4);
    const bleu_score score = score_bleu(counts, true);
    cr_expect(std::abs(score.score - 48.530827009929865) < 1e-12, "%.15g", score.score);
    cr_expect(score_bleu(count_bleu({second}, 4), false).score == 0, "without smoothing");
}

// "police killed the gunman" against "police kill the gunman" and "the gunman kill police" (Lin 2004, section 3).
Test(oracle_eval, rouge_sees_order) {
    const id_list reference = {1, 2, 3, 4}, second = {1, 5, 3, 4}, third = {3, 4, 5, 1};
    cr_expect(rouge_l(second, reference).f_measure == 0.75 && rouge_l(third, reference).f_measure == 0.5);
    cr_expect(rouge_n(second, reference, 2).f_measure == rouge_n(third, reference, 2).f_measure);
    cr_expect(rouge_n({}, reference, 1).f_measure == 0 && rouge_l({}, {}).f_measure == 0);
}

// The first outputs of the reference implementation (Vigna) for seed 0.
Test(oracle_eval, generator_is_splitmix64) {
    cr_expect(splitmix64(0, 0) == 0xe220a8397b1dcdafu && splitmix64(0, 1) == 0x6e789e6aa1b965f4u);
    cr_expect(splitmix64(1, 0) == 0x910a2dec89025cc1u);
}
