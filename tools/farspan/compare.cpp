// farspan compare: what differs between two reports.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "files.hpp"
#include "losses.hpp"
#include "results.hpp"

namespace tool {
namespace {

using nlohmann::ordered_json;

struct compare_options {
    std::string a, b;
    bool json = false;
};

ordered_json read_report(const std::string& path) {
    const std::vector<uint8_t> text = read_bytes(path);
    ordered_json report = ordered_json::parse(text.begin(), text.end(), nullptr, false);
    if (report.is_discarded()) throw failure(path + ": not JSON");
    if (!report.is_object() || !report.contains("series") || !report["series"].is_array() || !report.contains("text"))
        throw failure(path + ": not a report of farspan report --json or --out");
    return report;
}

// Numbers that JSON does not have are spelled as text.
double number(const ordered_json& value) {
    if (value.is_number()) return value.get<double>();
    if (value.is_string()) return value == "inf" ? HUGE_VAL : value == "-inf" ? -HUGE_VAL : std::nan("");
    throw failure("a report holds " + value.dump().substr(0, 40) + " where a number is expected");
}

const ordered_json* find_series(const ordered_json& report, const ordered_json& like) {
    for (const ordered_json& line : report["series"])
        if (line.at("model") == like.at("model") && line.at("method") == like.at("method")) return &line;
    return nullptr;
}

const ordered_json* find_point(const ordered_json& line, const ordered_json& length) {
    for (const ordered_json& point : line.at("points"))
        if (point.at("length") == length) return &point;
    return nullptr;
}

// Both reports scored the same bytes in the same blocks, so that losses can be compared pair by pair.
bool same_bytes(const ordered_json& a, const ordered_json& b) {
    for (const char* field : {"digest", "stretches", "stretch_length"})
        if (!a["text"].contains(field) || a["text"][field] != b["text"].value(field, ordered_json())) return false;
    return a.at("rules").value("block_tokens", 0) == b.at("rules").value("block_tokens", 0);
}

// The interval of mean(b) - mean(a), 95 %: by resampling the differences of blocks, or if the bytes differ from both
// standard errors.
ordered_json interval_of(const ordered_json& a, const ordered_json& b, bool paired, double difference) {
    double low = std::nan(""), high = low;
    if (paired && a.contains("block_nll") && b.contains("block_nll") &&
        a["block_nll"].size() == b["block_nll"].size()) {
        std::vector<double> differences;
        for (size_t n = 0; n < a["block_nll"].size(); ++n)
            differences.push_back(number(b["block_nll"][n]) - number(a["block_nll"][n]));
        const farspan_interval interval = mean_interval(nullptr, differences);
        low = interval.low, high = interval.high;
    } else {
        constexpr double normal_quantile = 1.959963984540054;  // of 0.975
        const double error = std::hypot(number(a.at("standard_error")), number(b.at("standard_error")));
        low = difference - normal_quantile * error, high = difference + normal_quantile * error;
    }
    return {{"low", json_number(low)}, {"high", json_number(high)}};
}

ordered_json compare_points(const ordered_json& a, const ordered_json& b, bool paired) {
    const double difference = number(b.at("nll")) - number(a.at("nll"));
    ordered_json found = {
        {"length", a.at("length")},
        {"nll", {a.at("nll"), b.at("nll")}},
        {"perplexity", {a.at("perplexity"), b.at("perplexity")}},
        {"nll_difference", json_number(difference)},
        {"interval", interval_of(a, b, paired, difference)},
        {"last_segment_difference", json_number(number(b.at("last_segment_nll")) - number(a.at("last_segment_nll")))}};
    if (a.contains("continuation") && b.contains("continuation"))
        found["chrf_difference"] =
            json_number(number(b["continuation"].at("chrf")) - number(a["continuation"].at("chrf")));
    return found;
}

ordered_json only_in(const ordered_json& a, const ordered_json& b) {
    ordered_json names = ordered_json::array();
    for (const ordered_json& line : a["series"])
        if (!find_series(b, line))
            names.push_back(line.at("model").get<std::string>() + " " + line.at("method").get<std::string>());
    return names;
}

ordered_json compare(const ordered_json& a, const ordered_json& b) {
    const bool paired = same_bytes(a, b);
    ordered_json result = {{"paired", paired},
                           {"series", ordered_json::array()},
                           {"only_in_a", only_in(a, b)},
                           {"only_in_b", only_in(b, a)}};
    for (const ordered_json& line : a["series"]) {
        const ordered_json* other = find_series(b, line);
        if (!other) continue;
        ordered_json entry = {{"model", line.at("model")},
                              {"method", line.at("method")},
                              {"verdict", {line.at("verdict"), other->at("verdict")}},
                              {"points", ordered_json::array()}};
        for (const ordered_json& point : line.at("points"))
            if (const ordered_json* twin = find_point(*other, point.at("length")))
                entry["points"].push_back(compare_points(point, *twin, paired));
        result["series"].push_back(entry);
    }
    return result;
}

std::string signed_text(double value) {
    if (!std::isfinite(value)) return number_text(value, 3);
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%+.4f", value);
    return buffer;
}

std::string to_text(const ordered_json& result) {
    std::string text =
        "Loss in nats per byte: B minus A, with intervals of 95 % (" +
        std::string(result["paired"] ? "the same bytes, pair by pair" : "different bytes: as of independent samples") +
        "); * where 0 is outside\n";
    for (const ordered_json& line : result["series"]) {
        text += line["model"].get<std::string>() + " " + line["method"].get<std::string>() + ": " +
                line["verdict"][0].get<std::string>();
        if (line["verdict"][0] != line["verdict"][1]) text += " -> " + line["verdict"][1].get<std::string>();
        text += "\n";
        for (const ordered_json& p : line["points"]) {
            const double low = number(p["interval"]["low"]), high = number(p["interval"]["high"]);
            char row[160];
            std::snprintf(row, sizeof row, "  %8lld  perplexity %10s -> %10s  loss %s  (%s .. %s)%s\n",
                          static_cast<long long>(p["length"].get<int64_t>()),
                          cell_text(number(p["perplexity"][0])).c_str(), cell_text(number(p["perplexity"][1])).c_str(),
                          signed_text(number(p["nll_difference"])).c_str(), signed_text(low).c_str(),
                          signed_text(high).c_str(), low > 0 || high < 0 ? " *" : "");
            text += row;
        }
    }
    for (const auto& [side, field] : {std::pair("A", "only_in_a"), std::pair("B", "only_in_b")})
        for (const ordered_json& name : result[field])
            text += "only in " + std::string(side) + ": " + name.get<std::string>() + "\n";
    return text;
}

void run_compare(const compare_options& o) {
    ordered_json result;
    try {
        result = compare(read_report(o.a), read_report(o.b));
    } catch (const nlohmann::json::exception& error) {
        throw failure(o.a + ", " + o.b + ": a field of a report is missing or of another type: " + error.what());
    }
    const std::string output = o.json ? result.dump(1) + "\n" : to_text(result);
    if (std::fwrite(output.data(), 1, output.size(), stdout) != output.size())
        throw failure("cannot write to standard output");
}

}  // namespace

void add_compare(CLI::App& program) {
    auto options = std::make_shared<compare_options>();
    compare_options& o = *options;
    CLI::App* app = program.add_subcommand("compare", "What differs between two reports, by model, method and length");
    app->add_option("A", o.a, "report.json of farspan report")->required();
    app->add_option("B", o.b, "another one")->required();
    app->add_flag("--json", o.json, "print JSON");
    app->footer(
        "If both reports scored the same bytes, intervals come from resampling the differences of blocks of bytes.");
    app->callback([options] { run_compare(*options); });
}

}  // namespace tool
