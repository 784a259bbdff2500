#include "expect_failure.hpp"

#include <criterion/criterion.h>

#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace farspan_test {
namespace {

constexpr unsigned char canary = 0xA5;

bool all_canary(const unsigned char* first, const unsigned char* last) {
    for (; first != last; ++first)
        if (*first != canary) return false;
    return true;
}

// The first `size` bytes may be written, no more; size 0: none at all.
void check_short_error(const char* what, farspan_status status, uint32_t size,
                       const std::function<farspan_status(farspan_error*)>& call) {
    union {
        farspan_error error;
        unsigned char bytes[sizeof(farspan_error)];
    } slot;
    std::memset(slot.bytes, canary, sizeof slot.bytes);
    slot.error.struct_size = size;
    const farspan_status got = call(&slot.error);
    cr_expect(got == status, "%s, error.struct_size %u: status %d, must be %d", what, size, got, status);
    const bool room = size > offsetof(farspan_error, message);
    const std::size_t first = room ? size : sizeof(uint32_t);
    cr_expect(slot.error.struct_size == size && all_canary(slot.bytes + first, slot.bytes + sizeof slot.bytes),
              "%s: wrote past error.struct_size %u", what, size);
    if (room)
        cr_expect(slot.error.code == status &&
                      std::memchr(slot.error.message, 0, size - offsetof(farspan_error, message)) != nullptr,
                  "%s: error.struct_size %u: code %d, or no end of the message", what, size, slot.error.code);
}

// Reads the number at the start of `text` as messages write it: 17, -1.5, 2^40, -2^40, 2^40 - 1. NaN if there is none.
double number_in(const char* text) {
    const char* power = std::strstr(text, "2^40");
    if (power && (power == text || (power == text + 1 && *text == '-'))) {
        const bool less = std::strncmp(power + 4, " - 1", 4) == 0;
        return (power == text ? 1.0 : -1.0) * 1099511627776.0 - (less ? 1.0 : 0.0);
    }
    char* end = nullptr;
    const double number = std::strtod(text, &end);
    return end == text ? std::nan("") : number;
}

// "... is 5: must be between 0 and 7" is a contradiction.
bool names_its_own_value(const char* message) {
    const char *value = std::strstr(message, " is "), *low = std::strstr(message, "between "),
               *high = low ? std::strstr(low, " and ") : nullptr;
    if (!value || !high || std::strstr(message, "even and ")) return false;  // of odd ones it says more
    const double x = number_in(value + 4);
    return x >= number_in(low + 8) && x <= number_in(high + 5);
}

}  // namespace

void expect_failure(const char* what, farspan_status status, int32_t argument, std::initializer_list<const char*> words,
                    const std::function<farspan_status(farspan_error*)>& call) {
    farspan_error error = FARSPAN_ERROR_INIT;
    const farspan_status got = call(&error);
    cr_expect(got == status && error.code == status, "%s: status %d (%s), code %d, must be %d (%s); message: %s", what,
              got, farspan_status_text(got), error.code, status, farspan_status_text(status), error.message);
    cr_expect(error.argument == argument, "%s: argument %d, must be %d; message: %s", what, error.argument, argument,
              error.message);
    cr_expect(std::strncmp(error.message, error.field, std::strlen(error.field)) == 0 &&
                  (argument == 0 || error.field[0] != 0),
              "%s: the message must begin with the field '%s': %s", what, error.field, error.message);
    for (const char* word : words)
        cr_expect(std::strstr(error.message, word) != nullptr, "%s: the message must mention '%s': %s", what, word,
                  error.message);
    cr_expect(!names_its_own_value(error.message), "%s: the message allows what is refused: %s", what, error.message);
    cr_expect(call(nullptr) == status, "%s: other status without an error struct", what);
    constexpr uint32_t texts = offsetof(farspan_error, message);
    for (const uint32_t size : {0u, 8u, texts, texts + 1, texts + 24}) check_short_error(what, status, size, call);
}

}  // namespace farspan_test
