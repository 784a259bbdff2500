// Which model family a document is of, and where its text model stands.
#pragma once

#include "config/families.hpp"

namespace farspan::config {

struct identity {
    const family* row;
    std::string name;              // as the file has it, or the row's name if only a class is named
    const char* unsaid = nullptr;  // what the multimodal model does beyond its text model; the note's text
    std::string wrapper_path;      // where the multimodal model is named
};

// Adds the scopes of the document to `keys`: the text model's before the whole. Throws if the family is not known.
identity identify(reader& keys, const json_value& document);

}  // namespace farspan::config
