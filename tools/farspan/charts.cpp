// Which curves the report shows, and between which limits.
#include <algorithm>
#include <cmath>

#include "page.hpp"

namespace tool {
namespace {

struct curve {
    const series* line;
    std::string label;
};

std::string point_note(const series& line, const std::string& label, const point& p) {
    return line.model + " " + label + ", " + std::to_string(p.length) + " bytes: perplexity " +
           number_text(p.loss.perplexity, 5) + " (" + number_text(std::exp(p.interval.low), 5) + " .. " +
           number_text(std::exp(p.interval.high), 5) + ")";
}

// The band: the interval of the loss, or, to compare methods of one model on the same bytes, one standard error of its
// change from the trained length.
chart_line perplexity_line(const curve& c, bool of_change) {
    chart_line drawn{c.label, {}};
    for (const point& p : c.line->points) {
        const double error = std::isfinite(p.change.standard_error) ? p.change.standard_error : 0;
        const double low = of_change ? p.loss.nll - error : p.interval.low,
                     high = of_change ? p.loss.nll + error : p.interval.high;
        drawn.points.push_back({static_cast<double>(p.length), p.loss.perplexity, std::exp(low), std::exp(high),
                                point_note(*c.line, c.label, p)});
    }
    return drawn;
}

// The axis ends at a few times the best level at the trained length, or the exploding curves would press all others
// flat.
void set_range(line_chart& chart, bool zoom) {
    double least = HUGE_VAL, most = 0, reference = HUGE_VAL;
    for (const chart_line& line : chart.lines)
        for (const chart_point& p : line.points) {
            if (!std::isfinite(p.y)) continue;
            least = std::min(least, p.y);
            most = std::max(most, p.y);
            if (p.x <= chart.mark) reference = std::min(reference, p.y);
        }
    if (!(most > 0)) least = reference = 1, most = 10;
    if (!std::isfinite(reference)) reference = least;
    chart.logarithmic = !zoom;
    chart.bottom = zoom ? least * 0.995 : least / 1.06;
    chart.top = zoom ? reference * 1.1 : std::min(most * 1.06, std::max(reference * 8, least * 1.5));
}

line_chart make_chart(const report_results& results, const std::string& title, std::vector<curve> curves,
                      bool of_methods, bool zoom) {
    // Highest at the longest window first, so that the legend reads as the curves lie.
    const auto height = [](const curve& c) {
        const double y = c.line->points.back().loss.perplexity;
        return std::isnan(y) ? HUGE_VAL : y;
    };
    std::stable_sort(curves.begin(), curves.end(),
                     [&](const curve& a, const curve& b) { return height(a) > height(b); });
    line_chart chart;
    chart.title = title;
    chart.x_label = "window length, bytes";
    chart.y_label = "perplexity per byte";
    chart.mark = static_cast<double>(curves.front().line->trained_length);
    for (const int64_t length : results.lengths) chart.columns.push_back(static_cast<double>(length));
    for (const curve& c : curves) chart.lines.push_back(perplexity_line(c, of_methods));
    set_range(chart, zoom);
    return chart;
}

}  // namespace

std::vector<line_chart> perplexity_charts(const report_results& results) {
    std::vector<curve> plain;
    std::vector<std::pair<std::string, std::vector<curve>>> rotary;  // by model
    std::vector<curve> tuned;
    for (const series& line : results.lines) {
        if (line.tuned) {
            tuned.push_back({&line, line.method});
            continue;
        }
        if (line.method == "none") plain.push_back({&line, line.model});
        if (line.position != "rope" && line.method == "none") continue;
        if (rotary.empty() || rotary.back().first != line.model) rotary.push_back({line.model, {}});
        if (line.same_as.empty()) rotary.back().second.push_back({&line, line.method});
        for (curve& c : rotary.back().second)
            if (c.line->method == line.same_as) c.label += ", " + line.method;
    }
    std::vector<line_chart> charts;
    if (!plain.empty()) charts.push_back(make_chart(results, "Models as they were trained", plain, false, false));
    for (const auto& [model, curves] : rotary) {
        if (curves.size() < 2 && !charts.empty()) continue;
        charts.push_back(make_chart(results, "Model " + model + " under each method", curves, true, false));
        charts.push_back(make_chart(results, "The same, enlarged", curves, true, true));
    }
    if (!tuned.empty())
        charts.push_back(make_chart(results, "Fine-tuned from " + tuned.front().line->model, tuned, true, false));
    return charts;
}

std::string to_svg(const report_results& results) {
    const std::vector<line_chart> charts = perplexity_charts(results);
    const int64_t height = line_chart_height * static_cast<int64_t>(charts.size());
    std::string text = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + std::to_string(line_chart_width) +
                       "\" height=\"" + std::to_string(height) + "\">\n<style>\n" + svg_style() + "</style>\n";
    text += "<rect width=\"100%\" height=\"100%\" fill=\"var(--ground)\"/>\n";
    for (size_t n = 0; n < charts.size(); ++n)
        text += "<g transform=\"translate(0 " + std::to_string(line_chart_height * static_cast<int64_t>(n)) + ")\">\n" +
                svg_of(charts[n]) + "</g>\n";
    return text + "</svg>\n";
}

}  // namespace tool
