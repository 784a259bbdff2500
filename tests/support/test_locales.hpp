// The locales that locales.cmake compiles, as a host may have set them.
#pragma once

#include <clocale>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace farspan_test {

// A decimal comma, a decimal separator of two bytes, and letters whose lower case is not that of English.
constexpr const char* foreign_locales[] = {"de_DE.UTF-8", "ps_AF.UTF-8", "tr_TR.ISO-8859-9"};

// Sets the locale of the process while it lives.
class foreign_locale {
public:
    explicit foreign_locale(const char* name) {
        setenv("LOCPATH", FARSPAN_TEST_LOCALES, 1);
        if (!std::setlocale(LC_ALL, name)) throw std::runtime_error(std::string("no locale ") + name);
        char text[16];
        std::snprintf(text, sizeof text, "%g", 0.5);
        if (std::string(text) == "0.5") throw std::runtime_error(std::string("a point in locale ") + name);
    }
    ~foreign_locale() { std::setlocale(LC_ALL, "C"); }
    foreign_locale(const foreign_locale&) = delete;
    foreign_locale& operator=(const foreign_locale&) = delete;
};

}  // namespace farspan_test
