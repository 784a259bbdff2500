// Byte by byte over a cache gives what whole windows at once give.
#include <criterion/criterion.h>

#include <cmath>

#include "cached.hpp"
#include "evaluate.hpp"
#include "files.hpp"
#include "losses.hpp"
#include "made_model.hpp"

using namespace tool;

namespace {

// Largest difference between the losses of single bytes, and between the means, of both ways.
struct difference {
    double of_byte = 0, of_mean = 0;
};

difference compare(const language_model& model, const std::vector<std::string>& methods,
                   const std::vector<int64_t>& lengths, const std::vector<uint8_t>& text, const stretches& where) {
    std::vector<cell> windows;
    for (const std::string& name : methods)
        for (const int64_t length : lengths) windows.push_back({&model, length, derive(model, name, length), {}, {}});
    std::vector<cell> decoded = windows;
    evaluate(windows, text, where, {2, 0, false, {}});
    evaluate(decoded, text, where, {2, 0, true, {}});
    difference worst;
    for (size_t n = 0; n < windows.size(); ++n) {
        cr_assert(windows[n].losses.size() == decoded[n].losses.size());
        for (size_t b = 0; b < windows[n].losses.size(); ++b)
            worst.of_byte = std::fmax(worst.of_byte, std::abs(windows[n].losses[b] - decoded[n].losses[b]));
        const double change = std::abs(summarize(windows[n].losses).nll - summarize(decoded[n].losses).nll);
        cr_expect(change < 1e-5, "%s: %g nats per byte", methods[n / lengths.size()].c_str(), change);
        worst.of_mean = std::fmax(worst.of_mean, change);
        for (size_t b = 0; b < windows[n].segment_losses.size(); ++b)
            cr_expect(std::abs(windows[n].segment_losses[b] - decoded[n].segment_losses[b]) < 1e-4);
    }
    return worst;
}

std::vector<uint8_t> bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

std::vector<std::string> all_names(const model_config& config) {
    std::vector<std::string> names;
    for (const method& m : all_methods())
        for (const std::string& name : {std::string(m.name), std::string(m.name) + "-logn"})
            if ((name == m.name || m.rotary_only) && method_applies(name, config)) names.push_back(name);
    return names;
}

}  // namespace

Test(cached, decoding_every_method_gives_the_losses_of_whole_windows) {
    const scratch_folder folder;
    const std::vector<uint8_t> text = bytes_of(made_text(900));
    for (const char* position : {"rope", "sinusoidal", "alibi", "t5", "xpos"}) {
        const language_model model = load_model(write_model(folder.path(), position, position));
        const difference worst =
            compare(model, all_names(model.config), {8, 20, 64}, text, spread_stretches(900, 256, 64, 8));
        cr_expect(worst.of_byte < 1e-4, "%s: %g", position, worst.of_byte);
    }
}

Test(cached, decoding_the_shipped_models_gives_the_losses_of_whole_windows) {
    const std::filesystem::path models = FARSPAN_MODELS_DIR;
    for (const char* name : {"rope", "alibi"}) {
        if (!std::filesystem::exists(models / name / "model.safetensors")) cr_skip_test("models/%s is not there", name);
        const std::vector<uint8_t> text = read_bytes(models / "eval.txt", 4096);
        const language_model model = load_model(models / name);
        std::vector<std::string> methods = {"none", "window"};
        if (model.config.rotary())
            methods = {"none", "yarn", "rerope", "self-extend", "dual-chunk", "lambda", "streaming"};
        const difference worst = compare(model, methods, {256, 700}, text, spread_stretches(4096, 1400, 700, 128));
        std::printf("%s: largest difference of a byte %.1e, of a mean %.1e nats\n", name, worst.of_byte, worst.of_mean);
        cr_expect(worst.of_byte < 1e-4, "%s: %g", name, worst.of_byte);
    }
}

Test(cached, texts_of_different_lengths_are_read_in_step) {
    const scratch_folder folder;
    const language_model model = load_model(write_model(folder.path(), "made", "rope"));
    const recipe how = derive(model, "none", 16);
    const farspan::scheme scheme = make_scheme(how);
    const std::vector<std::string> texts = {made_text(700), "k", made_text(300)};
    const auto read = [&](const std::vector<std::string>& some) {
        cached_pass pass(nullptr, model, {});
        std::vector<int64_t> sequences;
        for (size_t n = 0; n < some.size(); ++n) sequences.push_back(pass.create());
        std::vector<std::vector<float>> last;
        read_texts(pass, {&scheme, how.mask}, sequences, some, last);
        return std::make_pair(last, continue_greedily(pass, {&scheme, how.mask}, sequences, last, 12));
    };
    const auto together = read(texts);
    for (size_t n = 0; n < texts.size(); ++n) {
        const auto alone = read({texts[n]});
        for (size_t v = 0; v < 256; ++v)
            cr_expect(std::abs(together.first[n][v] - alone.first[0][v]) < 1e-4f, "text %zu, logit %zu", n, v);
        cr_expect(together.second[n].size() == 12 && together.second[n] == alone.second[0]);
    }
}

Test(cached, a_mask_keeps_the_cache_small) {
    const scratch_folder folder;
    const language_model model = load_model(write_model(folder.path(), "made", "rope"));
    const recipe how = derive(model, "streaming", 17);
    const farspan::scheme scheme = make_scheme(how);
    cached_pass pass(nullptr, model, {});
    const std::vector<int64_t> sequence = {pass.create()};
    std::vector<std::vector<float>> last;
    read_texts(pass, {&scheme, how.mask}, sequence, {made_text(2000)}, last);
    cr_expect(pass.statistics().blocks <= 2, "%ld blocks", pass.statistics().blocks);
    const int64_t child = pass.fork(sequence[0]);
    cr_expect(pass.statistics().sequences == 2);
    pass.destroy(child);
    cr_expect(pass.statistics().sequences == 1);
}

Test(sampler, greedy_and_by_temperature) {
    std::vector<float> logits(256, -HUGE_VALF);
    logits[7] = 1;
    logits[9] = logits[200] = 2;
    cr_expect(sampler(0, 1).pick(logits) == 9);
    std::vector<int> drawn(256);
    sampler warm(1, 5);
    constexpr int draws = 20000;
    for (int n = 0; n < draws; ++n) ++drawn[warm.pick(logits)];
    const double e = std::exp(1.0), of_nine = e / (1 + 2 * e);
    cr_expect(drawn[7] + drawn[9] + drawn[200] == draws);
    // Five standard deviations of a binomial count.
    cr_expect(std::abs(drawn[9] - draws * of_nine) < 5 * std::sqrt(draws * of_nine * (1 - of_nine)), "%d", drawn[9]);
    sampler cold(0.01, 5);
    for (int n = 0; n < 100; ++n) cr_expect(cold.pick(logits) != 7);
    sampler again(1, 5), other(1, 6);
    std::vector<uint8_t> a, b;
    sampler first(1, 5);
    for (int n = 0; n < 50; ++n) {
        cr_expect(first.pick(logits) == again.pick(logits));
        a.push_back(again.pick(logits)), first.pick(logits), b.push_back(other.pick(logits));
    }
    cr_expect(a != b);
    logits[3] = std::nanf("");
    bool refused = false;
    try {
        warm.pick(logits);
    } catch (const failure&) {
        refused = true;
    }
    cr_expect(refused);
}
