#include "results.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "farspan/eval.h"
#include "handles.hpp"

namespace tool {
namespace {

using nlohmann::ordered_json;

// JSON has no numbers for these.
ordered_json json_number(double value) {
    if (std::isfinite(value)) return value;
    return number_text(value, 3);
}

std::string pad(const std::string& text, size_t width, bool right) {
    const std::string fill(text.size() < width ? width - text.size() : 0, ' ');
    return right ? fill + text : text + fill;
}

std::string csv_field(const std::string& text) {
    if (text.find_first_of(",\"\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + "\"";
}

// A table cell: three decimals while that is readable.
std::string cell_text(double value) {
    char buffer[32];
    if (std::isfinite(value) && value < 9999.5) {
        std::snprintf(buffer, sizeof buffer, "%.*f", value < 100 ? 3 : 1, value);
        return buffer;
    }
    return number_text(value, 3);
}

template <class F>
std::string table(const report_results& results, const std::string& title, bool verdicts, F&& value) {
    size_t names = 0, methods = 0;
    for (const series& line : results.lines) {
        names = std::max(names, line.model.size());
        methods = std::max(methods, line.method.size());
    }
    std::string text = title + "\n" + pad("", names + methods + 3, false);
    for (const int64_t length : results.lengths) text += pad(std::to_string(length), 10, true);
    text += verdicts ? "   verdict\n" : "\n";
    std::string previous;
    for (const series& line : results.lines) {
        text += pad(line.model == previous ? "" : line.model, names + 2, false) + pad(line.method, methods + 1, false);
        previous = line.model;
        for (const point& p : line.points) text += pad(cell_text(value(p)), 10, true);
        if (verdicts) {
            text += "   " + line.verdict;
            if (line.worst_length) text += " (" + number_text(line.worst_ratio, 3) + " at " + std::to_string(line.worst_length) + ")";
        }
        text += "\n";
    }
    return text;
}

ordered_json point_json(const point& p) {
    return {{"length", p.length},
            {"tokens", p.loss.tokens},
            {"nll", json_number(p.loss.nll)},
            {"standard_error", json_number(p.loss.standard_error)},
            {"perplexity", json_number(p.loss.perplexity)},
            {"bits_per_byte", json_number(p.loss.bits_per_byte)},
            {"nll_change", json_number(p.change.nll)},
            {"nll_change_standard_error", json_number(p.change.standard_error)},
            {"last_segment_nll", json_number(p.segment.nll)},
            {"last_segment_standard_error", json_number(p.segment.standard_error)},
            {"parameters", p.parameters}};
}

ordered_json series_json(const series& line) {
    ordered_json points = ordered_json::array();
    for (const point& p : line.points) points.push_back(point_json(p));
    ordered_json json = {{"model", line.model},
                         {"position", line.position},
                         {"method", line.method},
                         {"trained_length", line.trained_length},
                         {"verdict", line.verdict}};
    if (line.worst_length) {
        json["reference_length"] = line.reference_length;
        json["worst_ratio"] = json_number(line.worst_ratio);
        json["worst_length"] = line.worst_length;
    }
    if (!line.same_as.empty()) json["same_as"] = line.same_as;
    json["points"] = points;
    return json;
}

std::string parameter_list(const report_results& results) {
    std::string text = "Parameters that the methods derived from the length\n";
    for (const series& line : results.lines)
        for (const point& p : line.points)
            if (!p.parameters.empty())
                text += "  " + line.model + " " + line.method + " " + std::to_string(p.length) + "  " + p.parameters.dump() + "\n";
    return text + "\n";
}

}  // namespace

void judge(series& line) {
    std::vector<int64_t> lengths;
    std::vector<double> nll;
    for (const point& p : line.points) {
        lengths.push_back(p.length);
        nll.push_back(p.loss.nll);
    }
    farspan_verdict verdict{};
    verdict.struct_size = sizeof verdict;
    call("verdict", [&](farspan_error* e) {
        return farspan_judge(lengths.data(), nll.data(), static_cast<int64_t>(lengths.size()), line.trained_length, &verdict, e);
    });
    line.verdict = farspan_verdict_name(verdict.verdict);
    line.reference_length = verdict.reference_length;
    line.worst_length = verdict.worst_length;
    line.worst_ratio = verdict.worst_ratio;
}

std::string number_text(double value, int digits) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, "%.*g", digits, value);
    return buffer;
}

std::string to_csv(const report_results& results) {
    std::string text = "model,method,length,tokens,nll,perplexity,bits_per_byte,last_segment_nll,verdict\n";
    for (const series& line : results.lines)
        for (const point& p : line.points) {
            text += csv_field(line.model) + "," + line.method + "," + std::to_string(p.length) + "," + std::to_string(p.loss.tokens);
            for (const double value : {p.loss.nll, p.loss.perplexity, p.loss.bits_per_byte, p.segment.nll})
                text += "," + number_text(value, 7);
            text += "," + line.verdict + "\n";
        }
    return text;
}

ordered_json to_json(const report_results& results) {
    ordered_json lines = ordered_json::array();
    for (const series& line : results.lines) lines.push_back(series_json(line));
    const stretches& where = results.where;
    return {{"farspan", farspan_version_text()},
            {"isa", results.isa},
            {"threads", results.threads},
            {"seconds", results.seconds},
            {"text",
             {{"file", results.text_name},
              {"bytes", results.text_bytes},
              {"scored_bytes", where.scored()},
              {"stretches", where.starts},
              {"stretch_length", where.length},
              {"segment", where.segment}}},
            {"rules",
             {{"windows", "without overlap; a window's first byte is context only, there is no BOS; every length scores the same bytes"},
              {"last_segment", "the final bytes of each stretch, scored by the window that ends there"},
              {"standard_error", "from the means of blocks of " + std::to_string(error_block()) + " bytes"},
              {"verdict", farspan_verdict_rule()}}},
            {"lengths", results.lengths},
            {"series", lines}};
}

std::string to_tables(const report_results& results, bool verbose) {
    std::string text = "\n";
    if (verbose) text += parameter_list(results);
    text += table(results, "Perplexity per byte, by window length", true, [](const point& p) { return p.loss.perplexity; }) + "\n";
    text += table(results, "Bits per byte", false, [](const point& p) { return p.loss.bits_per_byte; }) + "\n";
    text += table(results, "Loss of the last " + std::to_string(results.where.segment) +
                               " bytes only, nats per byte: the same bytes with more context to the right", false,
                  [](const point& p) { return p.segment.nll; }) + "\n";
    return text + "Verdict: " + farspan_verdict_rule() + ".\n";
}

}  // namespace tool
