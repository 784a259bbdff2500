#include "plot.hpp"

#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>

#include "files.hpp"
#include "handles.hpp"

extern char** environ;

namespace tool {
namespace {

// Distinguishable by people who see few colours too; the dash type changes with every round.
constexpr const char* colours[] = {"#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                   "#e69f00", "#56b4e9", "#8b1a1a", "#6a3d9a"};
constexpr const char* log_ticks = "(1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 40, 60, 80, 100, 150, 200, 300)";
constexpr size_t colour_count = std::size(colours);

struct curve {
    const series* line;
    std::string label;
    size_t data = 0;  // number of its data block
};

struct panel {
    std::string title;
    std::vector<curve> curves;  // highest at the longest window first, so that the legend reads as the curves lie
    bool zoom = false;          // shows the neighbourhood of the trained length's perplexity only
    bool legend = true;
};

// Text inside gnuplot's single quotes, with its enhanced-text marks left alone by "noenhanced".
std::string quote(const std::string& text) {
    std::string quoted = "'";
    for (const char c : text) quoted += c == '\'' ? "''" : c == '\n' ? " " : std::string(1, c);
    return quoted + "'";
}

double height(const curve& c) {
    const double y = c.line->points.back().loss.perplexity;
    return std::isnan(y) ? HUGE_VAL : y;
}

// The models as they are; each rotary model under its methods, whole and enlarged.
std::vector<panel> make_panels(const report_results& results) {
    panel plain{"Models as they were trained", {}};
    std::vector<panel> rotary;
    for (const series& line : results.lines) {
        if (line.method == "none") plain.curves.push_back({&line, line.model});
        if (line.position != "rope" && line.method == "none") continue;
        const std::string title = "Model \"" + line.model + "\" under each method";
        if (rotary.empty() || rotary.back().title != title) rotary.push_back({title, {}});
        if (line.same_as.empty()) rotary.back().curves.push_back({&line, line.method});
        for (curve& c : rotary.back().curves)
            if (c.line->method == line.same_as) c.label += ", " + line.method;
    }
    std::vector<panel> panels;
    if (!plain.curves.empty()) panels.push_back(plain);
    for (panel& p : rotary) {
        if (p.curves.size() < 2 && !panels.empty()) continue;
        p.legend = false;
        panels.push_back(p);
        panels.push_back({"The same, enlarged", p.curves, true, true});
    }
    size_t data = 0;
    for (panel& p : panels) {
        std::stable_sort(p.curves.begin(), p.curves.end(), [](const curve& a, const curve& b) { return height(a) > height(b); });
        for (curve& c : p.curves) c.data = data++;
    }
    return panels;
}

// The axis ends at a few times the best level at the trained length, or the exploding curves would press all others flat.
std::pair<double, double> vertical_range(const panel& p) {
    double least = HUGE_VAL, most = 0, reference = HUGE_VAL;
    for (const curve& c : p.curves)
        for (const point& at : c.line->points) {
            const double y = at.loss.perplexity;
            if (!std::isfinite(y)) continue;
            least = std::min(least, y);
            most = std::max(most, y);
            if (at.length <= c.line->trained_length) reference = std::min(reference, y);
        }
    if (!(most > 0)) return {1, 10};
    if (!std::isfinite(reference)) reference = least;
    if (p.zoom) return {least * 0.995, reference * 1.1};
    return {least / 1.06, std::min(most * 1.06, std::max(reference * 8, least * 1.5))};
}

std::string data_block(const curve& c, double top) {
    std::string text = "$line" + std::to_string(c.data) + " << END\n";
    for (const point& p : c.line->points) {
        const double y = p.loss.perplexity;
        const bool above = !(y <= top);  // also when it is no number
        text += std::to_string(p.length) + " " + number_text(std::isfinite(y) ? y : top * 1e3, 8) + " " +
                (above ? number_text(top, 8) : "NaN") + "\n";
    }
    return text + "END\n";
}

std::string curve_commands(const curve& c, size_t index, bool zoom) {
    const std::string name = "$line" + std::to_string(c.data);
    const std::string style = " linecolor rgb '" + std::string(colours[index % colour_count]) + "' dashtype " +
                              std::to_string(index / colour_count + 1);
    const std::string mark = std::to_string(index / colour_count == 0 ? 7 : 6);
    std::string text = name + " using 1:2 with linespoints linewidth 1.8 pointsize 0.5 pointtype " + mark + style + " title " +
                       quote(c.label) + " noenhanced";
    if (!zoom) text += ", \\\n     " + name + " using 1:3 with points pointtype 9 pointsize 0.7" + style + " notitle";
    return text;
}

std::string panel_commands(const panel& p) {
    const std::string trained = std::to_string(p.curves.front().line->trained_length);
    const auto [bottom, top] = vertical_range(p);
    std::string text = "set title " + quote(p.title) + " noenhanced\n";
    text += "set arrow 1 from first " + trained + ", graph 0 to first " + trained +
            ", graph 1 nohead dashtype 3 linecolor rgb '#888888' back\n";
    text += p.zoom ? "unset label 1\n"
                   : "set label 1 'trained length' at first " + trained + ", graph 0.97 offset character 0.6, 0 textcolor rgb '#666666' back\n";
    text += p.zoom ? "unset logscale y\nset ytics autofreq\n" : "set logscale y 10\nset ytics " + std::string(log_ticks) + "\n";
    text += "set yrange [" + number_text(bottom, 6) + ":" + number_text(top * (p.zoom ? 1 : 1.02), 6) + "]\n";
    text += p.legend ? "set key outside right top vertical Left reverse samplen 2 spacing 1.15\n" : "unset key\n";
    for (size_t n = 0; n < p.curves.size(); ++n)
        text += (n ? ", \\\n     " : "plot ") + curve_commands(p.curves[n], n, p.zoom);
    return text + "\n";
}

}  // namespace

std::string plot_script(const report_results& results, const std::string& svg) {
    const std::vector<panel> panels = make_panels(results);
    const std::string columns = std::to_string(panels.size());
    std::string text =
        "# Written by farspan report; draws with gnuplot 5 or newer. A triangle at the upper edge: the curve goes on above.\n"
        "set terminal svg size " + std::to_string(panels.size() * 620) + ",560 font 'sans-serif,13' background rgb 'white'\n"
        "set output " + quote(svg) + "\n";
    for (const panel& p : panels)
        for (const curve& c : p.curves) text += data_block(c, vertical_range(p).second);
    text += "set logscale x 2\nset grid xtics ytics linecolor rgb '#cccccc'\nset border 3\n"
            "set xtics nomirror format '%.0f'\nset ytics nomirror\n"
            "set xlabel 'window length (bytes)'\nset ylabel 'perplexity per byte'\n";
    text += "set xrange [" + std::to_string(results.lengths.front()) + "*0.9:" + std::to_string(results.lengths.back()) + "*1.1]\n";
    text += "set multiplot layout 1," + columns + "\n";
    for (const panel& p : panels) text += panel_commands(p);
    return text + "unset multiplot\n";
}

bool draw_plot(const report_results& results, const std::filesystem::path& folder) {
    const std::filesystem::path script = folder / "report.gp", svg = folder / "report.svg";
    write_text(script, plot_script(results, svg.string()));
    std::string program = "gnuplot", argument = script.string();
    char* arguments[] = {program.data(), argument.data(), nullptr};
    pid_t child = 0;
    const int spawned = posix_spawnp(&child, program.c_str(), nullptr, nullptr, arguments, environ);
    if (spawned == ENOENT) return false;
    if (spawned != 0) throw failure(std::string("cannot start gnuplot: ") + std::strerror(spawned));
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        throw failure("gnuplot failed on " + script.string() + " (see its message above)");
    return true;
}

}  // namespace tool
