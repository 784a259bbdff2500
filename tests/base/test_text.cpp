// Numbers as text: the same in every locale, and as short as they can be.
#include <criterion/criterion.h>

#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <string>

#include "base/failure.hpp"
#include "base/text.hpp"
#include "test_locales.hpp"

using namespace farspan;
using farspan_test::foreign_locale;
using farspan_test::foreign_locales;

namespace {

std::string shortest(double value) {
    char text[32];
    shortest_text(text, sizeof text, value);
    return text;
}

std::string standard(double value) {
    char text[64];
    *std::to_chars(text, text + sizeof text, value).ptr = '\0';
    return text;
}

}  // namespace

Test(text, shortest_is_that_of_to_chars) {
    for (const double value : {0.0,
                               -0.0,
                               1.0,
                               100.0,
                               1e5,
                               123456.0,
                               1e6,
                               1e-5,
                               0.1,
                               0.25,
                               1.0 / 3,
                               1e22,
                               1e23,
                               1.5e300,
                               5e-324,
                               0x1p52,
                               0x1p64,
                               std::numeric_limits<double>::max(),
                               std::numeric_limits<double>::infinity(),
                               -std::numeric_limits<double>::infinity(),
                               std::nan("")})
        cr_expect(shortest(value) == standard(value), "%s is %s", standard(value).c_str(), shortest(value).c_str());
    constexpr uint64_t seed = 1;
    std::mt19937_64 random(seed);
    for (int n = 0; n < 20000; ++n) {
        const uint64_t bits = random();
        double value;
        std::memcpy(&value, &bits, sizeof value);
        if (n % 2 == 0)
            value = std::ldexp(static_cast<double>(random() >> (n % 64)), static_cast<int>(random() % 100) - 50);
        if (!std::isfinite(value)) continue;
        const std::string text = shortest(value), best = standard(value);
        const bool reads_back = std::strtod(text.c_str(), nullptr) == value;
        // The decimal nearest to a power of two may not read back where a less near one does.
        int exponent = 0;
        const bool power = std::fabs(std::frexp(value, &exponent)) == 0.5;
        cr_expect(text == best || (power && reads_back && text.size() == best.size() + 1), "seed %d: %s is %s",
                  static_cast<int>(seed), best.c_str(), text.c_str());
    }
}

Test(text, no_locale_reaches_it) {
    for (const char* name : foreign_locales) {
        const foreign_locale host(name);
        char text[64];
        format_text(text, sizeof text, "%g %.2f %s", 0.5, 1234.5, "\xd9\xab");
        cr_expect(!std::strcmp(text, "0.5 1234.50 \xd9\xab"), "%s: %s", name, text);
        cr_expect(shortest(0.1) == "0.1", "%s: %s", name, shortest(0.1).c_str());
        const failure thrown(FARSPAN_ERROR_SHAPE, field_path("x[%g]", 0.5), "is %g", 2.5);
        cr_expect(!std::strcmp(thrown.what(), "x[0.5] is 2.5") && thrown.path() == "x[0.5]", "%s: %s", name,
                  thrown.what());
        // The host's own locale is what it was.
        std::snprintf(text, sizeof text, "%g", 0.5);
        cr_expect(std::strcmp(text, "0.5") != 0, "%s: the host's locale is gone", name);
    }
}

// The path begins the message, whatever is cut.
Test(text, a_failure_begins_with_its_path) {
    const failure plain(FARSPAN_ERROR_SHAPE, "rope.base", "is %d: must be above 1", 1),
        none(FARSPAN_ERROR_CANCELLED, "", "stopped");
    cr_expect(plain.path() == "rope.base" && !std::strcmp(plain.what(), "rope.base is 1: must be above 1"));
    cr_expect(none.path().empty() && !std::strcmp(none.what(), "stopped"));
    const failure colon(FARSPAN_ERROR_FORMAT, "$.a", ": error"), comma(FARSPAN_ERROR_FORMAT, "$.a", ", layer %d", 3);
    cr_expect(colon.path() == "$.a" && !std::strcmp(colon.what(), "$.a: error"));
    cr_expect(comma.path() == "$.a" && !std::strcmp(comma.what(), "$.a, layer 3"));
    for (const std::size_t length : {254, 255, 256, 300}) {
        const std::string wide(length, 'x');
        const failure cut(FARSPAN_ERROR_SHAPE, wide.c_str(), "is too long");
        cr_expect(std::strlen(cut.what()) == sizeof(farspan_error::message) - 1, "%zu: %s", length, cut.what());
        cr_expect(cut.path().size() <= sizeof(farspan_error::message) - 1 && wide.starts_with(cut.path()), "%zu",
                  length);
    }
}
