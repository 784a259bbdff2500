// Facts hidden in long texts.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/pacer.hpp"
#include "farspan/eval.h"

namespace farspan {

// Throws failure about "config".
void check_passkey(const farspan_passkey_config& config);

// Writes the text, `bytes` of the answer long, without NUL; or only answers if `to` is NULL. Takes no memory.
farspan_passkey make_passkey(const farspan_passkey_config& config, char* to, pacer& pace);

// Whether the first run of digits in the text is the key.
bool says_key(std::string_view generated, int64_t key, pacer& pace);

// A needle in the haystack, which repeats itself, and a question behind them: fills `out`, and tells where the needle
// begins. Throws failure unless they fit.
struct needle_task {
    std::span<const int64_t> haystack, needle, question, boundaries;
    double depth;
};
int64_t place_needle(const needle_task& task, std::span<int64_t> out, pacer& pace);

}  // namespace farspan
