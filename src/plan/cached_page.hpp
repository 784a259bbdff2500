// A block of a cache as one sequence sees it.
#pragma once

#include <cstdint>

namespace farspan {

struct block;

struct cached_page {
    int64_t base;  // position of lane 0, a multiple of the block's tokens
    uint64_t present;
    block* data;
};

}  // namespace farspan
