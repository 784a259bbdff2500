// Window schedules: published sequences, and the properties that make them what they are.
#include <criterion/criterion.h>

#include <algorithm>
#include <string>
#include <vector>

#include "farspan/eval.h"
#include "generator.hpp"
#include "handles.hpp"

using namespace farspan_test;

namespace {

farspan_windows_config make_config(int32_t kind, int32_t bos, int64_t tokens, int64_t length, int64_t stride = 0,
                                   int64_t segment = 0) {
    farspan_windows_config config;
    farspan_windows_config_init(&config, sizeof config, kind);
    config.bos = bos;
    config.tokens = tokens;
    config.length = length;
    config.stride = stride;
    config.segment = segment;
    return config;
}

std::vector<farspan_window> windows_of(const farspan_windows_config& config) {
    int64_t count = -1;
    error_slot error;
    require_ok(farspan_windows_count(&config, &count, &error), error, "count");
    std::vector<farspan_window> windows(static_cast<size_t>(count));
    for (int64_t n = 0; n < count; ++n) {
        windows[static_cast<size_t>(n)].struct_size = sizeof(farspan_window);
        require_ok(farspan_windows_get(&config, n, &windows[static_cast<size_t>(n)], &error), error, "get");
    }
    return windows;
}

struct expected_window {
    int64_t begin, end, first_scored;
    int32_t bos;
};

void expect_windows(const char* what, const farspan_windows_config& config,
                    const std::vector<expected_window>& expected) {
    const std::vector<farspan_window> windows = windows_of(config);
    cr_assert(windows.size() == expected.size(), "%s: %zu windows, expected %zu", what, windows.size(),
              expected.size());
    for (size_t n = 0; n < windows.size(); ++n) {
        const farspan_window& w = windows[n];
        const expected_window& e = expected[n];
        cr_expect(w.begin == e.begin && w.end == e.end && w.first_scored == e.first_scored && w.bos == e.bos,
                  "%s: window %zu is [%ld, %ld) from %ld, bos %d; expected [%ld, %ld) from %ld, bos %d", what, n,
                  w.begin, w.end, w.first_scored, w.bos, e.begin, e.end, e.first_scored, e.bos);
    }
}

// Every window of a model that reads tokens one after the other: what it reads and predicts, from the fields alone.
void check_consistent(const std::string& what, const farspan_windows_config& config, const farspan_window& w) {
    cr_expect(0 <= w.begin && w.begin <= w.first_scored && w.first_scored < w.end && w.end <= config.tokens,
              "%s: [%ld, %ld) from %ld", what.c_str(), w.begin, w.end, w.first_scored);
    cr_expect(w.rows == w.end - w.begin - 1 + w.bos, "%s: %ld inputs", what.c_str(), w.rows);
    cr_expect(w.rows <= config.length, "%s: %ld inputs are more than the model reads", what.c_str(), w.rows);
    cr_expect(w.end - w.rows + w.first_row == w.first_scored, "%s: row %ld predicts another token", what.c_str(),
              w.first_row);
    cr_expect(w.first_row >= 0 && w.first_row < w.rows, "%s: row %ld of %ld", what.c_str(), w.first_row, w.rows);
    const bool at_start = w.begin == 0;
    if (config.bos == FARSPAN_BOS_NONE) cr_expect(w.bos == 0, "%s", what.c_str());
    if (config.bos == FARSPAN_BOS_EVERY) cr_expect(w.bos == 1, "%s", what.c_str());
    if (w.bos == 1 && config.bos == FARSPAN_BOS_FIRST) cr_expect(at_start, "%s: BOS in the middle", what.c_str());
}

}  // namespace

// A text of 20 tokens, a model that reads 8 tokens after a BOS, stride 4: (0,8) with 8 targets, then (4,12), (8,16),
// (12,20) with 4 each, as the evaluation script of the YaRN repository cuts it.
Test(windows, sliding_is_that_of_yarn) {
    expect_windows("yarn", make_config(FARSPAN_WINDOWS_SLIDING, FARSPAN_BOS_EVERY, 20, 8, 4),
                   {{0, 8, 0, 1}, {4, 12, 8, 1}, {8, 16, 12, 1}, {12, 20, 16, 1}});
    // Hugging Face's loop without BOS over the same text, window 9 tokens = 8 inputs: the text's first token is never
    // scored.
    expect_windows("without BOS", make_config(FARSPAN_WINDOWS_SLIDING, FARSPAN_BOS_NONE, 21, 8, 4),
                   {{0, 9, 1, 0}, {4, 13, 9, 0}, {8, 17, 13, 0}, {12, 21, 17, 0}});
    expect_windows("short text", make_config(FARSPAN_WINDOWS_SLIDING, FARSPAN_BOS_EVERY, 5, 8, 4), {{0, 5, 0, 1}});
    expect_windows("short rest", make_config(FARSPAN_WINDOWS_SLIDING, FARSPAN_BOS_EVERY, 9, 8, 4),
                   {{0, 8, 0, 1}, {4, 9, 8, 1}});
}

