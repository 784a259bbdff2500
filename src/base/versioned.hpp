// Structs that begin with struct_size, so that older and newer callers can be told apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/first_version.hpp"

namespace farspan {

// Reads a caller's struct into `known`, which holds our defaults. A field that the caller does not have keeps its
// default; a field that we do not have must be zero. `first_size` is where the first published version ends, `path`
// names the struct.
void read_versioned(const void* given, void* known, std::size_t first_size, std::size_t known_size, const char* path);

template <class T>
T read_struct(const T& given, T defaults, const char* path) {
    read_versioned(&given, &defaults, first_version<T>::size, sizeof(T), path);
    return defaults;
}

// With struct_size set and all else 0.
template <class T>
T default_struct() {
    T defaults{};
    defaults.struct_size = sizeof(T);
    return defaults;
}

// Writes a default struct into a caller's of `size` bytes, which may be shorter or longer than ours.
template <class T>
void write_defaults(T* given, std::size_t size, T defaults) {
    static_assert(first_version<T>::size > 0);
    if (!given || size < sizeof(uint32_t)) return;
    std::memset(static_cast<void*>(given), 0, size);
    defaults.struct_size = static_cast<uint32_t>(size);
    std::memcpy(static_cast<void*>(given), &defaults, size < sizeof(T) ? size : sizeof(T));
}

// Writes an answer into a caller's struct that was checked: its struct_size says how much of it there is, and stays.
template <class T>
void write_struct(T& to, T answer) {
    static_assert(first_version<T>::size > 0);
    answer.struct_size = to.struct_size;
    std::memcpy(static_cast<void*>(&to), &answer, to.struct_size < sizeof answer ? to.struct_size : sizeof answer);
}

}  // namespace farspan
