#pragma once

#include <criterion/criterion.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/parallel.hpp"

namespace farspan_test {

// The files of a system that a control group sees.
class made_system {
public:
    made_system() {
        std::string name = (std::filesystem::temp_directory_path() / "farspan-XXXXXX").string();
        cr_assert(mkdtemp(name.data()) != nullptr);
        root_ = name;
    }
    ~made_system() { std::filesystem::remove_all(root_); }
    made_system(const made_system&) = delete;
    made_system& operator=(const made_system&) = delete;

    made_system& with(const char* path, const char* text) {
        const std::filesystem::path file = root_ / path;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << text << '\n';
        return *this;
    }
    int32_t quota() const { return farspan::cgroup_cpu_quota(root()); }
    std::string root() const { return root_.string(); }

private:
    std::filesystem::path root_;
};

}  // namespace farspan_test
