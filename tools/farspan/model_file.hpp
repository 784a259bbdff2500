// A model's own configuration through the library: config.json, or the beginning of a GGUF file.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "farspan/model.h"

namespace tool {

struct model_options {
    std::string release = "reference", extend;
    int64_t target = 0, window = 0, group = 0;
};

using model_handle = std::unique_ptr<farspan_model, void (*)(farspan_model*)>;

// A file that begins with "GGUF" is read as such. The failure carries the file's name.
model_handle open_model(const std::string& path, const model_options& options);

farspan_model_info describe(const farspan_model* model);
farspan_model_layer layer_at(const farspan_model* model, int64_t index);

// Every setting of a layer that differs from "nothing", by the names of farspan.h: {"rope": {"method": "yarn", ...},
// ...}.
nlohmann::ordered_json layer_settings(const farspan_model_layer& layer);

// "0-4, 6-10" for the layers that have the same settings as `first`.
std::string layers_alike(const farspan_model* model, int64_t first);

nlohmann::ordered_json explain_model(const farspan_model* model, int64_t length);
std::string explain_model_text(const nlohmann::ordered_json& found);

// Where two models part: settings by kind of layer, and the first position, pair and distance at which numbers differ.
nlohmann::ordered_json diff_models(const farspan_model* a, const farspan_model* b, int64_t length, double tolerance);
std::string diff_text(const nlohmann::ordered_json& found);

}  // namespace tool
