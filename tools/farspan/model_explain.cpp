// farspan explain config.json: what the library understood, kind by kind of layer.
#include <algorithm>
#include <cstdio>

#include "explain.hpp"
#include "model_file.hpp"

namespace tool {
namespace {

using nlohmann::ordered_json;

// The numbers of one kind of layer, as farspan explain shows them for any scheme.
ordered_json explain_layer(const farspan::model& model, int64_t layer, int64_t length) {
    farspan::layer_parts parts = model.parts_of(layer);
    const bool t5 = parts.bias.method == FARSPAN_BIAS_T5;  // the trained table is not part of the file
    if (t5) parts.bias.set_values(bucket_numbers(parts.bias));
    return explain_scheme({parts.make_scheme(), length, length - 1, 0, t5});
}

ordered_json explain_notes(const farspan::model& model) {
    ordered_json notes = ordered_json::array();
    for (const farspan_model_note& note : model.notes())
        notes.push_back({{"warning", note.severity == FARSPAN_SEVERITY_WARNING},
                         {"code", note.code},
                         {"path", note.path},
                         {"text", note.text}});
    return notes;
}

std::string length_text(const ordered_json& info, const char* name) {
    const auto length = info[name].get<int64_t>();
    return length == 0 ? "not stated" : std::to_string(length);
}

}  // namespace

ordered_json explain_model(const farspan::model& model, int64_t length) {
    const farspan_model_info info = model.describe();
    constexpr const char* absolute[] = {"none", "learned", "sinusoidal"};
    ordered_json found = {{"family", info.family},
                          {"layers", info.layers},
                          {"context", info.context},
                          {"trained_context", info.trained_context},
                          {"usable_context", info.usable_context},
                          {"usable_context_most", info.usable_context_most},
                          {"absolute_positions", absolute[info.absolute]},
                          {"length", length}};
    if (info.encoder_layers > 0) found["encoder_layers"] = info.encoder_layers;
    if (info.absolute_rows > 0) found["absolute_rows"] = info.absolute_rows;
    if (info.final_softcap > 0) found["final_softcap"] = info.final_softcap;
    found["kinds"] = ordered_json::array();
    for (int64_t n = 0; n < info.layers; ++n) {
        const farspan_model_layer layer = model.layer_at(n);
        if (layer.alike != n) continue;
        ordered_json kind = {{"layers", layers_alike(model, n)}, {"settings", layer_settings(model, n)}};
        if (layer.scheme) {
            ordered_json numbers = explain_layer(model, n, length);
            kind["attention_factor"] = numbers.contains("rope") ? numbers["rope"]["magnitude"].get<double>() : 1.0;
            numbers.erase("scheme");  // its settings
            kind["numbers"] = numbers;
        }
        found["kinds"].push_back(kind);
    }
    found["notes"] = explain_notes(model);
    return found;
}

std::string explain_model_text(const ordered_json& found) {
    std::string text = "Family " + found["family"].get<std::string>() + ", " + found["layers"].dump() + " layers\n";
    text +=
        "Context " + length_text(found, "context") + ", trained " + length_text(found, "trained_context") + ", usable ";
    text += found["usable_context"] == 0 ? "without a known limit" : found["usable_context"].dump();
    if (found["usable_context_most"] != found["usable_context"])
        text += " to " + found["usable_context_most"].dump() + " (the file is ambiguous)";
    text += "\n";
    if (found["absolute_positions"] != "none")
        text += "Positions are added to the embeddings: " + value_text(found["absolute_positions"]) + "\n";
    for (const ordered_json& note : found["notes"])
        text += std::string(note["warning"].get<bool>() ? "Warning " : "Note ") + note["path"].get<std::string>() +
                (note["path"] == "" ? "" : ": ") + note["text"].get<std::string>() + "\n";
    for (const ordered_json& kind : found["kinds"]) {
        text += "\n==== Layers " + kind["layers"].get<std::string>() + "\n" + settings_text(kind["settings"]);
        if (kind.contains("numbers"))
            text += "  attention factor " + value_text(kind["attention_factor"]) + " on cos and sin\n\n" +
                    explain_text(kind["numbers"]);
    }
    return text;
}

}  // namespace tool
