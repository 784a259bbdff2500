// farspan score bleu, farspan score chrf
#include <cmath>
#include <cstdio>
#include <map>
#include <memory>

#include "context.hpp"
#include "failure.hpp"
#include "score.hpp"
#include "segments.hpp"

namespace tool {
namespace {

struct bleu_options : score_options {
    farspan::eval::bleu_config config;
    bool lowercase = false, effective = false, sentences = false;
};

struct chrf_options : score_options {
    farspan::eval::chrf_config config;
    bool lowercase = false, whitespace = false, every_order = false;
};

const std::map<std::string, int32_t> tokenizers = {{"none", FARSPAN_TOKENIZER_NONE},
                                                   {"13a", FARSPAN_TOKENIZER_13A},
                                                   {"char", FARSPAN_TOKENIZER_CHAR},
                                                   {"intl", FARSPAN_TOKENIZER_INTL},
                                                   {"zh", FARSPAN_TOKENIZER_ZH}};
const std::map<std::string, int32_t> smoothings = {{"none", FARSPAN_SMOOTHING_NONE},
                                                   {"floor", FARSPAN_SMOOTHING_FLOOR},
                                                   {"add-k", FARSPAN_SMOOTHING_ADD_K},
                                                   {"exp", FARSPAN_SMOOTHING_EXP}};

std::string signature_of(const bleu_options& o) {
    std::string text = o.config.signature(static_cast<int32_t>(o.references.size()));
    if (o.confidence)
        text.insert(text.find('|'),
                    "|bs:" + std::to_string(o.bootstrap.samples) + "|seed:" + std::to_string(o.bootstrap.seed));
    return text;
}

nlohmann::ordered_json result_json(const bleu_options& o, const farspan_bleu_result& r, int64_t texts) {
    return {{"metric", "bleu"},
            {"score", r.score},
            {"precisions", std::vector<double>(r.precisions, r.precisions + o.config.max_order)},
            {"brevity_penalty", r.brevity_penalty},
            {"hypothesis_length", r.hypothesis_length},
            {"reference_length", r.reference_length},
            {"texts", texts},
            {"signature", signature_of(o)}};
}

std::string result_text(const bleu_options& o, const farspan_bleu_result& r) {
    std::string precisions;
    for (int32_t n = 0; n < o.config.max_order; ++n) precisions += (n ? "/" : "") + score_text(r.precisions[n], 1);
    return "BLEU " + score_text(r.score, 2) + "   precisions " + precisions + ", brevity penalty " +
           score_text(r.brevity_penalty, 3) + ", " + std::to_string(r.hypothesis_length) + " tokens against " +
           std::to_string(r.reference_length) + "\n";
}

// What a batch gives: the counts of each text, and its sentence scores as lines if they are wanted.
class bleu_run {
public:
    explicit bleu_run(const bleu_options& o) : options_(o) {}

    void run() {
        const int64_t texts = read_segments(
            options_, [&](const batch_of_texts& batch, int64_t n) { count(batch, n); },
            [&](int64_t segments) { collect(segments); });
        const farspan_bleu_result result = total_.score(options_.config);
        nlohmann::ordered_json json = result_json(options_, result, texts);
        std::string text = result_text(options_, result);
        if (options_.confidence) {
            const farspan_interval interval = resample();
            json["interval"] = interval_json(interval, options_.bootstrap);
            text += "     " + interval_text(interval, options_.bootstrap, 2) + "\n";
        }
        print_score(options_, text + "     " + signature_of(options_) + "\n", json);
    }

private:
    void count(const batch_of_texts& batch, int64_t n) {
        const segment_view s(batch, n);
        farspan::eval::bleu_counts counts;
        counts.add(options_.config, s.hypothesis, s.references);
        batch_[static_cast<size_t>(n)] = counts;
    }

    void collect(int64_t texts) {
        for (int64_t n = 0; n < texts; ++n) {
            const farspan::eval::bleu_counts& counts = batch_[static_cast<size_t>(n)];
            total_.merge(counts);
            if (options_.confidence) all_.push_back(counts);
            if (options_.sentences) std::printf("%.10g\n", counts.score(options_.config).score);
        }
    }

