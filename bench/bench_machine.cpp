// The limits themselves, as rows: multiply-adds per instruction set and thread, bandwidth per level of the memory.
#include "attention_case.hpp"
#include "peak.hpp"
#include "row.hpp"

namespace bench {
namespace {

// A limit is its own measurement: one "run" of the benchmark only hands it over.
void add_limit(const std::string& name, const char* unit, const std::function<double()>& measure) {
    benchmark::RegisterBenchmark(name.c_str(),
                                 [measure, unit](benchmark::State& state) {
                                     double value = 0.0;
                                     for (auto _ : state) value = measure();
                                     state.counters["value"] = value;
                                     state.counters["limit"] = 0.0;
                                     state.SetLabel(unit);
                                 })
        ->Iterations(1)
        ->UseRealTime();
}

}  // namespace

void add_rows() {
    for (int threads : {1, 2}) {
        const std::string suffix = "/t" + std::to_string(threads);
        for (int32_t isa = FARSPAN_ISA_SCALAR; isa <= FARSPAN_ISA_NEON; ++isa)
            if (farspan_isa_supported(isa))
                add_limit(std::string("machine/fma/") + farspan_isa_name(isa) + suffix, "GFLOP/s",
                          [=] { return multiply_add_peak(isa, threads); });
        const struct {
            const char* name;
            std::size_t bytes;
        } levels[] = {{"l1", 16u << 10}, {"l2", 512u << 10}, {"memory", 256u << 20}};
        for (const auto& level : levels) {
            add_limit(std::string("machine/read/") + level.name + suffix, "GB/s",
                      [=] { return read_bandwidth(isa_in_use(), level.bytes, threads); });
            add_limit(std::string("machine/copy/") + level.name + suffix, "GB/s",
                      [=] { return copy_bandwidth(level.bytes, threads); });
        }
    }
}

}  // namespace bench
