// Structs that begin with struct_size, so that older and newer callers can be told apart.
#pragma once

#include <cstddef>
#include <cstdint>

namespace farspan {

// Reads a caller's struct into `known`, which holds our defaults. A field that the caller does not have keeps its default; a field that
// we do not have must be zero. `first_size` is where the first published version ends. Throws failure naming `argument`;
// `name` is the argument's name in the message.
void read_versioned(const void* given, void* known, std::size_t first_size, std::size_t known_size, int32_t argument,
                    const char* name);

}  // namespace farspan
