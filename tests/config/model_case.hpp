// Models read from fixtures or from text, and what tests ask of them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "farspan/model.h"

namespace farspan_test {

using model_handle = std::shared_ptr<farspan_model>;

// Takes over a model that the library has made.
model_handle own(farspan_model* model);

// A layer keeps its model: what it points to lives as long as itself.
struct model_layer : farspan_model_layer {
    model_handle model;
};

farspan_model_options model_options();

// The text of tests/fixtures/configs/<name>.json, the bytes of tests/fixtures/gguf/<name>.gguf.
std::string fixture(const std::string& name);
std::string gguf_fixture(const std::string& name);

// Entries of GGUF metadata, which refer to what is given: one value, or an array of them.
farspan_metadata entry_of(std::string_view key, const int64_t& value);
farspan_metadata entry_of(std::string_view key, const double& value);
farspan_metadata entry_of(std::string_view key, const farspan_text& value);
farspan_metadata entry_of(std::string_view key, const std::vector<int64_t>& values);
farspan_metadata entry_of(std::string_view key, const std::vector<double>& values);
farspan_text text_of(std::string_view text);

// Fails the test with the library's message if the text is refused.
model_handle read_model(const std::string& text, const farspan_model_options* options = nullptr);
model_handle read_gguf(const std::string& file, const farspan_model_options* options = nullptr);
model_handle read_fixture(const std::string& name, const farspan_model_options* options = nullptr);

farspan_model_info info_of(const model_handle& model);
model_layer layer_of(const model_handle& model, int64_t index);

// The first note with this code, as "path: text"; empty if there is none.
std::string note_of(const model_handle& model, int32_t code);

// Is there a note with this code and path whose text has the words?
bool has_note(const model_handle& model, int32_t code, const std::string& path, const std::string& words = {});

// All notes, a line each: for messages.
std::string notes_of(const model_handle& model);

struct frequencies {
    std::vector<double> inv_freq;
    double magnitude = 0;
};
frequencies frequencies_of(const farspan_model_layer& layer, int64_t length = 0);

// A one-layer llama of two heads of 128 and a context of 4096 with the given keys added: R"("rope_theta": 5)". They may
// begin with another context.
std::string small_llama(const std::string& keys);

// Refused with this status, and a message that has all the words; nothing is written.
void expect_gguf_refused(const std::string& what, const std::string& file, farspan_status status,
                         const std::vector<std::string>& words);
void expect_model_refused(const std::string& what, const std::string& text, farspan_status status,
                          const std::vector<std::string>& words, const farspan_model_options* options = nullptr);

}  // namespace farspan_test
