// A model's own configuration through the library: config.json, or the beginning of a GGUF file.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "farspan/cpp/model.hpp"

namespace tool {

struct model_options {
    std::string release = "reference", extend;
    int64_t target = 0, window = 0, group = 0;
};

// A file that begins with "GGUF" is read as such. The failure carries the file's name.
farspan::model open_model(const std::string& path, const model_options& options);

// What a layer is made of: its sizes, and the parts of its scheme in the form of farspan_scheme_from_json.
nlohmann::ordered_json layer_settings(const farspan::model& model, int64_t layer);

// "0-4, 6-10" for the layers that have the same settings as `first`.
std::string layers_alike(const farspan::model& model, int64_t first);

nlohmann::ordered_json explain_model(const farspan::model& model, int64_t length);
std::string explain_model_text(const nlohmann::ordered_json& found);

// Where two models part: settings by kind of layer, and the first position, pair and distance at which numbers differ.
nlohmann::ordered_json diff_models(const farspan::model& a, const farspan::model& b, int64_t length, double tolerance);
std::string diff_text(const nlohmann::ordered_json& found);

}  // namespace tool
