#include "svg.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace tool {
namespace {

constexpr double left = 62, right = 492, upper = 34, lower = 330;  // the plotting area of a line chart
constexpr int64_t colour_count = 9;

std::string num(double value) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.1f", value);
    return buffer;
}

std::string label_of(double value) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.6g", value);
    return buffer;
}

std::string svg_open(const char* kind, double width, double height, const std::string& title) {
    return std::string("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart ") + kind +
           "\" role=\"img\" aria-label=\"" + escape_markup(title) + "\" viewBox=\"0 0 " + num(width) + " " +
           num(height) + "\" width=\"" + num(width) + "\" height=\"" + num(height) +
           "\">\n<text class=\"chart-title\" x=\"4\" y=\"18\">" + escape_markup(title) + "</text>\n";
}

std::string text_at(double x, double y, const char* anchor, const std::string& text, const char* extra = "") {
    return "<text x=\"" + num(x) + "\" y=\"" + num(y) + "\" text-anchor=\"" + anchor + "\"" + extra + ">" +
           escape_markup(text) + "</text>\n";
}

// Positions of a chart's values on the paper.
class scales {
public:
    explicit scales(const line_chart& c) : chart_(c) {
        first_ = std::log2(c.columns.front() + c.shift) - 0.15;
        last_ = std::log2(c.columns.back() + c.shift) + 0.15;
    }
    double x(double value) const {
        return left + (right - left) * (std::log2(value + chart_.shift) - first_) / (last_ - first_);
    }
    double y(double value) const {
        const double share = chart_.logarithmic ? std::log(value / chart_.bottom) / std::log(chart_.top / chart_.bottom)
                                                : (value - chart_.bottom) / (chart_.top - chart_.bottom);
        // Far outside is far enough: the area cuts lines off at its edges.
        return lower - (lower - upper) * std::clamp(std::isfinite(share) ? share : 9.0, -9.0, 9.0);
    }

private:
    const line_chart& chart_;
    double first_, last_;
};

// Round numbers between bottom and top: 1, 1.5, 2, 3, 5, 7 times powers of ten on a logarithmic axis, else multiples of
// a step.
std::vector<double> ticks_of(const line_chart& c) {
    std::vector<double> ticks;
    if (c.logarithmic) {
        for (double power = std::pow(10.0, std::floor(std::log10(c.bottom))); power <= c.top; power *= 10)
            for (const double factor : {1.0, 1.5, 2.0, 3.0, 5.0, 7.0})
                if (power * factor >= c.bottom && power * factor <= c.top) ticks.push_back(power * factor);
        return ticks;
    }
    const double rough = (c.top - c.bottom) / 6, power = std::pow(10.0, std::floor(std::log10(rough)));
    double step = power * 10;
    for (const double factor : {5.0, 2.0, 1.0})
        if (power * factor >= rough) step = power * factor;
    for (double n = std::ceil(c.bottom / step); n * step <= c.top; ++n) ticks.push_back(n * step);
    return ticks;
}

std::string axes(const line_chart& c, const scales& at) {
    std::string text;
    for (const double tick : ticks_of(c)) {
        text += "<line class=\"grid\" x1=\"" + num(left) + "\" x2=\"" + num(right) + "\" y1=\"" + num(at.y(tick)) +
                "\" y2=\"" + num(at.y(tick)) + "\"/>\n" + text_at(left - 6, at.y(tick) + 4, "end", label_of(tick));
    }
    for (const double column : c.columns)
        text += "<line class=\"grid\" x1=\"" + num(at.x(column)) + "\" x2=\"" + num(at.x(column)) + "\" y1=\"" +
                num(upper) + "\" y2=\"" + num(lower) + "\"/>\n" +
                text_at(at.x(column), lower + 17, "middle", label_of(column));
    if (c.mark > 0)
        text += "<line class=\"mark\" x1=\"" + num(at.x(c.mark)) + "\" x2=\"" + num(at.x(c.mark)) + "\" y1=\"" +
                num(upper) + "\" y2=\"" + num(lower) + "\"/>\n" +
                text_at(at.x(c.mark) + 4, upper + 11, "start", "trained length", " class=\"faint\"");
    text += text_at((left + right) / 2, lower + 38, "middle", c.x_label);
    const std::string middle = num((upper + lower) / 2);
    return text + "<text transform=\"translate(14 " + middle + ") rotate(-90)\" text-anchor=\"middle\">" +
           escape_markup(c.y_label) + "</text>\n";
}

