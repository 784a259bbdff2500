#include "windows.hpp"

#include <algorithm>

namespace tool {

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

std::vector<window> tile_windows(const stretches& s, int64_t length) {
    std::vector<window> windows;
    for (int64_t n = 0; n < s.count(); ++n)
        for (int64_t first = 0; first < s.length; first += length)
            windows.push_back({s.starts[n] + first, std::min(length, s.length - first), 0, n * s.length + first});
    return windows;
}

std::vector<window> segment_windows(const stretches& s, int64_t length) {
    std::vector<window> windows;
    for (int64_t n = 0; n < s.count(); ++n) {
        int64_t missing = s.segment, end = s.length;
        while (missing > 0) {
            const int64_t first = std::max<int64_t>(0, end - length), scored = std::min(missing, end - first);
            missing -= scored;
            windows.push_back({s.starts[n] + first, end - first, end - first - scored, n * s.segment + missing});
            end = first;
        }
    }
    return windows;
}

bool segment_is_tiled(const stretches& s, int64_t length) { return s.length % length == 0; }

}  // namespace tool
