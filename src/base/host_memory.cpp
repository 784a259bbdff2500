#include "base/host_memory.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "base/control_group.hpp"
#include "base/failure.hpp"

namespace farspan {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double small_request = 16 << 20;

// The number behind `name` in a file of lines "name number"; `otherwise` without one.
double number_in(const std::string& path, const std::string& name, double otherwise) {
    double found = otherwise;
    if (std::FILE* file = std::fopen(path.c_str(), "re")) {
        char line[256];
        while (std::fgets(line, sizeof line, file))
            if (std::string(line).rfind(name, 0) == 0) {
                found = static_cast<double>(std::strtoull(line + name.size(), nullptr, 10));
                break;
            }
        std::fclose(file);
    }
    return found;
}

// A file of one number, or "max".
double number_of(const std::string& path) {
    const std::string text = first_line(path);
    char* end = nullptr;
    const auto number = static_cast<double>(std::strtoull(text.c_str(), &end, 10));
    return end == text.c_str() ? infinite : number;
}

// What a group may still take: pages of files count as used and can be freed.
double room_in(double limit, double used, double freeable) {
    return limit < infinite && used < infinite ? std::max(0.0, limit - used + freeable) : infinite;
}

}  // namespace

double available_memory(const std::string& root) {
    double least = number_in(root + "/proc/meminfo", "MemAvailable:", infinite) * 1024;
    for_each_group(root, [&](const std::string& group) {
        least = std::min(least, room_in(number_of(group + "/memory.max"), number_of(group + "/memory.current"),
                                        number_in(group + "/memory.stat", "inactive_file ", 0)));
    });
    const std::string v1 = root + "/sys/fs/cgroup/memory/memory.";
    return std::min(least, room_in(number_of(v1 + "limit_in_bytes"), number_of(v1 + "usage_in_bytes"),
                                   number_in(v1 + "stat", "total_inactive_file ", 0)));
}

void require_memory(double bytes, const char* what) {
    if (bytes <= small_request) return;
    if (const double available = available_memory(); bytes > available)
        throw failure(FARSPAN_ERROR_OUT_OF_MEMORY, "",
                      "%.0f bytes of %s are needed: the machine and its control group have %.0f left", bytes, what,
                      available);
}

}  // namespace farspan
