#include "page.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace tool {
namespace {

constexpr const char* page_style = R"(
body { margin: 2rem auto; max-width: 76rem; padding: 0 1rem; background: var(--ground); color: var(--ink);
       font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin: 2.2rem 0 0.6rem; }
p { max-width: 60rem; } .faint { color: var(--faint); }
.scroll { overflow-x: auto; margin-top: 1rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(34rem, 100%), 1fr)); gap: 1rem; }
.charts svg { width: 100%; } .maps { display: flex; flex-wrap: wrap; gap: 1rem 2rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.15rem 0.7rem; text-align: right; border-bottom: 1px solid var(--grid); white-space: nowrap; }
th.name, td.name { text-align: left; } tr.first td { border-top: 2px solid var(--grid); }
.verdict { padding: 0 0.5em; border-radius: 0.6em; border: 1px solid; }
.improves, .holds { color: var(--good); } .degrades { color: var(--fair); } .explodes { color: var(--bad); }
:root { color-scheme: light dark; --good: #14713f; --fair: #8a6100; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --good: #5ed39a; --fair: #f0c040; --bad: #ff8a80; } }
)";

std::string cell(const std::string& text, const std::string& note = "") {
    return "<td" + (note.empty() ? "" : " title=\"" + escape_markup(note) + "\"") + ">" + escape_markup(text) + "</td>";
}

std::string verdict_cell(const series& line) {
    std::string text = line.verdict;
    if (line.worst_length)
        text += " (" + number_text(line.worst_ratio, 3) + " at " + std::to_string(line.worst_length) + ")";
    return "<td class=\"name\"><span class=\"verdict " + line.verdict + "\">" + escape_markup(text) + "</span></td>";
}

// One row per series, one column per length. `text` and `note` are functions of a point.
template <class Text, class Note>
std::string table(const report_results& results, bool verdicts, Text&& text, Note&& note) {
    std::string html = "<div class=\"scroll\"><table>\n<tr><th class=\"name\">model</th><th class=\"name\">method</th>";
    for (const int64_t length : results.lengths) html += "<th>" + std::to_string(length) + "</th>";
    html += verdicts ? "<th class=\"name\">verdict</th></tr>\n" : "</tr>\n";
    std::string previous;
    for (const series& line : results.lines) {
        const bool first = line.model != previous;
        html += std::string(first ? "<tr class=\"first\">" : "<tr>") + "<td class=\"name\">" +
                (first ? escape_markup(line.model) : "") + "</td><td class=\"name\">" + escape_markup(line.method) +
                "</td>";
        previous = line.model;
        for (const point& p : line.points) html += cell(text(p), note(p));
        html += (verdicts ? verdict_cell(line) : "") + "</tr>\n";
    }
    return html + "</table></div>\n";
}

std::string interval_note(const point& p) {
    return "95 %: " + number_text(std::exp(p.interval.low), 5) + " .. " + number_text(std::exp(p.interval.high), 5) +
           "; " + number_text(p.loss.bits_per_byte, 4) + " bits per byte";
}

std::string section(const std::string& title, const std::string& explanation, const std::string& body) {
    return "<section>\n<h2>" + escape_markup(title) + "</h2>\n<p>" + escape_markup(explanation) + "</p>\n" + body +
           "</section>\n";
}

std::string perplexity_section(const report_results& results) {
    std::string charts = "<div class=\"charts\">\n";
    for (const line_chart& chart : perplexity_charts(results)) charts += svg_of(chart);
    return section(
        "Perplexity per byte, by window length",
        "The same bytes are scored at every length. Intervals of 95 % on hover, and as bands around the models as they "
        "were trained; bands around methods are one standard error of the change from the trained length. A triangle "
        "at "
        "the upper edge: the curve goes on above. Verdict: " +
            std::string(farspan::eval::verdict_rule()) + ".",
        charts + "</div>\n" +
            table(
                results, true, [](const point& p) { return cell_text(p.loss.perplexity); }, interval_note));
}

