// The report's page and charts.
#include <criterion/criterion.h>

#include <cmath>
#include <regex>

#include "failure.hpp"
#include "made_model.hpp"
#include "page.hpp"

using namespace tool;

namespace {

series made_series(const std::string& model, const std::string& position, const std::string& method,
                   const std::vector<double>& perplexities) {
    series line;
    line.model = model;
    line.position = position;
    line.method = method;
    line.trained_length = 256;
    int64_t length = 128;
    for (const double perplexity : perplexities) {
        point p{};
        p.length = length;
        p.loss = p.segment = summarize(std::vector<double>(1000, std::log(perplexity)));
        p.interval.low = p.loss.nll - 0.01;
        p.interval.high = p.loss.nll + 0.01;
        line.points.push_back(p);
        length *= 2;
    }
    judge(line);
    return line;
}

report_results made_report() {
    report_results results;
    results.text_name = "<text> & \"more\"";
    results.isa = "scalar";
    results.lengths = {128, 256, 512, 1024};
    results.where = spread_stretches(5000, 2048, 1024, 128);
    results.lines = {made_series("rope", "rope", "none", {7, 6, 20, std::nan("")}),
                     made_series("rope", "rope", "rerope", {7, 6, 6, 6.1}),
                     made_series("alibi", "alibi", "none", {7, 6, 5.8, 5.5})};
    return results;
}

size_t count(const std::string& text, const std::string& part) {
    size_t found = 0;
    for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

// Every tag that is opened is closed, in order.
void expect_balanced(const std::string& markup) {
    const std::vector<std::string> never_closed = {"meta", "link", "!DOCTYPE"};
    std::vector<std::string> open;
    const std::regex tag("<(/?)([A-Za-z0-9!]+)([^<>]*)>");
    for (std::sregex_iterator at(markup.begin(), markup.end(), tag), end; at != end; ++at) {
        const std::string name = (*at)[2], rest = (*at)[3];
        if ((*at)[1].length() > 0) {
            cr_assert(!open.empty() && open.back() == name, "</%s> closes nothing", name.c_str());
            open.pop_back();
        } else if (!rest.ends_with("/") &&
                   std::find(never_closed.begin(), never_closed.end(), name) == never_closed.end()) {
            open.push_back(name);
        }
    }
    cr_expect(open.empty(), "<%s> is not closed", open.empty() ? "" : open.back().c_str());
}

}  // namespace

Test(page, shows_every_number_and_verdict_and_needs_nothing_from_outside) {
    const std::string page = to_page(made_report());
    expect_balanced(page);
    for (const char* part :
         {"&lt;text&gt; &amp; &quot;more&quot;", "explodes (nan at 1024)", "class=\"verdict holds\"", "5.500", "rerope",
          "trained length", "prefers-color-scheme: dark", "Model rope under each method"})
        cr_expect(page.find(part) != std::string::npos, "%s", part);
    for (const char* part : {"<script", "src=", "@import", "url(", "<text> &"})
        cr_expect(page.find(part) == std::string::npos, "%s", part);
    cr_expect(count(page, "://") == count(page, "http://www.w3.org/2000/svg"));
    cr_expect(page.find("Passkey") == std::string::npos && page.find("Continuation") == std::string::npos);
}

Test(page, tasks_appear_if_they_were_done) {
    report_results results = made_report();
    point& p = results.lines[1].points[2];
    p.passkeys = {{0, 4, 1, 1.25}, {0.5, 4, 3, 0.5}};
    p.continuation = continuation_result{5, 64, 12, 34, 0.56, {}, {}};
    const std::string page = to_page(results);
    expect_balanced(page);
    for (const char* part : {"3 of 4 found; 0.5 nats per digit", "fill-opacity=\"0.75\"", "12 / 34 / 56",
                             "The last 64 bytes of 5 windows"})
        cr_expect(page.find(part) != std::string::npos, "%s", part);
}

Test(page, fine_tunings_have_a_chart_at_the_new_length_and_one_at_the_old) {
    const scratch_folder folder;
    write_file(folder / "extend-1024.json", R"({"settings": {"model": "rope", "length": 1024}, "starts": {
        "direct": {"rows": [{"step": 0, "perplexity": {"256": 4, "1024": 9}}, {"step": 10, "perplexity": {"256": 5, "1024": 8}}]},
        "pi": {"rows": [{"step": 0, "perplexity": {"256": 7, "1024": 7}}, {"step": 10, "perplexity": {"256": 4, "1024": 3}}]}}})");
    report_results results = made_report();
    results.tunings = read_tunings(folder.path());
    cr_assert(results.tunings.size() == 1);
    const tuning_run& run = results.tunings[0];
    cr_expect(run.base_model == "rope" && run.length == 1024 && run.of("pi").at(10).perplexity.at(1024) == 3);
    results.lines.push_back(made_series("rope", "rope", "pi + 10 steps", {8, 6, 5, 5}));
    results.lines.back().tuned = true;
    const std::string page = to_page(results);
    expect_balanced(page);
    for (const char* part : {"how many steps", "1024 bytes a window, read in windows of 1024",
                             "1024 bytes a window, read in windows of 256", "pi + 10 steps: 1.0986 nats, perplexity 3",
                             "Fine-tuned from rope", "steps of fine-tuning"})
        cr_expect(page.find(part) != std::string::npos, "%s", part);
    cr_expect(to_page(made_report()).find("how many steps") == std::string::npos);

    write_file(folder / "extend-2.json", R"({"settings": {"model": "rope"}})");
    cr_assert_throw(read_tunings(folder.path()), failure);
}

