// What the kernel says of this process's control group and machine, as small files. `root` is what stands before /proc
// and /sys: a test brings its own.
#pragma once

#include <string>

namespace farspan {

// The first line of a small file without its end; empty if it cannot be read.
std::string first_line(const std::string& path);

// The path of this process's group (cgroup v2) below the mount, "/pods/ours" or "/"; empty under v1 or without groups.
std::string own_group(const std::string& root);

// Calls visit(directory) for the directory of the group and of every group above it.
template <class Visit>
void for_each_group(const std::string& root, Visit&& visit) {
    std::string group = own_group(root);
    if (group.empty()) return;
    for (;;) {
        visit(root + "/sys/fs/cgroup" + group);
        if (group.empty() || group == "/") return;
        group.erase(group.find_last_of('/'));
    }
}

}  // namespace farspan
