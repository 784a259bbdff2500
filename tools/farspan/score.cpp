// farspan score: generated text against references, a line a text. Files are read in step and never held.
#include "score.hpp"

#include <cstdio>

#include "commands.hpp"
#include "context.hpp"
#include "failure.hpp"
#include "progress.hpp"
#include "segments.hpp"
#include "workers.hpp"

namespace tool {

std::vector<std::string> score_options::files() const {
    std::vector<std::string> all = {hypothesis};
    all.insert(all.end(), references.begin(), references.end());
    return all;
}

void add_score_options(CLI::App& app, score_options& o) {
    app.add_option("HYP", o.hypothesis, "generated texts, one per line; -: standard input")->required();
    app.add_option("REF", o.references, "references in the same order, one file per set")->required();
    app.add_option("--separator", o.separator,
                   "texts of several lines: this line stands between two of them (default: a line is a text)");
    app.add_flag("--confidence", o.confidence, "also a bootstrap interval; holds the counts of every text in memory");
    app.add_option("--level", o.bootstrap.confidence, "of the interval, above 0 and below 1")->capture_default_str();
    app.add_option("--samples", o.bootstrap.samples, "resamples of the interval")->capture_default_str();
    app.add_option("--seed", o.bootstrap.seed, "of the resamples")->capture_default_str();
    app.add_option("--threads", o.threads, "threads (default: what the machine allows)")->check(CLI::Range(0, 4096));
    app.add_flag("--json", o.json, "print JSON");
    app.add_flag("--quiet", o.quiet, "no progress on stderr");
}

segment_view::segment_view(const batch_of_texts& batch, int64_t n) : hypothesis(batch[0][static_cast<size_t>(n)]) {
    for (size_t file = 1; file < batch.size(); ++file) references.emplace_back(batch[file][static_cast<size_t>(n)]);
}

int64_t read_segments(const score_options& o, const std::function<void(const batch_of_texts& batch, int64_t n)>& body,
                      const std::function<void(int64_t segments)>& after) {
    segment_reader reader(o.files(), o.separator);
    progress shown(o.quiet);
    const int32_t threads = make_context(o.threads, FARSPAN_ISA_BEST).threads();
    int64_t total = 0;
    for (;;) {
        const batch_of_texts batch = reader.next_batch();
        const auto segments = static_cast<int64_t>(batch[0].size());
        if (segments == 0) break;
        share_work(threads, segments, [&] { return [&](int64_t n) { body(batch, n); }; });
        after(segments);
        total += segments;
        shown.show(reader.share_read(), std::to_string(total) + " texts");
    }
    shown.finish();
    if (total == 0) throw failure(o.hypothesis + " and its references hold no text");
    return total;
}

std::string score_text(double value, int decimals) {
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "%.*f", decimals, value);
    return buffer;
}

nlohmann::ordered_json interval_json(const farspan_interval& interval, const farspan_bootstrap_config& config) {
    return {{"low", interval.low},        {"median", interval.median}, {"high", interval.high}, {"mean", interval.mean},
            {"level", config.confidence}, {"samples", config.samples}, {"seed", config.seed}};
}

std::string interval_text(const farspan_interval& interval, const farspan_bootstrap_config& config, int decimals) {
    return score_text(interval.low, decimals) + " .. " + score_text(interval.high, decimals) + " (" +
           score_text(100 * config.confidence, 0) + " %, " + std::to_string(config.samples) + " resamples, seed " +
           std::to_string(config.seed) + ")";
}

void print_score(const score_options& o, const std::string& text, const nlohmann::ordered_json& json) {
    const std::string output = o.json ? json.dump(1) + "\n" : text;
    if (std::fwrite(output.data(), 1, output.size(), stdout) != output.size())
        throw failure("cannot write to standard output");
}

void add_score(CLI::App& program) {
    CLI::App* app = program.add_subcommand("score", "Score generated text against references: BLEU, chrF, ROUGE");
    app->require_subcommand(1);
    add_score_bleu(*app);
    add_score_chrf(*app);
    add_score_rouge(*app);
}

}  // namespace tool
