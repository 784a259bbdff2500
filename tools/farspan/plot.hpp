// The report as a picture, drawn by gnuplot.
#pragma once

#include <filesystem>
#include <string>

#include "results.hpp"

namespace tool {

// A gnuplot script with the data in it: perplexity against length, one panel for the models as they are, and for
// each rotary model under its methods one whole and one enlarged. It writes `svg`, a path relative to the folder that gnuplot runs in.
std::string plot_script(const report_results& results, const std::string& svg);

// Writes folder/report.gp and folder/report.svg. False if gnuplot is not installed; a failure if it complains.
bool draw_plot(const report_results& results, const std::filesystem::path& folder);

}  // namespace tool
