// Where the models are.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tool {

// The folder given, or the first of these that holds a <name>/config.json: share/farspan/models and models beside each
// folder from the executable's upward (installed prefix, build tree), then ./models.
std::filesystem::path find_models(const std::string& given);

// The folders to load. A name that holds a '/' is a path, any other is a folder of `models`; no names: every folder
// with weights, in the order sinusoidal, rope, alibi, t5, xpos, each followed by rope-pi and the like, then by name.
std::vector<std::filesystem::path> choose_models(const std::filesystem::path& models,
                                                 const std::vector<std::string>& names);

// The folder of one model, named as above; `models` as for find_models.
std::filesystem::path find_model(const std::string& models, const std::string& name);

}  // namespace tool
