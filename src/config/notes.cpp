#include "config/notes.hpp"

#include <cstdarg>

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "farspan/model.h"

namespace farspan::config {

void note_list::add(int32_t code, const std::string& path, const char* format, ...) {
    char text[512], written[sizeof text + 3];  // what vsnprintf cuts within a character lies beyond text
    va_list values;
    va_start(values, format);
    format_text_list(written, sizeof written, format, values);
    va_end(values);
    copy_utf8(written, text, sizeof text);
    for (const note& known : notes_)
        if (known.code == code && known.path == path && known.text == text) return;
    const int32_t severity = code >= FARSPAN_NOTE_UNKNOWN_FIELD ? FARSPAN_SEVERITY_WARNING : FARSPAN_SEVERITY_NOTE;
    notes_.push_back({severity, code, path, text});
}

}  // namespace farspan::config
