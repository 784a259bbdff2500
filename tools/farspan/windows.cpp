#include "windows.hpp"

#include <algorithm>

#include "handles.hpp"

namespace tool {
namespace {

farspan_windows_config windows_config(int32_t kind, const stretches& s, int64_t length) {
    farspan_windows_config config;
    farspan_windows_config_init(&config, sizeof config, kind);
    config.bos = FARSPAN_BOS_NONE;
    config.tokens = s.length + 1;
    config.length = length;
    return config;
}

void append(std::vector<window>& all, const std::vector<window>& more) {
    all.insert(all.end(), more.begin(), more.end());
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

std::vector<window> schedule_windows(const farspan_windows_config& config, int64_t start, int64_t target) {
    int64_t count = 0;
    call("windows", [&](farspan_error* e) { return farspan_windows_count(&config, &count, e); });
    std::vector<window> windows;
    for (int64_t n = 0; n < count; ++n) {
        farspan_window w{};
        w.struct_size = sizeof w;
        call("windows", [&](farspan_error* e) { return farspan_windows_get(&config, n, &w, e); });
        windows.push_back({start + w.begin, w.rows, w.first_row, target + w.first_scored});
    }
    return windows;
}

std::vector<window> tile_windows(const stretches& s, int64_t length) {
    const farspan_windows_config config = windows_config(FARSPAN_WINDOWS_BLOCKS, s, length);
    std::vector<window> windows;
    for (int64_t n = 0; n < s.count(); ++n)
        append(windows, schedule_windows(config, s.starts[static_cast<size_t>(n)], n * s.length - 1));
    return windows;
}

std::vector<window> segment_windows(const stretches& s, int64_t length) {
    farspan_windows_config config = windows_config(FARSPAN_WINDOWS_LAST, s, length);
    config.segment = s.segment;
    std::vector<window> windows;
    for (int64_t n = 0; n < s.count(); ++n)
        append(windows, schedule_windows(config, s.starts[static_cast<size_t>(n)], (n + 1) * s.segment - s.length - 1));
    return windows;
}

bool segment_is_tiled(const stretches& s, int64_t length) { return s.length % length == 0; }

}  // namespace tool