Test(charts, panels_by_model_and_the_highest_curve_first) {
    const std::vector<line_chart> charts = perplexity_charts(made_report());
    cr_assert(charts.size() == 3);
    cr_expect(charts[0].lines.size() == 2 && charts[0].lines[0].label == "rope" && charts[0].lines[1].label == "alibi");
    cr_expect(charts[1].logarithmic && !charts[2].logarithmic);
    // The enlarged chart shows the neighbourhood of the best loss at the trained length.
    cr_expect(std::abs(charts[2].top - 6.6) < 1e-9 && charts[2].bottom < 6 && charts[2].mark == 256);
}

Test(charts, points_lie_where_their_numbers_say) {
    line_chart chart;
    chart.columns = {1, 16};
    chart.bottom = 0, chart.top = 10;
    chart.lines = {{"a<b", {{1, 0, 0, 0, "n"}, {4, 5, 5, 5, ""}, {16, 10, 10, 10, ""}, {16, HUGE_VAL, 0, 0, "above"}}}};
    const std::string svg = svg_of(chart);
    expect_balanced(svg);
    std::vector<double> x, y;
    const std::regex circle("<circle cx=\"([0-9.]+)\" cy=\"([0-9.]+)\"");
    for (std::sregex_iterator at(svg.begin(), svg.end(), circle), end; at != end; ++at) {
        x.push_back(std::stod((*at)[1]));
        y.push_back(std::stod((*at)[2]));
    }
    cr_assert(x.size() == 3);
    cr_expect(std::abs((x[0] + x[2]) / 2 - x[1]) < 0.2 && std::abs((y[0] + y[2]) / 2 - y[1]) < 0.2);
    cr_expect(y[2] < y[0]);
    cr_expect(count(svg, "<path") == 1 && svg.find("a&lt;b") != std::string::npos);
    cr_expect(svg.find("nan") == std::string::npos && svg.find("inf") == std::string::npos);
}

Test(charts, the_svg_file_stands_alone) {
    const std::string svg = to_svg(made_report());
    expect_balanced(svg);
    cr_expect(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\"") && svg.find("<style>") != std::string::npos);
}