std::string band(const chart_line& line, const scales& at) {
    std::string there, back;
    bool any = false;
    for (const chart_point& p : line.points) {
        any = any || p.low != p.high;
        there += num(at.x(p.x)) + "," + num(at.y(p.high)) + " ";
        back = num(at.x(p.x)) + "," + num(at.y(p.low)) + " " + back;
    }
    return any ? "<polygon class=\"band\" points=\"" + there + back + "\"/>\n" : "";
}

std::string curve(const chart_line& line, const scales& at) {
    std::string points, marks;
    for (const chart_point& p : line.points) {
        const std::string x = num(at.x(p.x)), y = num(at.y(p.y));
        points += x + "," + y + " ";
        const std::string note = "<title>" + escape_markup(p.note) + "</title>";
        marks += at.y(p.y) >= upper - 1 ? "<circle cx=\"" + x + "\" cy=\"" + y + "\" r=\"3\">" + note + "</circle>\n"
                                        : "<path transform=\"translate(" + x + " " + num(upper) +
                                              ")\" d=\"M-4 7 L0 0 L4 7 z\">" + note + "</path>\n";
    }
    return "<polyline points=\"" + points + "\"/>\n" + marks;
}

std::string css_class(size_t index) {
    return "c" + std::to_string(static_cast<int64_t>(index) % colour_count) +
           (static_cast<int64_t>(index) >= colour_count ? " dashed" : "");
}

std::string legend(const line_chart& c) {
    std::string text;
    const double step =
        std::min(18.0, (line_chart_height - upper - 6) / std::max<double>(1, static_cast<double>(c.lines.size())));
    for (size_t n = 0; n < c.lines.size(); ++n) {
        const double y = upper + 6 + step * static_cast<double>(n);
        text += "<g class=\"" + css_class(n) + "\"><polyline points=\"" + num(right + 14) + "," + num(y) + " " +
                num(right + 40) + "," + num(y) + "\"/></g>\n" + text_at(right + 46, y + 4, "start", c.lines[n].label);
    }
    return text;
}

}  // namespace

std::string escape_markup(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else if (static_cast<unsigned char>(c) < 0x20)
            out += ' ';  // most of them may not be in XML at all
        else
            out += c;
    }
    return out;
}

std::string svg_of(const line_chart& c) {
    const scales at(c);
    std::string text = svg_open("lines", line_chart_width, line_chart_height, c.title) + axes(c, at);
    // A nested <svg> cuts off what leaves its area, without an id that would have to be unique on the page.
    text += "<svg x=\"" + num(left) + "\" y=\"" + num(upper - 2) + "\" width=\"" + num(right - left) + "\" height=\"" +
            num(lower - upper + 4) + "\" viewBox=\"" + num(left) + " " + num(upper - 2) + " " + num(right - left) +
            " " + num(lower - upper + 4) + "\">\n";
    for (size_t n = 0; n < c.lines.size(); ++n)
        text += "<g class=\"" + css_class(n) + "\">\n" + band(c.lines[n], at) + curve(c.lines[n], at) + "</g>\n";
    return text + "</svg>\n" + legend(c) + "</svg>\n";
}