// fairseq's context window l - S: each step scores S tokens after up to l - S earlier ones.
Test(windows, growing_is_that_of_fairseq) {
    expect_windows("l = 8, S = 4", make_config(FARSPAN_WINDOWS_GROWING, FARSPAN_BOS_FIRST, 18, 8, 4),
                   {{0, 4, 0, 1}, {0, 8, 4, 1}, {3, 12, 8, 0}, {7, 16, 12, 0}, {11, 18, 16, 0}});
    expect_windows("l = 3, S = 1", make_config(FARSPAN_WINDOWS_GROWING, FARSPAN_BOS_NONE, 6, 3, 1),
                   {{0, 2, 1, 0}, {0, 3, 2, 0}, {0, 4, 3, 0}, {1, 5, 4, 0}, {2, 6, 5, 0}});
}

Test(windows, blocks_do_not_overlap) {
    expect_windows("BOS every", make_config(FARSPAN_WINDOWS_BLOCKS, FARSPAN_BOS_EVERY, 10, 4),
                   {{0, 4, 0, 1}, {4, 8, 4, 1}, {8, 10, 8, 1}});
    expect_windows("BOS first", make_config(FARSPAN_WINDOWS_BLOCKS, FARSPAN_BOS_FIRST, 10, 4),
                   {{0, 4, 0, 1}, {3, 8, 4, 0}, {7, 10, 8, 0}});
    expect_windows("no BOS", make_config(FARSPAN_WINDOWS_BLOCKS, FARSPAN_BOS_NONE, 10, 4),
                   {{0, 5, 1, 0}, {4, 9, 5, 0}, {8, 10, 9, 0}});
}

Test(windows, last_segment_is_the_same_at_every_length) {
    expect_windows("one window", make_config(FARSPAN_WINDOWS_LAST, FARSPAN_BOS_NONE, 101, 50, 0, 10),
                   {{50, 101, 91, 0}});
    expect_windows("shorter than the segment", make_config(FARSPAN_WINDOWS_LAST, FARSPAN_BOS_NONE, 101, 8, 0, 20),
                   {{76, 85, 81, 0}, {84, 93, 85, 0}, {92, 101, 93, 0}});
    expect_windows("longer than the text", make_config(FARSPAN_WINDOWS_LAST, FARSPAN_BOS_EVERY, 30, 500, 0, 10),
                   {{0, 30, 20, 1}});
}

Test(windows, every_token_is_scored_once) {
    generator random(611);
    for (int repeat = 0; repeat < 3000; ++repeat) {
        const auto kind = static_cast<int32_t>(random.whole(FARSPAN_WINDOWS_BLOCKS, FARSPAN_WINDOWS_LAST));
        const auto bos = static_cast<int32_t>(random.whole(FARSPAN_BOS_NONE, FARSPAN_BOS_EVERY));
        farspan_windows_config config = make_config(kind, bos, random.whole(2, 90), random.whole(1, 40));
        const int64_t none = bos == FARSPAN_BOS_NONE ? 1 : 0;
        if (kind == FARSPAN_WINDOWS_SLIDING || kind == FARSPAN_WINDOWS_GROWING)
            config.stride = random.whole(1, config.length);
        if (kind == FARSPAN_WINDOWS_LAST) config.segment = random.whole(1, config.tokens - none);
        const std::string what = "kind " + std::to_string(kind) + " bos " + std::to_string(bos) + " tokens " +
                                 std::to_string(config.tokens) + " length " + std::to_string(config.length) +
                                 " stride " + std::to_string(config.stride) + " segment " +
                                 std::to_string(config.segment);
        const int64_t first = kind == FARSPAN_WINDOWS_LAST ? config.tokens - config.segment : none;
        int64_t next = first;
        for (const farspan_window& w : windows_of(config)) {
            check_consistent(what, config, w);
            cr_assert(w.first_scored == next, "%s: %ld is scored after %ld", what.c_str(), w.first_scored, next - 1);
            next = w.end;
            const int64_t context = w.first_row + 1;  // inputs behind the first prediction that counts
            const int64_t room = std::min(config.length, w.first_scored + (bos == FARSPAN_BOS_NONE ? 0 : 1));
            if (kind == FARSPAN_WINDOWS_GROWING)
                cr_expect(context == std::min(room, config.length - config.stride + 1), "%s: context %ld", what.c_str(),
                          context);
            if (kind == FARSPAN_WINDOWS_LAST)
                cr_expect(w.rows == std::min(config.length, w.end - none), "%s: not all context is used", what.c_str());
        }
        cr_expect(next == config.tokens, "%s: ends at %ld", what.c_str(), next);
    }
}

// The text is not held anywhere, so a schedule over 2^39 tokens costs nothing.
Test(windows, huge_texts_are_only_numbers) {
    const int64_t tokens = (int64_t{1} << 40) - 1;
    farspan_windows_config config = make_config(FARSPAN_WINDOWS_SLIDING, FARSPAN_BOS_EVERY, tokens, 4096, 256);
    int64_t count = 0;
    cr_assert(farspan_windows_count(&config, &count, nullptr) == FARSPAN_OK);
    farspan_window window;
    farspan_window_init(&window, sizeof window);
    cr_assert(farspan_windows_get(&config, count - 1, &window, nullptr) == FARSPAN_OK);
    cr_expect(window.end == tokens && window.first_scored > tokens - 257 && window.first_scored < tokens);
    config = make_config(FARSPAN_WINDOWS_BLOCKS, FARSPAN_BOS_NONE, tokens, tokens);
    cr_assert(farspan_windows_count(&config, &count, nullptr) == FARSPAN_OK && count == 1);
}
