// config.json from its bytes to a model: finds the text model and its family, then takes the steps in order.
#include "base/failure.hpp"
#include "config/identify.hpp"
#include "config/key_notes.hpp"
#include "config/model.hpp"

namespace farspan::config {
namespace {

// Hugging Face's masks look at this key whatever the class. A window then reaches as far to the right.
void read_causality(config_source& s) {
    if (s.kind == positions::t5 || s.keys.flag({"is_causal"}).value_or(true)) return;
    bool changed = false;
    for (layer_draft& layer : s.result.layers) {
        if (layer.window > 0 && layer.causal) ++layer.window;  // the window does not count the query's own key
        changed |= layer.causal;
        layer.causal = false;
    }
    if (changed)
        s.result.notes.add(FARSPAN_NOTE_DERIVED, s.keys.path_of("is_causal"), "is false: tokens see to both sides");
}

}  // namespace

std::unique_ptr<model> read_config(std::string_view text, const farspan_model_options& options, pacer& pace) {
    const json_value document = parse_json(text, &pace);
    if (document.kind != json_value::object) fail_type({&document, "$"}, "an object");
    auto result = std::make_unique<model>();
    draft& d = result->source;
    start_draft(d, options);

    reader keys(d.notes);
    const identity known = identify(keys, document);
    d.family = known.name;
    const family& row = *known.row;
    keys.add_defaults(row.defaults);
    keys.add_defaults(class_sizes(known.name, row));
    keys.set_visible([&row](std::string_view name) { return reads_key(row, name); });
    if (known.unsaid) d.notes.add(FARSPAN_NOTE_INCOMPLETE, known.wrapper_path, "%s", known.unsaid);

    config_source source{.keys = std::move(keys), .row = &row, .result = d, .layout = row.layout, .kind = row.kind};
    if (row.prepare) row.prepare(source);
    read_shape(source);
    read_ropes(source);
    read_layers(source);
    read_score(source);
    if (row.finish) row.finish(source);
    read_causality(source);
    note_unread_keys(source.keys, config_keys(), d.family);
    d.info.hidden = source.hidden;
    d.info.context = source.context;
    return build_model(std::move(result));
}

}  // namespace farspan::config
