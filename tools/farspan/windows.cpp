#include "windows.hpp"

#include <algorithm>

namespace tool {
namespace {

farspan::eval::windows_config windows_config(int32_t kind, const stretches& s, int64_t length) {
    farspan::eval::windows_config config(kind);
    config.bos = FARSPAN_BOS_NONE;
    config.tokens = s.length + 1;
    config.length = length;
    return config;
}

void append_all(const farspan_windows_config& config, int64_t start, int64_t target, std::vector<window>& windows) {
    const farspan::eval::windows schedule(config);
    for (int64_t n = 0; n < schedule.size(); ++n) windows.push_back(window_at(schedule, n, start, target));
}

}  // namespace

stretches spread_stretches(int64_t text_bytes, int64_t scored, int64_t length, int64_t segment) {
    const int64_t most = (text_bytes - 1) / length;
    const int64_t count = std::clamp<int64_t>(scored / length, 1, std::max<int64_t>(1, most));
    stretches s;
    s.length = length;
    s.segment = std::min(segment, length);
    const int64_t last = text_bytes - length - 1;
    for (int64_t n = 0; n < count; ++n) s.starts.push_back(count == 1 ? last / 2 : last * n / (count - 1));
    return s;
}

window window_at(const farspan::eval::windows& schedule, int64_t index, int64_t start, int64_t target) {
    const farspan_window w = schedule[index];
    return {start + w.begin, w.rows, w.first_row, target + w.first_scored};
}

std::vector<window> tile_windows(const stretches& s, int64_t length) {
    const farspan::eval::windows_config config = windows_config(FARSPAN_WINDOWS_BLOCKS, s, length);
    std::vector<window> windows;
    for (int64_t n = 0; n < s.count(); ++n)
        append_all(config, s.starts[static_cast<size_t>(n)], n * s.length - 1, windows);
    return windows;
}

std::vector<window> segment_windows(const stretches& s, int64_t length) {
    farspan::eval::windows_config config = windows_config(FARSPAN_WINDOWS_LAST, s, length);
    config.segment = s.segment;
    std::vector<window> windows;
    for (int64_t n = 0; n < s.count(); ++n)
        append_all(config, s.starts[static_cast<size_t>(n)], (n + 1) * s.segment - s.length - 1, windows);
    return windows;
}

bool segment_is_tiled(const stretches& s, int64_t length) { return s.length % length == 0; }

}  // namespace tool
