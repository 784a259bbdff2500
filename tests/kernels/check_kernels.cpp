// Checks every entry of a kernel table against its definition in double precision, with random and adversarial input,
// in memory between guard pages.
//
//   check_kernels [--isa NAME] [--filter TEXT] [--seed N] [--bench]
//   check_kernels --best    prints the name of the table that the library would use
//
// Without --isa, all instruction sets that are usable here are checked; one that is not is an error with it (exit code
// 77, which ctest counts as skipped). The last line is "N passed, M failed" and counts entries, each of which is
// checked in some hundred to a few thousand cases.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "check.hpp"
#include "farspan/farspan.h"

namespace {

struct options {
    std::string isa, filter;
    uint64_t seed = 20240229;
    bool bench = false, best = false;
};

bool read_options(int count, char** words, options& result) {
    for (int i = 1; i < count; ++i) {
        const std::string word = words[i];
        if (word == "--best") {
            result.best = true;
        } else if (word == "--bench") {
            result.bench = true;
        } else if (i + 1 < count && word == "--isa") {
            result.isa = words[++i];
        } else if (i + 1 < count && word == "--filter") {
            result.filter = words[++i];
        } else if (i + 1 < count && word == "--seed") {
            result.seed = std::strtoull(words[++i], nullptr, 0);
        } else {
            std::fprintf(stderr, "usage: %s [--isa NAME] [--filter TEXT] [--seed N] [--bench]\n", words[0]);
            return false;
        }
    }
    return true;
}

// A guard page was touched: say where before dying of it.
char running[160];
[[maybe_unused]] void report_crash(int signal) {
    [[maybe_unused]] const auto written = write(STDOUT_FILENO, running, std::strlen(running));
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

struct tally {
    int64_t passed = 0, failed = 0, cases = 0;
};

void check_table(const check::kernel_table& table, const options& chosen, tally& total) {
    for (const auto* group : {&check::row_entries(), &check::rotate_entries(), &check::product_entries(),
                              &check::cached_entries(), &check::score_entries(), &check::gradient_entries(),
                              &check::softmax_entries(), &check::exponential_entries(), &check::turn_entries()})
        for (const check::entry& entry : *group) {
            if (std::string(entry.name).find(chosen.filter) == std::string::npos) continue;
            check::run run{table, chosen.seed};
            std::snprintf(running, sizeof running,
                          "CRASHED %s %s: memory outside the tensors was touched (--isa %s --seed %llu)\n", table.name,
                          entry.name, table.name, static_cast<unsigned long long>(chosen.seed));
            entry.test(run);
            if (run.passed + run.failed == 0) continue;  // does not apply to this instruction set
            std::printf("%-7s %-26s %s: %lld of %lld cases\n", table.name, entry.name,
                        run.failed == 0 ? "passed" : "FAILED", static_cast<long long>(run.passed),
                        static_cast<long long>(run.passed + run.failed));
            std::fflush(stdout);
            (run.failed == 0 ? total.passed : total.failed) += 1;
            total.cases += run.passed + run.failed;
        }
}

}  // namespace

int main(int count, char** words) {
    options chosen;
    if (!read_options(count, words, chosen)) return 2;
    if (chosen.best) {
        std::printf("%s\n", farspan::kernels::best_table().name);
        return 0;
    }
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they report better
    std::signal(SIGSEGV, report_crash);
    std::signal(SIGBUS, report_crash);
#endif
    tally total;
    int tables = 0;
    for (int32_t isa = FARSPAN_ISA_SCALAR; isa <= FARSPAN_ISA_NEON; ++isa) {
        const check::kernel_table* table = farspan::kernels::usable_table(isa);
        if (table == nullptr || (!chosen.isa.empty() && chosen.isa != table->name)) continue;
        ++tables;
        if (chosen.bench)
            check::bench(*table, chosen.filter);
        else
            check_table(*table, chosen, total);
    }
    if (tables == 0) {
        std::printf("SKIPPED: no usable instruction set named '%s' on this machine\n", chosen.isa.c_str());
        return 77;
    }
    if (chosen.bench) return 0;
    std::printf("%lld cases\n%lld passed, %lld failed\n", static_cast<long long>(total.cases),
                static_cast<long long>(total.passed), static_cast<long long>(total.failed));
    return total.failed == 0 && total.passed > 0 ? 0 : 1;
}
