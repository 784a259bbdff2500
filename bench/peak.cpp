#include "peak.hpp"

#include <sys/mman.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <new>
#include <thread>
#include <vector>

#include "farspan/farspan.h"
#include "read.hpp"
#if defined(__x86_64__)
#include <emmintrin.h>
#endif

namespace bench {
namespace {

// Short runs are timed by the clock on the wall: some of many are not interrupted. Long ones are timed by what this
// thread ran, so that what other processes take does not lower a limit.
enum timing : clockid_t { wall = CLOCK_MONOTONIC, own = CLOCK_THREAD_CPUTIME_ID };

double seconds_of(timing how, const std::function<void()>& work) {
    const auto now = [how] {
        timespec time{};
        clock_gettime(how, &time);
        return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
    };
    const double start = now();
    work();
    return now() - start;
}

// The best total rate over `repeats` runs, all threads starting together.
double best_rate(timing how, int threads, int repeats, double amount, const std::function<void(int)>& work) {
    double best = 0.0;
    for (int repeat = 0; repeat < repeats; ++repeat) {
        double seconds = 0.0;
        if (threads == 1) {
            seconds = seconds_of(how, [&] { work(0); });
        } else {
            std::atomic<int> waiting{threads};
            std::vector<double> each(static_cast<std::size_t>(threads));
            std::vector<std::thread> pool;
            for (int t = 0; t < threads; ++t)
                pool.emplace_back([&, t] {
                    for (--waiting; waiting.load() > 0;) {
                    }
                    each[static_cast<std::size_t>(t)] = seconds_of(how, [&] { work(t); });
                });
            for (std::thread& thread : pool) thread.join();
            seconds = *std::max_element(each.begin(), each.end());
        }
        best = std::max(best, threads * amount / seconds * 1e-9);
    }
    return best;
}

#define TWELVE(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)
#define CLOBBER_XMM \
    "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13"

struct multiply_add {
    int lanes;
    void (*run)(int64_t repeats);  // 12 multiply-adds of `lanes` floats, `repeats` times
};

#if defined(__x86_64__)
// Operands are zero, lest subnormals or NaN left in a register slow it down.
__attribute__((target("avx512f"))) void run_avx512(int64_t repeats) {
    __asm__ volatile("vpxord %%zmm12,%%zmm12,%%zmm12\nvpxord %%zmm13,%%zmm13,%%zmm13" ::: CLOBBER_XMM);
#define X(n) "vpxord %%zmm" #n ",%%zmm" #n ",%%zmm" #n "\n"
    __asm__ volatile(TWELVE(X)::: CLOBBER_XMM);
#undef X
#define X(n) "vfmadd231ps %%zmm12,%%zmm13,%%zmm" #n "\n"
    for (int64_t i = 0; i < repeats; ++i) __asm__ volatile(TWELVE(X)::: CLOBBER_XMM);
#undef X
}
__attribute__((target("avx2,fma"))) void run_avx2(int64_t repeats) {
    __asm__ volatile("vxorps %%ymm12,%%ymm12,%%ymm12\nvxorps %%ymm13,%%ymm13,%%ymm13" ::: CLOBBER_XMM);
#define X(n) "vxorps %%ymm" #n ",%%ymm" #n ",%%ymm" #n "\n"
    __asm__ volatile(TWELVE(X)::: CLOBBER_XMM);
#undef X
#define X(n) "vfmadd231ps %%ymm12,%%ymm13,%%ymm" #n "\n"
    for (int64_t i = 0; i < repeats; ++i) __asm__ volatile(TWELVE(X)::: CLOBBER_XMM);
#undef X
    __asm__ volatile("vzeroupper" ::: CLOBBER_XMM);
}
void run_scalar(int64_t repeats) {
#define X(n) "xorps %%xmm" #n ",%%xmm" #n "\n"
    __asm__ volatile(TWELVE(X) X(12) X(13) X(14) X(15)::: CLOBBER_XMM, "xmm14", "xmm15");
#undef X
    // Products and sums in registers of their own, seven of each: no chain of both to wait for.
#define X(a, b) "mulss %%xmm14,%%xmm" #a "\naddss %%xmm15,%%xmm" #b "\n"
#define SEVEN X(0, 7) X(1, 8) X(2, 9) X(3, 10) X(4, 11) X(5, 12) X(6, 13)
    for (int64_t i = 0; i < repeats; i += 7)
        __asm__ volatile(SEVEN SEVEN SEVEN SEVEN SEVEN SEVEN SEVEN SEVEN SEVEN SEVEN SEVEN SEVEN::
                             : CLOBBER_XMM, "xmm14", "xmm15");
#undef SEVEN
#undef X
}
multiply_add find(int32_t isa) {
    switch (isa) {
        case FARSPAN_ISA_AVX512:
            return {16, run_avx512};
        case FARSPAN_ISA_AVX2:
            return {8, run_avx2};
        case FARSPAN_ISA_SCALAR:
            return {1, run_scalar};
        default:
            return {0, nullptr};
    }
}
#elif defined(__aarch64__)
#define TWENTY_FOUR(X) TWELVE(X) X(12) X(13) X(14) X(15) X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23)
#define CLOBBER_V                                                                                                \
    "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15", "v16", \
        "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25"
void run_neon(int64_t repeats) {
#define X(n) "movi v" #n ".4s,#0\n"
    __asm__ volatile(TWENTY_FOUR(X) X(24) X(25)::: CLOBBER_V);
#undef X
#define X(n) "fmla v" #n ".4s,v24.4s,v25.4s\n"
    for (int64_t i = 0; i < repeats; i += 2) __asm__ volatile(TWENTY_FOUR(X)::: CLOBBER_V);
#undef X
}
multiply_add find(int32_t isa) {
    return isa == FARSPAN_ISA_NEON ? multiply_add{4, run_neon} : multiply_add{0, nullptr};
}
#else
multiply_add find(int32_t) { return {0, nullptr}; }
#endif

constexpr std::size_t huge_page = std::size_t{1} << 21;

bool once = false;
constexpr std::size_t most_bytes_once = std::size_t{1} << 20;

// Passes of `work` over buffers of `bytes` per thread, in GB/s: enough over small ones for a run of about a millisecond
// or more.
double bandwidth(std::size_t bytes, int threads, double bytes_of_a_pass, const std::function<void(std::size_t)>& work) {
    const auto passes = once ? int64_t{1} : std::max<int64_t>(1, static_cast<int64_t>((std::size_t{64} << 20) / bytes));
    return best_rate(own, threads, once ? 1 : 5, bytes_of_a_pass * static_cast<double>(passes), [&](int t) {
        for (int64_t pass = 0; pass < passes; ++pass) {
            work(static_cast<std::size_t>(t));
            __asm__ volatile("" ::: "memory");
        }
    });
}

#if defined(__x86_64__)
// A copy past the caches, by the baseline's instructions: each line is written whole, and none is read first.
void stream(char* to, const char* from, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; i += 64)
        for (std::size_t k = 0; k < 64; k += 16)
            _mm_stream_si128(reinterpret_cast<__m128i*>(to + i + k),
                             _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i + k)));
    _mm_sfence();
}
#endif

