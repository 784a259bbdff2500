// farspan report: does a method extrapolate, on this text?
#include <algorithm>
#include <cstdio>
#include <memory>

#include "commands.hpp"
#include "context.hpp"
#include "files.hpp"
#include "locate.hpp"
#include "page.hpp"
#include "progress.hpp"
#include "report_jobs.hpp"
#include "results.hpp"

namespace tool {
namespace {

struct report_options {
    std::string text, models, isa, out, html;
    std::vector<std::string> model_names, methods;
    std::vector<int64_t> lengths;
    int64_t bytes = 16384, passkeys = 0, continuations = 0;
    int32_t threads = 0;
    bool decode = false, json = false, quiet = false, verbose = false, list = false;
};

void list_methods() {
    std::printf(
        "Methods of farspan report. L is the trained length, n the window length; every method is at rest for n <= "
        "L.\n\n");
    for (const method& m : all_methods())
        std::printf("  %-14s%-10s %s\n", m.name, m.rotary_only ? "rotary" : "any model", m.rule);
    std::printf("\n  NAME-logn also scales query i by max(1, ln(i + 1) / ln L), for every rotary method and none.\n");
}

// A window of n bytes needs n + 1 of text. Lengths that the text cannot fill are left out with a warning.
std::vector<int64_t> usable_lengths(std::vector<int64_t> lengths, const report_options& o, int64_t text_bytes,
                                    int64_t trained) {
    if (lengths.empty())
        for (const int64_t twice : {1, 2, 4, 8, 16, 32}) lengths.push_back(std::max<int64_t>(2, trained * twice / 2));
    std::sort(lengths.begin(), lengths.end());
    lengths.erase(std::unique(lengths.begin(), lengths.end()), lengths.end());
    std::vector<int64_t> usable;
    std::string left_out;
    for (const int64_t length : lengths) {
        if (length < text_bytes)
            usable.push_back(length);
        else
            left_out += (left_out.empty() ? "" : ", ") + std::to_string(length);
    }
    const std::string has = o.text + " has " + std::to_string(text_bytes) + " bytes, ";
    if (usable.empty()) throw failure(has + "the shortest window needs " + std::to_string(lengths.front() + 1));
    if (!left_out.empty())
        std::fprintf(stderr, "farspan: warning: %stoo few for windows of %s\n", has.c_str(), left_out.c_str());
    return usable;
}

// The given methods that apply to the model, each once.
std::vector<std::string> methods_for(const report_options& o, const model_config& config) {
    if (o.methods.empty()) return default_methods(config);
    std::vector<std::string> names;
    const auto add = [&](const std::string& name) {
        if (method_applies(name, config) && std::find(names.begin(), names.end(), name) == names.end())
            names.push_back(name);
    };
    for (const std::string& name : o.methods) {
        if (name != "all") {
            add(name);
            continue;
        }
        for (const method& m : all_methods()) {
            add(m.name);
            if (m.rotary_only || m.name == std::string("none")) add(std::string(m.name) + "-logn");
        }
    }
    return names;
}

void write_files(const report_results& results, const report_options& o) {
    if (!o.html.empty()) write_text(o.html, to_page(results));
    if (o.out.empty()) return;
    const std::filesystem::path folder = o.out;
    write_text(folder / "report.csv", to_csv(results));
    write_text(folder / "report.json", to_json(results).dump(1) + "\n");
    write_text(folder / "report.svg", to_svg(results));
    write_text(folder / "report.html", to_page(results));
    if (!o.quiet)
        std::fprintf(stderr, "farspan: %s/ has report.csv, report.json, report.svg, report.html\n", o.out.c_str());
}

void check_options(const report_options& o) {
    if (o.bytes < 1) throw failure("--bytes " + std::to_string(o.bytes) + " must be at least 1");
    for (const int64_t length : o.lengths)
        if (length < 2 || length > (int64_t{1} << 24))
            throw failure("--lengths: " + std::to_string(length) + " is outside 2 .. 16777216");
    for (const std::string& name : o.methods)
        if (name != "all") check_method_name(name);
    isa_by_name(o.isa);
    if (o.passkeys < 0 || o.passkeys > 1000)
        throw failure("--passkey " + std::to_string(o.passkeys) + " is outside 0 .. 1000");
    if (o.continuations < 0) throw failure("--continue " + std::to_string(o.continuations) + " must be at least 0");
}

// Before the work, not after it: a folder that cannot be made.
void make_folder(const std::string& folder) {
    std::error_code error;
    if (!folder.empty()) std::filesystem::create_directories(folder, error);
    if (error) throw failure("--out " + folder + ": " + error.message());
}

std::vector<std::unique_ptr<language_model>> load_models(const std::filesystem::path& folder, const report_options& o) {
    std::vector<std::unique_ptr<language_model>> models;
    for (const std::filesystem::path& path : choose_models(folder, o.model_names)) {
        models.push_back(std::make_unique<language_model>(load_model(path)));
        check_slopes(*models.back());
    }
    return models;
}

report_results describe_run(const report_options& o, const std::vector<uint8_t>& text, int64_t trained) {
    report_results results;
    results.text_name = o.text;
    results.text_digest = digest(text);
    results.text_bytes = static_cast<int64_t>(text.size());
    results.lengths = usable_lengths(o.lengths, o, results.text_bytes, trained);
    results.where = spread_stretches(results.text_bytes, o.bytes, results.lengths.back(), trained / 2);
    results.decoded = o.decode;
    return results;
}

// Fills results.lines.
void compute(const report_options& o, const std::vector<std::unique_ptr<language_model>>& models,
             const std::vector<uint8_t>& text, const farspan::context& context, report_results& results) {
    job_list jobs;
    for (const auto& model : models) add_model(*model, methods_for(o, model->config), results.lengths, jobs);
    if (jobs.lines.empty()) throw failure("none of the methods given applies to a model given");
    progress shown(o.quiet);
    const auto finished = [&](const std::string& doing) {
        return [&shown, &jobs, doing](const cell& c, double done) {
            shown.show(done, doing + c.model->name + " " +
                                 jobs.cell_methods[static_cast<size_t>(&c - jobs.cells.data())] + " " +
                                 std::to_string(c.length));
        };
    };
    const int32_t isa = isa_by_name(o.isa);
    evaluate(jobs.cells, text, results.where, {o.threads, isa, o.decode, finished("")});
    collect_losses(&context, results.where, jobs);
    task_options tasks;
    tasks.passkey.trials = o.passkeys;
    if (o.continuations > 0) {
        const int64_t longest = results.lengths.back(), written = models.front()->config.trained_length / 4;
        tasks.continued = spread_stretches(results.text_bytes, o.continuations * longest, longest, written);
    }
    tasks.threads = o.threads;
    tasks.isa = isa;
    tasks.on_finished = finished("tasks of ");
    run_tasks(text, tasks, jobs);
    results.seconds = shown.finish();
    results.lines = std::move(jobs.lines);
}

void run_report(report_options o) {
    if (o.list) return list_methods();
    check_options(o);
    const std::filesystem::path models_folder = find_models(o.models);
    const auto models = load_models(models_folder, o);
    if (o.text.empty()) {
        o.text = (models_folder / "eval.txt").string();
        if (!std::filesystem::exists(o.text)) throw failure("there is no " + o.text + "; name a text with --text FILE");
    }
    const std::vector<uint8_t> text = read_bytes(o.text);
    report_results results = describe_run(o, text, models.front()->config.trained_length);
    make_folder(o.out);
    const farspan::context context = make_context(o.threads, isa_by_name(o.isa));
    results.isa = farspan::isa_name(context.isa());
    results.threads = context.threads();
    compute(o, models, text, context, results);
    if (std::any_of(results.lines.begin(), results.lines.end(), [](const series& line) { return line.tuned; }))
        results.tunings = read_tunings(models_folder);

    const std::string output = o.json ? to_json(results).dump(1) + "\n" : to_tables(results, o.verbose);
    std::fwrite(output.data(), 1, output.size(), stdout);
    std::fflush(stdout);  // in a log, the tables before the lines about the files
    write_files(results, o);
    if (!o.quiet)
        std::fprintf(stderr, "farspan: %.1f s with %d threads, %s\n", results.seconds, results.threads,
                     results.isa.c_str());
}

}  // namespace

void add_report(CLI::App& program) {
    auto options = std::make_shared<report_options>();
    report_options& o = *options;
    CLI::App* app = program.add_subcommand(
        "report", "Run models on a text at lengths up to 16 times the trained one, under every method that applies");
    app->add_option("--text", o.text, "text to score (default: eval.txt beside the models)");
    app->add_option("--models", o.models, "folder of the models (default: beside the program, then ./models)");
    app->add_option("--model", o.model_names, "models to run: names in that folder, or paths (default: all)");
    app->add_option(
           "--methods", o.methods,
           "methods, files with schemes as JSON, comma separated, or 'all' (default: none; for rotary models most)")
        ->delimiter(',');
    app->add_option("--lengths", o.lengths,
                    "window lengths in bytes, comma separated (default: 1/2 to 16 times the trained one)")
        ->delimiter(',');
    app->add_option("--bytes", o.bytes, "bytes to score per method and length")->capture_default_str();
    app->add_flag("--decode", o.decode,
                  "byte by byte over a key-value cache, as when generating: the same losses, more slowly");
    app->add_option("--threads", o.threads, "threads (default: what the machine allows)")->check(CLI::Range(0, 4096));
    app->add_option("--isa", o.isa, "instruction set of the library: best, scalar, avx2, avx512, neon");
    app->add_option("--passkey", o.passkeys,
                    "also hide keys in windows of every length at 5 depths: KEYS per depth; slow")
        ->capture_default_str();
    app->add_option("--continue", o.continuations,
                    "also let every model finish TEXTS windows, scored by BLEU, chrF and ROUGE-L; slow")
        ->capture_default_str();
    app->add_option("--out", o.out, "folder for report.csv, report.json, report.svg, report.html");
    app->add_option("--html", o.html,
                    "write the report as one page to this file: tables, charts, nothing from outside");
    app->add_flag("--json", o.json, "print the JSON report instead of tables");
    app->add_flag("--quiet", o.quiet, "no progress on stderr");
    app->add_flag("--verbose", o.verbose, "also print the parameters that each method derived");
    app->add_flag("--list-methods", o.list, "print the methods and their rules, and stop");
    app->footer(
        "Windows do not overlap. The first byte of a window is context only (there is no BOS), so that every length "
        "scores the\n"
        "same bytes. The last segment is the end of the longest windows: the same bytes, more context at each length.\n"
        "Verdict: " +
        farspan::eval::verdict_rule() + ".");
    app->callback([options] { run_report(*options); });
}

}  // namespace tool
