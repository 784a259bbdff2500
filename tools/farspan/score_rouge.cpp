// farspan score rouge
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <memory>

#include "context.hpp"
#include "failure.hpp"
#include "score.hpp"
#include "segments.hpp"

namespace tool {
namespace {

struct rouge_options : score_options {
    std::vector<std::string> types = {"1", "2", "L", "Lsum"};
    bool stem = false;
};

farspan::eval::rouge_config config_of(const std::string& type, bool stem) {
    const bool ngrams = type.size() == 1 && type[0] >= '1' && type[0] <= '9';
    if (!ngrams && type != "L" && type != "Lsum") throw failure("--types " + type + ": must be 1 .. 9, L or Lsum");
    farspan::eval::rouge_config config(ngrams ? FARSPAN_ROUGE_N : type == "L" ? FARSPAN_ROUGE_L : FARSPAN_ROUGE_LSUM);
    if (ngrams) config.order = type[0] - '0';
    config.stem = stem;
    return config;
}

// One type over all texts.
struct rouge_series {
    std::string type;
    farspan::eval::rouge_config config;
    std::vector<farspan_rouge_result> batch = std::vector<farspan_rouge_result>(segments_of_a_batch);
    double precision = 0, recall = 0, f_measure = 0;  // sums
    std::vector<double> all;                          // f_measure of every text, if an interval is wanted
};

void score_segment(rouge_series& series, const segment_view& s, int64_t n) {
    series.batch[static_cast<size_t>(n)] = farspan::eval::rouge(series.config, s.hypothesis, s.references);
}

void collect(rouge_series& series, int64_t texts, bool keep) {
    for (int64_t n = 0; n < texts; ++n) {
        const farspan_rouge_result& result = series.batch[static_cast<size_t>(n)];
        series.precision += result.precision;
        series.recall += result.recall;
        series.f_measure += result.f_measure;
        if (keep) series.all.push_back(result.f_measure);
    }
}

// Whether there is text, and nothing in it that ROUGE takes for a word.
bool lacks_words(std::string_view text) {
    const auto has_tokens = [&](int32_t tokenizer) { return !farspan::eval::tokenize(tokenizer, text).empty(); };
    return !has_tokens(FARSPAN_TOKENIZER_ROUGE) && has_tokens(FARSPAN_TOKENIZER_NONE);
}

// A score of 0 that says nothing about the text: its tokenizer knows no other script.
bool lacks_words(const segment_view& s) {
    return lacks_words(s.hypothesis) || std::all_of(s.references.begin(), s.references.end(),
                                                    [](const auto& reference) { return lacks_words(*reference); });
}

farspan_interval resample(const rouge_options& o, const std::vector<double>& values) {
    const farspan::context context = make_context(o.threads, FARSPAN_ISA_BEST);
    return farspan::eval::bootstrap_mean(values, o.bootstrap, &context);
}

void run_rouge(const rouge_options& o) {
    std::vector<rouge_series> all;
    for (const std::string& type : o.types) all.push_back({.type = type, .config = config_of(type, o.stem), .all = {}});
    std::atomic<int64_t> without_words{0};
    const int64_t texts = read_segments(
        o,
        [&](const batch_of_texts& batch, int64_t n) {
            const segment_view s(batch, n);
            for (rouge_series& series : all) score_segment(series, s, n);
            const bool any = std::any_of(all.begin(), all.end(), [&](const rouge_series& series) {
                return series.batch[static_cast<size_t>(n)].f_measure > 0;
            });
            if (!any && lacks_words(s)) ++without_words;
        },
        [&](int64_t segments) {
            for (rouge_series& series : all) collect(series, segments, o.confidence);
        });

    nlohmann::ordered_json json = {{"metric", "rouge"},
                                   {"texts", texts},
                                   {"texts_without_words", without_words.load()},
                                   {"stem", o.stem},
                                   {"scores", nlohmann::ordered_json::object()}};
    std::string text = "               precision     recall          F\n";
    for (const rouge_series& series : all) {
        const auto count = static_cast<double>(texts);
        const std::array<double, 3> means = {series.precision / count, series.recall / count, series.f_measure / count};
        nlohmann::ordered_json& entry = json["scores"][series.type];
        entry = {{"precision", means[0]}, {"recall", means[1]}, {"f_measure", means[2]}};
        std::string line = "ROUGE-" + series.type;
        line.resize(13, ' ');
        for (const double mean : means) line += "    " + score_text(mean, 5);
        if (o.confidence) {
            const farspan_interval interval = resample(o, series.all);
            entry["interval"] = interval_json(interval, o.bootstrap);
            line += "   F " + interval_text(interval, o.bootstrap, 5);
        }
        text += line + "\n";
    }
    print_score(o, text, json);
    if (without_words > 0)
        std::fprintf(
            stderr,
            "farspan: %lld of %lld texts score 0 because they, or their references, have no word of a-z and 0-9, the "
            "only ones that ROUGE counts; BLEU and chrF count every script\n",
            static_cast<long long>(without_words), static_cast<long long>(texts));
}

}  // namespace

void add_score_rouge(CLI::App& score) {
    auto options = std::make_shared<rouge_options>();
    rouge_options& o = *options;
    CLI::App* app = score.add_subcommand("rouge", "ROUGE as rouge_score defines it, mean over the texts");
    add_score_options(*app, o);
    app->add_option("--types", o.types, "1 .. 9, L, Lsum, comma separated (default: 1,2,L,Lsum)")->delimiter(',');
    app->add_flag("--stem", o.stem, "Porter's stemmer");
    app->footer("Lsum takes the lines of a text as its sentences: give the texts of several lines with --separator.");
    app->callback([options] { run_rouge(*options); });
}

}  // namespace tool
