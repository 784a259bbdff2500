// A percentage of a wrong limit is worse than none: the loops read every byte and no other, at any address, and what
// they measure is in the order of a memory's levels and agrees with another way to measure.
#include <criterion/criterion.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

#include "farspan/farspan.h"
#include "peak.hpp"
#include "read.hpp"

namespace {

uint64_t plain_sum(const char* memory, std::size_t bytes) {
    uint64_t sum = 0;
    for (std::size_t i = 0; i < bytes; i += 8) {
        uint64_t word;
        std::memcpy(&word, memory + i, 8);
        sum ^= word;
    }
    return sum;
}

std::vector<int32_t> instruction_sets() {
    std::vector<int32_t> here;
    for (int32_t isa = FARSPAN_ISA_SCALAR; isa <= FARSPAN_ISA_NEON; ++isa)
        if (farspan_isa_supported(isa)) here.push_back(isa);
    return here;
}

int32_t isa_in_use() {
    farspan_context* context = nullptr;
    cr_assert(farspan_context_create(nullptr, &context, nullptr) == FARSPAN_OK);
    const int32_t isa = farspan_context_isa(context);
    farspan_context_destroy(context);
    return isa;
}

// Ends where its pages do: behind them lies one that nobody may read.
struct guarded {
    std::size_t page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE)), size = 4 * page;
    char* memory =
        static_cast<char*>(mmap(nullptr, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    guarded() {
        cr_assert(memory != MAP_FAILED && mprotect(memory + size, page, PROT_NONE) == 0);
        std::mt19937 random(1);
        for (std::size_t i = 0; i < size; ++i) memory[i] = static_cast<char>(random());
    }
    ~guarded() { munmap(memory, size + page); }
    guarded(const guarded&) = delete;
    guarded& operator=(const guarded&) = delete;
};

// Other processes disturb a measurement, and never for long enough to disturb ten: what must hold holds in one of them.
template <class Condition>
bool once_in_ten(const Condition& condition) {
    for (int n = 0; n < 10; ++n)
        if (condition()) return true;
    return false;
}

Test(limits, reading_reads_every_byte_at_any_address) {
    const guarded pages;
    for (const int32_t isa : instruction_sets())
        for (std::size_t bytes = bench::read_step; bytes <= 8 * bench::read_step; bytes += bench::read_step)
            for (std::size_t shift = 0; shift <= 65; ++shift) {
                const char* at = pages.memory + pages.size - bytes - shift;  // shift 0: the last byte before the guard
                cr_assert(bench::read_all(isa, at, bytes) == plain_sum(at, bytes), "%s, %zu bytes, %zu before the end",
                          farspan_isa_name(isa), bytes, shift);
            }
}

Test(limits, no_size_and_no_kind_of_page_is_too_small) {
    bench::measure_once();
    for (const int32_t isa : instruction_sets())
        for (const bench::pages kind : {bench::pages::ordinary, bench::pages::huge})
            for (const std::size_t bytes : {1, 511, 513, 100000})
                cr_assert(bench::read_bandwidth(isa, bytes, 2, kind) > 0.0);
}

// The best of ten, since other programs take their share. Two loads of 32 bytes in a cycle are what L2 delivers as
// well: on AVX2 the two can be equal.
Test(limits, nearer_memory_is_faster) {
    const int32_t isa = isa_in_use();
    double l1 = 0, l2 = 0, memory = 0;
    for (int n = 0; n < 10; ++n) {
        l1 = std::max(l1, bench::read_bandwidth(isa, 16u << 10, 1));
        l2 = std::max(l2, bench::read_bandwidth(isa, 512u << 10, 1));
        memory = std::max(memory, bench::read_bandwidth(isa, 256u << 20, 1));
    }
    cr_assert(l1 > 0.9 * l2 && l2 > memory, "%s: L1 %.1f, L2 %.1f, memory %.1f GB/s", farspan_isa_name(isa), l1, l2,
              memory);
}

// No loop is far slower than the C library's search, at any level: that would be no limit. From memory they are about
// as fast.
Test(limits, two_ways_to_read_agree) {
    const int32_t isa = isa_in_use();
    for (const std::size_t bytes : {std::size_t{16} << 10, std::size_t{512} << 10, std::size_t{256} << 20}) {
        double read = 0, search = 0;
        const bool agree = once_in_ten([&] {
            read = bench::read_bandwidth(isa, bytes, 1);
            search = bench::search_bandwidth(bytes, 1);
            const bool in_memory = bytes > std::size_t{64} << 20;
            return isa == FARSPAN_ISA_SCALAR && !in_memory ? read > 0.2 * search
                                                           : read > 0.8 * search && (!in_memory || read < 1.5 * search);
        });
        cr_assert(agree, "%s, %zu bytes: %.1f GB/s, search %.1f GB/s", farspan_isa_name(isa), bytes, read, search);
    }
}

}  // namespace
