// A scheme as the makers of cases write it down, with the numbers of the C header, in the form of
// farspan_scheme_from_json.
#pragma once

#include <string>

#include "case_reader.hpp"

namespace conformance {

// Methods and enums as words, flags as true and false, no counts. A text, not an object, if it holds a number that JSON
// does not have.
json worded(const json& scheme);

// What farspan_scheme_to_json must write: parts and fields in the order of the header, without those that have their
// default.
std::string canonical(const json& scheme);

// Words the schemes of a case, and names the function that refuses them.
void word_schemes(json& one);

}  // namespace conformance
