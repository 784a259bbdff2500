#include "eval/windows.hpp"

#include <algorithm>
#include <cinttypes>

#include "base/failure.hpp"

namespace farspan {
namespace {

struct span {
    int64_t context, first, last;
};

int64_t scorable(const farspan_windows_config& config) {
    return config.tokens - (config.bos == FARSPAN_BOS_NONE ? 1 : 0);
}

int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

span span_at(const farspan_windows_config& c, int64_t index) {
    const int64_t all = scorable(c);
    switch (c.kind) {
        case FARSPAN_WINDOWS_BLOCKS: {
            const int64_t first = index * c.length;
            return {first, first, std::min(first + c.length, all)};
        }
        case FARSPAN_WINDOWS_SLIDING: {
            const int64_t context = index * c.stride, last = std::min(context + c.length, all);
            return {context, index == 0 ? 0 : context - c.stride + c.length, last};
        }
        case FARSPAN_WINDOWS_GROWING: {
            const int64_t first = index * c.stride;
            return {std::max<int64_t>(0, first - (c.length - c.stride)), first, std::min(first + c.stride, all)};
        }
        default: {  // the last segment; windows are laid from the end
            const int64_t last = all - (count_windows(c) - 1 - index) * c.length;
            const int64_t context = std::max<int64_t>(0, last - c.length);
            return {context, std::max(context, all - c.segment), last};
        }
    }
}

void require_range(const char* field, int64_t value, int64_t least, int64_t most) {
    if (value < least || value > most)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, field_path("config.%s", field),
                      "is %" PRId64 ": must be between %" PRId64 " and %" PRId64, value, least, most);
}

// A parameter that would be ignored must be 0.
void require_unused(const char* field, int64_t value) {
    if (value != 0)
        throw failure(FARSPAN_ERROR_COMBINATION, field_path("config.%s", field),
                      "is %" PRId64 ": must be 0, this kind of windows does not use it", value);
}

}  // namespace

void check_windows(const farspan_windows_config& c) {
    constexpr int64_t most = (int64_t{1} << 40) - 1;
    if (c.kind < FARSPAN_WINDOWS_BLOCKS || c.kind > FARSPAN_WINDOWS_LAST)
        throw failure(FARSPAN_ERROR_METHOD, "config.kind",
                      "is %d: must be blocks (1), sliding (2), growing (3) or last (4)", c.kind);
    if (c.bos < FARSPAN_BOS_NONE || c.bos > FARSPAN_BOS_EVERY)
        throw failure(FARSPAN_ERROR_METHOD, "config.bos",
                      "is %d: must be none (1), first (2) or every (3), there is no default", c.bos);
    require_range("tokens", c.tokens, c.bos == FARSPAN_BOS_NONE ? 2 : 1, most);
    require_range("length", c.length, 1, most);
    const bool strides = c.kind == FARSPAN_WINDOWS_SLIDING || c.kind == FARSPAN_WINDOWS_GROWING;
    if (strides)
        require_range("stride", c.stride, 1, c.length);
    else
        require_unused("stride", c.stride);
    if (c.kind == FARSPAN_WINDOWS_LAST)
        require_range("segment", c.segment, 1, scorable(c));
    else
        require_unused("segment", c.segment);
}

int64_t count_windows(const farspan_windows_config& c) {
    const int64_t all = scorable(c);
    switch (c.kind) {
        case FARSPAN_WINDOWS_BLOCKS:
            return divide_up(all, c.length);
        case FARSPAN_WINDOWS_SLIDING:
            return all <= c.length ? 1 : 1 + divide_up(all - c.length, c.stride);
        case FARSPAN_WINDOWS_GROWING:
            return divide_up(all, c.stride);
        default:
            return divide_up(c.segment, c.length);
    }
}

farspan_window window_at(const farspan_windows_config& config, int64_t index) {
    const span s = span_at(config, index);
    const bool none = config.bos == FARSPAN_BOS_NONE;
    const bool bos = config.bos == FARSPAN_BOS_EVERY || (config.bos == FARSPAN_BOS_FIRST && s.context == 0);
    farspan_window window{};
    window.struct_size = sizeof window;
    window.bos = bos;
    window.begin = none || bos ? s.context : s.context - 1;
    window.end = s.last + none;
    window.first_scored = s.first + none;
    window.rows = s.last - s.context;
    window.first_row = s.first - s.context;
    return window;
}

}  // namespace farspan
