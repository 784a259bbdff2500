// BLEU and ROUGE of sequences of ids.
#include <algorithm>
#include <cmath>
#include <map>

#include "eval.hpp"

namespace oracle {
namespace {

using ngram_counts = std::map<id_list, int64_t>;

ngram_counts ngrams(const id_list& ids, int order) {
    ngram_counts counts;
    for (size_t at = 0; at + static_cast<size_t>(order) <= ids.size(); ++at)
        ++counts[id_list(ids.begin() + static_cast<long>(at), ids.begin() + static_cast<long>(at) + order)];
    return counts;
}

int64_t sum_of(const ngram_counts& counts) {
    int64_t sum = 0;
    for (const auto& one : counts) sum += one.second;
    return sum;
}

int64_t clipped(const ngram_counts& hypothesis, const ngram_counts& reference) {
    int64_t sum = 0;
    for (const auto& [ngram, count] : hypothesis) {
        const auto found = reference.find(ngram);
        if (found != reference.end()) sum += std::min(count, found->second);
    }
    return sum;
}

// Of the references the one whose length is nearest, the shorter one if two are.
int64_t nearest_length(const bleu_segment& segment) {
    const auto length = static_cast<int64_t>(segment.hypothesis.size());
    int64_t best = -1;
    for (const id_list& reference : segment.references) {
        const auto now = static_cast<int64_t>(reference.size());
        const int64_t gap = std::abs(now - length), least = std::abs(best - length);
        if (best < 0 || gap < least || (gap == least && now < best)) best = now;
    }
    return best;
}

rouge_score rouge_of(int64_t matches, int64_t hypothesis, int64_t reference) {
    const double precision = static_cast<double>(matches) / static_cast<double>(std::max<int64_t>(hypothesis, 1));
    const double recall = static_cast<double>(matches) / static_cast<double>(std::max<int64_t>(reference, 1));
    const double sum = precision + recall;
    return {precision, recall, sum > 0 ? 2 * precision * recall / sum : 0};
}

}  // namespace

bleu_counts count_bleu(const std::vector<bleu_segment>& segments, int max_order) {
    bleu_counts counts;
    counts.correct.resize(static_cast<size_t>(max_order));
    counts.total.resize(static_cast<size_t>(max_order));
    for (const bleu_segment& segment : segments) {
        counts.hypothesis_length += static_cast<int64_t>(segment.hypothesis.size());
        counts.reference_length += nearest_length(segment);
        for (int order = 1; order <= max_order; ++order) {
            const ngram_counts ours = ngrams(segment.hypothesis, order);
            ngram_counts most;  // in any reference
            for (const id_list& reference : segment.references)
                for (const auto& [ngram, count] : ngrams(reference, order)) most[ngram] = std::max(most[ngram], count);
            counts.correct[static_cast<size_t>(order - 1)] += clipped(ours, most);
            counts.total[static_cast<size_t>(order - 1)] += sum_of(ours);
        }
    }
    return counts;
}

bleu_score score_bleu(const bleu_counts& counts, bool nist_smoothing) {
    bleu_score result{0, 1, {}};
    if (counts.hypothesis_length < counts.reference_length)
        result.brevity_penalty =
            std::exp(1 - static_cast<double>(counts.reference_length) / static_cast<double>(counts.hypothesis_length));
    double logarithms = 0, share = 1;
    for (size_t n = 0; n < counts.correct.size(); ++n) {
        auto matches = static_cast<double>(counts.correct[n]);
        if (matches == 0 && nist_smoothing) matches = share /= 2;
        result.precisions.push_back(100 * matches / static_cast<double>(counts.total[n]));
        logarithms += std::log(result.precisions.back());
    }
    result.score = result.brevity_penalty * std::exp(logarithms / static_cast<double>(counts.correct.size()));
    return result;
}

rouge_score rouge_n(const id_list& hypothesis, const id_list& reference, int order) {
    const ngram_counts ours = ngrams(hypothesis, order), theirs = ngrams(reference, order);
    return rouge_of(clipped(ours, theirs), sum_of(ours), sum_of(theirs));
}

rouge_score rouge_l(const id_list& hypothesis, const id_list& reference) {
    std::vector<std::vector<int64_t>> longest(hypothesis.size() + 1, std::vector<int64_t>(reference.size() + 1));
    for (size_t i = 0; i < hypothesis.size(); ++i)
        for (size_t j = 0; j < reference.size(); ++j)
            longest[i + 1][j + 1] =
                hypothesis[i] == reference[j] ? longest[i][j] + 1 : std::max(longest[i][j + 1], longest[i + 1][j]);
    return rouge_of(longest.back().back(), static_cast<int64_t>(hypothesis.size()),
                    static_cast<int64_t>(reference.size()));
}

}  // namespace oracle
