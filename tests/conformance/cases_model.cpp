#include "cases_model.hpp"

#include <fstream>
#include <stdexcept>

#include "farspan/model.h"

namespace conformance {

json fixture(const std::string& name) {
    std::ifstream stream(std::string(FARSPAN_FIXTURES_DIR "/configs/") + name + ".json");
    if (!stream) throw std::runtime_error("no fixture " + name);
    return json::parse(stream);
}

json model_of(const json& config, int64_t layer, const json& options) {
    json model;
    model["config"] = config.is_string() ? config.get<std::string>() : config.dump();
    if (!options.empty()) model["options"] = options;
    if (layer >= 0) model["layer"] = layer;
    return model;
}

json& add_with_model(case_list& list, const std::string& name, const char* call, const json& model, const json& scheme,
                     const json& arguments) {
    json& one = list.add(name, call, {}, arguments);
    one["model"] = model;
    one["expected"]["scheme"] = scheme;
    return one;
}

void refuse_model(case_list& list, const std::string& name, const json& model, const char* failing, int32_t status,
                  int32_t argument, const std::string& word) {
    list.refuse(name, "model_describe", {}, json::object(), failing, status, argument);
    list.cases.back()["model"] = model;
    list.cases.back()["message"] = word;
}

void add_model_frequencies(case_list& list, const std::string& what, const json& model, const json& scheme,
                           int64_t length) {
    add_with_model(list, "model frequencies: " + what + ", length " + std::to_string(length), "rope_frequencies", model,
                   scheme, {{"length", length}, {"count", scheme.at("rope").at("rotary_dim").get<int32_t>() / 2}});
}

}  // namespace conformance
