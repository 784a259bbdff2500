// One row of the report: a benchmark whose rate stands beside a limit that was measured in the same process.
#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <string>

namespace bench {

struct row {
    std::string name;                                // "prefill/f32/d128/n2048/t1"
    const char* unit;                                // "GFLOP/s" or "GB/s"
    double amount;                                   // operations or bytes of one run
    std::function<double()> limit;                   // in the same unit; 0: none
    std::function<std::function<void()>()> prepare;  // makes the work; what it captures lives as long as the benchmark
    int threads = 1;
};

inline bool row_once = false;  // each row runs once (--once)

// One thread is timed by its CPU time, so that another process on the same core does not count against it; several by
// the clock on the wall.
inline void add_row(row r) {
    auto* added = benchmark::RegisterBenchmark(r.name.c_str(), [r](benchmark::State& state) {
        const std::function<void()> work = r.prepare();
        work();
        const double limit = r.limit();
        for (auto _ : state) work();
        state.counters["value"] = benchmark::Counter(r.amount * 1e-9, benchmark::Counter::kIsIterationInvariantRate);
        state.counters["limit"] = limit;
        state.SetLabel(r.unit);
    });
    if (r.threads > 1) added->UseRealTime();
    if (row_once) added->Iterations(1);
}

}  // namespace bench
