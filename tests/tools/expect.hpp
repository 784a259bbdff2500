// What the tests of the command expect, said once.
#pragma once

#include <criterion/criterion.h>

#include <string>
#include <vector>

#include "run_command.hpp"

// The part stands somewhere in the text.
inline void expect_text(const std::string& text, const std::string& part) {
    cr_expect(text.find(part) != std::string::npos, "expected '%s' in '%s'", part.c_str(), text.c_str());
}

// The program refuses the arguments, and says the part.
inline void expect_refusal(const std::vector<std::string>& arguments, const std::string& part) {
    const command_result result = run_farspan(arguments);
    cr_expect(result.exit_code == 1 || result.exit_code == 2, "exit code %d", result.exit_code);
    expect_text(result.err, part);
}
