// A call that must fail: with the right status, argument and words, whatever the error struct of the caller looks like.
#pragma once

#include <functional>
#include <initializer_list>

#include "farspan/farspan.h"

namespace farspan_test {

// `words` must all occur in the message. The call is made several times, with and without an error struct.
void expect_failure(const char* what, farspan_status status, int32_t argument, std::initializer_list<const char*> words,
                    const std::function<farspan_status(farspan_error*)>& call);

}  // namespace farspan_test
