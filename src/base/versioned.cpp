#include "base/versioned.hpp"

#include <algorithm>
#include <cstring>

#include "base/failure.hpp"

namespace farspan {
namespace {

constexpr uint32_t largest_struct = 65536;  // no version will be larger; guards the reading of the tail

}  // namespace

void read_versioned(const void* given, void* known, std::size_t first_size, std::size_t known_size, const char* path) {
    uint32_t size = 0;
    std::memcpy(&size, given, sizeof size);
    // Only made for a failure: every call comes through here.
    const auto field = [&] { return field_path("%s.struct_size", path); };
    if (size < first_size || size > largest_struct)
        throw failure(FARSPAN_ERROR_STRUCT_SIZE, field(), "is %u: must be the size of the struct, %zu", size,
                      known_size);
    const auto* bytes = static_cast<const unsigned char*>(given);
    for (std::size_t n = known_size; n < size; ++n)
        if (bytes[n] != 0)
            throw failure(FARSPAN_ERROR_STRUCT_SIZE, field(),
                          "is %u and a field past byte %zu, all that this version knows, is set", size, known_size);
    std::memcpy(known, given, std::min<std::size_t>(size, known_size));
}

}  // namespace farspan
