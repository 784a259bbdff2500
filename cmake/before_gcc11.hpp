// What gcc 10 lacks of the C++20 library and farspan uses; included before every source of a build with that compiler. It is the one
// of Debian 11, where the library is built that runs on old systems too (scripts/portable.sh). Not part of any other build.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <type_traits>

namespace std {

template <class To, class From>
To bit_cast(const From& from) noexcept {
    static_assert(sizeof(To) == sizeof(From) && is_trivially_copyable_v<To> && is_trivially_copyable_v<From>);
    To to;
    memcpy(&to, &from, sizeof to);
    return to;
}

template <class Array>
unique_ptr<Array> make_unique_for_overwrite(size_t count) {
    static_assert(is_array_v<Array> && extent_v<Array> == 0);
    return unique_ptr<Array>(new remove_extent_t<Array>[count]);
}

}  // namespace std
