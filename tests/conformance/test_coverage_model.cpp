// The cases of models leave nothing of model.h out that every language can say.
#include <criterion/criterion.h>

#include <fstream>
#include <set>

#include "case_reader.hpp"
#include "farspan/model.h"

using conformance::json;

namespace {

std::vector<json> cases() {
    std::vector<json> result;
    for (const char* name : {"model", "model_errors", "model_schemes"}) {
        std::ifstream stream(std::string(FARSPAN_CONFORMANCE_DIR "/") + name + ".json");
        const json parsed = json::parse(stream);
        for (const json& one : parsed.at("cases")) result.push_back(one);
    }
    return result;
}

std::set<int64_t> options_named(const char* name) {
    std::set<int64_t> result;
    for (const json& one : cases())
        if (!one.contains("status") && one.at("model").contains("options") && one.at("model")["options"].contains(name))
            result.insert(one.at("model")["options"].at(name).get<int64_t>());
    return result;
}

}  // namespace

Test(conformance_model, every_call_and_source_succeeds_and_fails) {
    std::set<std::string> calls, sources, failing;
    for (const json& one : cases()) {
        if (one.contains("status")) {
            failing.insert(one.at("failing").get<std::string>());
            continue;
        }
        calls.insert(one.at("call").get<std::string>());
        for (const char* source : {"config", "metadata", "gguf"})
            if (one.at("model").contains(source)) sources.insert(source);
    }
    for (const char* call : {"model_describe", "model_layer_at", "model_note_at", "rope_frequencies", "attention"})
        cr_expect(calls.count(call) == 1, "no %s succeeds", call);
    cr_expect(sources.size() == 3);
    for (const char* function : {"model_from_config", "model_from_metadata", "model_from_gguf", "model_layer_at"})
        cr_expect(failing.count(function) == 1, "no %s fails", function);
}

Test(conformance_model, every_option_occurs) {
    const std::set<int64_t> extensions = options_named("extension"), releases = options_named("release");
    for (int64_t n = 1; n <= FARSPAN_EXTENSION_ALIBI_SLOPES; ++n)
        cr_expect(extensions.count(n) == 1, "extension %ld", n);
    for (int64_t n = 1; n <= FARSPAN_RELEASE_LLAMA_CPP; ++n) cr_expect(releases.count(n) == 1, "release %ld", n);
    cr_expect(options_named("angle").count(FARSPAN_ANGLE_FLOAT32) == 1);
}

Test(conformance_model, many_families_and_many_refusals_with_their_place) {
    std::set<std::string> families;
    size_t refused = 0;
    for (const json& one : cases()) {
        if (one.contains("status")) {
            refused += one.contains("message") && one.at("message") != "";
        } else if (one.at("call") == "rope_frequencies" && one.at("model").contains("config")) {
            const json config = json::parse(one.at("model").at("config").get<std::string>());
            const json& text = config.contains("text_config") ? config.at("text_config") : config;
            if (text.contains("model_type")) families.insert(text["model_type"].get<std::string>());
        }
    }
    cr_expect(families.size() >= 20, "frequencies of %zu families", families.size());
    cr_expect(refused >= 20, "%zu refusals say where", refused);
}
