// What farspan report computes: every model under every method at every length, each arithmetic once.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "evaluate.hpp"
#include "results.hpp"
#include "tasks.hpp"

namespace tool {

// The cells to run, and for every (series, length) the cell that has its numbers: methods that do the same at a length
// share one.
struct job_list {
    std::vector<cell> cells;
    std::vector<std::string> cell_methods;
    std::vector<series> lines;
    std::vector<std::vector<size_t>> cell_of;  // [series][length]
};

void add_model(const language_model& model, const std::vector<std::string>& methods,
               const std::vector<int64_t>& lengths, job_list& jobs);

// The numbers of the cells, once evaluated, into the points of the series, with verdicts.
void collect_losses(const farspan::context* context, const stretches& where, job_list& jobs);

struct task_options {
    passkey_options passkey;  // trials 0: left out
    stretches continued;      // where continuations are written; none: left out
    int32_t threads = 0, isa = 0;
    std::function<void(const cell&, double done)> on_finished;  // as for evaluate()
};

// Passkeys and continuations of all cells, into the points of the series.
void run_tasks(const std::vector<uint8_t>& text, const task_options& options, job_list& jobs);

}  // namespace tool
