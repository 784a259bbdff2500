// What texts that hide facts are made of.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/pacer.hpp"

namespace farspan {

// The sentences that facts are hidden in, to the letter (Mohtashami and Jaggi 2023).
constexpr std::string_view garbage =
    "The grass is green. The sky is blue. The sun is yellow. Here we go. There and back again.";

// Writes a text from its start, or only measures it if there is no room.
class text_writer {
public:
    text_writer(char* to, pacer& pace) : to_(to), pace_(pace) {}
    int64_t size() const { return size_; }
    pacer& pace() const { return pace_; }
    bool is_written() const { return to_ != nullptr; }
    void skip(int64_t bytes) { size_ += bytes; }
    void put(std::string_view text) {
        pace_.step(1 + static_cast<int64_t>(text.size() >> 6));
        if (to_) std::memcpy(to_ + size_, text.data(), text.size());
        size_ += static_cast<int64_t>(text.size());
    }

private:
    char* to_;
    pacer& pace_;
    int64_t size_ = 0;
};

// How many of `count` stand before a depth of 0 .. 1.
inline int64_t share_of(int64_t count, double depth) { return std::llround(static_cast<double>(count) * depth); }

}  // namespace farspan
