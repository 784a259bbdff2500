// Models in cases: where they come from, and what is expected of them without the library.
#pragma once

#include "cases.hpp"

namespace conformance {

// The text of tests/fixtures/configs/<name>.json as an object.
json fixture(const std::string& name);

// A case's "model": the text of a configuration, with the layer whose scheme the call takes (-1: none).
json model_of(const json& config, int64_t layer = -1, const json& options = json::object());

// Adds a case whose scheme is that of a model's layer; `scheme` says what this must be, in the words of a case.
json& add_with_model(case_list& list, const std::string& name, const char* call, const json& model, const json& scheme,
                     const json& arguments);

// Adds the case that `model` is refused with a message that has `word`.
void refuse_model(case_list& list, const std::string& name, const json& model, const char* failing, int32_t status,
                  int32_t argument, const std::string& word);

// Adds the case of farspan_rope_frequencies for the rope part of `scheme`.
void add_model_frequencies(case_list& list, const std::string& what, const json& model, const json& scheme,
                           int64_t length = 0);

}  // namespace conformance