    farspan_interval resample() const {
        const farspan::context context = make_context(options_.threads, FARSPAN_ISA_BEST);
        return farspan::eval::bleu_bootstrap(options_.config, all_, options_.bootstrap, &context);
    }

    const bleu_options& options_;
    farspan::eval::bleu_counts total_;
    std::vector<farspan::eval::bleu_counts> batch_ = std::vector<farspan::eval::bleu_counts>(segments_of_a_batch), all_;
};

void run_chrf(const chrf_options& o) {
    std::vector<farspan::eval::chrf_counts> batch(segments_of_a_batch);
    farspan::eval::chrf_counts total;
    const auto count = [&](const batch_of_texts& texts, int64_t n) {
        const segment_view s(texts, n);
        farspan::eval::chrf_counts counts;
        counts.add(o.config, s.hypothesis, s.references);
        batch[static_cast<size_t>(n)] = counts;
    };
    const int64_t texts = read_segments(o, count, [&](int64_t segments) {
        for (int64_t n = 0; n < segments; ++n) total.merge(batch[static_cast<size_t>(n)]);
    });
    const double score = total.score(o.config);
    const std::string name =
        "chrF" + score_text(o.config.beta, 0) + std::string(static_cast<size_t>(o.config.word_order), '+');
    print_score(o, name + " " + score_text(score, 2) + "\n",
                {{"metric", "chrf"}, {"name", name}, {"score", score}, {"texts", texts}});
}

}  // namespace

void add_score_bleu(CLI::App& score) {
    auto options = std::make_shared<bleu_options>();
    bleu_options& o = *options;
    CLI::App* app = score.add_subcommand("bleu", "Corpus BLEU as sacrebleu defines it");
    add_score_options(*app, o);
    app->add_option("--tokenize", o.config.tokenizer, "13a (default), intl, zh, char, none")
        ->transform(CLI::CheckedTransformer(tokenizers));
    app->add_option("--smooth", o.config.smoothing, "exp (default), floor, add-k, none")
        ->transform(CLI::CheckedTransformer(smoothings));
    app->add_option("--smooth-value", o.config.smoothing_value, "of floor (default 0.1) and add-k (default 1)");
    app->add_option("--max-order", o.config.max_order, "longest n-gram")->capture_default_str();
    app->add_flag("--lowercase", o.lowercase, "ignore case");
    app->add_flag("--effective-order", o.effective,
                  "leave out orders that a text is too short for; for single sentences");
    app->add_flag("--sentences", o.sentences, "first the score of every text, a line each");
    app->callback([options] {
        farspan_bleu_config& config = options->config;
        config.lowercase = options->lowercase;
        config.effective_order = options->effective;
        const bool reads_value =
            config.smoothing == FARSPAN_SMOOTHING_FLOOR || config.smoothing == FARSPAN_SMOOTHING_ADD_K;
        if (!std::isnan(config.smoothing_value) && !reads_value)
            throw failure("--smooth-value: only --smooth floor and add-k read it");
        if (options->sentences && options->json)
            throw failure("--sentences prints lines, --json an object: choose one");
        bleu_run(*options).run();
    });
}

void add_score_chrf(CLI::App& score) {
    auto options = std::make_shared<chrf_options>();
    chrf_options& o = *options;
    CLI::App* app = score.add_subcommand("chrf", "Corpus chrF as sacrebleu defines it");
    add_score_options(*app, o);
    app->add_option("--char-order", o.config.char_order, "longest n-gram of characters")->capture_default_str();
    app->add_option("--word-order", o.config.word_order, "longest n-gram of words; 2: chrF++")->capture_default_str();
    app->add_option("--beta", o.config.beta, "how much more recall weighs")->capture_default_str();
    app->add_flag("--lowercase", o.lowercase, "ignore case");
    app->add_flag("--whitespace", o.whitespace, "white space counts as characters");
    app->add_flag("--every-order", o.every_order, "orders that a text is too short for count as 0");
    app->callback([options] {
        options->config.lowercase = options->lowercase;
        options->config.whitespace = options->whitespace;
        options->config.every_order = options->every_order;
        if (options->confidence) throw failure("--confidence is for bleu and rouge");
        run_chrf(*options);
    });
}

}  // namespace tool
