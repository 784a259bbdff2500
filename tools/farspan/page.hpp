// The report as one HTML page: tables and charts, light and dark, nothing from outside, no script.
#pragma once

#include <string>

#include "results.hpp"
#include "svg.hpp"

namespace tool {

std::string to_page(const report_results& results);

// The perplexity charts alone, one above the other, as an SVG file.
std::string to_svg(const report_results& results);

// The charts of both: the models as they are; each rotary model under its methods, whole and enlarged; the fine-tuned
// models.
std::vector<line_chart> perplexity_charts(const report_results& results);

}  // namespace tool
