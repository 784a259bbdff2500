// Every benchmark program: registers its rows and runs them.
#include <benchmark/benchmark.h>

namespace bench {
void add_rows();
}

int main(int count, char** words) {
    benchmark::Initialize(&count, words);
    if (benchmark::ReportUnrecognizedArguments(count, words)) return 2;
    bench::add_rows();
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
