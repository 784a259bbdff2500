// GGUF metadata to a model, by the meanings that llama.cpp gives the keys.
#include <algorithm>
#include <cinttypes>
#include <cmath>

#include "base/failure.hpp"
#include "config/gguf.hpp"
#include "config/gguf_families.hpp"
#include "method/defaults.hpp"

namespace farspan::config {
namespace {

constexpr double most_factor = 1e12;

struct gguf_source {
    gguf_metadata& metadata;
    const gguf_family& row;
    reader keys;
    draft& result;
    int64_t layers = 0, query_heads = 0, key_heads = 0, head_dim = 0, value_dim = 0, rotary_dim = 0;
    std::vector<int64_t> query_heads_of{}, key_heads_of{};  // per layer, if the file lists them
};

// A number for all layers or a list with one each.
int64_t read_heads(gguf_source& s, const char* key, std::optional<int64_t> absent, std::vector<int64_t>& of_layer) {
    const entry found = s.keys.find({key});
    if (!found && absent) return *absent;
    if (!found || found.value->kind != json_value::array) return s.keys.required_integer({key}, 1, most_heads);
    for (const double count : s.keys.reals({key}, 1, most_heads, static_cast<std::size_t>(s.layers)))
        of_layer.push_back(static_cast<int64_t>(count));
    if (of_layer.size() != static_cast<std::size_t>(s.layers))
        throw failure(FARSPAN_ERROR_SHAPE, 1, "%s has %zu entries: must have one for each of the %" PRId64 " layers",
                      found.path.c_str(), of_layer.size(), s.layers);
    return of_layer.front();
}

void check_heads(const gguf_source& s, int64_t query_heads, int64_t key_heads) {
    if (query_heads % key_heads != 0)
        throw failure(FARSPAN_ERROR_HEAD_GROUPS, 1,
                      "%s: %" PRId64 " query heads are not a multiple of %" PRId64 " key heads",
                      s.keys.path_of("attention").c_str(), query_heads, key_heads);
}

void read_sizes(gguf_source& s) {
    reader& keys = s.keys;
    s.layers = keys.required_integer({"block_count"}, 1, most_layers);
    const int64_t hidden = keys.integer({"embedding_length"}, 1, most_length).value_or(0);
    s.query_heads = read_heads(s, "attention.head_count", {}, s.query_heads_of);
    s.key_heads = read_heads(s, "attention.head_count_kv", s.query_heads, s.key_heads_of);
    // Latent attention: the true sizes are the _mla keys, every head has keys once the latent is expanded.
    const std::optional<int64_t> latent = keys.integer({"attention.key_length_mla"}, 1, most_head_dim);
    if (latent) s.key_heads = s.query_heads;
    const std::optional<int64_t> length = latent ? latent : keys.integer({"attention.key_length"}, 1, most_head_dim);
    if (!length && hidden % s.query_heads != 0)
        throw failure(FARSPAN_ERROR_SHAPE, 1,
                      "%s is %" PRId64 ": must be a multiple of the %" PRId64 " heads, as there is no key_length",
                      keys.path_of("embedding_length").c_str(), hidden, s.query_heads);
    s.head_dim = length ? *length : hidden / s.query_heads;
    if (s.head_dim < 1 || s.head_dim > most_head_dim)
        fail_range(keys.path_of("embedding_length") + " / heads", static_cast<double>(s.head_dim), 1, most_head_dim);
    s.value_dim =
        keys.integer({"attention.value_length_mla", "attention.value_length"}, 1, most_head_dim).value_or(s.head_dim);
    s.rotary_dim = keys.integer({"rope.dimension_count"}, 2, s.head_dim).value_or(s.head_dim);
    s.result.info.hidden = hidden;
    s.result.info.context = keys.integer({"context_length"}, 1, most_length).value_or(0);
    s.result.info.vocabulary = keys.integer({"vocab_size"}, 1, most_length).value_or(0);
    check_heads(s, s.query_heads, s.key_heads);
}

// ---- rotation

// The divisors per pair: from the file, or from the options, which win.
const double* pair_tensor(gguf_source& s, const char* name, const double* given) {
    const farspan_model_options& o = s.result.options;
    const auto pairs = static_cast<std::size_t>(s.rotary_dim / 2);
    std::vector<double> values;
    if (given)
        values.assign(given, given + o.rope_pairs);
    else if (const auto found = s.metadata.tensors.find(name); found != s.metadata.tensors.end())
        values = found->second;
    else if (std::find(s.metadata.tensors_beyond.begin(), s.metadata.tensors_beyond.end(), name) !=
             s.metadata.tensors_beyond.end())
        throw failure(FARSPAN_ERROR_FORMAT, 2,
                      "tensor %s lies beyond the bytes given: give the whole file or set it in options", name);
    else
        return nullptr;
    if (values.size() != pairs)
        throw failure(FARSPAN_ERROR_SHAPE, given ? 3 : 1,
                      "%s has %zu numbers: must have one for each of the %zu rotary pairs", name, values.size(), pairs);
    return s.result.keep(std::move(values));
}

void use_yarn(gguf_source& s, double factor, farspan_rope_config& rope) {
    reader& keys = s.keys;
    rope.method = FARSPAN_ROPE_YARN;
    rope.factor = factor;
    rope.original_context =
        keys.integer({"rope.scaling.original_context_length"}, 1, most_length).value_or(s.result.info.context);
    rope.beta_fast = keys.real({"rope.scaling.yarn_beta_fast"}, 1e-6, most_factor).value_or(32);
    rope.beta_slow = keys.real({"rope.scaling.yarn_beta_slow"}, 1e-6, most_factor).value_or(1);
    if (const double kept = keys.real({"rope.scaling.yarn_ext_factor"}, -1, 1).value_or(-1); kept >= 0)
        rope.extrapolation_factor = kept;
    rope.attention_factor = keys.real({"rope.scaling.yarn_attn_factor"}, 1e-6, 1e6).value_or(1);
    const double log_multiplier = keys.real({"rope.scaling.yarn_log_multiplier"}, 0, 1e6).value_or(0);
    if (log_multiplier == 0) return;
    const double all = log_multiplier / s.row.log_multiplier;
    rope.mscale_all_dim = all;
    rope.mscale = s.row.log_multiplier != 1 ? all : 1;  // not in the file; llama.cpp takes it to be equal, or 1
    if (s.row.log_multiplier == 1) return;
    const double magnitude = 0.1 * all * std::log(factor) + 1;
    if (factor > 1) s.result.score.multiplier = magnitude * magnitude;
}

void use_longrope(gguf_source& s, const double* near, const double* far, farspan_rope_config& rope) {
    reader& keys = s.keys;
    rope.method = FARSPAN_ROPE_LONGROPE;
    rope.short_factors = near;
    rope.long_factors = far;
    rope.pair_factor_count = static_cast<int32_t>(s.rotary_dim / 2);
    rope.original_context =
        keys.integer({"rope.scaling.original_context_length"}, 1, most_length).value_or(s.result.info.context);
    rope.magnitude = FARSPAN_MAGNITUDE_EXPLICIT;
    rope.attention_factor = keys.real({"rope.scaling.attn_factor"}, 1e-6, 1e6).value_or(1);
    s.result.notes.add(FARSPAN_NOTE_RELEASE, keys.path_of("rope.scaling.original_context_length"),
                       "the long factors count from current length %" PRId64
                       " on; llama.cpp chooses once, by the allocated context",
                       rope.original_context + 1);
}

void use_scaling(gguf_source& s, farspan_rope_config& rope) {
    reader& keys = s.keys;
    const double* divisors = pair_tensor(s, "rope_freqs.weight", s.result.options.rope_freqs);
    const double* near = pair_tensor(s, "rope_factors_short.weight", s.result.options.rope_short);
    const double* far = pair_tensor(s, "rope_factors_long.weight", s.result.options.rope_long);
    const std::string type = keys.text({"rope.scaling.type"}).value_or(far ? "longrope" : "linear");
    const double factor = keys.real({"rope.scaling.factor", "rope.scale_linear"}, 0, most_factor).value_or(1);
    const double used = factor == 0 || type == "none" ? 1 : factor;  // llama.cpp takes 0 for absent
    if (divisors) {                                                  // wins over the pair of lists
        if (used != 1)
            throw failure(FARSPAN_ERROR_COMBINATION, 1, "%s is %.15g: must be 1 beside rope_freqs.weight",
                          keys.path_of("rope.scaling.factor").c_str(), used);
        rope.method = FARSPAN_ROPE_PAIR_FACTORS;
        rope.short_factors = divisors;
        rope.pair_factor_count = static_cast<int32_t>(s.rotary_dim / 2);
    } else if (type == "longrope") {
        if (!near || !far)
            throw failure(FARSPAN_ERROR_FORMAT, 1,
                          "%s is longrope: needs rope_factors_short.weight and rope_factors_long.weight",
                          keys.path_of("rope.scaling.type").c_str());
        use_longrope(s, near, far, rope);
    } else if (type == "yarn") {
        use_yarn(s, used, rope);
    } else if (type == "linear" && used != 1) {
        rope.method = FARSPAN_ROPE_LINEAR;
        rope.factor = used;
    } else if (type != "linear" && type != "none") {
        throw failure(FARSPAN_ERROR_METHOD, 1, "%s is \"%.40s\": must be none, linear, yarn or longrope",
                      keys.path_of("rope.scaling.type").c_str(), type.c_str());
    }
}

void read_rotation(gguf_source& s) {
    farspan_rope_config rope;
    init_rope_config(&rope, FARSPAN_ROPE_BASE);
    rope.layout = s.row.layout;
    rope.rotary_dim = static_cast<int32_t>(s.rotary_dim);
    const bool latent = s.keys.has({"attention.key_length_mla"});
    if (latent) rope.rotary_offset = static_cast<int32_t>(s.head_dim - s.rotary_dim);
    rope.angle = s.result.options.angle;
    rope.base = s.keys.real({"rope.freq_base"}, 1, 1e30).value_or(10000);
    const double local =
        s.keys.real({"rope.freq_base_swa"}, 1, 1e30).value_or(s.row.local_base > 0 ? s.row.local_base : rope.base);
    farspan_rope_config plain = rope;
    plain.base = local;
    use_scaling(s, rope);
    if (s.row.axes != FARSPAN_AXES_NONE) {
        const std::vector<double> sections = s.keys.reals({"rope.dimension_sections"}, 0, most_head_dim, 4);
        if (sections.empty())
            throw failure(FARSPAN_ERROR_FORMAT, 1, "%s is absent", s.keys.path_of("rope.dimension_sections").c_str());
        rope.axes = s.row.axes;
        for (std::size_t n = 0; n < sections.size(); ++n) rope.axis_sections[n] = static_cast<int32_t>(sections[n]);
    }
    const std::string path = s.keys.path_of("rope");
    s.result.ropes.push_back({rope, path});
    if (s.row.local_base > 0 || s.keys.has({"rope.freq_base_swa"})) s.result.ropes.push_back({plain, path});
}

// ---- layers

// true: sliding. The pattern is a list, a number n (every n-th layer full), or known to the architecture's code.
std::vector<bool> read_sliding(gguf_source& s, int64_t window) {
    std::vector<bool> sliding(static_cast<std::size_t>(s.layers), window > 0);
    const entry pattern = s.keys.find({"attention.sliding_window_pattern"});
    int64_t every = s.row.full_every;
    if (pattern && pattern.value->kind == json_value::array) {
        if (pattern.value->items.size() != sliding.size())
            throw failure(FARSPAN_ERROR_SHAPE, 1,
                          "%s has %zu entries: must have one for each of the %" PRId64 " layers", pattern.path.c_str(),
                          pattern.value->items.size(), s.layers);
        for (std::size_t n = 0; n < sliding.size(); ++n)
            sliding[n] = window > 0 && pattern.value->items[n].integer_value != 0;
        return sliding;
    }
    if (pattern) every = to_integer(pattern, 0, most_layers);
    for (std::size_t n = 0; n < sliding.size() && every > 0; ++n)
        if ((static_cast<int64_t>(n) + 1) % every == 0) sliding[n] = false;
    return sliding;
}

void read_layers(gguf_source& s) {
    constexpr int64_t llama4_chunk = 8192;
    const int64_t window =
        s.row.chunked ? llama4_chunk : s.keys.integer({"attention.sliding_window"}, 0, most_length).value_or(0);
    const std::vector<bool> sliding = read_sliding(s, window);
    const bool causal = s.keys.flag({"attention.causal"}).value_or(true);
    for (std::size_t n = 0; n < sliding.size(); ++n) {
        layer_draft layer{.kind = sliding[n] ? FARSPAN_LAYER_SLIDING : FARSPAN_LAYER_FULL,
                          .causal = causal,
                          .head_dim = s.head_dim,
                          .value_dim = s.value_dim};
        layer.query_heads = s.query_heads_of.empty() ? s.query_heads : s.query_heads_of[n];
        layer.key_heads = s.key_heads_of.empty() ? s.key_heads : s.key_heads_of[n];
        check_heads(s, layer.query_heads, layer.key_heads);
        const bool rotates = !s.result.ropes.empty() && (s.row.full_layers_rotate || sliding[n] || window == 0);
        layer.rope = !rotates ? no_rope : sliding[n] && s.result.ropes.size() > 1 ? 1 : 0;
        if (sliding[n] && s.row.chunked) {
            layer.kind = FARSPAN_LAYER_CHUNKED;
            layer.chunk = window;
        } else if (sliding[n]) {
            layer.window = window;
        }
        layer.temperature = s.row.chunked && layer.rope == no_rope;
        s.result.layers.push_back(layer);
    }
}

void read_scores(gguf_source& s) {
    farspan_score_config& score = s.result.score;
    const double scale = s.keys.real({"attention.scale"}, 0, 1e6).value_or(0);
    score.scale = scale;  // 0: 1/sqrt(key_length)
    if (s.row.softcap) score.softcap = s.keys.real({"attn_logit_softcapping"}, 0, 1e6).value_or(50);
    s.result.info.final_softcap = s.row.softcap ? s.keys.real({"final_logit_softcapping"}, 0, 1e6).value_or(30) : 0;
    // Not in the file but a constant of the code: heads of 128 with a scale of 144^-0.5 are Gemma 2 27B, which has 46
    // layers.
    if (s.metadata.architecture == "gemma2" && s.layers == 46 && scale == 0) score.scale = 1 / 12.0;
    if (s.row.chunked) {
        s.result.temperature = FARSPAN_TEMPERATURE_LLAMA4;
        score.trained_length = 8192;
        score.alpha = 0.1;
    }
    if (const double alpha = s.keys.real({"attention.temperature_scale"}, 0, 1e6).value_or(0);
        alpha != 0 && s.metadata.architecture == "mistral3") {
        s.result.temperature = FARSPAN_TEMPERATURE_MINISTRAL3;
        score.trained_length =
            static_cast<double>(s.keys.required_integer({"rope.scaling.original_context_length"}, 1, most_length));
        score.alpha = alpha;
        for (layer_draft& layer : s.result.layers) layer.temperature = true;
    }
    if (s.metadata.architecture == "gpt-oss")
        s.result.notes.add(FARSPAN_NOTE_WEIGHTS, "",
                           "each head has a learned sink: set score.sinks from the weights of each layer");
}

void read_bias(gguf_source& s) {
    const bool by_size = s.metadata.architecture == "baichuan" && s.layers == 40;  // 13B
    double most = s.keys.real({"attention.max_alibi_bias"}, 0, 1000).value_or(0);
    if (most == 0 && (s.row.kind == positions::alibi || by_size)) most = 8;
    if (most == 0) return;
    init_bias_config(&s.result.bias, FARSPAN_BIAS_ALIBI);
    s.result.bias.heads = static_cast<int32_t>(s.query_heads);
    s.result.bias.max_bias = most;
}

const gguf_family& family_or_fail(const std::string& architecture) {
    if (const gguf_family* row = find_gguf_family(architecture)) return *row;
    throw failure(FARSPAN_ERROR_METHOD, 1, "general.architecture is \"%.60s\": no architecture that is known",
                  architecture.c_str());
}

}  // namespace

std::unique_ptr<model> model_of(gguf_metadata metadata, const farspan_model_options& options) {
    auto result = std::make_unique<model>();
    draft& d = result->source;
    start_draft(d, options);
    d.family = metadata.architecture;
    gguf_source s{
        .metadata = metadata, .row = family_or_fail(metadata.architecture), .keys = reader(d.notes), .result = d};
    s.keys.add_scope(metadata.keys, metadata.architecture);
    read_sizes(s);
    read_bias(s);
    if (s.row.kind == positions::rotary && d.bias.method == FARSPAN_BIAS_NONE) read_rotation(s);
    read_layers(s);
    read_scores(s);
    if (s.row.kind == positions::learned) {
        d.info.absolute = FARSPAN_ABSOLUTE_LEARNED;
        d.info.absolute_rows = d.info.context;
    }
    return build_model(std::move(result));
}

}  // namespace farspan::config
