#include "config/rope_settings.hpp"

#include <cinttypes>
#include <cmath>

#include "base/failure.hpp"
#include "method/defaults.hpp"

namespace farspan::config {
namespace {

using read_function = void (*)(rope_reading&);

constexpr struct {
    const char* name;
    int32_t method;
    read_function read;  // nullptr: nothing but base and width
} rope_types[] = {
    {"default", FARSPAN_ROPE_BASE, nullptr},
    {"linear", FARSPAN_ROPE_LINEAR, read_linear},
    {"dynamic", FARSPAN_ROPE_DYNAMIC_NTK, read_dynamic},
    {"ntk", FARSPAN_ROPE_NTK, read_ntk},
    {"yarn", FARSPAN_ROPE_YARN, read_yarn},
    {"longrope", FARSPAN_ROPE_LONGROPE, read_longrope},
    {"llama3", FARSPAN_ROPE_LLAMA3, read_llama3},
    {"proportional", FARSPAN_ROPE_PROPORTIONAL, read_proportional},
    // Other spellings.
    {"su", FARSPAN_ROPE_LONGROPE, read_longrope},
    {"mrope", FARSPAN_ROPE_BASE, nullptr},
    {"deepseek_yarn", FARSPAN_ROPE_YARN, read_yarn},
    {"no_scaling", FARSPAN_ROPE_BASE, nullptr},
};

std::string known_types() {
    std::string result;
    for (const auto& row : rope_types) result += (result.empty() ? "" : ", ") + std::string(row.name);
    return result;
}

// rope_type is the newer name of type; with both, Hugging Face takes the newer.
std::string read_type(config_source& s, reader& keys) {
    const std::optional<std::string> newer = keys.text({"rope_type"}), older = keys.text({"type"});
    if (newer && older && *newer != *older)
        s.result.notes.add(FARSPAN_NOTE_TWICE, keys.path_of("type"),
                           "is \"%s\" but rope_type is \"%s\": rope_type holds", older->c_str(), newer->c_str());
    std::string type = newer ? *newer : older.value_or("default");
    // Phi-3's class reads its early files, which call LongRoPE "yarn".
    if (type == "yarn" && std::string_view(s.row->model_type) == "phi3") type = "longrope";
    return type;
}

// The rotated width R. rotary_dim and latent attention say it outright, else it is a fraction of the head.
int32_t read_width(config_source& s, reader* dictionary, std::optional<double> fraction, bool whole_head) {
    if (s.rotary_offset > 0 || s.keys.has({"qk_rope_head_dim"}))
        return static_cast<int32_t>(s.head_dim - s.rotary_offset);
    if (whole_head) return static_cast<int32_t>(s.head_dim);
    const std::optional<int64_t> dim = s.keys.integer({"rotary_dim"}, 2, s.head_dim);
    if (dim) return static_cast<int32_t>(*dim);
    std::optional<double> inner = dictionary ? dictionary->real({"partial_rotary_factor"}, 0, 1) : std::nullopt;
    if (inner && fraction && *inner != *fraction)
        s.result.notes.add(FARSPAN_NOTE_TWICE, dictionary->path_of("partial_rotary_factor"),
                           "is %.15g but outside the dictionary it is %.15g: the dictionary's holds", *inner,
                           *fraction);
    if (!inner) inner = fraction;
    return static_cast<int32_t>(static_cast<double>(s.head_dim) * inner.value_or(1));
}

void read_sections(reader& keys, farspan_rope_config& config) {
    const std::vector<double> sections = keys.reals({"mrope_section"}, 0, most_head_dim, 4);
    const bool mixed = keys.flag({"mrope_interleaved"}).value_or(false);
    if (sections.empty()) return;
    config.axes = mixed ? FARSPAN_AXES_INTERLEAVED : FARSPAN_AXES_SECTIONS;
    for (std::size_t n = 0; n < sections.size(); ++n) config.axis_sections[n] = static_cast<int32_t>(sections[n]);
}

double read_base(config_source& s, reader& dictionary, double outside) {
    const std::optional<double> inside = dictionary.real({"rope_theta"}, 1, 1e30);
    const entry top = s.keys.find({"rope_theta"});
    if (inside && top && *inside != outside)
        s.result.notes.add(FARSPAN_NOTE_TWICE, dictionary.path_of("rope_theta"),
                           "is %.15g but %s is %.15g: the dictionary's holds", *inside, top.path.c_str(), outside);
    return inside.value_or(outside);
}

// Known keys that change no number here: written by training code or read elsewhere.
void skip_harmless(reader& keys) {
    keys.find({"finetuned", "max_position_embeddings", "llama_4_scaling_beta", "rope_theta", "partial_rotary_factor"});
}

void apply_type(config_source& s, reader& keys, const std::string& type, double base, std::optional<double> fraction,
                farspan_rope_config& config) {
    for (const auto& row : rope_types) {
        if (type != row.name) continue;
        init_rope_config(&config, row.method);
        config.rotary_dim = read_width(s, &keys, fraction, row.method == FARSPAN_ROPE_PROPORTIONAL);
        config.base = base;
        rope_reading reading{s, keys, config, type};
        if (row.read) row.read(reading);
        read_sections(keys, config);
        skip_harmless(keys);
        keys.note_unread(("no key that rope type " + type + " reads").c_str());
        return;
    }
    throw failure(FARSPAN_ERROR_METHOD, 1, "%s.rope_type is \"%.40s\": must be one of %s", keys.path().c_str(),
                  type.c_str(), known_types().c_str());
}

}  // namespace

rope_draft resolve_rope(config_source& s, std::optional<reader> dictionary, const rope_surroundings& around) {
    rope_draft result;
    farspan_rope_config& config = result.config;
    init_rope_config(&config, FARSPAN_ROPE_BASE);
    result.path = dictionary ? dictionary->path() : s.keys.path_of("rope_theta");
    if (dictionary && around.scaled) {
        const std::string type = read_type(s, *dictionary);
        apply_type(s, *dictionary, type, read_base(s, *dictionary, around.base), around.fraction, config);
    } else {
        config.base = around.base;
        config.rotary_dim = read_width(s, nullptr, around.fraction, false);
    }
    config.layout = s.layout;
    config.rotary_offset = static_cast<int32_t>(s.rotary_offset);
    config.angle = s.result.options.angle;
    return result;
}

}  // namespace farspan::config
