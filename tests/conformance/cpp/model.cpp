#include "model.hpp"

namespace conformance {
namespace {

using namespace farspan;

model_options options_of(const json& model) {
    const json none = json::object();
    const json& given = model.contains("options") ? model.at("options") : none;
    model_options options;
    options.set_t5(array_or_empty<float>(given, "t5_encoder"), array_or_empty<float>(given, "t5_decoder"));
    options.set_rope(array_or_empty<double>(given, "rope_freqs"), array_or_empty<double>(given, "rope_short"),
                     array_or_empty<double>(given, "rope_long"));
    set_numbers(static_cast<farspan_model_options*>(&options), model_option_fields, given);
    return options;
}

template <class Value>
void set_values(metadata& entry, const json& given) {
    const auto values = given.at("values").get<std::vector<Value>>();
    if (given.at("is_array") == 1)
        entry.value = values;
    else
        entry.value = values.at(0);
}

std::vector<metadata> metadata_of(const json& list) {
    std::vector<metadata> result;
    for (const json& given : list) {
        metadata& entry = result.emplace_back();
        entry.key = given.at("key").get<std::string>();
        switch (given.at("type").get<int32_t>()) {
            case FARSPAN_METADATA_INTEGER:
                set_values<int64_t>(entry, given);
                break;
            case FARSPAN_METADATA_REAL:
                set_values<double>(entry, given);
                break;
            default:
                set_values<std::string>(entry, given);
        }
    }
    return result;
}

std::vector<std::byte> bytes_of(const std::string& hexadecimal) {
    std::vector<std::byte> bytes;
    for (std::size_t n = 0; n < hexadecimal.size(); n += 2)
        bytes.push_back(static_cast<std::byte>(std::stoi(hexadecimal.substr(n, 2), nullptr, 16)));
    return bytes;
}

}  // namespace

model make_model(outcome& result, const json& one) {
    const json& given = one.at("model");
    const model_options options = options_of(given);
    if (given.contains("metadata")) {
        result.stage = "model_from_metadata";
        return model::from_metadata(metadata_of(given.at("metadata")), options);
    }
    if (given.contains("gguf")) {
        result.stage = "model_from_gguf";
        return model::from_gguf(bytes_of(given.at("gguf").get<std::string>()), options);
    }
    result.stage = "model_from_config";
    return model::from_config(given.at("config").get<std::string>(), options);
}

void model_describe(outcome& result, const json& one, const context&) {
    const model model = make_model(result, one);
    const farspan_model_info i = model.describe();
    int64_t* to = result.integers(16).data();
    for (const int64_t value : {int64_t{i.absolute}, i.layers, i.encoder_layers, i.query_heads, i.key_heads, i.head_dim,
                                i.value_dim, i.hidden, i.vocabulary, i.context, i.trained_context, i.usable_context,
                                i.usable_context_most, i.absolute_rows, i.absolute_offset, i.layer_kinds})
        *to++ = value;
    *result.doubles(1).data() = i.final_softcap;
}

void model_layer_at(outcome& result, const json& one, const context&) {
    const model model = make_model(result, one);
    int64_t* whole = result.integers(16).data();
    double* real = result.doubles(4).data();
    result.stage = "model_layer_at";
    const auto index = one.at("arguments").at("layer").get<int64_t>();
    const farspan_model_layer l = model.layer_at(index);
    for (const int64_t value :
         {int64_t{l.kind}, l.alike, l.query_heads, l.key_heads, l.head_dim, l.value_dim, l.window})
        *whole++ = value;
    real[0] = l.attention_scale;
    if (!l.scheme) return;
    const layer_parts parts = model.parts_of(index);
    for (const int64_t value :
         {int64_t{parts.rope.method}, int64_t{parts.rope.layout}, int64_t{parts.rope.rotary_dim},
          int64_t{parts.rope.rotary_offset}, int64_t{parts.remap.method}, int64_t{parts.bias.method},
          parts.mask.window_left, parts.mask.chunk, int64_t{parts.score.temperature}})
        *whole++ = value;
    real[1] = parts.rope.base;
    real[2] = parts.score.softcap;
    real[3] = parts.score.trained_length;
}

void model_note_at(outcome& result, const json& one, const context&) {
    const json& given = one.at("arguments");
    const model model = make_model(result, one);
    std::string text;
    int64_t severity = -1, count = 0;
    for (const farspan_model_note& note : model.notes()) {
        if (note.code != given.at("code").get<int32_t>() || note.path != given.at("path").get<std::string>()) continue;
        if (count++ == 0) text = note.text;
        severity = note.severity;
    }
    int64_t* to = result.integers(2 + text.size()).data();
    *to++ = severity;
    *to++ = count;
    for (const char c : text) *to++ = static_cast<unsigned char>(c);
}

}  // namespace conformance