std::vector<std::unique_ptr<buffer>> buffers(std::size_t bytes, int threads, pages kind) {
    std::vector<std::unique_ptr<buffer>> made;
    for (int t = 0; t < threads; ++t) made.push_back(std::make_unique<buffer>(bytes, kind));
    return made;
}

}  // namespace

buffer::buffer(std::size_t bytes, pages kind)
    : memory_(static_cast<char*>(kind == pages::huge
                                     ? std::aligned_alloc(huge_page, (bytes + huge_page - 1) / huge_page * huge_page)
                                     : std::malloc(bytes))) {
    if (!memory_) throw std::bad_alloc();
#if defined(MADV_HUGEPAGE)
    if (kind == pages::huge) madvise(data(), bytes, MADV_HUGEPAGE);
#endif
    std::memset(data(), 1, bytes);
}
void buffer::release::operator()(char* memory) const { std::free(memory); }

void measure_once() { once = true; }

double multiply_add_peak(int32_t isa, int threads) {
    const multiply_add unit = find(isa);
    if (unit.run == nullptr) return 0.0;
    constexpr int64_t repeats = 20000;  // about 50 microseconds
    return best_rate(wall, threads,
                     once           ? 1
                     : threads == 1 ? 100
                                    : 30,
                     2.0 * 12 * repeats * unit.lanes, [&](int) { unit.run(repeats); });
}

double read_bandwidth(int32_t isa, std::size_t bytes, int threads, pages kind) {
    bytes = std::max(bytes / read_step, std::size_t{1}) * read_step;
    if (once) bytes = std::min(bytes, most_bytes_once);
    const auto from = buffers(bytes, threads, kind);
    return bandwidth(bytes, threads, static_cast<double>(bytes),
                     [&](std::size_t t) { read_all(isa, from[t]->data(), bytes); });
}

double search_bandwidth(std::size_t bytes, int threads, pages kind) {
    const auto from = buffers(bytes, threads, kind);
    return bandwidth(bytes, threads, static_cast<double>(bytes), [&](std::size_t t) {
        const void* volatile found = std::memchr(from[t]->data(), 2, bytes);  // every byte is 1
        static_cast<void>(found);
    });
}

double copy_bandwidth(std::size_t bytes, int threads, pages kind) {
    if (once) bytes = std::min(bytes, most_bytes_once);
    const auto from = buffers(bytes, threads, kind), to = buffers(bytes, threads, kind);
    const double both = 2.0 * static_cast<double>(bytes);
    const double copied =
        bandwidth(bytes, threads, both, [&](std::size_t t) { std::memcpy(to[t]->data(), from[t]->data(), bytes); });
#if defined(__x86_64__)
    // Where the C library believes in a larger cache than there is, its copy reads what it overwrites.
    const std::size_t whole = bytes / 64 * 64;
    const double streamed = bandwidth(bytes, threads, both, [&](std::size_t t) {
        stream(to[t]->data(), from[t]->data(), whole);
        std::memcpy(to[t]->data() + whole, from[t]->data() + whole, bytes - whole);
    });
    return std::max(copied, streamed);
#else
    return copied;
#endif
}

}  // namespace bench