std::string svg_of(const heat_map& map) {
    constexpr double cell_width = 56, cell_height = 26, names = 52, top = 30;
    const double width = names + cell_width * static_cast<double>(map.columns.size()) + 8,
                 height = top + cell_height * static_cast<double>(map.rows.size()) + 42;
    std::string text = svg_open("map", std::max(width, 300.0), height, map.title);
    for (size_t row = 0; row < map.rows.size(); ++row) {
        const double y = top + cell_height * static_cast<double>(row);
        text += text_at(names - 6, y + 17, "end", map.rows[row]);
        for (size_t column = 0; column < map.columns.size(); ++column) {
            const heat_map::cell& cell = map.cells[row][column];
            const double x = names + cell_width * static_cast<double>(column);
            text += "<g class=\"heat\"><title>" + escape_markup(cell.note) + "</title><rect class=\"back\" x=\"" +
                    num(x) + "\" y=\"" + num(y) + "\" width=\"" + num(cell_width - 2) + "\" height=\"" +
                    num(cell_height - 2) + "\"/>" + "<rect class=\"front\" fill-opacity=\"" +
                    label_of(std::clamp(cell.share, 0.0, 1.0)) + "\" x=\"" + num(x) + "\" y=\"" + num(y) +
                    "\" width=\"" + num(cell_width - 2) + "\" height=\"" + num(cell_height - 2) + "\"/></g>" +
                    text_at(x + cell_width / 2 - 1, y + 16, "middle", cell.text);
        }
    }
    const double below = top + cell_height * static_cast<double>(map.rows.size());
    for (size_t column = 0; column < map.columns.size(); ++column)
        text += text_at(names + cell_width * (static_cast<double>(column) + 0.5), below + 14, "middle",
                        map.columns[column]);
    return text +
           text_at(names, below + 32, "start", map.y_label + " down, " + map.x_label + " to the right",
                   " class=\"faint\"") +
           "</svg>\n";
}

std::string svg_style() {
    // Distinguishable with few colours of one's own (Okabe and Ito 2008), lighter on dark ground.
    const char* light[] = {"#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7",
                           "#b07d00", "#3aa0d8", "#8b1a1a", "#6a3d9a"};
    const char* dark[] = {"#ffffff", "#4aa8e0", "#ff8a3c", "#2fd3a5", "#e89cc6",
                          "#f0c040", "#9ad6f7", "#e07070", "#b79ae0"};
    std::string text =
        ":root { --ink: #1c1f23; --faint: #667; --ground: #ffffff; --grid: #d8dce2; --heat: #2f8f5b; }\n";
    std::string night = "--ink: #e6e8eb; --faint: #99a; --ground: #14171b; --grid: #343a42; --heat: #2f9e63; ";
    for (int64_t n = 0; n < colour_count; ++n) {
        text += ".c" + std::to_string(n) + " { --line: " + light[n] + "; }\n";
    }
    text += "@media (prefers-color-scheme: dark) {\n:root { " + night + "}\n";
    for (int64_t n = 0; n < colour_count; ++n) text += ".c" + std::to_string(n) + " { --line: " + dark[n] + "; }\n";
    return text +
           "}\n"
           ".chart { background: var(--ground); font: 13px system-ui, sans-serif; max-width: 100%; height: auto; }\n"
           ".chart text { fill: var(--ink); }\n.chart text.faint { fill: var(--faint); }\n"
           ".chart text.chart-title { font-size: 14px; font-weight: 600; }\n"
           ".chart .grid { stroke: var(--grid); }\n.chart .mark { stroke: var(--faint); stroke-dasharray: 2 4; }\n"
           ".chart polyline { fill: none; stroke: var(--line); stroke-width: 1.8; }\n"
           ".chart .dashed polyline { stroke-dasharray: 6 3; }\n"
           ".chart circle, .chart path { fill: var(--line); }\n.chart .band { fill: var(--line); fill-opacity: 0.12; "
           "}\n"
           ".chart .heat .back { fill: var(--grid); }\n.chart .heat .front { fill: var(--heat); }\n";
}

}  // namespace tool
