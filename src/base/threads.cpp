// How many threads this process should use.
#include <sched.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/parallel.hpp"

namespace farspan {
namespace {

// The first line of a small file, empty if it cannot be read. C stdio: streams would drag locale initialisation in.
std::string first_line(const std::string& path) {
    std::string text;
    if (std::FILE* file = std::fopen(path.c_str(), "re")) {
        char buffer[512];
        if (std::fgets(buffer, sizeof buffer, file)) text = buffer;
        std::fclose(file);
    }
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    return text;
}

int32_t ratio_rounded_up(double quota, double period) {
    if (!(quota > 0) || !(period > 0)) return 0;
    const double cpus = quota / period;
    return cpus >= 1 << 20 ? 0 : std::max(1, static_cast<int32_t>(cpus + 0.999999));
}

// cgroup v2: the tightest cpu.max on the way from our group up to the root.
int32_t quota_v2(const std::string& root) {
    std::string group = first_line(root + "/proc/self/cgroup");
    if (group.rfind("0::/", 0) != 0) return 0;
    group.erase(0, 3);
    int32_t tightest = 0;
    for (;;) {
        double quota = 0, period = 0;
        const std::string text = first_line(root + "/sys/fs/cgroup" + group + "/cpu.max");
        if (std::sscanf(text.c_str(), "%lf %lf", &quota, &period) == 2) {
            const int32_t cpus = ratio_rounded_up(quota, period);
            if (cpus > 0) tightest = tightest == 0 ? cpus : std::min(tightest, cpus);
        }
        if (group.empty() || group == "/") return tightest;
        group.erase(group.find_last_of('/'));
    }
}

int32_t quota_v1(const std::string& root) {
    const std::string quota = first_line(root + "/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
    const std::string period = first_line(root + "/sys/fs/cgroup/cpu/cpu.cfs_period_us");
    return ratio_rounded_up(std::atof(quota.c_str()), std::atof(period.c_str()));
}

int32_t environment_threads() {
    const char* text = std::getenv("FARSPAN_NUM_THREADS");
    if (!text) return 0;
    int32_t value = 0;
    const auto result = std::from_chars(text, text + std::strlen(text), value);
    return result.ec == std::errc{} && *result.ptr == '\0' && value > 0 ? value : 0;
}

}  // namespace

int32_t machine_threads() {
    cpu_set_t set;
    CPU_ZERO(&set);
    return sched_getaffinity(0, sizeof set, &set) == 0 ? std::max(1, CPU_COUNT(&set)) : 1;
}

int32_t cgroup_cpu_quota(const std::string& root) {
    const int32_t v2 = quota_v2(root);
    return v2 > 0 ? v2 : quota_v1(root);
}

int32_t default_threads() {
    int32_t threads = machine_threads();
    if (const int32_t quota = cgroup_cpu_quota(); quota > 0) threads = std::min(threads, quota);
    if (const int32_t asked = environment_threads(); asked > 0) threads = std::min(threads, asked);
    return threads;
}

}  // namespace farspan
