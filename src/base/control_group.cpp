#include "base/control_group.hpp"

#include <cstdio>

namespace farspan {

// C stdio: streams would drag locale initialisation in.
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

std::string own_group(const std::string& root) {
    const std::string group = first_line(root + "/proc/self/cgroup");
    return group.rfind("0::/", 0) == 0 ? group.substr(3) : std::string();
}

}  // namespace farspan
