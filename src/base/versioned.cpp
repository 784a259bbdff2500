#include "base/versioned.hpp"

#include <algorithm>
#include <cstring>

#include "base/failure.hpp"

namespace farspan {
namespace {

constexpr uint32_t largest_struct = 65536;  // no version will be larger; guards the reading of the tail

}  // namespace

void read_versioned(const void* given, void* known, std::size_t first_size, std::size_t known_size, int32_t argument,
                    const char* name) {
    uint32_t size = 0;
    std::memcpy(&size, given, sizeof size);
    if (size < first_size || size > largest_struct)
        throw failure(FARSPAN_ERROR_STRUCT_SIZE, argument, "%s.struct_size is %u: must be the size of the struct, %zu", name,
                      size, known_size);
    const auto* bytes = static_cast<const unsigned char*>(given);
    for (std::size_t n = known_size; n < size; ++n)
        if (bytes[n] != 0)
            throw failure(FARSPAN_ERROR_STRUCT_SIZE, argument,
                          "%s.struct_size is %u and a field past byte %zu, all that this version knows, is set", name, size,
                          known_size);
    std::memcpy(known, given, std::min<std::size_t>(size, known_size));
}

}  // namespace farspan
