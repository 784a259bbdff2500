// Judging a model, by definition: losses of tokens, windows over a text, accumulated losses, the verdict, BLEU and
// ROUGE of sequences of ids. Everything is kept and counted; nothing is fast.
#pragma once

#include <cstdint>
#include <vector>

namespace oracle {

double token_nll(const std::vector<double>& logits, int64_t target);  // ln(sum exp(logits)) - logits[target]
// weight * (softmax(logits) - one-hot of the target).
std::vector<double> token_nll_gradient(const std::vector<double>& logits, int64_t target, double weight);

enum class windows_kind { blocks, sliding, growing, last };
enum class bos_policy { none, first, every };

struct window {
    int64_t bos, begin, end,
        first_scored;  // 1 if a BOS is read; tokens read are [begin, end - 1), scored [first_scored, end)
};

struct windows_case {
    windows_kind kind;
    bos_policy bos;
    int64_t tokens, length, stride, segment;
};

// A text of `tokens` tokens for a model that reads `length` inputs, BOS included.
std::vector<window> windows(const windows_case& given);

struct loss_summary {
    int64_t tokens;
    double nll, standard_error, perplexity, bits_per_token, bits_per_byte;
};

// Of all losses, in blocks as they were closed. The standard error comes from how the blocks' means scatter about the
// mean.
loss_summary summarize(const std::vector<std::vector<double>>& blocks, int64_t bytes);

struct verdict {
    int64_t verdict, reference_length, worst_length;  // 0 untested, 1 improves, 2 holds, 3 degrades, 4 explodes
    double ratio;
};
verdict judge(const std::vector<int64_t>& lengths, const std::vector<double>& nll, int64_t trained_length);

using id_list = std::vector<int64_t>;

// What BLEU counts (Papineni et al. 2002): n-grams of the hypotheses, and those of them that are in a reference,
// clipped.
struct bleu_counts {
    int64_t hypothesis_length = 0, reference_length = 0;
    std::vector<int64_t> correct, total;
};
struct bleu_segment {
    id_list hypothesis;
    std::vector<id_list> references;
};
bleu_counts count_bleu(const std::vector<bleu_segment>& segments, int max_order);

struct bleu_score {
    double score, brevity_penalty;
    std::vector<double> precisions;  // percent
};
// Without smoothing, or with that of NIST: 1/2 match in the first order without one, 1/4 in the next ...
bleu_score score_bleu(const bleu_counts& counts, bool nist_smoothing);

struct rouge_score {
    double precision, recall, f_measure;
};
rouge_score rouge_n(const id_list& hypothesis, const id_list& reference, int order);
rouge_score rouge_l(const id_list& hypothesis, const id_list& reference);

// Output n of splitmix64 for a seed (Steele, Lea and Flood 2014).
uint64_t splitmix64(uint64_t seed, int n);

}  // namespace oracle
