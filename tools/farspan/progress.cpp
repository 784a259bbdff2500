#include "progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace tool {

progress::progress(bool quiet)
    : quiet_(quiet), terminal_(isatty(STDERR_FILENO) == 1), started_(clock::now()), shown_(started_) {}

void progress::show(double done, const std::string& what) {
    const auto now = clock::now();
    if (quiet_ || (!terminal_ && now - shown_ < std::chrono::seconds(5))) return;
    shown_ = now;
    const double elapsed = seconds(now), left = done > 0 ? elapsed * std::max(0.0, 1 - done) / done : 0;
    std::fprintf(stderr, "%s[%3.0f %%] %s, about %.0f s left%s", terminal_ ? "\r" : "", 100 * done, what.c_str(), left,
                 terminal_ ? "\033[K" : "\n");
    std::fflush(stderr);
}

double progress::finish() {
    if (!quiet_ && terminal_) std::fprintf(stderr, "\r\033[K");
    return seconds(clock::now());
}

double progress::seconds(clock::time_point now) const { return std::chrono::duration<double>(now - started_).count(); }

}  // namespace tool
