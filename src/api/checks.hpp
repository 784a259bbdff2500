// Checks of what callers pass: versioned structs and tensors.
#pragma once

#include <cstddef>
#include <cstring>

#include "api/guard.hpp"
#include "base/strided.hpp"
#include "base/versioned.hpp"

namespace farspan {

template <class T>
T read_struct(const T& given, T defaults, int32_t argument, const char* name) {
    read_versioned(&given, &defaults, sizeof(T), sizeof(T), argument, name);
    return defaults;
}

// Writes a default struct into a caller's of `size` bytes, which may be shorter or longer than ours.
template <class T>
void write_defaults(T* config, std::size_t size, T defaults) {
    if (!config || size < sizeof(uint32_t)) return;
    std::memset(static_cast<void*>(config), 0, size);
    defaults.struct_size = static_cast<uint32_t>(size);
    std::memcpy(static_cast<void*>(config), &defaults, size < sizeof(T) ? size : sizeof(T));
}

constexpr int64_t any_extent = -1;

enum class access { read, write };

// A tensor of an arithmetic type (f32, f16, bf16) whose extents are `shape` (any_extent: any positive one) and whose addresses
// do not overflow; written ones must not overlap themselves.
strided check_tensor(const farspan_tensor* tensor, int32_t argument, const char* name, const int64_t (&shape)[4],
                     access mode);

// Throws unless the memory of the two differs or they are the same view.
void check_disjoint(const strided& out, const char* out_name, int32_t argument, const strided& in, const char* in_name);

}  // namespace farspan
