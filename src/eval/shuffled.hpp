// A random order that needs no memory.
#pragma once

#include <bit>
#include <cstdint>

#include "eval/bootstrap.hpp"

namespace farspan {

// Key n of those that one key gives.
inline uint64_t derived_key(uint64_t key, int64_t n) {
    return random_source(key + static_cast<uint64_t>(n) * 0xd1342543de82ef95u).bits();
}

// A bijection of 0 .. size - 1: a Feistel network over the next power of 4, walked until it is inside (Black and Rogaway
// 2002). Any place of the order can be asked for.
class shuffled {
public:
    shuffled(int64_t size, uint64_t key)
        : size_(static_cast<uint64_t>(size)),
          key_(key),
          half_bits_((static_cast<int>(std::bit_width(size_ - 1)) + 1) / 2) {}

    int64_t size() const { return static_cast<int64_t>(size_); }

    // place: 0 .. size - 1
    int64_t at(int64_t place) const {
        const uint64_t mask = (uint64_t{1} << half_bits_) - 1;
        auto value = static_cast<uint64_t>(place);
        do {
            uint64_t left = value >> half_bits_, right = value & mask;
            for (uint64_t round = 0; round < 4; ++round) {
                const uint64_t turned = left ^ (random_source(key_ + (round << 56) + right).bits() & mask);
                left = right;
                right = turned;
            }
            value = left << half_bits_ | right;
        } while (value >= size_);
        return static_cast<int64_t>(value);
    }

private:
    uint64_t size_, key_;
    int half_bits_;
};

}  // namespace farspan
