// Mistral: the temperature of Ministral 3, and Mistral's own format params.json.
#include <cmath>

#include "base/failure.hpp"
#include "config/families.hpp"

namespace farspan::config {
namespace {

// Like Llama 4's, but on every layer and counted from i instead of i + 1.
void use_temperature(config_source& s, double beta, int64_t trained) {
    s.result.temperature = FARSPAN_TEMPERATURE_MINISTRAL3;
    s.result.score.alpha = beta;
    s.result.score.trained_length = static_cast<double>(trained);
    for (layer_draft& layer : s.result.layers) layer.temperature = true;
}

// alpha and beta are beta_slow and beta_fast; without apply_scale only the frequencies change. Latent attention has the
// magnitude in the logits of the whole head and none in cos and sin.
void use_yarn(config_source& s, reader& keys) {
    farspan_rope_config& rope = s.result.ropes.front().config;
    s.result.ropes.front().path = keys.path();
    rope.method = FARSPAN_ROPE_YARN;
    rope.factor = keys.required_real({"factor"}, 1e-6, 1e12);
    rope.original_context = keys.required_integer({"original_max_position_embeddings"}, 1, most_length);
    rope.beta_fast = keys.real({"beta"}, 1e-6, 1e12).value_or(rope.beta_fast);
    rope.beta_slow = keys.real({"alpha"}, 1e-6, 1e12).value_or(rope.beta_slow);
    const bool scaled = keys.flag({"apply_scale"}).value_or(true), latent = s.rotary_offset > 0;
    if (!scaled || latent) {
        rope.magnitude = FARSPAN_MAGNITUDE_EXPLICIT;
        rope.attention_factor = 1;
    }
    if (scaled && latent && rope.factor > 1) s.result.score.multiplier = std::pow(0.1 * std::log(rope.factor) + 1, 2);
    keys.note_unread("no key that yarn in params.json has");
}

}  // namespace

void finish_ministral3(config_source& s) {
    std::optional<reader> dictionary = s.keys.child({"rope_parameters", "rope_scaling"});
    if (!dictionary) {
        dictionary.emplace(s.result.notes);
        dictionary->add_scope(s.class_ropes, s.keys.path_of("rope_parameters"));
    }
    const double beta = dictionary->real({"llama_4_scaling_beta"}, 0, 1e6).value_or(0);
    if (beta != 0)
        use_temperature(s, beta, dictionary->required_integer({"original_max_position_embeddings"}, 1, most_length));
}

// The base of files without rope_theta is that of the first releases of Mistral's own code: Mistral 7B v0.1 has a
// window and none of the later models without one.
void prepare_mistral_params(config_source& s) {
    if (s.keys.has({"rope_theta"})) return;
    const bool window = s.keys.has({"sliding_window"});
    s.assumed_base = window ? 1e4 : 1e6;
    s.result.notes.add(FARSPAN_NOTE_DEFAULT, s.keys.path_of("rope_theta"), "absent: %.15g, as for models with%s window",
                       s.assumed_base, window ? " a" : "out a");
}

void finish_mistral_params(config_source& s) {
    if (std::optional<reader> yarn = s.keys.child({"yarn"}); yarn && !yarn->empty()) use_yarn(s, *yarn);
    std::optional<reader> scaling = s.keys.child({"llama_4_scaling"});
    if (!scaling || scaling->empty()) return;
    use_temperature(s, scaling->required_real({"beta"}, 0, 1e6),
                    scaling->required_integer({"original_max_position_embeddings"}, 1, most_length));
    scaling->note_unread("no key that llama_4_scaling has");
}

}  // namespace farspan::config
