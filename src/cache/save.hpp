// A sequence as bytes: a header, one record per page, the blocks; little-endian, with a checksum over everything.
#pragma once

#include <cstddef>

#include "cache/cache.hpp"

namespace farspan {

std::size_t saved_size(const block_shape& shape, const sequence& from);
// `to` has saved_size bytes.
void save(const block_shape& shape, const sequence& from, char* to);
// Throws failure naming "buffer"; the store is then as before.
int64_t restore(cache& store, const char* from, std::size_t size);

}  // namespace farspan
