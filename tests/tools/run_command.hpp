// Runs the farspan program as a user would.
#pragma once

#include <string>
#include <vector>

struct command_result {
    int exit_code;  // -1 if it was killed
    std::string out, err;
};

// Arguments are passed as they are, without a shell. `path` replaces PATH unless empty.
command_result run_farspan(const std::vector<std::string>& arguments, const std::string& path = "");
