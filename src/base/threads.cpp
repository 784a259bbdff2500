// How many threads this process should use.
#include <sched.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/control_group.hpp"
#include "base/parallel.hpp"

namespace farspan {
namespace {

int32_t ratio_rounded_up(double quota, double period) {
    if (!(quota > 0) || !(period > 0)) return 0;
    const double cpus = quota / period;
    return cpus >= 1 << 20 ? 0 : std::max(1, static_cast<int32_t>(cpus + 0.999999));
}

// cgroup v2: the tightest cpu.max on the way from our group up to the root.
int32_t quota_v2(const std::string& root) {
    int32_t tightest = 0;
    for_each_group(root, [&](const std::string& group) {
        double quota = 0, period = 0;
        if (std::sscanf(first_line(group + "/cpu.max").c_str(), "%lf %lf", &quota, &period) != 2) return;
        const int32_t cpus = ratio_rounded_up(quota, period);
        if (cpus > 0) tightest = tightest == 0 ? cpus : std::min(tightest, cpus);
    });
    return tightest;
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
