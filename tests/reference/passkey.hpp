// The published texts of the passkey task.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace oracle {

struct passkey {
    std::string before, told, after;  // `told` are the sentences with the key
    std::string text() const { return before + told + after; }
};

// Mohtashami and Jaggi (2023): `length` characters of which the garbage is cut anywhere, the key on a line of its own.
passkey passkey_landmark(int64_t key, size_t length, double depth);
// RedPajama's form: whole repetitions of the garbage, on one line of `length` characters at most.
passkey passkey_sentences(int64_t key, size_t length, double depth);

}  // namespace oracle
