// What this machine can do at best, measured in the process that uses it as a yardstick: clocks move between phases, so
// a limit from another run would be worth little.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace bench {

// Float multiply-adds of `threads` threads at once with the instructions of an instruction set (FARSPAN_ISA_*), in
// GFLOP/s, two per lane: registers only, enough independent chains to hide the latency. The scalar kernels do not fuse,
// so their limit is a multiplication and an addition. 0 if the instruction set cannot be measured in this build.
double multiply_add_peak(int32_t isa, int threads);

// As any program's memory, most often small; or huge where the system has them: there addresses cost next to nothing.
enum class pages { ordinary, huge };

// Memory that has been touched, so that no page fault is timed. What a benchmark reads is in the same kind as its
// limit.
class buffer {
public:
    buffer(std::size_t bytes, pages kind);
    char* data() const { return memory_.get(); }

private:
    struct release {
        void operator()(char* memory) const;
    };
    std::unique_ptr<char, release> memory_;
};

// Sequential reads by the loads of an instruction set (FARSPAN_ISA_*), and copies (read and written bytes counted once
// each, the better of the C library's and one that streams past the caches), over `bytes` per thread, in GB/s.
double read_bandwidth(int32_t isa, std::size_t bytes, int threads, pages kind = pages::huge);
double copy_bandwidth(std::size_t bytes, int threads, pages kind = pages::huge);

// The second way to measure reading, which shares no loop with the first: the C library searches for a byte that is not
// there.
double search_bandwidth(std::size_t bytes, int threads, pages kind = pages::huge);

// From now on every limit is measured once, over little memory: for a test that the programs run.
void measure_once();

}  // namespace bench
