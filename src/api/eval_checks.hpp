// What the entry points of eval.h share.
#pragma once

#include <algorithm>
#include <cinttypes>
#include <string>
#include <string_view>
#include <type_traits>

#include "api/checks.hpp"
#include "eval/bootstrap.hpp"
#include "farspan/eval.h"

namespace farspan {

// Writes a result into a caller's struct, whose struct_size stays what it was.
template <class T>
void write_struct(T& to, T from) {
    from.struct_size = to.struct_size;
    std::memcpy(&to, &from, std::min<std::size_t>(to.struct_size, sizeof(T)));
}

// A struct that will be written only: its size must be one that we know.
template <class T>
T& required_result(T* result, int32_t argument, const char* name) {
    read_struct(required(result, argument, name), T{}, argument, name);
    return *result;
}

// The caller's arrays of structs: they lie as far apart as the caller's version is large, and are of one version.
template <class T>
T& struct_at(T* first, int64_t index, int32_t argument, const char* name) {
    using byte = std::conditional_t<std::is_const_v<T>, const char, char>;
    T& given = *reinterpret_cast<T*>(reinterpret_cast<byte*>(first) + index * first->struct_size);
    if (given.struct_size != first->struct_size)
        throw failure(FARSPAN_ERROR_STRUCT_SIZE, argument,
                      "%s[%" PRId64 "].struct_size is %u: must be that of %s[0], %u", name, index, given.struct_size,
                      name, first->struct_size);
    return given;
}

inline int64_t check_count(int64_t count, int32_t argument, const char* name) {
    if (count < 0) throw failure(FARSPAN_ERROR_SHAPE, argument, "%s is %" PRId64 ": must be 0 or more", name, count);
    return count;
}

// A text or a sequence of ids: below 2^31 of them, NULL only if there are none.
inline void check_sequence(const void* data, int64_t count, int32_t argument, const char* name) {
    if (count < 0 || count >= int64_t{1} << 31)
        throw failure(FARSPAN_ERROR_SHAPE, argument + 1, "the length of %s is %" PRId64 ": must be between 0 and 2^31",
                      name, count);
    if (!data && count > 0) throw failure(FARSPAN_ERROR_NULL_ARGUMENT, argument, "%s is NULL", name);
}

inline std::string_view read_text(const char* text, int64_t bytes, int32_t argument, const char* name) {
    check_sequence(text, bytes, argument, name);
    return bytes > 0 ? std::string_view(text, static_cast<std::size_t>(bytes)) : std::string_view();
}

// `needed` and, if they fit, the bytes with a final NUL. `argument` is that of `buffer`; size and needed follow it.
class text_result {
public:
    text_result(char* buffer, int64_t size, int64_t* needed, int32_t argument)
        : buffer_(buffer), size_(size), needed_(needed) {
        check_count(size, argument + 1, "size");
        if (size > 0) required(buffer, argument, "buffer");
        required(needed, argument + 2, "needed");
    }
    void write(const std::string& text) const {
        if (char* room = room_for(static_cast<int64_t>(text.size()))) std::memcpy(room, text.data(), text.size());
    }
    // Where a text of so many bytes goes, with its NUL written already; NULL if it does not fit.
    char* room_for(int64_t bytes) const {
        *needed_ = bytes + 1;
        if (*needed_ > size_) return nullptr;
        buffer_[bytes] = '\0';
        return buffer_;
    }

private:
    char* buffer_;
    int64_t size_;
    int64_t* needed_;
};

}  // namespace farspan
