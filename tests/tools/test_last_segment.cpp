// Does context far beyond the trained length still help, on the whole of the shipped text? docs/report.md has the rule.
#include <criterion/criterion.h>

#include <cstdio>

#include "evaluate.hpp"
#include "files.hpp"
#include "losses.hpp"

using namespace tool;

namespace {

constexpr int64_t longest = 2048;  // eight times the trained length

// Windows of `longest` bytes one after the other; the second half of each is scored.
stretches far_windows(int64_t text_bytes) {
    stretches far;
    far.length = longest;
    far.segment = longest / 2;
    for (int64_t start = 0; start + longest < text_bytes; start += longest) far.starts.push_back(start);
    return far;
}

// The same bytes at the end of windows of the trained length, so that they have between half of it and all of it as
// context.
stretches near_windows(const stretches& far, int64_t trained) {
    stretches near;
    near.length = trained;
    near.segment = trained / 2;
    for (const int64_t start : far.starts)
        for (int64_t end = far.length - far.segment + near.segment; end <= far.length; end += near.segment)
            near.starts.push_back(start + end - trained);
    return near;
}

std::vector<double> losses_of(const language_model& model, const char* method, const std::vector<uint8_t>& text,
                              const stretches& where) {
    std::vector<cell> cells = {{&model, where.length, derive(model, method, where.length), {}, {}}};
    evaluate(cells, text, where, {});
    return cells.front().segment_losses;
}

struct change {
    double mean, standard_error, near;  // nats per byte; near: the loss at the trained length

    // More than chance, and more than a hundredth of the loss.
    bool rises() const { return mean > 2 * standard_error && mean > near / 100; }
};

change measure(const char* name, const char* method, int64_t text_bytes) {
    const std::filesystem::path models = FARSPAN_MODELS_DIR;
    if (!std::filesystem::exists(models / name / "model.safetensors")) cr_skip_test("models/%s is not there", name);
    const language_model model = load_model(models / name);
    const std::vector<uint8_t> text = read_bytes(models / "eval.txt");
    const stretches far = far_windows(std::min<int64_t>(text_bytes, static_cast<int64_t>(text.size())));
    const stretches near = near_windows(far, model.config.trained_length);
    const std::vector<double> reference = losses_of(model, "none", text, near);
    std::vector<double> difference = losses_of(model, method, text, far);
    cr_assert(difference.size() == reference.size() && difference.size() >= static_cast<size_t>(longest));
    for (size_t n = 0; n < difference.size(); ++n) difference[n] -= reference[n];
    const farspan_loss_summary found = summarize(difference);
    const change c{found.nll, found.standard_error, summarize(reference).nll};
    std::printf("%s %s: %+.4f +- %.4f nats on %.4f, %zu bytes\n", name, method, c.mean, c.standard_error, c.near,
                difference.size());
    return c;
}

constexpr int64_t whole_text = 1 << 20;

}  // namespace

Test(last_segment, more_context_helps_alibi) {
    const change c = measure("alibi", "none", whole_text);
    cr_expect(c.mean < -2 * c.standard_error, "%g +- %g", c.mean, c.standard_error);
}

Test(last_segment, does_not_rise_under_rerope) {
    const change c = measure("rope", "rerope", whole_text);
    cr_expect(!c.rises(), "%g +- %g on %g", c.mean, c.standard_error, c.near);
    cr_expect(c.standard_error < c.near / 400, "too little text to see a rise of 1 %%: +- %g", c.standard_error);
}

Test(last_segment, rises_under_plain_rotation) {
    const change c = measure("rope", "none", 8 * longest + 1);
    cr_expect(c.rises() && c.mean > 1, "%g +- %g on %g", c.mean, c.standard_error, c.near);
}
