// Numbers as text and text as numbers, the same under every locale of the host: every JVM calls setlocale, and many
// locales write a decimal comma, or a separator of two bytes.
#pragma once

#include <locale.h>

#include <cstdarg>
#include <cstddef>

namespace farspan {

// While one lives, the C library formats and reads numbers in its thread as in the locale "C". Other threads and the
// locale of the process are not touched.
class c_locale {
public:
    c_locale() noexcept;
    ~c_locale() { uselocale(before_); }
    c_locale(const c_locale&) = delete;
    c_locale& operator=(const c_locale&) = delete;

private:
    locale_t before_;
};

// snprintf and vsnprintf in the locale "C". All text that leaves the library is formatted by these.
[[gnu::format(printf, 3, 4)]] int format_text(char* buffer, std::size_t size, const char* format, ...) noexcept;
int format_text_list(char* buffer, std::size_t size, const char* format, va_list values) noexcept;

// The shortest rounding that reads back as the same double, fixed or scientific, as std::to_chars writes it (which
// finds one digit less next to some powers of two). Not to_chars itself: for doubles it needs a libstdc++ of 2021.
// `size` is at least 32.
void shortest_text(char* buffer, std::size_t size, double value) noexcept;

constexpr bool is_ascii_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
constexpr char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace farspan
