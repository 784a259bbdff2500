// Scores of ids, intervals, passkeys and needles. What published implementations answered on texts comes with the
// cases.
#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

#include "answers.hpp"
#include "eval.hpp"
#include "farspan/eval.h"
#include "passkey.hpp"

namespace conformance {
namespace {

constexpr double score_error = 1e-9;  // the promise for all text scores
constexpr size_t bleu_orders = 8;

// A list of ids, or a text of words: each word is an id.
oracle::id_list ids_of(const json& given) {
    if (given.is_array()) return array<int64_t>(given);
    static std::map<std::string, int64_t> known;
    oracle::id_list ids;
    std::istringstream words(given.get<std::string>());
    for (std::string word; words >> word;)
        ids.push_back(known.emplace(word, static_cast<int64_t>(known.size())).first->second);
    return ids;
}

oracle::bleu_segment segment_of(const json& given) {
    oracle::bleu_segment segment{ids_of(given.at("hypothesis")), {}};
    for (const json& reference : given.at("references"))
        if (!reference.is_null()) segment.references.push_back(ids_of(reference));
    return segment;
}

bool nist_smoothing(const json& config) {
    return config.value("smoothing", int32_t{FARSPAN_SMOOTHING_EXP}) == FARSPAN_SMOOTHING_EXP;
}

// What sacrebleu writes, with the version of this library.
json answer_bleu_signature(const json& one, const json&) {
    std::string text = one.at("outputs").at(0).at("text").get<std::string>();
    text.resize(text.rfind('-') + 1);
    for (const int part : {FARSPAN_VERSION_MAJOR, FARSPAN_VERSION_MINOR, FARSPAN_VERSION_PATCH})
        text += (text.back() == '-' ? "" : ".") + std::to_string(part);
    return json::array({{{"text", text}}});
}

json answer_bleu_tokens(const json&, const json& given) {
    const json& config = given.at("config");
    std::vector<oracle::bleu_segment> segments;
    for (const json& segment : given.at("segments")) segments.push_back(segment_of(segment));
    const oracle::bleu_counts counts = oracle::count_bleu(segments, config.value("max_order", 4));
    const oracle::bleu_score score = oracle::score_bleu(counts, nist_smoothing(config));
    expected_output expected;
    expected.add(score.score, score_error);
    expected.add(score.brevity_penalty, score_error);
    for (size_t n = 0; n < bleu_orders; ++n) {
        expected.add(n < score.precisions.size() ? score.precisions[n] : 0, score_error);
        expected.skip_if(n >= score.precisions.size());
    }
    return {exact_numbers(counts.hypothesis_length, counts.reference_length), expected.sample(double_digits)};
}

json answer_rouge_tokens(const json&, const json& given) {
    const json& config = given.at("config");
    const oracle::bleu_segment texts = segment_of(given);
    oracle::rouge_score best{0, 0, -1};
    size_t reference = 0;
    for (size_t n = 0; n < texts.references.size(); ++n) {
        const oracle::rouge_score now =
            config.at("kind") == FARSPAN_ROUGE_N
                ? oracle::rouge_n(texts.hypothesis, texts.references[n], config.value("order", 1))
                : oracle::rouge_l(texts.hypothesis, texts.references[n]);
        if (now.f_measure > best.f_measure) {
            best = now;
            reference = n;
        }
    }
    return {exact_numbers(reference), within(score_error, {best.precision, best.recall, best.f_measure})};
}

// All resamples of up to three values are few, and equally likely: their quantiles are known if many are drawn.
json answer_bootstrap(const json&, const json& given) {
    const auto values = array<double>(given.at("values"));
    const auto count = static_cast<double>(values.size());
    std::vector<double> means{0};
    double mean = 0, variance = 0;
    for (const double value : values) mean += value / count;
    for (const double value : values) variance += (value - mean) * (value - mean) / count;
    for (size_t draw = 0; draw < values.size(); ++draw) {
        std::vector<double> longer;
        for (const double sum : means)
            for (const double value : values) longer.push_back(sum + value);
        means = longer;
    }
    std::sort(means.begin(), means.end());
    const json& config = given.at("config");
    const double tail = (1 - config.at("confidence").get<double>()) / 2, all = static_cast<double>(means.size());
    expected_output expected;
    for (const double share : {tail, 0.5, 1 - tail})
        expected.add(means[static_cast<size_t>(share * all)] / count, 1e-12);
    // Five standard errors of the mean over the samples.
    expected.add(mean, 5 * std::sqrt(variance / count / config.at("samples").get<double>()) + 1e-12);
    return json::array({expected.sample(double_digits)});
}

// Of two segments the resamples are A A, A B, B A and B B.
json answer_bleu_bootstrap(const json&, const json& given) {
    const json& segments = given.at("segments");
    const auto score = [&](const json& chosen) {
        std::vector<oracle::bleu_segment> list;
        for (const json& segment : chosen) list.push_back(segment_of(segment));
        return oracle::score_bleu(oracle::count_bleu(list, 4), nist_smoothing(given.at("bleu"))).score;
    };
    double low = score({segments[0], segments[0]}), high = score({segments[1], segments[1]});
    const double both = score(segments);
    if (low > high) std::swap(low, high);
    expected_output expected;
    for (const double value : {low, both, high}) expected.add(value, score_error);
    const double samples = given.at("config").at("samples").get<double>();
    expected.add((low + 2 * both + high) / 4, 5 * (high - low) / 2 / std::sqrt(samples));
    return json::array({expected.sample(double_digits)});
}

json answer_passkey(const json&, const json& given) {
    const json& config = given.at("config");
    const bool lines = config.at("form") == FARSPAN_PASSKEY_LANDMARK;
    const int64_t lowest = config.value("lowest_key", int64_t{1}),
                  highest = config.value("highest_key", lines ? int64_t{50000} : int64_t{9999999});
    const double drawn = std::ldexp(static_cast<double>(oracle::splitmix64(config.value("seed", uint64_t{0}), 0)), -64);
    const int64_t key = lowest + static_cast<int64_t>(drawn * static_cast<double>(highest - lowest + 1));
    const auto length = config.at("length").get<size_t>();
    const double depth = config.at("depth").get<double>();
    const oracle::passkey made =
        lines ? oracle::passkey_landmark(key, length, depth) : oracle::passkey_sentences(key, length, depth);
    const auto begin = static_cast<int64_t>(made.before.size()), end = begin + static_cast<int64_t>(made.told.size());
    return {{{"text", made.text()}},
            exact_numbers(key, begin, end, end + static_cast<int64_t>(made.after.size())),
            exact({depth})};
}

json answer_needle(const json&, const json& given) {
    const oracle::id_list hay = ids_of(given.at("haystack")), needle = ids_of(given.at("needle")),
                          asked = ids_of(given.at("question"));
    const auto length = given.at("length").get<size_t>();
    const size_t rest = length - needle.size() - asked.size();
    auto position = static_cast<size_t>(std::llround(given.at("depth").get<double>() * static_cast<double>(rest)));
    if (given.contains("boundary"))
        while (position > 0 && hay[(position - 1) % hay.size()] != given.at("boundary").get<int64_t>()) --position;
    oracle::id_list out;
    for (size_t n = 0; n < rest; ++n) out.push_back(hay[n % hay.size()]);
    out.insert(out.begin() + static_cast<std::ptrdiff_t>(position), needle.begin(), needle.end());
    out.insert(out.end(), asked.begin(), asked.end());
    return {exact({out.begin(), out.end()}), exact_numbers(position)};
}

}  // namespace

const answer_map& text_answers() {
    static const answer_map all = {
        {"bleu_add_tokens", answer_bleu_tokens},   {"rouge_tokens", answer_rouge_tokens},
        {"bootstrap_mean", answer_bootstrap},      {"bleu_bootstrap", answer_bleu_bootstrap},
        {"bleu_signature", answer_bleu_signature}, {"passkey_make", answer_passkey},
        {"needle_place", answer_needle},
    };
    return all;
}

}  // namespace conformance
