// Schemes in files, in the form of farspan_scheme_from_json.
#pragma once

#include <string>

#include "farspan/farspan.hpp"

namespace tool {

// The failure carries the file's name, or what else the text is of.
farspan::scheme read_scheme(const std::string& path);
farspan::scheme parse_scheme(const std::string& text, const std::string& of);

}  // namespace tool
