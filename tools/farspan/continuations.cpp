#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "cached.hpp"
#include "losses.hpp"
#include "tasks.hpp"

namespace tool {
namespace {

constexpr size_t group_texts = 8;  // written together

struct pair_of_texts {
    std::string written, truth;
};

// The one reference of a segment.
std::array<std::optional<std::string_view>, 1> reference(const pair_of_texts& p) { return {p.truth}; }

void score_bleu(const farspan::context* context, const std::vector<pair_of_texts>& pairs, continuation_result& result) {
    const farspan::eval::bleu_config config;
    farspan::eval::bleu_counts all;
    std::vector<farspan::eval::bleu_counts> single(pairs.size());
    for (size_t n = 0; n < pairs.size(); ++n) {
        single[n].add(config, pairs[n].written, reference(pairs[n]));
        all.merge(single[n]);
    }
    result.bleu = all.score(config).score;
    result.bleu_interval = farspan::eval::bleu_bootstrap(config, single, {}, context);
}

double chrf_of(const std::vector<pair_of_texts>& pairs) {
    const farspan::eval::chrf_config config;
    farspan::eval::chrf_counts counts;
    for (const pair_of_texts& p : pairs) counts.add(config, p.written, reference(p));
    return counts.score(config);
}

// The model's text in place of the last segments of the stretches [first, last).
void write_group(const task_setting& s, const farspan::scheme& scheme, const std::vector<uint8_t>& text,
                 const stretches& where, size_t first, size_t last, std::vector<pair_of_texts>& pairs) {
    cached_pass pass(s.context, *s.model, {});
    const cached_scheme how{&scheme, s.how->mask, s.length};
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
    const farspan::scheme scheme = make_scheme(*s.how);
    std::vector<pair_of_texts> pairs;
    for (size_t first = 0; first < where.starts.size(); first += group_texts)
        write_group(s, scheme, text, where, first, std::min(first + group_texts, where.starts.size()), pairs);
    continuation_result result;
    result.texts = static_cast<int64_t>(pairs.size());
    result.bytes = where.segment;
    score_bleu(s.context, pairs, result);
    result.chrf = chrf_of(pairs);
    std::vector<double> rouge;
    const farspan::eval::rouge_config config(FARSPAN_ROUGE_L);
    for (const pair_of_texts& p : pairs)
        rouge.push_back(farspan::eval::rouge(config, p.written, reference(p)).f_measure);
    result.rouge_l = 0;
    for (const double value : rouge) result.rouge_l += value / static_cast<double>(rouge.size());
    result.rouge_interval = mean_interval(s.context, rouge);
    return result;
}

}  // namespace tool
