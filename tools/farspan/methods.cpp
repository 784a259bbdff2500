#include "methods.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "scheme_file.hpp"

namespace tool {
namespace {

constexpr int64_t sink_tokens = 4;  // StreamingLLM's and LM-Infinite's first tokens that stay visible
constexpr const char* log_n_suffix = "-logn";

double ratio(int64_t trained, int64_t length) { return static_cast<double>(length) / static_cast<double>(trained); }

// YaRN leaves pairs alone that turn more than beta_fast times in L positions. Its 32 belongs to L = 2048: wavelengths
// below 64 positions. A short L keeps that wavelength, as 32 turns would leave it no pair at all.
double beta_fast(int64_t trained) { return std::clamp(32 * static_cast<double>(trained) / 2048, 2.0, 32.0); }

// Chooses a rope method that keeps the model's base, layout and width.
void set_rope(recipe& r, int32_t rope_method, double factor, int64_t original_context) {
    farspan::rope_config rope(rope_method);
    rope.layout = r.rope.layout;
    rope.rotary_dim = r.rope.rotary_dim;
    rope.base = r.rope.base;
    if (factor != 0) rope.factor = factor;
    if (original_context != 0) rope.original_context = original_context;
    if (rope_method == FARSPAN_ROPE_NTK_BY_PARTS || rope_method == FARSPAN_ROPE_YARN ||
        rope_method == FARSPAN_ROPE_DYNAMIC_YARN)
        rope.beta_fast = beta_fast(original_context);
    r.rope = rope;
}

farspan::remap_config& set_remap(recipe& r, int32_t remap_method) {
    return r.remap = farspan::remap_config(remap_method);
}

void set_mask(recipe& r, int64_t window_left, int64_t sinks) {
    r.mask.window_left = window_left;
    r.mask.sinks = sinks;
}

void apply_none(recipe&, int64_t, int64_t) {}

void apply_pi(recipe& r, int64_t trained, int64_t length) {
    set_rope(r, FARSPAN_ROPE_LINEAR, ratio(trained, length), 0);
}

void apply_ntk(recipe& r, int64_t trained, int64_t length) { set_rope(r, FARSPAN_ROPE_NTK, ratio(trained, length), 0); }

void apply_dynamic_ntk(recipe& r, int64_t trained, int64_t) { set_rope(r, FARSPAN_ROPE_DYNAMIC_NTK, 2, trained); }

void apply_ntk_by_parts(recipe& r, int64_t trained, int64_t length) {
    set_rope(r, FARSPAN_ROPE_NTK_BY_PARTS, ratio(trained, length), trained);
}

void apply_ntk_mixed(recipe& r, int64_t trained, int64_t length) {
    set_rope(r, FARSPAN_ROPE_NTK_MIXED, ratio(trained, length), 0);
}

void apply_yarn(recipe& r, int64_t trained, int64_t length) {
    set_rope(r, FARSPAN_ROPE_YARN, ratio(trained, length), trained);
}

void apply_dynamic_yarn(recipe& r, int64_t trained, int64_t) { set_rope(r, FARSPAN_ROPE_DYNAMIC_YARN, 0, trained); }

int64_t rerope_window(int64_t trained) { return std::max<int64_t>(1, trained / 2); }

void apply_rerope(recipe& r, int64_t trained, int64_t) {
    set_remap(r, FARSPAN_REMAP_REROPE).window = rerope_window(trained);
}

void apply_leaky_rerope(recipe& r, int64_t trained, int64_t length) {
    farspan::remap_config& remap = set_remap(r, FARSPAN_REMAP_LEAKY_REROPE);
    remap.window = rerope_window(trained);
    remap.leak =
        std::ceil(static_cast<double>(length - 1 - remap.window) / static_cast<double>(trained - 1 - remap.window));
}

void apply_self_extend(recipe& r, int64_t trained, int64_t length) {
    farspan::remap_config& remap = set_remap(r, FARSPAN_REMAP_SELF_EXTEND);
    remap.window = std::max<int64_t>(1, trained / 4);
    remap.group = self_extend_group(trained, remap.window, length);
}

void apply_dual_chunk(recipe& r, int64_t trained, int64_t) {
    farspan::remap_config& remap = set_remap(r, FARSPAN_REMAP_DUAL_CHUNK);
    remap.chunk = std::max<int64_t>(2, trained * 3 / 4);
    remap.local_window = std::max<int64_t>(1, trained / 4);
}

void apply_lambda(recipe& r, int64_t trained, int64_t) {
    farspan::remap_config& remap = set_remap(r, FARSPAN_REMAP_LM_INFINITE);
    remap.window = trained - sink_tokens;
    set_mask(r, remap.window - 1, sink_tokens);
}

void apply_window(recipe& r, int64_t trained, int64_t) { set_mask(r, trained - 1, 0); }

void apply_streaming(recipe& r, int64_t trained, int64_t) {
    farspan::remap_config& remap = set_remap(r, FARSPAN_REMAP_STREAMING);
    remap.sinks = sink_tokens;
    remap.recent = trained - 1 - sink_tokens;
    set_mask(r, remap.recent, sink_tokens);
}

// The name without "-logn", and whether it had that suffix.
std::pair<std::string, bool> split_log_n(const std::string& name) {
    const size_t suffix = std::string(log_n_suffix).size();
    const bool log_n = name.size() > suffix && name.compare(name.size() - suffix, suffix, log_n_suffix) == 0;
    return {log_n ? name.substr(0, name.size() - suffix) : name, log_n};
}

const method* find_method(const std::string& base) {
    for (const method& m : all_methods())
        if (base == m.name) return &m;
    return nullptr;
}

const method& get_method(const std::string& name) {
    check_method_name(name);
    return *find_method(split_log_n(name).first);
}

bool is_file(const std::string& name) { return name.size() > 5 && name.compare(name.size() - 5, 5, ".json") == 0; }

recipe recipe_of_scheme(const std::string& text) {
    recipe r;
    r.text = text;
    const nlohmann::ordered_json mask =
        nlohmann::ordered_json::parse(r.text).value("mask", nlohmann::ordered_json::object());
    r.mask.window_left = mask.value("window_left", r.mask.window_left);
    r.mask.sinks = std::max(mask.value("sinks", r.mask.sinks), mask.value("prefix", r.mask.prefix));
    return r;
}

// What the model was trained with.
recipe trained_recipe(const language_model& model) {
    const model_config& c = model.config;
    if (!c.scheme.empty()) return recipe_of_scheme(c.scheme);
    const position_config& p = c.position;
    const bool rope = p.method == "rope", xpos = p.method == "xpos";
    recipe r;
    if (rope || xpos) r.rope = farspan::rope_config(rope ? FARSPAN_ROPE_BASE : FARSPAN_ROPE_XPOS);
    if (p.method == "alibi") r.bias = farspan::bias_config(FARSPAN_BIAS_ALIBI);
    if (p.method == "t5") r.bias = farspan::bias_config(FARSPAN_BIAS_T5);
    if (rope || xpos) {
        r.rope.layout = p.layout;
        r.rope.rotary_dim = p.rotary_dim;
        r.rope.base = p.base;
    }
    if (xpos) {
        r.rope.xpos_scale_base = p.xpos_scale_base;
        r.rope.xpos_gamma = p.xpos_gamma;
    }
    if (r.bias.method != FARSPAN_BIAS_NONE) r.bias.heads = static_cast<int32_t>(c.heads);
    if (p.method == "t5") {
        r.bias.buckets = p.buckets;
        r.bias.max_distance = p.max_distance;
        r.bias.bidirectional = p.bidirectional;
        r.bias.set_values(model.t5_values);
    }
    r.score.scale = c.softmax_scale;
    return r;
}

}  // namespace

const std::vector<method>& all_methods() {
    static const std::vector<method> methods = {
        {"none", "the model as it was trained", false, true, apply_none},
        {"pi", "position interpolation, factor n/L", true, true, apply_pi},
        {"ntk", "NTK-aware base, factor n/L", true, true, apply_ntk},
        {"dynamic-ntk", "NTK-aware base that grows with the length, Hugging Face's factor 2: 2n/L - 1", true, true,
         apply_dynamic_ntk},
        {"ntk-by-parts", "YaRN's frequencies without its magnitude, parameters as yarn", true, false,
         apply_ntk_by_parts},
        {"ntk-mixed", "NTK-RoPE-mixed, factor n/L, exponent 0.625", true, false, apply_ntk_mixed},
        {"yarn", "YaRN, factor n/L, original context L, beta_slow 1, beta_fast 32 L/2048 within 2 .. 32", true, true,
         apply_yarn},
        {"dynamic-yarn", "YaRN with the factor from the current length; equals yarn for whole windows", true, true,
         apply_dynamic_yarn},
        {"rerope", "distances count as at most w = L/2", true, true, apply_rerope},
        {"leaky-rerope", "beyond w = L/2 distances grow by 1/k, k = ceil((n-1-w) / (L-1-w))", true, true,
         apply_leaky_rerope},
        {"self-extend", "beyond W = L/4 positions in groups of the smallest G with G(L - W + W//G) >= n", true, true,
         apply_self_extend},
        {"dual-chunk", "Dual Chunk Attention, chunk 3L/4, local window L/4", true, true, apply_dual_chunk},
        {"lambda", "LM-Infinite: the last L-4 keys and the first 4, those at distance L-4", true, true, apply_lambda},
        {"window", "sliding window of L keys", false, true, apply_window},
        {"streaming", "StreamingLLM: 4 sinks and the last L-5 keys before the query, positions are slots", true, true,
         apply_streaming},
    };
    return methods;
}

void check_method_name(const std::string& name) {
    if (is_file(name)) return;
    const auto [base, log_n] = split_log_n(name);
    const method* found = find_method(base);
    if (found && (!log_n || found->rotary_only || base == "none")) return;
    std::string known;
    for (const method& m : all_methods()) known += std::string(known.empty() ? "" : ", ") + m.name;
    throw failure("unknown method \"" + name + "\"; known are " + known + ", each rotary one also with " +
                  log_n_suffix);
}

bool method_applies(const std::string& name, const model_config& config) {
    if (is_file(name)) return true;
    if (!config.scheme.empty()) return name == "none";
    return config.rotary() || (!get_method(name).rotary_only && !split_log_n(name).second);
}

std::vector<std::string> default_methods(const model_config& config) {
    if (!config.rotary() || !config.scheme.empty()) return {"none"};
    std::vector<std::string> names;
    for (const method& m : all_methods()) {
        if (!m.by_default) continue;
        names.push_back(m.name);
        for (const char* with_log_n : {"ntk", "rerope", "leaky-rerope", "self-extend"})
            if (names.back() == with_log_n) {
                names.push_back(std::string(with_log_n) + log_n_suffix);
                break;
            }
    }
    return names;
}

std::string row_name(const model_config& config, const std::string& method_name) {
    const fine_tuning& tuned = config.tuned;
    if (tuned.base_model.empty()) return method_name;
    return tuned.start + " + " + std::to_string(tuned.steps) + " steps" +
           (method_name == "none" ? "" : ", " + method_name);
}

recipe derive(const language_model& model, const std::string& name, int64_t length) {
    if (is_file(name)) return recipe_of_scheme(read_scheme(name).to_json());
    const int64_t trained = model.config.trained_length;
    const method& found = get_method(name);
    if (!method_applies(name, model.config))
        throw failure("method \"" + name + "\" needs a model with rotary positions and no scheme of its own; \"" +
                      model.name + "\" has " + (model.config.scheme.empty() ? model.config.position.method : "one"));
    recipe r = trained_recipe(model);
    if (length <= trained) return r;
    found.apply(r, trained, length);
    if (split_log_n(name).second) {
        r.score.temperature = FARSPAN_TEMPERATURE_LOG_N;
        r.score.trained_length = static_cast<double>(trained);
    }
    return r;
}

farspan::scheme make_scheme(const recipe& r) {
    return r.text.empty() ? farspan::scheme(r.rope, r.remap, r.bias, r.mask, r.score)
                          : farspan::scheme::from_json(r.text);
}

std::string fingerprint(const farspan::scheme& scheme, int64_t length) {
    nlohmann::ordered_json rest = nlohmann::ordered_json::parse(scheme.to_json());
    const nlohmann::ordered_json rope = rest.value("rope", nlohmann::ordered_json::object());
    rest.erase("rope");
    std::string text = rest.dump();
    if (!rope.contains("method")) return text;
    for (const char* key : {"layout", "rotary_offset", "angle", "axes", "axis_sections"})
        if (rope.contains(key)) text += " " + rope[key].dump();
    std::vector<double> numbers(rope["rotary_dim"].get<size_t>() / 2);
    const double magnitude = scheme.frequencies(numbers, length);
    numbers.push_back(magnitude);
    for (const double number : numbers) {
        char buffer[40];
        std::snprintf(buffer, sizeof buffer, " %a", number);
        text += buffer;
    }
    return text;
}

void check_slopes(const language_model& model) {
    const std::vector<double>& slopes = model.config.position.slopes;
    if (slopes.empty()) return;
    const farspan::scheme scheme = make_scheme(trained_recipe(model));
    for (size_t h = 0; h < slopes.size(); ++h) {
        float bias[1];
        scheme.bias(static_cast<int32_t>(h), 1, bias);
        if (std::abs(static_cast<double>(bias[0]) + slopes[h]) > 1e-6 * std::abs(slopes[h]))
            throw failure("model \"" + model.name + "\": config.json has slope " + std::to_string(slopes[h]) +
                          " for head " + std::to_string(h) + ", ALiBi gives " + std::to_string(-bias[0]));
    }
}

int64_t self_extend_group(int64_t trained, int64_t window, int64_t length) {
    int64_t group = 1;
    while (group * (trained - window + window / group) < length) ++group;
    return group;
}

}  // namespace tool
