// The plugin beside a host that uses oneTBB itself, at the same time: neither disturbs the other.
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_reduce.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <thread>

#include "host.h"

namespace {

constexpr int64_t numbers = 200000;

// The host's own work: 0 + 1 + ... in parallel.
bool host_sum_is_right() {
    const int64_t sum = tbb::parallel_reduce(
        tbb::blocked_range<int64_t>(0, numbers), int64_t{0},
        [](const tbb::blocked_range<int64_t>& range, int64_t total) {
            for (int64_t n = range.begin(); n < range.end(); ++n) total += n;
            return total;
        },
        [](int64_t a, int64_t b) { return a + b; });
    return sum == numbers * (numbers - 1) / 2;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    host_prepare();
    std::atomic<bool> stop{false}, host_right{true};
    std::atomic<int64_t> sums{0};
    std::thread host([&] {
        while (!stop) {
            if (!host_sum_is_right()) host_right = false;
            ++sums;
        }
    });
    bool plugin_right = true;
    for (int round = 0; round < 300 && plugin_right; ++round) plugin_right = host_round(argv[1], round % 2) != 0;
    stop = true;
    host.join();
    check(plugin_right, "the plugin's bits beside the host's own parallel work");
    check(host_right && sums > 0, "the host's sums beside the plugin");
    check(host_sum_is_right(), "the host's parallel work after the plugin has shut down");
    check(host_round_alone(argv[1], 1) != 0, "the plugin after the host's work");

    // From inside the host's own parallel loop.
    std::atomic<int> nested{0};
    tbb::parallel_for(0, 4, [&](int) { nested += host_round_alone(argv[1], 0); });
    check(nested == 4, "the plugin inside a parallel loop of the host");
    return finish();
}
