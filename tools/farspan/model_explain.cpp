// farspan explain config.json: what the library understood, kind by kind of layer.
#include <algorithm>
#include <cstdio>

#include "explain.hpp"
#include "model_file.hpp"

namespace tool {
namespace {

using nlohmann::ordered_json;

// The numbers of one kind of layer, as farspan explain shows them for any scheme.
ordered_json explain_layer(const farspan_model_layer& layer, int64_t length) {
    explained_scheme s;
    s.rope = *layer.rope;
    s.remap = *layer.remap;
    s.bias = *layer.bias;
    s.mask = *layer.mask;
    s.score = *layer.score;
    s.length = length;
    s.row = length - 1;
    if (s.bias.method ==
        FARSPAN_BIAS_T5) {  // the trained table is not part of the file: the bucket's number stands for its value
        for (int32_t b = 0; b < s.bias.buckets; ++b)
            s.t5_buckets.insert(s.t5_buckets.end(), static_cast<size_t>(s.bias.heads), static_cast<float>(b));
        s.bias.values = s.t5_buckets.data();
    }
    return explain_scheme(s);
}

ordered_json explain_notes(const farspan_model* model, int64_t count) {
    ordered_json notes = ordered_json::array();
    for (int64_t n = 0; n < count; ++n) {
        farspan_model_note note{};
        note.struct_size = sizeof note;
        call("note", [&](farspan_error* e) { return farspan_model_note_at(model, n, &note, e); });
        notes.push_back({{"warning", note.severity == FARSPAN_SEVERITY_WARNING},
                         {"code", note.code},
                         {"path", note.path},
                         {"text", note.text}});
    }
    return notes;
}

std::string value_text(const ordered_json& value) {
    if (value.is_null()) return "every key";
    if (value.is_string()) return value.get<std::string>();
    if (value.is_array() && value.size() > 8) return std::to_string(value.size()) + " numbers";
    if (!value.is_number_float()) return value.dump();
    char text[32];
    std::snprintf(text, sizeof text, "%.10g", value.get<double>());
    return text;
}

// "yarn, factor 4, base 1e+06"; parts that are "none" say so and no more.
std::string part_text(const ordered_json& part) {
    std::string text;
    for (const auto& [name, value] : part.items()) text += (text.empty() ? "" : ", " + name + " ") + value_text(value);
    return text;
}

std::string settings_text(const ordered_json& settings) {
    std::string text;
    for (const auto& [name, value] : settings.items())
        text += "  " + name + std::string(std::max<size_t>(1, 17 - name.size()), ' ') +
                (value.is_object() ? part_text(value) : value_text(value)) + "\n";
    return text;
}

std::string length_text(const ordered_json& info, const char* name) {
    const auto length = info[name].get<int64_t>();
    return length == 0 ? "not stated" : std::to_string(length);
}

}  // namespace

ordered_json explain_model(const farspan_model* model, int64_t length) {
    const farspan_model_info info = describe(model);
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
        const farspan_model_layer layer = layer_at(model, n);
        if (layer.alike != n) continue;
        ordered_json kind = {{"layers", layers_alike(model, n)}, {"settings", layer_settings(layer)}};
        if (layer.scheme) {
            const ordered_json numbers = explain_layer(layer, length);
            kind["attention_factor"] = numbers.contains("rope") ? numbers["rope"]["magnitude"].get<double>() : 1.0;
            kind["numbers"] = numbers;
        }
        found["kinds"].push_back(kind);
    }
    found["notes"] = explain_notes(model, info.notes);
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
