#include <algorithm>

#include "cached.hpp"
#include "losses.hpp"
#include "tasks.hpp"

namespace tool {
namespace {

constexpr size_t group_texts = 8;  // written together

struct pair_of_texts {
    std::string written, truth;
};

// ROUGE-L's f_measure of one pair.
double rouge_of(const pair_of_texts& p) {
    farspan_rouge_config config;
    farspan_rouge_config_init(&config, sizeof config, FARSPAN_ROUGE_L);
    farspan_rouge_result result{};
    result.struct_size = sizeof result;
    const char* reference = p.truth.data();
    const auto bytes = static_cast<int64_t>(p.truth.size());
    call("ROUGE", [&](farspan_error* e) {
        return farspan_rouge(&config, p.written.data(), static_cast<int64_t>(p.written.size()), &reference, &bytes, 1,
                             &result, e);
    });
    return result.f_measure;
}

void score_bleu(const farspan_context* context, const std::vector<pair_of_texts>& pairs, continuation_result& result) {
    farspan_bleu_config config;
    farspan_bleu_config_init(&config, sizeof config);
    farspan_bleu_counts all;
    farspan_bleu_counts_init(&all, sizeof all);
    std::vector<farspan_bleu_counts> single(pairs.size(), all);
    for (size_t n = 0; n < pairs.size(); ++n) {
        const char* reference = pairs[n].truth.data();
        const auto bytes = static_cast<int64_t>(pairs[n].truth.size());
        call("BLEU", [&](farspan_error* e) {
            return farspan_bleu_add(&config, pairs[n].written.data(), static_cast<int64_t>(pairs[n].written.size()),
                                    &reference, &bytes, 1, &single[n], e);
        });
        call("BLEU", [&](farspan_error* e) { return farspan_bleu_merge(&all, &single[n], e); });
    }
    farspan_bleu_result score{};
    score.struct_size = sizeof score;
    call("BLEU", [&](farspan_error* e) { return farspan_bleu_score(&config, &all, &score, e); });
    result.bleu = score.score;
    result.bleu_interval.struct_size = sizeof result.bleu_interval;
    call("BLEU", [&](farspan_error* e) {
        return farspan_bleu_bootstrap(context, nullptr, &config, single.data(), static_cast<int64_t>(single.size()),
                                      &result.bleu_interval, e);
    });
}

double chrf_of(const std::vector<pair_of_texts>& pairs) {
    farspan_chrf_config config;
    farspan_chrf_config_init(&config, sizeof config);
    farspan_chrf_counts counts;
    farspan_chrf_counts_init(&counts, sizeof counts);
    for (const pair_of_texts& p : pairs) {
        const char* reference = p.truth.data();
        const auto bytes = static_cast<int64_t>(p.truth.size());
        call("chrF", [&](farspan_error* e) {
            return farspan_chrf_add(&config, p.written.data(), static_cast<int64_t>(p.written.size()), &reference,
                                    &bytes, 1, &counts, e);
        });
    }
    double score = 0;
    call("chrF", [&](farspan_error* e) { return farspan_chrf_score(&config, &counts, &score, e); });
    return score;
}

// The model's text in place of the last segments of the stretches [first, last).
void write_group(const task_setting& s, const farspan_scheme* scheme, const std::vector<uint8_t>& text,
                 const stretches& where, size_t first, size_t last, std::vector<pair_of_texts>& pairs) {
    cached_pass pass(s.context, *s.model, {});
    const cached_scheme how{scheme, s.how->mask, s.length};
    std::vector<int64_t> sequences;
    std::vector<std::string> prompts;
    for (size_t n = first; n < last; ++n) {
        const auto end = text.begin() + where.starts[n] + where.length + 1, begin = end - where.segment;
        sequences.push_back(pass.create());
        prompts.emplace_back(end - s.length, begin);
        pairs.push_back({"", {begin, end}});
    }
    std::vector<std::vector<float>> logits;
    read_texts(pass, how, sequences, prompts, logits);
    const std::vector<std::string> written = continue_greedily(pass, how, sequences, logits, where.segment);
    for (size_t n = first; n < last; ++n) pairs[n].written = written[n - first];
}

}  // namespace

continuation_result continue_segments(const task_setting& s, const std::vector<uint8_t>& text, const stretches& where) {
    const scheme_handle scheme = make_scheme(*s.how);
    std::vector<pair_of_texts> pairs;
    for (size_t first = 0; first < where.starts.size(); first += group_texts)
        write_group(s, scheme.get(), text, where, first, std::min(first + group_texts, where.starts.size()), pairs);
    continuation_result result;
    result.texts = static_cast<int64_t>(pairs.size());
    result.bytes = where.segment;
    score_bleu(s.context, pairs, result);
    result.chrf = chrf_of(pairs);
    std::vector<double> rouge;
    for (const pair_of_texts& p : pairs) rouge.push_back(rouge_of(p));
    result.rouge_l = 0;
    for (const double value : rouge) result.rouge_l += value / static_cast<double>(rouge.size());
    result.rouge_interval = mean_interval(s.context, rouge);
    return result;
}

}  // namespace tool
