// config.json from its bytes to a model: finds the text model and its family, then takes the steps in order.
#include <cctype>

#include "base/failure.hpp"
#include "config/families.hpp"
#include "config/key_notes.hpp"
#include "config/model.hpp"

namespace farspan::config {
namespace {

// Where multimodal files keep the text model.
const json_value* nested_text(const json_value& root, std::string& path) {
    for (const char* name : {"text_config", "llm_config", "lm_config", "language_config"})
        if (const json_value* inner = root.find(name); inner && inner->kind == json_value::object) {
            path = join_path("$", name);
            return inner;
        }
    const json_value* thinker = root.find("thinker_config");
    const json_value* inner = thinker ? thinker->find("text_config") : nullptr;
    path = "$.thinker_config.text_config";
    return inner && inner->kind == json_value::object ? inner : nullptr;
}

// "LlamaForCausalLM" and "llama": letters only, without what follows the family's name.
std::string bare_name(std::string name) {
    for (const char* tail : {"ForCausalLM", "ForConditionalGeneration", "LMHeadModel", "Model"})
        if (const std::size_t at = name.find(tail); at != std::string::npos) name.resize(at);
    std::string letters;
    for (const char c : name)
        if (c != '_') letters += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return letters;
}

// Mistral's own format has no name of a family, but its own names of sizes.
bool is_mistral_params(reader& keys) {
    return !keys.has({"model_type", "architectures"}) && keys.has({"dim"}) && keys.has({"n_layers"});
}

std::string family_name(reader& keys) {
    if (is_mistral_params(keys)) return "mistral_params";
    if (const std::optional<std::string> type = keys.text({"model_type"}); type && !type->empty()) return *type;
    const entry architectures = keys.find({"architectures"});
    if (!architectures || architectures.value->kind != json_value::array || architectures.value->items.empty() ||
        architectures.value->items[0].kind != json_value::text)
        throw failure(FARSPAN_ERROR_FORMAT, 1, "%s is absent, and so are architectures",
                      keys.path_of("model_type").c_str());
    return bare_name(architectures.value->items[0].text_value);
}

const family& family_or_fail(reader& keys, const std::string& name) {
    if (const family* row = find_family(name)) return *row;
    throw failure(FARSPAN_ERROR_METHOD, 1, "%s is \"%.60s\": no model family that is known",
                  keys.path_of("model_type").c_str(), name.c_str());
}

}  // namespace

std::unique_ptr<model> read_config(std::string_view text, const farspan_model_options& options) {
    const json_value document = parse_json(text, 1);
    if (document.kind != json_value::object) fail_type({&document, "$"}, "an object");
    auto result = std::make_unique<model>();
    draft& d = result->source;
    start_draft(d, options);

    reader keys(d.notes);
    std::string path;
    if (const json_value* inner = nested_text(document, path)) keys.add_scope(*inner, path);
    keys.add_scope(document, "$");
    d.family = family_name(keys);
    const family& row = family_or_fail(keys, d.family);
    keys.set_defaults(row.defaults);
    keys.set_visible([&row](std::string_view name) { return reads_key(row, name); });

    config_source source{.keys = std::move(keys), .row = &row, .result = d, .layout = row.layout, .kind = row.kind};
    if (row.prepare) row.prepare(source);
    read_shape(source);
    read_ropes(source);
    read_layers(source);
    read_score(source);
    if (row.finish) row.finish(source);
    note_unread_keys(source.keys, config_keys(), d.family);
    d.info.hidden = source.hidden;
    d.info.context = source.context;
    return build_model(std::move(result));
}

}  // namespace farspan::config
