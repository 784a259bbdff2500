// Copying and sorting what may be large, with looks at the cancel flag in between.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/pacer.hpp"

namespace farspan {

// to += from
template <class Char>
void append_in_steps(std::basic_string<Char>& to, std::basic_string_view<Char> from, pacer& pace) {
    constexpr std::size_t piece = std::size_t{1} << 18;
    for (std::size_t at = 0; at < from.size(); at += piece) {
        const std::basic_string_view<Char> part = from.substr(at, piece);
        to.append(part);
        pace.step(static_cast<int64_t>(part.size() / 8));
    }
}

// std::stable_sort: blocks, and then what they are together. A million numbers take a few milliseconds between looks.
template <class Iterator, class Less>
void sort_in_steps(Iterator first, Iterator last, Less less, const volatile int32_t* cancel) {
    constexpr std::ptrdiff_t block = 1 << 15;
    const std::ptrdiff_t size = last - first;
    const auto at = [&](std::ptrdiff_t n) { return first + std::min(n, size); };
    for (std::ptrdiff_t from = 0; from < size; from += block) {
        stop_if_set(cancel);
        std::stable_sort(at(from), at(from + block), less);
    }
    for (std::ptrdiff_t width = block; width < size; width *= 2)
        for (std::ptrdiff_t from = 0; from + width < size; from += 2 * width) {
            stop_if_set(cancel);
            std::inplace_merge(at(from), at(from + width), at(from + 2 * width), less);
        }
}

}  // namespace farspan
