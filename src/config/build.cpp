#include <algorithm>
#include <cmath>

#include "base/failure.hpp"
#include "config/model.hpp"
#include "method/defaults.hpp"

namespace farspan::config {
namespace {

void use_bias_table(const draft& d, const layer_draft& layer, farspan_bias_config& bias) {
    if (bias.method == FARSPAN_BIAS_T5) {
        const std::vector<float>& table = d.tables[static_cast<std::size_t>(layer.bias_table)];
        bias.values = table.data();
        bias.values_count = static_cast<int64_t>(table.size());
        bias.bidirectional = !layer.causal;
    }
}

void use_mask(const layer_draft& layer, farspan_mask_config& mask) {
    mask.causal = layer.causal;
    if (layer.window > 0) mask.window_left = layer.window - 1;
    if (layer.window > 0 && !layer.causal) mask.window_right = layer.window - 1;
    mask.chunk = layer.chunk;
}

void use_temperature(const draft& d, const layer_draft& layer, farspan_score_config& score) {
    score.temperature = layer.temperature ? d.temperature : FARSPAN_TEMPERATURE_NONE;
    if (layer.temperature) return;
    farspan_score_config plain;  // parameters of the temperature must keep their defaults where there is none
    init_score_config(&plain);
    score.trained_length = plain.trained_length;
    score.alpha = plain.alpha;
    score.power = plain.power;
}

std::unique_ptr<scheme> make_layer(const draft& d, const layer_draft& layer) {
    farspan_rope_config rope;
    init_rope_config(&rope, FARSPAN_ROPE_NONE);
    if (layer.rope != no_rope) rope = d.ropes[static_cast<std::size_t>(layer.rope)].config;
    farspan_remap_config remap;
    init_remap_config(&remap, FARSPAN_REMAP_NONE);
    if (layer.extended) remap = d.remap;
    farspan_bias_config bias = d.bias;
    use_bias_table(d, layer, bias);
    farspan_mask_config mask;
    init_mask_config(&mask);
    use_mask(layer, mask);
    farspan_score_config score = d.score;
    use_temperature(d, layer, score);
    return make_scheme({sizeof(farspan_scheme_parts), 0, &rope, &remap, &bias, &mask, &score});
}

// What the scheme refuses is said again with the place in the file.
std::unique_ptr<scheme> make_layer_or_explain(const draft& d, const layer_draft& layer, std::size_t index) {
    try {
        return make_layer(d, layer);
    } catch (const failure& f) {
        const bool rope = f.path().starts_with("rope") && layer.rope != no_rope;
        const std::string& path = rope ? d.ropes[static_cast<std::size_t>(layer.rope)].path : d.family;
        throw failure(f.status(), path.c_str(), ", layer %zu: %s", index, f.what());
    }
}

}  // namespace

void start_draft(draft& d, const farspan_model_options& options) {
    d.options = options;
    init_remap_config(&d.remap, FARSPAN_REMAP_NONE);
    init_bias_config(&d.bias, FARSPAN_BIAS_NONE);
    init_score_config(&d.score);
}

std::unique_ptr<model> build_model(std::unique_ptr<model> started) {
    model& m = *started;
    draft& d = m.source;
    fill_lengths(d);
    extend(d);
    for (std::size_t n = 0; n < d.layers.size(); ++n) {
        std::size_t found = 0;
        while (found < m.schemes.size() && !(d.layers[m.first_alike[found]] == d.layers[n])) ++found;
        if (found == m.schemes.size()) {
            m.schemes.push_back(d.layers[n].kind == FARSPAN_LAYER_OTHER ? nullptr
                                                                        : make_layer_or_explain(d, d.layers[n], n));
            m.first_alike.push_back(n);
        }
        m.scheme_of.push_back(found);
    }
    d.info.family = d.family.c_str();
    d.info.layers = static_cast<int64_t>(d.layers.size());
    const auto found = std::find_if(d.layers.begin(), d.layers.end(),
                                    [](const layer_draft& layer) { return layer.kind != FARSPAN_LAYER_OTHER; });
    const layer_draft& leading = found == d.layers.end() ? d.layers.front() : *found;
    d.info.query_heads = leading.query_heads;
    d.info.key_heads = leading.key_heads;
    d.info.head_dim = leading.head_dim;
    d.info.value_dim = leading.value_dim;
    d.info.layer_kinds = static_cast<int64_t>(m.schemes.size());
    d.info.notes = static_cast<int64_t>(d.notes.all().size());
    return started;
}

}  // namespace farspan::config
