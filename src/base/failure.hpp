// The one exception that Farspan throws: a status, the argument it concerns and a sentence. It never leaves the library;
// src/api/guard.hpp turns it into a farspan_error.
#pragma once

#include <cstdarg>
#include <cstdint>
#include <exception>

#include "base/text.hpp"
#include "farspan/farspan.h"

namespace farspan {

class failure : public std::exception {
public:
    // `argument` is the 1-based index of the public function's argument, 0 if none. The text names the field, the value
    // and the allowed range.
    [[gnu::format(printf, 4, 5)]] failure(farspan_status status, int32_t argument, const char* format, ...) noexcept
        : status_(status), argument_(argument) {
        va_list values;
        va_start(values, format);
        format_text_list(message_, sizeof message_, format, values);
        va_end(values);
    }

    farspan_status status() const noexcept { return status_; }
    int32_t argument() const noexcept { return argument_; }
    const char* what() const noexcept override { return message_; }

private:
    farspan_status status_;
    int32_t argument_;
    char message_[sizeof(farspan_error::message)];
};

}  // namespace farspan
