#include "base/text.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace farspan {
namespace {

// Of this name the C libraries have one object that is never freed.
locale_t the_c_locale() noexcept {
    static const locale_t object = newlocale(LC_ALL_MASK, "C", locale_t{});
    return object;
}

}  // namespace

c_locale::c_locale() noexcept : before_(uselocale(the_c_locale())) {}

int format_text_list(char* buffer, std::size_t size, const char* format, va_list values) noexcept {
    const c_locale scope;
    return std::vsnprintf(buffer, size, format, values);
}

int format_text(char* buffer, std::size_t size, const char* format, ...) noexcept {
    va_list values;
    va_start(values, format);
    const int length = format_text_list(buffer, size, format, values);
    va_end(values);
    return length;
}

void shortest_text(char* buffer, std::size_t size, double value) noexcept {
    const c_locale scope;
    if (!std::isfinite(value)) {
        std::snprintf(buffer, size, "%g", value);
        return;
    }
    char fixed[400] = "";
    int digits = 1;
    for (; digits < 17; ++digits) {
        std::snprintf(buffer, size, "%.*e", digits - 1, value);
        if (std::strtod(buffer, nullptr) == value) break;
    }
    std::snprintf(buffer, size, "%.*e", digits - 1, value);
    const int exponent = std::atoi(std::strchr(buffer, 'e') + 1), decimals = digits - 1 - exponent;
    const int length = std::snprintf(fixed, sizeof fixed, "%.*f", decimals > 0 ? decimals : 0, value);
    if (static_cast<std::size_t>(length) <= std::strlen(buffer))
        std::memcpy(buffer, fixed, static_cast<std::size_t>(length) + 1);
}

}  // namespace farspan
