// Every benchmark program: registers its rows and runs them. With --once each row and each limit runs once, and nothing
// of what is printed is a measurement: for the tests.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "peak.hpp"
#include "row.hpp"

namespace bench {
void add_rows();
}

int main(int count, char** words) {
    char** const end =
        std::remove_if(words + 1, words + count, [](const char* word) { return std::strcmp(word, "--once") == 0; });
    if (end != words + count) {
        count = static_cast<int>(end - words);
        bench::measure_once();
        bench::row_once = true;
    }
    benchmark::Initialize(&count, words);
    if (benchmark::ReportUnrecognizedArguments(count, words)) return 2;
    bench::add_rows();
    const std::size_t ran = benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    if (ran == 0) std::fprintf(stderr, "benchmark: no row has such a name\n");
    return ran == 0;
}
