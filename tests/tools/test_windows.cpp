#include <criterion/criterion.h>

#include <map>

#include "windows.hpp"

using namespace tool;

namespace {

// For every loss slot, the byte of the text it scores; each slot must be filled once.
std::vector<int64_t> scored_bytes(const std::vector<window>& windows, int64_t slots, int64_t text_bytes) {
    std::vector<int64_t> bytes(static_cast<size_t>(slots), -1);
    for (const window& w : windows) {
        cr_expect(w.length > 0 && w.first >= 0 && w.first + w.length < text_bytes, "window [%ld, +%ld)", w.first,
                  w.length);
        for (int64_t row = w.first_scored; row < w.length; ++row) {
            const int64_t slot = w.target + row - w.first_scored;
            cr_assert(slot >= 0 && slot < slots);
            cr_expect(bytes[slot] == -1, "slot %ld is filled twice", slot);
            bytes[slot] = w.first + row + 1;
        }
    }
    for (const int64_t byte : bytes) cr_expect(byte != -1, "a slot is empty");
    return bytes;
}

}  // namespace

Test(windows, every_length_scores_the_same_bytes) {
    const stretches s = spread_stretches(10001, 4096, 1024, 128);
    cr_expect(s.count() == 4 && s.scored() == 4096);
    const auto all = scored_bytes(tile_windows(s, 1024), s.scored(), 10001);
    const auto segments = scored_bytes(segment_windows(s, 1024), s.count() * s.segment, 10001);
    for (const int64_t length : {1, 2, 37, 64, 100, 128, 129, 200, 256, 500, 512, 1000, 1023}) {
        cr_expect(scored_bytes(tile_windows(s, length), s.scored(), 10001) == all, "length %ld", length);
        cr_expect(scored_bytes(segment_windows(s, length), s.count() * s.segment, 10001) == segments, "length %ld",
                  length);
    }
}

Test(windows, segment_is_the_end_of_every_stretch) {
    const stretches s = spread_stretches(5000, 2048, 1024, 128);
    const auto all = scored_bytes(tile_windows(s, 1024), s.scored(), 5000);
    const auto segments = scored_bytes(segment_windows(s, 200), s.count() * s.segment, 5000);
    for (int64_t n = 0; n < s.count(); ++n)
        for (int64_t b = 0; b < s.segment; ++b)
            cr_expect(segments[n * s.segment + b] == all[(n + 1) * s.length - s.segment + b]);
}

Test(windows, a_window_that_is_long_enough_gives_the_segment_all_its_context) {
    const stretches s = spread_stretches(5000, 2048, 1024, 128);
    for (const window& w : segment_windows(s, 500)) cr_expect(w.length == 500 && w.first_scored == 372);
    for (const window& w : segment_windows(s, 128)) cr_expect(w.length == 128 && w.first_scored == 0);
    const auto parts = segment_windows(s, 50);  // 28 + 50 + 50 bytes per stretch, the first with 22 bytes of context
    cr_assert(parts.size() == 6);
    cr_expect(parts[0].length == 50 && parts[0].first_scored == 22 && parts[0].target == 0);
}

Test(windows, tiled_segments_are_the_same_windows) {
    const stretches s = spread_stretches(9000, 4096, 1024, 128);
    for (const int64_t length : {64, 128, 256, 1024}) {
        cr_expect(segment_is_tiled(s, length));
        std::map<int64_t, window> tiles;
        for (const window& w : tile_windows(s, length)) tiles[w.first] = w;
        for (const window& w : segment_windows(s, length))
            cr_expect(tiles.count(w.first) && tiles[w.first].length == w.length);
    }
    cr_expect(!segment_is_tiled(s, 100));
}

Test(windows, stretches_fit_the_text_and_do_not_overlap) {
    for (const int64_t text : {1025, 2048, 2049, 5000, 100000})
        for (const int64_t bytes : {1, 1024, 2048, 16384, 1 << 20}) {
            const stretches s = spread_stretches(text, bytes, 1024, 128);
            cr_assert(s.count() >= 1);
            cr_expect(s.starts.front() >= 0 && s.starts.back() + 1024 + 1 <= text, "text %ld bytes %ld", text, bytes);
            for (int64_t n = 1; n < s.count(); ++n) cr_expect(s.starts[n] - s.starts[n - 1] >= 1024);
            cr_expect(s.count() == std::max<int64_t>(1, std::min(bytes / 1024, (text - 1) / 1024)));
        }
}

Test(windows, the_segment_is_no_longer_than_the_longest_window) {
    cr_expect(spread_stretches(500, 100, 64, 128).segment == 64);
}
