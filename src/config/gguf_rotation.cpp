// The rotation that GGUF metadata describe, by the meanings that llama.cpp gives the keys.
#include <algorithm>
#include <cinttypes>
#include <cmath>

#include "base/failure.hpp"
#include "base/utf8.hpp"
#include "config/gguf_source.hpp"
#include "method/defaults.hpp"

namespace farspan::config {
namespace {

// What the options say of a tensor; `option` is its name there.
struct given_tensor {
    const double* values;
    int64_t count;
    const char* option;
};

// The divisors per pair: from the file, or from the options, which win.
const double* pair_tensor(gguf_source& s, const char* name, const given_tensor& given) {
    const auto pairs = static_cast<std::size_t>(s.rotary_dim / 2);
    std::vector<double> values;
    if (given.values && given.count != s.rotary_dim / 2)
        throw failure(FARSPAN_ERROR_SHAPE, field_path("options.%s_count", given.option),
                      "is %" PRId64 ": must be %zu, one for each rotary pair", given.count, pairs);
    if (given.values)
        values.assign(given.values, given.values + given.count);
    else if (const auto found = s.metadata.tensors.find(name); found != s.metadata.tensors.end())
        values = found->second;
    else if (std::find(s.metadata.tensors_beyond.begin(), s.metadata.tensors_beyond.end(), name) !=
             s.metadata.tensors_beyond.end())
        throw failure(FARSPAN_ERROR_FORMAT, "file_bytes",
                      ": tensor %s lies beyond the bytes given: give the whole file or set options.%s", name,
                      given.option);
    else
        return nullptr;
    if (values.size() != pairs)
        throw failure(FARSPAN_ERROR_SHAPE, name, "has %zu numbers: must have one for each of the %zu rotary pairs",
                      values.size(), pairs);
    return s.result.keep(std::move(values));
}

// llama.cpp reads the shape of the ramp only for mistral3, the explicit magnitude not at all, and has its defaults for
// the others; the converter writes what the model was trained with.
bool ramp_is_read(gguf_source& s) {
    const char* const written[] = {"rope.scaling.yarn_beta_fast", "rope.scaling.yarn_beta_slow",
                                   "rope.scaling.yarn_ext_factor", "rope.scaling.yarn_attn_factor"};
    if (s.metadata.architecture == "mistral3") return true;
    const bool obeyed = s.result.options.release != FARSPAN_RELEASE_LLAMA_CPP;
    for (const char* key : written)
        if (s.keys.has({key}))
            s.result.notes.add(FARSPAN_NOTE_RELEASE, s.keys.path_of(key), "llama.cpp does not read it for %s; %s",
                               s.row.architecture, obeyed ? "it holds here" : "its default holds");
    return obeyed;
}

void read_ramp(gguf_source& s, farspan_rope_config& rope) {
    reader& keys = s.keys;
    rope.beta_fast = keys.real({"rope.scaling.yarn_beta_fast"}, 1e-6, most_factor).value_or(rope.beta_fast);
    rope.beta_slow = keys.real({"rope.scaling.yarn_beta_slow"}, 1e-6, most_factor).value_or(rope.beta_slow);
    if (s.result.options.release == FARSPAN_RELEASE_LLAMA_CPP) return;  // also for mistral3
    if (const double kept = keys.real({"rope.scaling.yarn_ext_factor"}, -1, 1).value_or(-1); kept >= 0)
        rope.extrapolation_factor = kept;
    if (const std::optional<double> m = keys.real({"rope.scaling.yarn_attn_factor"}, 1e-6, 1e6)) {
        rope.magnitude = FARSPAN_MAGNITUDE_EXPLICIT;  // attention_factor of the config
        rope.attention_factor *= *m;
    }
}

void use_yarn(gguf_source& s, double factor, farspan_rope_config& rope) {
    reader& keys = s.keys;
    farspan_rope_config defaults;
    init_rope_config(&defaults, FARSPAN_ROPE_YARN);
    rope.method = FARSPAN_ROPE_YARN;
    rope.factor = factor;
    rope.original_context =
        keys.integer({"rope.scaling.original_context_length"}, 1, most_length).value_or(s.result.info.context);
    rope.attention_factor = keys.real({"rope.scaling.attn_factor"}, 1e-6, 1e6).value_or(1);
    rope.beta_fast = defaults.beta_fast;
    rope.beta_slow = defaults.beta_slow;
    if (ramp_is_read(s)) read_ramp(s, rope);
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
    if (near) rope.short_factors_count = s.rotary_dim / 2;
    if (far) rope.long_factors_count = s.rotary_dim / 2;
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
    const farspan_model_options& o = s.result.options;
    const double* divisors = pair_tensor(s, "rope_freqs.weight", {o.rope_freqs, o.rope_freqs_count, "rope_freqs"});
    const double* near = pair_tensor(s, "rope_factors_short.weight", {o.rope_short, o.rope_short_count, "rope_short"});
    const double* far = pair_tensor(s, "rope_factors_long.weight", {o.rope_long, o.rope_long_count, "rope_long"});
    if (s.metadata.parts > 1 && !divisors && !far)
        s.result.notes.add(FARSPAN_NOTE_WEIGHTS, "",
                           "the first of %" PRId64
                           " parts has no rope_freqs.weight: if a later one has it, set "
                           "options.rope_freqs",
                           s.metadata.parts);
    const std::string type = keys.text({"rope.scaling.type"}).value_or(far ? "longrope" : "linear");
    const double factor = keys.real({"rope.scaling.factor", "rope.scale_linear"}, 0, most_factor).value_or(1);
    const double used = factor == 0 || type == "none" ? 1 : factor;  // llama.cpp takes 0 for absent
    if (type != "none" && type != "linear" && type != "yarn" && type != "longrope")
        throw failure(FARSPAN_ERROR_METHOD, keys.path_of("rope.scaling.type").c_str(),
                      "is \"%s\": must be none, linear, yarn or longrope", escaped(type, 40).c_str());
    if (type == "longrope" && !divisors && (!near || !far))
        throw failure(FARSPAN_ERROR_FORMAT, keys.path_of("rope.scaling.type").c_str(),
                      "is longrope: needs rope_factors_short.weight and rope_factors_long.weight");
    if (type == "longrope" && !divisors) {  // rope_freqs wins over the pair of lists
        use_longrope(s, near, far, rope);
        return;
    }
    if (type == "yarn") {
        use_yarn(s, used, rope);
    } else if (used != 1) {
        rope.method = FARSPAN_ROPE_LINEAR;
        rope.factor = used;
    } else if (divisors) {
        rope.method = FARSPAN_ROPE_PAIR_FACTORS;
    }
    if (divisors) rope.short_factors = divisors, rope.short_factors_count = s.rotary_dim / 2;
}

void use_axes(gguf_source& s, farspan_rope_config& rope) {
    if (s.row.axes == FARSPAN_AXES_NONE) return;
    const std::vector<double> sections =
        s.keys.reals({"rope.dimension_sections", "rope.mrope_section", "mrope_sections"}, 0, most_head_dim, 4);
    // Those that may do without them take two sections that are not empty for images; the converter then pairs halves.
    if (s.row.axes_optional && (sections.size() < 2 || sections[0] == 0 || sections[1] == 0)) return;
    if (sections.empty())
        throw failure(FARSPAN_ERROR_FORMAT, s.keys.path_of("rope.dimension_sections").c_str(), "is absent");
    rope.axes = s.row.axes;
    rope.layout = FARSPAN_LAYOUT_HALF;
    for (std::size_t n = 0; n < sections.size(); ++n) rope.axis_sections[n] = static_cast<int32_t>(sections[n]);
}

// llama.cpp's name, and those of Ollama's own files.
constexpr names local_bases = {"rope.freq_base_swa", "rope.local.freq_base", "rope.freq_base_local",
                               "rope.swa.freq_base"};

// What sliding layers have: their own base, and the scaling only if the architecture's code says so.
farspan_rope_config local_rope(gguf_source& s, const farspan_rope_config& plain, const farspan_rope_config& scaled) {
    farspan_rope_config local = s.row.local_scaled ? scaled : plain;
    local.base = s.keys.real(local_bases, 1, 1e30).value_or(plain.base);
    local.rotary_dim = static_cast<int32_t>(s.local_rotary_dim);
    return local;
}

}  // namespace

void read_rotation(gguf_source& s) {
    if (s.metadata.architecture.starts_with("granite") && !s.keys.flag({"rope.scaling.finetuned"}).value_or(true))
        return;  // how Granite's files say that nothing rotates
    farspan_rope_config rope;
    init_rope_config(&rope, FARSPAN_ROPE_BASE);
    rope.layout = s.row.layout;
    rope.rotary_dim = static_cast<int32_t>(s.rotary_dim);
    if (s.row.rotary_last) rope.rotary_offset = static_cast<int32_t>(s.head_dim - s.rotary_dim);
    rope.angle = s.result.options.angle;
    rope.base = s.keys.required_real({"rope.freq_base", "rope.global.freq_base"}, 1, 1e30);
    use_axes(s, rope);
    const farspan_rope_config plain = rope;
    use_scaling(s, rope);
    const farspan_rope_config local = local_rope(s, plain, rope);
    const std::string path = s.keys.path_of("rope");
    s.result.ropes.push_back({rope, path});
    if (local.base != rope.base || local.method != rope.method || local.rotary_dim != rope.rotary_dim)
        s.result.ropes.push_back({local, path});
}

}  // namespace farspan::config
