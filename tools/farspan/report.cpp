// farspan report: does a method extrapolate, on this text?
#include <algorithm>
#include <cstdio>
#include <memory>

#include "commands.hpp"
#include "farspan/eval.h"
#include "files.hpp"
#include "locate.hpp"
#include "plot.hpp"
#include "progress.hpp"
#include "results.hpp"

namespace tool {
namespace {

struct report_options {
    std::string text, models, isa, out, plot = "auto";
    std::vector<std::string> model_names, methods;
    std::vector<int64_t> lengths;
    int64_t bytes = 16384;
    int32_t threads = 0;
    bool decode = false, json = false, quiet = false, verbose = false, list = false;
};

void list_methods() {
    std::printf("Methods of farspan report. L is the trained length, n the window length; every method is at rest for n <= L.\n\n");
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
        if (length < text_bytes) usable.push_back(length);
        else left_out += (left_out.empty() ? "" : ", ") + std::to_string(length);
    }
    const std::string has = o.text + " has " + std::to_string(text_bytes) + " bytes, ";
    if (usable.empty()) throw failure(has + "the shortest window needs " + std::to_string(lengths.front() + 1));
    if (!left_out.empty()) std::fprintf(stderr, "farspan: warning: %stoo few for windows of %s\n", has.c_str(), left_out.c_str());
    return usable;
}

// The given methods that apply to the model, each once.
std::vector<std::string> methods_for(const report_options& o, const model_config& config) {
    if (o.methods.empty()) return default_methods(config);
    std::vector<std::string> names;
    const auto add = [&](const std::string& name) {
        if (method_applies(name, config) && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
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

// The cells to run, each arithmetic once, and for every (series, length) the cell that has its numbers.
struct job_list {
    std::vector<cell> cells;
    std::vector<std::string> cell_methods;
    std::vector<series> lines;
    std::vector<std::vector<size_t>> cell_of;  // [series][length]
};

void add_model(const language_model& model, const report_options& o, const std::vector<int64_t>& lengths, job_list& jobs) {
    std::vector<std::string> marks(jobs.cells.size());  // fingerprints; those of earlier models never match
    const size_t first_line = jobs.lines.size();
    for (const std::string& name : methods_for(o, model.config)) {
        series line{model.name, model.config.position.method, name, model.config.trained_length, "", {}};
        std::vector<size_t> used;
        for (const int64_t length : lengths) {
            recipe how = derive(model, name, length);
            const std::string mark = std::to_string(length) + " " + fingerprint(how, make_scheme(how).get(), length);
            const auto known = std::find(marks.begin(), marks.end(), mark);
            used.push_back(static_cast<size_t>(known - marks.begin()));
            line.points.push_back({length, {}, {}, {}, how.parameters});
            if (known != marks.end()) continue;
            marks.push_back(mark);
            jobs.cells.push_back({&model, length, std::move(how), {}, {}});
            jobs.cell_methods.push_back(name);
        }
        for (size_t earlier = first_line; earlier < jobs.lines.size() && line.same_as.empty(); ++earlier)
            if (jobs.cell_of[earlier] == used) line.same_as = jobs.lines[earlier].method;
        jobs.lines.push_back(std::move(line));
        jobs.cell_of.push_back(std::move(used));
    }
}

std::vector<double> difference(const std::vector<double>& a, const std::vector<double>& b) {
    std::vector<double> out(a.size());
    for (size_t n = 0; n < a.size(); ++n) out[n] = a[n] - b[n];
    return out;
}

void collect(job_list& jobs) {
    for (size_t n = 0; n < jobs.lines.size(); ++n) {
        series& line = jobs.lines[n];
        const cell* reference = nullptr;
        for (size_t at = 0; at < line.points.size(); ++at) {
            const cell& c = jobs.cells[jobs.cell_of[n][at]];
            if (c.length <= line.trained_length || !reference) reference = &c;
        }
        for (size_t at = 0; at < line.points.size(); ++at) {
            const cell& c = jobs.cells[jobs.cell_of[n][at]];
            point& p = line.points[at];
            p.loss = summarize(c.losses);
            p.segment = summarize(c.segment_losses);
            p.change = summarize(difference(c.losses, reference->losses));
        }
        judge(line);
    }
}

void write_files(const report_results& results, const report_options& o) {
    if (o.out.empty()) return;
    const std::filesystem::path folder = o.out;
    write_text(folder / "report.csv", to_csv(results));
    write_text(folder / "report.json", to_json(results).dump(1) + "\n");
    std::string written = "report.csv, report.json";
    if (o.plot != "off") {
        if (draw_plot(results, folder)) {
            written += ", report.gp, report.svg";
        } else {
            const std::string hint = "gnuplot is not installed (Debian: gnuplot-nox), so " + (folder / "report.svg").string() +
                                     " was not drawn; its script is " + (folder / "report.gp").string();
            if (o.plot == "required") throw failure(hint);
            std::fprintf(stderr, "farspan: warning: %s\n", hint.c_str());
        }
    }
    if (!o.quiet) std::fprintf(stderr, "farspan: %s/ has %s\n", o.out.c_str(), written.c_str());
}

void check_options(const report_options& o) {
    if (o.bytes < 1) throw failure("--bytes " + std::to_string(o.bytes) + " must be at least 1");
    for (const int64_t length : o.lengths)
        if (length < 2 || length > (int64_t{1} << 24))
            throw failure("--lengths: " + std::to_string(length) + " is outside 2 .. 16777216");
    for (const std::string& name : o.methods)
        if (name != "all") check_method_name(name);
    isa_by_name(o.isa);
    if (o.plot == "required" && o.out.empty()) throw failure("--plot required needs --out DIR to draw into");
}

// Before the work, not after it: a folder that cannot be made.
void make_folder(const std::string& folder) {
    std::error_code error;
    if (!folder.empty()) std::filesystem::create_directories(folder, error);
    if (error) throw failure("--out " + folder + ": " + error.message());
}

void run_report(report_options o) {
    if (o.list) return list_methods();
    check_options(o);
    const std::filesystem::path models_folder = find_models(o.models);
    std::vector<std::unique_ptr<language_model>> models;
    for (const std::filesystem::path& folder : choose_models(models_folder, o.model_names)) {
        models.push_back(std::make_unique<language_model>(load_model(folder)));
        check_slopes(*models.back());
    }
    if (o.text.empty()) {
        o.text = (models_folder / "eval.txt").string();
        if (!std::filesystem::exists(o.text)) throw failure("there is no " + o.text + "; name a text with --text FILE");
    }
    const std::vector<uint8_t> text = read_bytes(o.text);
    const int64_t trained = models.front()->config.trained_length;

    report_results results;
    results.text_name = o.text;
    results.text_bytes = static_cast<int64_t>(text.size());
    results.lengths = usable_lengths(o.lengths, o, results.text_bytes, trained);
    results.where = spread_stretches(results.text_bytes, o.bytes, results.lengths.back(), trained / 2);
    make_folder(o.out);
    const context_handle context = make_context(o.threads, isa_by_name(o.isa));
    results.isa = farspan_isa_name(farspan_context_isa(context.get()));
    results.threads = farspan_context_threads(context.get());

    job_list jobs;
    for (const auto& model : models) add_model(*model, o, results.lengths, jobs);
    if (jobs.lines.empty()) throw failure("none of the methods given applies to a model given");
    progress shown(o.quiet);
    evaluate(jobs.cells, text, results.where, {o.threads, isa_by_name(o.isa), o.decode, [&](const cell& c, double done) {
        shown.show(done, c.model->name + " " + jobs.cell_methods[static_cast<size_t>(&c - jobs.cells.data())] + " " +
                             std::to_string(c.length));
    }});
    results.seconds = shown.finish();
    collect(jobs);
    results.lines = std::move(jobs.lines);

    const std::string output = o.json ? to_json(results).dump(1) + "\n" : to_tables(results, o.verbose);
    std::fwrite(output.data(), 1, output.size(), stdout);
    write_files(results, o);
    if (!o.quiet) std::fprintf(stderr, "farspan: %.1f s with %d threads, %s\n", results.seconds, results.threads, results.isa.c_str());
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
    app->add_option("--methods", o.methods, "methods, comma separated, or 'all' (default: none; for rotary models most)")->delimiter(',');
    app->add_option("--lengths", o.lengths, "window lengths in bytes, comma separated (default: 1/2 to 16 times the trained one)")->delimiter(',');
    app->add_option("--bytes", o.bytes, "bytes to score per method and length")->capture_default_str();
    app->add_flag("--decode", o.decode, "byte by byte over a key-value cache, as when generating: the same losses, more slowly");
    app->add_option("--threads", o.threads, "threads (default: what the machine allows)")->check(CLI::Range(0, 4096));
    app->add_option("--isa", o.isa, "instruction set of the library: best, scalar, avx2, avx512, neon");
    app->add_option("--out", o.out, "folder for report.csv, report.json, report.svg");
    app->add_option("--plot", o.plot, "auto: draw if gnuplot is installed; required: fail if it is not; off")
        ->check(CLI::IsMember({"auto", "required", "off"}))->capture_default_str();
    app->add_flag("--json", o.json, "print the JSON report instead of tables");
    app->add_flag("--quiet", o.quiet, "no progress on stderr");
    app->add_flag("--verbose", o.verbose, "also print the parameters that each method derived");
    app->add_flag("--list-methods", o.list, "print the methods and their rules, and stop");
    app->footer("Windows do not overlap. The first byte of a window is context only (there is no BOS), so that every length scores the\n"
                "same bytes. The last segment is the end of the longest windows: the same bytes, more context at each length.\n"
                "Verdict: " + std::string(farspan_verdict_rule()) + ".");
    app->callback([options] { run_report(*options); });
}

}  // namespace tool