// A chart of losses whose range fits all that is not far above the rest.
line_chart loss_chart(const std::string& title, const std::string& x_label, std::vector<chart_line> lines) {
    line_chart chart;
    chart.title = title;
    chart.x_label = x_label;
    chart.y_label = "nats per byte";
    double least = HUGE_VAL, most = 0;
    for (const chart_line& line : lines)
        for (const chart_point& p : line.points) {
            if (!std::isfinite(p.y)) continue;
            least = std::min(least, p.low);
            most = std::max(most, p.high);
            if (std::find(chart.columns.begin(), chart.columns.end(), p.x) == chart.columns.end())
                chart.columns.push_back(p.x);
        }
    if (!std::isfinite(least)) return chart;
    std::sort(chart.columns.begin(), chart.columns.end());
    const double room = 0.04 * (std::min(most, least + 1.5) - least) + 1e-3;
    chart.bottom = least - room;
    chart.top = std::min(most, least + 1.5) + room;
    chart.lines = std::move(lines);
    return chart;
}

// `error`: half the width of the band.
chart_point loss_point(double x, const farspan_loss_summary& loss, double error, const std::string& what) {
    if (!std::isfinite(error)) error = 0;
    return {x, loss.nll, loss.nll - error, loss.nll + error,
            what + ": " + number_text(loss.nll, 5) + " +- " + number_text(loss.standard_error, 2) + " nats"};
}

std::string curve_name(const series& line) { return line.model + (line.method == "none" ? "" : " " + line.method); }

// Curves that are worth a place: the models as they are, and of the methods those that do not explode.
bool is_drawn(const series& line) {
    return line.same_as.empty() && !line.tuned && (line.method == "none" || line.verdict != "explodes");
}

std::string segment_note(const point& p) {
    return "change from the trained length " + number_text(p.segment_change.nll, 3) + " +- " +
           number_text(p.segment_change.standard_error, 2);
}

std::string segment_section(const report_results& results) {
    std::vector<chart_line> by_length, by_context;
    for (const series& line : results.lines) {
        if (!is_drawn(line)) continue;
        chart_line last{curve_name(line), {}}, context{curve_name(line), {}};
        for (const point& p : line.points)
            last.points.push_back(loss_point(static_cast<double>(p.length), p.segment, p.segment_change.standard_error,
                                             curve_name(line) + ", " + std::to_string(p.length)));
        for (const context_bucket& b : line.context_curve)
            if (b.loss.tokens > 0)
                context.points.push_back(loss_point(
                    static_cast<double>(b.last - 1), b.loss, b.loss.standard_error,
                    curve_name(line) + ", " + std::to_string(b.first) + " .. " + std::to_string(b.last - 1)));
        by_length.push_back(last);
        by_context.push_back(context);
    }
    std::string charts;
    for (const line_chart& chart : {loss_chart("Last segment", "window length, bytes", by_length),
                                    loss_chart("Within the longest windows", "context up to, bytes", by_context)})
        if (!chart.lines.empty()) charts += svg_of(chart);
    const std::string segment = std::to_string(results.where.segment);
    return section("Does more context still help?",
                   "Loss of the last " + segment +
                       " bytes of each stretch, the same bytes with more context to the right; and the loss of "
                       "every prediction within the longest windows, by the context it had. Of the methods, those that "
                       "explode are left out of the charts, and so are fine-tuned models. Bands are one standard "
                       "error: of the change from the "
                       "trained length in the first chart, of the loss in the second.",
                   "<div class=\"charts\">\n" + charts + "</div>\n" +
                       table(
                           results, false, [](const point& p) { return cell_text(p.segment.nll); },
                           [](const point& p) { return segment_note(p); }));
}

heat_map passkey_map(const series& line) {
    heat_map map;
    map.title = curve_name(line);
    map.x_label = "window length";
    map.y_label = "depth";
    for (const point& p : line.points) {
        if (p.passkeys.empty()) continue;
        map.columns.push_back(std::to_string(p.length));
        map.rows.resize(p.passkeys.size());
        map.cells.resize(p.passkeys.size());
        for (size_t row = 0; row < p.passkeys.size(); ++row) {
            const passkey_result& r = p.passkeys[row];
            map.rows[row] = number_text(r.depth, 3);
            map.cells[row].push_back(
                {static_cast<double>(r.correct) / static_cast<double>(std::max<int64_t>(1, r.trials)),
                 number_text(r.digit_nll, 3),
                 std::to_string(r.correct) + " of " + std::to_string(r.trials) + " found; " +
                     number_text(r.digit_nll, 4) + " nats per digit"});
        }
    }
    return map;
}

