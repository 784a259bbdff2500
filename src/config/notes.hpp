// What a model has to say about how it was understood. Codes and severities are those of farspan/model.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace farspan::config {

struct note {
    int32_t severity;
    int32_t code;
    std::string path;
    std::string text;
};

class note_list {
public:
    // Each (code, path, text) once.
    [[gnu::format(printf, 4, 5)]] void add(int32_t code, const std::string& path, const char* format, ...);

    const std::vector<note>& all() const { return notes_; }

private:
    std::vector<note> notes_;
};

}  // namespace farspan::config
