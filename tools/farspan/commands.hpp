// The sub-commands. Each adds its options to the program and its action as a callback.
#pragma once

#include <CLI/CLI.hpp>

namespace tool {

void add_report(CLI::App& program);
void add_explain(CLI::App& program);
void add_diff(CLI::App& program);
void add_compare(CLI::App& program);
void add_generate(CLI::App& program);
void add_logits(CLI::App& program);
void add_perplexity(CLI::App& program);
void add_score(CLI::App& program);
void add_doctor(CLI::App& program);

}  // namespace tool
