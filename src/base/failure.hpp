// The one exception that Farspan throws: a status, the path of the field it concerns and a sentence. It never leaves
// the library; src/api/guard.hpp turns it into a farspan_error.
#pragma once

#include <cstdarg>
#include <cstdint>
#include <cstring>
#include <exception>
#include <string_view>

#include "base/text.hpp"
#include "farspan/farspan.h"

namespace farspan {

// The path of a field that is made from parts: field_path("%s.shape[%d]", name, axis).
class field_path {
public:
    [[gnu::format(printf, 2, 3)]] explicit field_path(const char* format, ...) noexcept {
        va_list values;
        va_start(values, format);
        format_text_list(text_, sizeof text_, format, values);
        va_end(values);
    }
    operator const char*() const noexcept { return text_; }

private:
    char text_[sizeof(farspan_error::message)];
};

class failure : public std::exception {
public:
    // `path` names the field as a caller reaches it from the public function, "bias.slopes_count" or "positions[7]"; ""
    // where none is to blame. The message begins with it; the text that follows gives the value and the allowed range.
    [[gnu::format(printf, 4, 5)]] failure(farspan_status status, const char* path, const char* format, ...) noexcept
        : status_(status) {
        va_list values;
        va_start(values, format);
        const bool joined = path[0] == '\0' || format[0] == ':' || format[0] == ',';
        const int length = format_text(message_, sizeof message_, joined ? "%s" : "%s ", path);
        const auto used =
            static_cast<std::size_t>(length) < sizeof message_ ? static_cast<std::size_t>(length) : sizeof message_ - 1;
        format_text_list(message_ + used, sizeof message_ - used, format, values);
        va_end(values);
        path_bytes_ = joined ? used : used - 1;
    }

    farspan_status status() const noexcept { return status_; }
    std::string_view path() const noexcept { return {message_, path_bytes_}; }
    const char* what() const noexcept override { return message_; }

private:
    farspan_status status_;
    std::size_t path_bytes_;
    char message_[sizeof(farspan_error::message)];
};

}  // namespace farspan
