// Charts as SVG text: lines over a logarithmic axis of lengths, and heat maps. Colours come from the style of the page
// (or file) around them, so that one chart serves light and dark. Points carry their numbers as <title>, which browsers
// show on hover.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tool {

struct chart_point {
    double x, y;
    double low, high;  // of an interval, or both equal to y
    std::string note;  // shown on hover
};

struct chart_line {
    std::string label;
    std::vector<chart_point> points;  // ascending x; what is not finite lies above the chart
};

struct line_chart {
    std::string title, x_label, y_label;
    std::vector<chart_line> lines;
    double bottom = 0, top = 1;   // of the axis; points outside are cut off, those above get a mark at the upper edge
    bool logarithmic = false;     // the y axis; the x axis always is, to base 2, of x + shift
    double shift = 0;             // more than 0 gives x = 0 a place
    std::vector<double> columns;  // where the x axis is labelled
    double mark = 0;              // a vertical line here, "trained length"; 0: none
};

struct heat_map {
    std::string title, x_label, y_label;
    std::vector<std::string> columns, rows;
    struct cell {
        double share;      // 0 .. 1, the colour
        std::string text;  // inside
        std::string note;  // on hover
    };
    std::vector<std::vector<cell>> cells;  // [row][column]
};

// <svg> elements. A heat map is as wide as its columns.
std::string svg_of(const line_chart& chart);
std::string svg_of(const heat_map& map);

constexpr int64_t line_chart_width = 720, line_chart_height = 380;

// What the classes in those elements mean, for a <style> element; it also defines the colours for light and dark.
std::string svg_style();

// Text between tags or inside quoted attributes.
std::string escape_markup(const std::string& text);

}  // namespace tool
