#include <cblas.h>
#include <criterion/criterion.h>

#include <cmath>

#include "elementwise.hpp"
#include "evaluate.hpp"
#include "forward.hpp"
#include "made_model.hpp"

using namespace tool;

namespace {

struct setting {
    scratch_folder folder;
    language_model model;
    std::vector<uint8_t> text;
    stretches where;

    explicit setting(const char* position) : model(load_model(write_model(folder.path(), "made", position))) {
        const std::string words = made_text(900);
        text.assign(words.begin(), words.end());
        where = spread_stretches(900, 256, 64, 8);
    }

    std::vector<cell> cells(const std::vector<int64_t>& lengths) const {
        std::vector<cell> all;
        for (const int64_t length : lengths) all.push_back({&model, length, derive(model, "none", length), {}, {}});
        return all;
    }
};

// -ln p of every byte of one window after its first, straight from the logits.
std::vector<double> window_losses(const language_model& model, const std::vector<uint8_t>& text, int64_t first,
                                  int64_t length) {
    const farspan::plan plan(make_scheme(derive(model, "none", length)),
                             forward_pass::problem(model.config, 1, length));
    const uint8_t* window = text.data() + first;
    std::vector<double> losses;
    forward_pass(nullptr).run(
        model, plan, {&window, 1, length}, [&](int64_t, int64_t row, int64_t rows, const float* logits) {
            for (int64_t r = 0; r < rows; ++r, logits += 256) {
                double sum = 0;
                for (int n = 0; n < 256; ++n) sum += std::exp(static_cast<double>(logits[n]));
                losses.push_back(std::log(sum) - static_cast<double>(logits[window[row + r + 1]]));
            }
        });
    return losses;
}

}  // namespace

Test(evaluate, losses_are_those_of_single_windows) {
    for (const char* position : {"rope", "sinusoidal", "alibi", "t5", "xpos"}) {
        const setting s(position);
        std::vector<cell> cells = s.cells({8, 20, 64});
        evaluate(cells, s.text, s.where, {2, 0, false, {}});
        for (const cell& c : cells) {
            for (const window& w : tile_windows(s.where, c.length)) {
                const std::vector<double> expected = window_losses(s.model, s.text, w.first, w.length);
                for (int64_t r = 0; r < w.length; ++r)
                    cr_expect(std::abs(c.losses[w.target + r] - expected[r]) < 1e-5, "%s %ld", position, c.length);
            }
            for (const window& w : segment_windows(s.where, c.length)) {
                const std::vector<double> expected = window_losses(s.model, s.text, w.first, w.length);
                for (int64_t r = w.first_scored; r < w.length; ++r)
                    cr_expect(std::abs(c.segment_losses[w.target + r - w.first_scored] - expected[r]) < 1e-5);
            }
        }
    }
}

Test(evaluate, bits_do_not_depend_on_threads) {
    const setting s("rope");
    std::vector<cell> one = s.cells({8, 20, 64}), many = one;
    evaluate(one, s.text, s.where, {1, 0, false, {}});
    evaluate(many, s.text, s.where, {8, 0, false, {}});
    for (size_t n = 0; n < one.size(); ++n)
        cr_expect(one[n].losses == many[n].losses && one[n].segment_losses == many[n].segment_losses);
}

Test(evaluate, reports_progress_once_per_cell_and_failures_of_workers) {
    const setting s("rope");
    std::vector<cell> cells = s.cells({8, 64});
    int calls = 0;
    double last = 0;
    evaluate(cells, s.text, s.where, {2, 0, false, [&](const cell&, double done) {
                                          ++calls;
                                          cr_expect(done > last);
                                          last = done;
                                      }});
    cr_expect(calls == 2 && std::abs(last - 1) < 1e-9);
    bool failed = false;
    try {
        evaluate(cells, s.text, s.where, {2, 0, false, [](const cell&, double) { throw failure("stop"); }});
    } catch (const failure& error) {
        failed = std::string(error.what()) == "stop";
    }
    cr_expect(failed);
}

Test(elementwise, silu_over_its_whole_range) {
    for (float x = -120; x <= 120; x += 0.03125f) {
        const float gate_up[] = {x, 1.0f};
        float out = 0;
        silu_gate(gate_up, 1, 1, &out);
        const double exact = static_cast<double>(x) / (1 + std::exp(-static_cast<double>(x)));
        cr_expect(std::abs(static_cast<double>(out) - exact) <= 4e-7 * std::abs(exact) + 1e-35, "silu(%g) = %g", x,
                  out);
    }
}

Test(elementwise, rms_norm_of_widths_with_and_without_a_rest) {
    for (const int64_t width : {1, 5, 16, 33}) {
        std::vector<float> x(width), weight(width), out(width);
        double squares = 0;
        for (int64_t n = 0; n < width; ++n) {
            x[n] = static_cast<float>(n) - 3.5f;
            weight[n] = 1.0f + static_cast<float>(n);
            squares += static_cast<double>(x[n] * x[n]);
        }
        rms_norm(x.data(), weight.data(), 1e-5f, 1, width, out.data());
        for (int64_t n = 0; n < width; ++n) {
            const double exact =
                static_cast<double>(x[n] * weight[n]) / std::sqrt(squares / static_cast<double>(width) + 1e-5);
            cr_expect(std::abs(static_cast<double>(out[n]) - exact) < 1e-6 * std::abs(exact));
        }
    }
}
