// Arrays beside their counts. `name` is that of the array, whose count is name_count; `what` says what an entry is for.
#pragma once

#include <cinttypes>
#include <cstdint>

#include "base/failure.hpp"

namespace farspan {

// An absent array has no entries.
inline void check_absent(const void* data, int64_t count, const char* name) {
    if (!data && count != 0)
        throw failure(FARSPAN_ERROR_SHAPE, field_path("%s_count", name), "is %" PRId64 ": must be 0, %s is NULL", count,
                      name);
}

// An input has as many entries as are read: more would belong to nothing, which is a mistake.
inline void check_input(const void* data, int64_t count, int64_t needed, const char* name, const char* what) {
    check_absent(data, count, name);
    if (data && count != needed)
        throw failure(FARSPAN_ERROR_SHAPE, field_path("%s_count", name), "is %" PRId64 ": must be %" PRId64 ", %s",
                      count, needed, what);
}

// An output has at least as many as are written.
inline void check_output(const void* data, int64_t count, int64_t needed, const char* name, const char* what) {
    check_absent(data, count, name);
    if (data && count < needed)
        throw failure(FARSPAN_ERROR_SHAPE, field_path("%s_count", name),
                      "is %" PRId64 ": must be at least %" PRId64 ", %s", count, needed, what);
}

// An input of any length up to `most`; NULL only if it is empty.
inline void check_list(const void* data, int64_t count, int64_t most, const char* name) {
    if (count < 0 || count > most)
        throw failure(FARSPAN_ERROR_SHAPE, field_path("%s_count", name),
                      "is %" PRId64 ": must be between 0 and %" PRId64, count, most);
    if (!data && count > 0) throw failure(FARSPAN_ERROR_NULL_ARGUMENT, name, "is NULL");
}

}  // namespace farspan
