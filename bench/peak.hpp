// What this machine can do at best, measured in the process that uses it as a yardstick: clocks move between phases, so
// a limit from another run would be worth little.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bench {

// Float multiply-adds of `threads` threads at once with the instructions of an instruction set (FARSPAN_ISA_*), in
// GFLOP/s, two per lane: registers only, enough independent chains to hide the latency. The scalar kernels do not fuse,
// so their limit is a multiplication and an addition. 0 if the instruction set cannot be measured in this build.
double multiply_add_peak(int32_t isa, int threads);

// Sequential reads, and copies (read and written bytes counted once each), over `bytes` per thread, in GB/s.
double read_bandwidth(std::size_t bytes, int threads);
double copy_bandwidth(std::size_t bytes, int threads);

}  // namespace bench