std::string passkey_section(const report_results& results) {
    std::string maps;
    for (const series& line : results.lines) {
        const heat_map map = passkey_map(line);
        if (line.same_as.empty() && !map.columns.empty()) maps += svg_of(map);
    }
    if (maps.empty()) return "";
    return section("Passkey: is a number found that stands far back?",
                   "Colour: the share of keys that the model wrote. Number: the loss of the key's digits when they are "
                   "spelled out, in nats "
                   "per digit; a guess costs 2.303, less means that the model knows something of the key.",
                   "<div class=\"maps\">\n" + maps + "</div>\n");
}

std::string continuation_section(const report_results& results) {
    const continuation_result* example = nullptr;
    for (const series& line : results.lines)
        for (const point& p : line.points)
            if (p.continuation) example = &*p.continuation;
    if (!example) return "";
    const auto text = [](const point& p) {
        return p.continuation ? number_text(p.continuation->bleu, 3) + " / " + number_text(p.continuation->chrf, 3) +
                                    " / " + number_text(100 * p.continuation->rouge_l, 3)
                              : std::string("-");
    };
    const auto note = [](const point& p) {
        if (!p.continuation) return std::string();
        const continuation_result& c = *p.continuation;
        return "95 %: BLEU " + number_text(c.bleu_interval.low, 3) + " .. " + number_text(c.bleu_interval.high, 3) +
               ", ROUGE-L " + number_text(100 * c.rouge_interval.low, 3) + " .. " +
               number_text(100 * c.rouge_interval.high, 3);
    };
    return section(
        "Continuation against the true one: BLEU / chrF / ROUGE-L",
        "The last " + std::to_string(example->bytes) + " bytes of " + std::to_string(example->texts) +
            " windows, written by the model byte by byte over a cache, always the likeliest one. Each from 0 to 100.",
        table(results, false, text, note));
}

line_chart tuning_chart(const tuning_run& run, int64_t length) {
    std::vector<chart_line> lines;
    for (const tuning_course& course : run.courses) {
        chart_line drawn{course.start, {}};
        for (const tuning_row& row : course.rows) {
            const double loss = std::log(row.perplexity.at(length));
            drawn.points.push_back({static_cast<double>(row.step), loss, loss, loss,
                                    course.start + " + " + std::to_string(row.step) +
                                        " steps: " + number_text(loss, 5) + " nats, perplexity " +
                                        number_text(row.perplexity.at(length), 5)});
        }
        lines.push_back(drawn);
    }
    const std::string title =
        std::to_string(run.length) + " bytes a window, read in windows of " + std::to_string(length);
    line_chart chart = loss_chart(title, "steps of fine-tuning", std::move(lines));
    chart.shift = 5;
    return chart;
}

std::string tuning_section(const report_results& results) {
    if (results.tunings.empty()) return "";
    std::string charts;
    for (const tuning_run& run : results.tunings) {
        charts += svg_of(tuning_chart(run, run.length));
        charts += svg_of(tuning_chart(run, run.courses.front().rows.front().perplexity.begin()->first));
    }
    return section("Fine-tuning: how many steps does each start need?",
                   "Loss of text that was held out of training, by the steps of a fine-tuning on longer windows, from "
                   "each method of extension; the same windows in the same order for all. Once at the new length, once "
                   "at the one before. Written by tools/train/extend.py when the models were made, not by this run.",
                   "<div class=\"charts\">\n" + charts + "</div>\n");
}

std::string facts(const report_results& results) {
    return "<p class=\"faint\">farspan " + std::string(farspan::version_text()) + ", " + results.isa + ". Text " +
           escape_markup(std::filesystem::path(results.text_name).filename().string()) + ", " +
           std::to_string(results.text_bytes) + " bytes, of which " + std::to_string(results.where.scored()) +
           " are scored. Windows do not overlap; a window's first byte is context only, there is no BOS. " +
           (results.decoded ? "Scored byte by byte over a key-value cache." : "Scored in whole windows.") +
           " Standard errors and intervals come from blocks of " + std::to_string(error_block()) + " bytes.</p>\n";
}

}  // namespace

std::string to_page(const report_results& results) {
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
           "img-src data:\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<link rel=\"icon\" "
           "href=\"data:,\">\n"
           "<title>Farspan report</title>\n<style>\n" +
           svg_style() + page_style + "</style>\n</head>\n<body>\n<h1>Farspan report</h1>\n" + facts(results) +
           perplexity_section(results) + tuning_section(results) + segment_section(results) + passkey_section(results) +
           continuation_section(results) + "</body>\n</html>\n";
}

}  // namespace tool
