// A sequence as bytes: a header, one record per page, the blocks; little-endian, with a checksum over everything.
#pragma once

#include <cstdint>
#include <span>

#include "cache/cache.hpp"

namespace farspan {

int64_t saved_size(const block_shape& shape, const sequence& from);
// `to` has saved_size bytes.
void save(const workers& by, const block_shape& shape, const sequence& from, char* to);
// Throws failure about `buffer`; the store is then as before.
int64_t restore(const workers& by, cache& store, std::span<const char> buffer);

}  // namespace farspan
