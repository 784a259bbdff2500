// Reading memory as fast as an instruction set can: the yardstick of what only reads.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bench {

// The exclusive or of all words of `memory`, 8 bytes each, by the widest loads of an instruction set (FARSPAN_ISA_*),
// which the processor must have. Any alignment; `bytes` is a positive multiple of read_step. The loops are written by
// hand: what a compiler makes of them may spill the sums, and then measures its own stores.
constexpr std::size_t read_step = 512;
uint64_t read_all(int32_t isa, const char* memory, std::size_t bytes);

}  // namespace bench
