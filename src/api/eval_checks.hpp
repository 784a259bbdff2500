// What the entry points of eval.h share.
#pragma once

#include <algorithm>
#include <cinttypes>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "api/checks.hpp"
#include "api/handles.hpp"
#include "base/counts.hpp"
#include "base/pacer.hpp"
#include "eval/bootstrap.hpp"
#include "farspan/eval.h"

namespace farspan {

// A struct that will be written only: its size must be one that we know.
template <class T>
T& required_result(T* result, const char* name) {
    read_struct(required(result, name), T{}, name);
    return *result;
}

// The caller's arrays of structs: they lie as far apart as the caller's version is large, and are of one version.
template <class T>
T& struct_at(T* first, int64_t index, const char* name) {
    using byte = std::conditional_t<std::is_const_v<T>, const char, char>;
    T& given = *reinterpret_cast<T*>(reinterpret_cast<byte*>(first) + index * first->struct_size);
    if (given.struct_size != first->struct_size)
        throw failure(FARSPAN_ERROR_STRUCT_SIZE, field_path("%s[%" PRId64 "].struct_size", name, index),
                      "is %u: must be that of %s[0], %u", given.struct_size, name, first->struct_size);
    return given;
}

// What is counted in an int64_t and cannot be negative.
inline int64_t check_number(int64_t count, const char* name) {
    if (count < 0) throw failure(FARSPAN_ERROR_SHAPE, name, "is %" PRId64 ": must be 0 or more", count);
    return count;
}

constexpr int64_t most_in_sequence = (int64_t{1} << 31) - 1;

inline std::string_view read_text(const char* text, int64_t bytes, const char* name) {
    if (bytes < 0 || bytes > most_in_sequence)
        throw failure(FARSPAN_ERROR_SHAPE, field_path("%s_bytes", name),
                      "is %" PRId64 ": must be between 0 and 2^31 - 1", bytes);
    if (!text && bytes > 0) throw failure(FARSPAN_ERROR_NULL_ARGUMENT, name, "is NULL");
    return bytes > 0 ? std::string_view(text, static_cast<std::size_t>(bytes)) : std::string_view();
}

inline std::span<const int64_t> read_ids(const int64_t* ids, int64_t count, const char* name) {
    check_list(ids, count, most_in_sequence, name);
    return {ids, static_cast<std::size_t>(count)};
}

inline void check_ascending(const int64_t* values, int64_t count, const char* name, pacer& pace) {
    for (int64_t n = 1; n < count; ++n) {
        pace.step();
        if (values[n] <= values[n - 1])
            throw failure(FARSPAN_ERROR_POSITIONS, field_path("%s[%" PRId64 "]", name, n),
                          "is %" PRId64 " after %" PRId64 ": must ascend", values[n], values[n - 1]);
    }
}

inline farspan_bootstrap_config default_bootstrap() {
    farspan_bootstrap_config config{};
    config.struct_size = sizeof config;
    config.samples = 1000;
    config.seed = 12345;
    config.confidence = 0.95;
    return config;
}

inline bootstrap_options read_bootstrap(const farspan_context* context, const farspan_bootstrap_config* config) {
    const farspan_bootstrap_config given =
        config ? read_struct(*config, default_bootstrap(), "config") : default_bootstrap();
    check_bootstrap(given);
    const farspan_context where = settings(context);
    return {given.samples, given.seed, given.confidence, where.threads, where.cancel};
}

// `needed` and, if they fit, the bytes with a final NUL. The arguments have these names everywhere.
class text_result {
public:
    text_result(char* buffer, int64_t buffer_bytes, int64_t* needed)
        : buffer_(buffer), size_(buffer_bytes), needed_(needed) {
        if (check_number(buffer_bytes, "buffer_bytes") > 0) required(buffer, "buffer");
        required(needed, "needed");
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
