// A use that farspan.hpp must refuse.
#pragma once

#include <criterion/criterion.h>

#include <cstring>

#include "farspan/farspan.hpp"

// Expects farspan::error with the status, the argument and a word of the message.
template <class Use>
void expect_refused(const char* what, farspan_status status, int32_t argument, const char* word, Use&& use) {
    try {
        use();
    } catch (const farspan::error& cause) {
        cr_expect(cause.status() == status && cause.argument() == argument, "%s: status %d, argument %d: %s", what,
                  cause.status(), cause.argument(), cause.what());
        cr_expect(std::strstr(cause.what(), word) != nullptr, "%s: the message must mention '%s': %s", what, word,
                  cause.what());
        return;
    }
    cr_expect(false, "%s was accepted", what);
}
