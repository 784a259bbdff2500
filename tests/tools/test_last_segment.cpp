// Does context far beyond the trained length still help? The same bytes of the shipped text, read after more and more
// of it. docs/report.md shows the figures that this prints.
#include <criterion/criterion.h>

#include <cstdio>

#include "change.hpp"
#include "evaluate.hpp"
#include "files.hpp"

using namespace tool;

namespace {

constexpr int64_t longest = 4096;  // sixteen times the trained length

// Windows whose second halves cover the second half of every `longest` bytes of the text, so that whatever the length,
// the same bytes are scored, each with at least half of the length as context.
stretches windows_of(int64_t length, int64_t text_bytes) {
    stretches where;
    where.length = length;
    where.segment = length / 2;
    for (int64_t start = 0; start + longest < text_bytes; start += longest)
        for (int64_t end = longest / 2 + where.segment; end <= longest; end += where.segment)
            where.starts.push_back(start + end - length);
    return where;
}

struct doubling {
    int64_t length;
    change since_shorter, since_trained;
};

// Every doubling of the trained length up to `longest`.
std::vector<doubling> measure(const char* name, const char* method, int64_t text_bytes) {
    const std::filesystem::path models = FARSPAN_MODELS_DIR;
    if (!std::filesystem::exists(models / name / "model.safetensors")) cr_skip_test("models/%s is not there", name);
    const language_model model = load_model(models / name);
    const std::vector<uint8_t> text = read_bytes(models / "eval.txt", text_bytes);
    const auto losses_at = [&](int64_t length) {
        const stretches where = windows_of(length, static_cast<int64_t>(text.size()));
        std::vector<cell> cells = {{&model, length, derive(model, method, length), {}, {}}};
        evaluate(cells, text, where, {});
        return cells.front().segment_losses;
    };

    std::vector<doubling> doublings;
    const int64_t trained_length = model.config.trained_length;
    const std::vector<double> trained = losses_at(trained_length);
    std::printf("%s %s, %zu bytes: %ld %.4f", name, method, trained.size(), trained_length, summarize(trained).nll);
    std::vector<double> shorter = trained;
    for (int64_t length = 2 * trained_length; length <= longest; length *= 2) {
        const std::vector<double> losses = losses_at(length);
        doublings.push_back({length, difference(losses, shorter), difference(losses, trained)});
        const auto& [_, doubled, all] = doublings.back();
        std::printf("; %ld %+.4f +- %.4f, doubled %+.4f +- %.4f", length, all.mean, all.standard_error, doubled.mean,
                    doubled.standard_error);
        shorter = losses;
    }
    std::printf("\n");
    cr_assert(doublings.size() == 4);
    return doublings;
}

constexpr int64_t whole_text = 1 << 20;

// Below the loss at the trained length everywhere, and no doubling of the length raises it.
void more_context_helps(const char* name, const char* method) {
    for (const doubling& d : measure(name, method, whole_text)) {
        cr_expect(d.since_trained.falls(), "%ld: %g +- %g", d.length, d.since_trained.mean,
                  d.since_trained.standard_error);
        cr_expect(!d.since_shorter.rises(), "%ld: %g +- %g", d.length, d.since_shorter.mean,
                  d.since_shorter.standard_error);
    }
}

}  // namespace

Test(last_segment, falls_under_alibi) { more_context_helps("alibi", "none"); }

Test(last_segment, falls_under_rerope) { more_context_helps("rope", "rerope"); }

Test(last_segment, rises_under_plain_rotation) {
    const std::vector<doubling> doublings = measure("rope", "none", 4 * longest + 1);
    for (const doubling& d : doublings)
        cr_expect(d.since_shorter.rises(), "%ld: %g +- %g", d.length, d.since_shorter.mean,
                  d.since_shorter.standard_error);
    cr_expect(doublings.back().since_trained.mean > 1);
}
