// What docs/report.md says of the fine-tuned models: by step, from models/extend-*.json, and on the text of the report, from the
// models themselves.
#include <criterion/criterion.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "change.hpp"
#include "evaluate.hpp"
#include "files.hpp"
#include "tunings.hpp"

using namespace tool;

namespace {

const std::filesystem::path models = FARSPAN_MODELS_DIR;

// Nats per byte of the bytes held out of training.
double loss(const tuning_run& run, const char* start, int64_t step, int64_t length) {
    return std::log(run.of(start).at(step).perplexity.at(length));
}

// The losses of the bytes that the report scores by default.
std::vector<double> report_losses(const std::string& name, int64_t length, const char* method = "none") {
    const language_model model = load_model(models / name);
    const std::vector<uint8_t> text = read_bytes(models / "eval.txt");
    std::vector<cell> cells = {{&model, length, derive(model, method, length), {}, {}}};
    evaluate(cells, text, spread_stretches(static_cast<int64_t>(text.size()), 16384, 4096, 128), {});
    return cells.front().losses;
}

change shown(const char* what, const char* start, const change& c) {
    std::printf("%s, %s: %+.4f +- %.4f\n", start, what, c.mean, c.standard_error);
    return c;
}

constexpr const char* starts[] = {"direct", "pi", "ntk", "yarn", "rerope"};

}  // namespace

// At 1024 bytes a window PI is slowest, and in windows of 256 no better; direct fine-tuning reaches the loss; YaRN and ReRoPE are
// there before the first step.
Test(tunings, by_step_at_four_times_the_length) {
    const tuning_run run = read_tuning(models / "extend-1024.json");
    const double trained = loss(run, "direct", 0, 256);  // of the shipped model at its own length
    cr_expect(loss(run, "pi", 0, 1024) > trained + 1.5 && loss(run, "pi", 100, 1024) < trained + 0.1);
    cr_expect(loss(run, "pi", 100, 1024) > trained);
    cr_expect(loss(run, "pi", 0, 256) > trained + 1.5);
    for (const char* start : {"direct", "ntk", "yarn", "rerope"}) {
        for (const int64_t step : {0, 10, 25, 50, 100})
            cr_expect(loss(run, start, step, 1024) < loss(run, "pi", step, 1024) - 0.1, "%s at %ld", start, step);
        cr_expect(loss(run, start, 0, 256) < trained + 0.06, "%s", start);
    }
    cr_expect(loss(run, "direct", 0, 1024) > trained + 0.7 && loss(run, "direct", 10, 1024) > trained);
    cr_expect(loss(run, "direct", 25, 1024) < trained);
    cr_expect(loss(run, "ntk", 0, 1024) > trained && loss(run, "ntk", 10, 1024) < trained);
    cr_expect(loss(run, "yarn", 0, 1024) < trained && loss(run, "rerope", 0, 1024) < trained);
    for (const int64_t step : {0, 10, 25, 50, 100}) {
        for (const char* start : {"direct", "ntk"})
            cr_expect(loss(run, "yarn", step, 1024) < loss(run, start, step, 1024), "%s at %ld", start, step);
        cr_expect(loss(run, "rerope", step, 1024) < loss(run, "yarn", step, 1024), "%ld", step);
    }
}

// In windows of 256, all lose something, and PI most. Direct fine-tuning changes nothing there but the weights.
Test(tunings, at_the_old_length) {
    const tuning_run run = read_tuning(models / "extend-1024.json");
    const double trained = loss(run, "direct", 0, 256);
    for (const char* start : {"direct", "ntk", "yarn", "rerope"}) {
        const double lost = loss(run, start, 100, 256) - trained;
        cr_expect(lost > 0.01 && lost < 0.04, "%s: %g", start, lost);
        cr_expect(loss(run, start, 25, 256) > loss(run, start, 100, 256), "%s", start);
    }
    cr_expect(loss(run, "pi", 100, 256) > trained + 0.15);
}

Test(tunings, by_step_at_sixteen_times_the_length) {
    const tuning_run run = read_tuning(models / "extend-4096.json");
    const double trained = loss(run, "direct", 0, 256);
    cr_expect(loss(run, "pi", 30, 4096) > trained + 1);
    cr_expect(loss(run, "direct", 30, 4096) > trained && loss(run, "direct", 30, 4096) < trained + 0.05);
    for (const char* start : {"ntk", "yarn", "rerope"}) cr_expect(loss(run, start, 30, 4096) < trained, "%s", start);
    cr_expect(loss(run, "ntk", 10, 4096) > trained && loss(run, "yarn", 10, 4096) < trained);
    cr_expect(loss(run, "rerope", 0, 4096) < trained);
    for (const char* start : {"ntk", "yarn"}) {
        const double lost = loss(run, start, 30, 256) - trained;
        cr_expect(lost > 0.1 && lost < 0.115, "%s: %g", start, lost);
    }
}

// Another kind of text: all lose at the old length, none is better than ReRoPE without a step, and only ReRoPE improves beyond 1024.
Test(tunings, on_the_text_of_the_report) {
    const std::vector<double> trained = report_losses("rope", 256), rerope = report_losses("rope", 1024, "rerope");
    for (const std::string start : starts) {
        const std::string name = "rope-" + start;
        const double lost = shown("at 256", start.c_str(), difference(report_losses(name, 256), trained)).mean;
        cr_expect(start == "pi" ? lost > 0.12 && lost < 0.15 : lost > 0.035 && lost < 0.055);
        const std::vector<double> tuned = report_losses(name, 1024);
        cr_expect(shown("at 1024, from ReRoPE without a step", start.c_str(), difference(tuned, rerope)).rises());
        const change beyond = shown("4096 from 1024", start.c_str(), difference(report_losses(name, 4096), tuned));
        cr_expect(start == "rerope" ? beyond.falls() : beyond.rises());
        if (start == "pi" || start == "yarn") cr_expect(beyond.mean > std::log(1.5));
    }
}

// What windows of 1024 gain on windows of 256, less what they gain where far text cannot be seen: the use of far text.
Test(tunings, direct_fine_tuning_makes_no_use_of_far_text) {
    const std::vector<double> masked = report_losses("rope", 1024, "window"), trained = report_losses("rope", 256);
    const double without = difference(masked, trained).mean;
    cr_expect(without < -0.07 && without > -0.08, "%g", without);
    for (const std::string start : starts) {
        std::vector<double> gained = report_losses("rope-" + start, 1024);
        const std::vector<double> shorter = report_losses("rope-" + start, 256);
        for (size_t n = 0; n < gained.size(); ++n) gained[n] += trained[n] - shorter[n];
        const change use = shown("use of far text", start.c_str(), difference(gained, masked));
        cr_expect(start == "direct" ? !use.falls() : use.falls());
    }
}
