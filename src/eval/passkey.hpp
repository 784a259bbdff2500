// Facts hidden in long texts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "farspan/eval.h"

namespace farspan {

// Throws failure about "config".
void check_passkey(const farspan_passkey_config& config);

// Writes the text, `bytes` of the answer long, without NUL; or only answers if `to` is NULL. Takes no memory.
farspan_passkey make_passkey(const farspan_passkey_config& config, char* to);

// Whether the first run of digits in the text is the key.
bool says_key(std::string_view generated, int64_t key);

// Where a needle goes among the first `rest` ids of the haystack, which repeats itself.
int64_t needle_position(const int64_t* haystack, int64_t haystack_length, int64_t rest, double depth,
                        const int64_t* boundary);

}  // namespace farspan
