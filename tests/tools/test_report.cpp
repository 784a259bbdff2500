// farspan report from end to end.
#include <criterion/criterion.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "made_model.hpp"
#include "run_command.hpp"

using nlohmann::json;

namespace {

std::string slurp(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::vector<std::string>> csv_rows(const std::filesystem::path& path) {
    std::vector<std::vector<std::string>> rows;
    std::istringstream lines(slurp(path));
    for (std::string line; std::getline(lines, line);) {
        rows.emplace_back();
        std::istringstream fields(line);
        for (std::string field; std::getline(fields, field, ',');) rows.back().push_back(field);
    }
    return rows;
}

// Five made models and a text.
struct five_models : scratch_folder {
    std::string models = path().string(), text = (*this / "text").string(), out = (*this / "out").string();
    five_models() {
        for (const char* position : {"sinusoidal", "rope", "alibi", "t5", "xpos"})
            write_model(path(), position, position);
        write_file(text, made_text(2000));
    }
};

}  // namespace

Test(report, writes_all_files_for_all_models) {
    const five_models folder;
    const command_result result = run_farspan({"report", "--models", folder.models, "--text", folder.text, "--bytes",
                                               "512", "--out", folder.out, "--verbose"});
    cr_assert(result.exit_code == 0, "%s", result.err.c_str());
    const auto rows = csv_rows(folder.out + "/report.csv");
    cr_expect(rows[0] == std::vector<std::string>({"model", "method", "length", "tokens", "nll", "perplexity",
                                                   "bits_per_byte", "last_segment_nll", "verdict"}));
    const json found = json::parse(slurp(folder.out + "/report.json"));
    cr_expect(found["lengths"] == json({8, 16, 32, 64, 128, 256}));
    cr_expect(rows.size() == 1 + 6 * found["series"].size());
    cr_expect(found["series"].size() > 20);
    for (const char* part : {"sinusoidal", "self-extend-logn", "Bits per byte", "Verdict:", "leak"})
        cr_expect(result.out.find(part) != std::string::npos, "%s", part);
    for (size_t n = 1; n < rows.size(); ++n) {
        cr_assert(rows[n].size() == 9);
        const double nll = std::stod(rows[n][4]);
        cr_expect(rows[n][3] == "512");
        cr_expect(std::abs(std::stod(rows[n][5]) / std::exp(nll) - 1) < 1e-5);
        cr_expect(std::abs(std::stod(rows[n][6]) - nll / std::log(2.0)) < 1e-5);
    }
}

Test(report, json_on_stdout_equals_the_file_and_quiet_is_quiet) {
    const five_models folder;
    const command_result result = run_farspan({"report", "--models", folder.models, "--text", folder.text, "--bytes",
                                               "64", "--model", "rope", "alibi", "--methods", "none,window,rerope",
                                               "--lengths", "16,32", "--json", "--quiet", "--out", folder.out});
    cr_assert(result.exit_code == 0);
    cr_expect(result.err.empty(), "%s", result.err.c_str());
    cr_expect(result.out == slurp(folder.out + "/report.json"));
    const json found = json::parse(result.out);
    cr_expect(found["series"].size() == 5);  // rerope does not apply to alibi
    cr_expect(found["series"][1]["points"][1]["scheme"]["mask"]["window_left"] == 15);
}

// Beside the untrained methods of its base model, on the same bytes; a method that is asked for does not apply to it.
Test(report, a_fine_tuned_model_is_a_row_of_its_base_model) {
    const five_models folder;
    write_tuned_model(folder.path(), "rope");
    const command_result result = run_farspan({"report", "--models", folder.models, "--text", folder.text, "--bytes",
                                               "64", "--methods", "none,pi", "--lengths", "16,32,64", "--json"});
    cr_assert(result.exit_code == 0, "%s", result.err.c_str());
    const json found = json::parse(result.out);
    std::vector<std::string> rows;
    for (const json& line : found["series"])
        rows.push_back(line["model"].get<std::string>() + " " + line["method"].get<std::string>());
    cr_expect(rows == std::vector<std::string>({"sinusoidal none", "rope none", "rope pi", "rope pi + 200 steps",
                                                "alibi none", "t5 none", "xpos none"}));
    const json &untrained = found["series"][2], &tuned = found["series"][3];
    cr_expect(untrained["trained_length"] == 16 && tuned["trained_length"] == 32);
    // The weights are the same: at twice the length both interpolate by two, and only the fine-tuned one does below.
    cr_expect(untrained["points"][1]["nll"] == tuned["points"][1]["nll"]);
    cr_expect(untrained["points"][0]["nll"] != tuned["points"][0]["nll"]);
    cr_expect(tuned["points"][0]["scheme"]["rope"]["factor"] == 2);
}

// One window length that does not divide the others, and a text that is too short for the longest.
Test(report, lengths_of_any_size) {
    const five_models folder;
    const command_result result =
        run_farspan({"report", "--models", folder.models, "--text", folder.text, "--bytes", "999", "--model", "rope",
                     "--methods", "none", "--lengths", "333,7,5000,7,100", "--json"});
    cr_assert(result.exit_code == 0, "%s", result.err.c_str());
    cr_expect(result.err.find("2000 bytes, too few for windows of 5000") != std::string::npos);
    const json found = json::parse(result.out);
    cr_expect(found["lengths"] == json({7, 100, 333}));
    for (const json& point : found["series"][0]["points"]) cr_expect(point["tokens"] == 999);
}

Test(report, results_do_not_depend_on_threads) {
    const five_models folder;
    std::string first;
    for (const char* threads : {"1", "2", "5"}) {
        const command_result result =
            run_farspan({"report", "--models", folder.models, "--text", folder.text, "--bytes", "512", "--threads",
                         threads, "--out", folder.out, "--quiet"});
        cr_assert(result.exit_code == 0, "%s", result.err.c_str());
        const std::string csv = slurp(folder.out + "/report.csv");
        if (first.empty()) first = csv;
        cr_expect(csv == first, "%s threads", threads);
    }
}

Test(report, draws_its_files_and_the_page) {
    const five_models folder;
    const std::string page = (folder / "page.html").string();
    const command_result result = run_farspan({"report", "--models", folder.models, "--text", folder.text, "--bytes",
                                               "256", "--out", folder.out, "--html", page});
    cr_assert(result.exit_code == 0, "%s", result.err.c_str());
    const std::string svg = slurp(folder.out + "/report.svg"), html = slurp(page);
    for (const char* part : {"<svg", "sinusoidal", "self-extend", "perplexity", "window length"}) {
        cr_expect(svg.find(part) != std::string::npos, "%s", part);
        cr_expect(html.find(part) != std::string::npos, "%s", part);
    }
    cr_expect(html == slurp(folder.out + "/report.html") && html.starts_with("<!DOCTYPE html>"));
    const command_result nowhere = run_farspan(
        {"report", "--models", folder.models, "--text", folder.text, "--bytes", "64", "--html", "/nowhere/page.html"});
    cr_expect(nowhere.exit_code == 1 && nowhere.err.find("/nowhere/page.html: cannot create") != std::string::npos);
}

Test(report, decoding_gives_the_same_report) {
    const five_models folder;
    std::vector<std::string> arguments = {"report", "--models",  folder.models, "--text", folder.text, "--bytes",
                                          "256",    "--lengths", "16,64",       "--json", "--quiet"};
    const json whole = json::parse(run_farspan(arguments).out);
    arguments.push_back("--decode");
    const json decoded = json::parse(run_farspan(arguments).out);
    cr_expect(whole["mode"] == "prefill" && decoded["mode"] == "decode");
    cr_assert(whole["series"].size() == decoded["series"].size());
    for (size_t n = 0; n < whole["series"].size(); ++n)
        for (size_t at = 0; at < 2; ++at) {
            const double a = whole["series"][n]["points"][at]["nll"], b = decoded["series"][n]["points"][at]["nll"];
            cr_expect(std::abs(a - b) < 1e-5, "%s: %g, %g", whole["series"][n]["method"].dump().c_str(), a, b);
        }
}

Test(report, tasks_fill_every_length_that_they_fit) {
    const five_models folder;
    std::string first;
    for (const char* threads : {"1", "3"}) {
        const command_result result = run_farspan({"report",
                                                   "--models",
                                                   folder.models,
                                                   "--text",
                                                   folder.text,
                                                   "--bytes",
                                                   "512",
                                                   "--model",
                                                   "rope",
                                                   "--methods",
                                                   "none,streaming,rerope",
                                                   "--lengths",
                                                   "4,16,300",
                                                   "--passkey",
                                                   "2",
                                                   "--continue",
                                                   "3",
                                                   "--json",
                                                   "--quiet",
                                                   "--threads",
                                                   threads});
        cr_assert(result.exit_code == 0, "%s", result.err.c_str());
        json found = json::parse(result.out);
        for (const json& line : found["series"]) {
            cr_expect(!line["points"][0].contains("passkey") && !line["points"][0].contains("continuation"));
            cr_expect(line["points"][1]["continuation"]["texts"] == 3 &&
                      line["points"][1]["continuation"]["bytes"] == 4);
            const json& keys = line["points"][2]["passkey"];
            cr_assert(keys.size() == 5);
            for (const json& depth : keys) {
                const double nll = depth["digit_nll"];
                cr_expect(depth["trials"] == 2 && depth["correct"] <= 2 && nll > 0 && nll < 30);
            }
        }
        found["threads"] = found["seconds"] = 0;
        if (first.empty()) first = found.dump();
        cr_expect(found.dump() == first, "%s threads", threads);
    }
}

Test(report, the_shipped_rotary_model) {
    const std::string models = FARSPAN_MODELS_DIR;
    if (!std::filesystem::exists(models + "/rope/model.safetensors")) cr_skip_test("models/rope is not there");
    const scratch_folder folder;
    const command_result result =
        run_farspan({"report", "--models", models, "--model", "rope", "--methods", "none,rerope", "--lengths",
                     "128,256", "--bytes", "2048", "--out", folder.path().string()});
    cr_assert(result.exit_code == 0, "%s", result.err.c_str());
    const auto rows = csv_rows(folder / "report.csv");
    cr_assert(rows.size() == 5);
    for (size_t n = 1; n < rows.size(); ++n) {
        cr_expect(rows[n][3] == "2048" && rows[n][8] == "untested");
        const double perplexity = std::stod(rows[n][5]);
        cr_expect(perplexity > 1.5 && perplexity < 30, "%g", perplexity);
    }
}

// What the report is for: plain positions explode four times beyond the trained length, the others do not.
Test(report, the_shipped_models_show_what_the_literature_shows) {
    const std::string models = FARSPAN_MODELS_DIR;
    for (const char* name : {"sinusoidal", "rope", "alibi", "t5", "xpos"})
        if (!std::filesystem::exists(models + "/" + name + "/model.safetensors"))
            cr_skip_test("models/%s is not there", name);
    const command_result result =
        run_farspan({"report", "--models", models, "--lengths", "256,1024", "--bytes", "6144", "--json", "--quiet"});
    cr_assert(result.exit_code == 0, "%s", result.err.c_str());
    const std::map<std::string, std::string> expected = {
        {"sinusoidal none", "explodes"}, {"rope none", "explodes"},   {"rope pi", "explodes"},
        {"alibi none", "good"},          {"t5 none", "good"},         {"rope rerope", "good"},
        {"rope lambda", "good"},         {"rope window", "good"},     {"rope streaming", "good"},
        {"rope self-extend", "good"},    {"rope dual-chunk", "good"}, {"rope leaky-rerope", "good"}};
    size_t seen = 0;
    const json report = json::parse(result.out);
    for (const json& line : report["series"]) {
        const std::string name = line["model"].get<std::string>() + " " + line["method"].get<std::string>();
        const auto found = expected.find(name);
        if (found == expected.end()) continue;
        ++seen;
        const std::string verdict = line["verdict"];
        const bool good = verdict == "holds" || verdict == "improves";
        cr_expect(found->second == (good ? "good" : verdict), "%s: %s", name.c_str(), verdict.c_str());
    }
    cr_expect(seen == expected.size());
}

// Whether it should rise or fall is asked in test_last_segment.cpp, of enough text to tell.
Test(report, the_last_segment_is_compared_with_the_trained_length) {
    const std::string models = FARSPAN_MODELS_DIR;
    if (!std::filesystem::exists(models + "/rope/model.safetensors")) cr_skip_test("models/rope is not there");
    const command_result result =
        run_farspan({"report", "--models", models, "--model", "rope", "--methods", "none,rerope", "--lengths",
                     "128,256,1024", "--bytes", "4096", "--json", "--quiet"});
    cr_assert(result.exit_code == 0, "%s", result.err.c_str());
    const json report = json::parse(result.out);
    cr_assert(report["series"].size() == 2);
    for (const json& line : report["series"]) {
        const double trained = line["points"][1]["last_segment_nll"];
        for (const json& point : line["points"]) {
            const double nll = point["last_segment_nll"], change = point["last_segment_change"];
            cr_expect(std::abs(change - (nll - trained)) < 1e-12, "%g - %g is not %g", nll, trained, change);
            const double error = point["last_segment_change_standard_error"];
            cr_expect(point["length"] == 256 ? error == 0 : error > 0, "%g", error);
        }
    }
    cr_expect(report["series"][0]["points"][2]["last_segment_change"] > 1);
}
