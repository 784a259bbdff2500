#include "config/rope_settings.hpp"

#include <cinttypes>
#include <cmath>

#include "base/failure.hpp"
#include "base/utf8.hpp"
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
    {"xdrope", FARSPAN_ROPE_NTK, read_xdrope},
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
                           "is \"%s\" but rope_type is \"%s\": rope_type holds", escaped(*older, 40).c_str(),
                           escaped(*newer, 40).c_str());
    std::string type = newer ? *newer : older.value_or("default");
    // Phi-3's class reads its early files, which call LongRoPE "yarn".
    if (type == "yarn" && std::string_view(s.row->model_type) == "phi3") type = "longrope";
    return type;
}

// A width that no rotation can have is the fault of the key at `path`.
int32_t checked_width(const std::string& path, int64_t width) {
    if (width < 2 || width % 2 != 0)
        throw failure(FARSPAN_ERROR_ROTARY_DIM, path.c_str(),
                      ": %" PRId64 " features rotate: must be even and between 2 and %" PRId64, width, most_head_dim);
    return static_cast<int32_t>(width);
}

// The rotated width R. rotary_dim and latent attention say it outright, else it is a fraction of the head.
int32_t read_width(config_source& s, reader* dictionary, const rope_surroundings& around, bool whole_head) {
    const int64_t head_dim = s.head_dim_of(around.full);
    const entry stated = s.keys.find({"head_dim", "kv_channels", "d_kv", "attention_dim", "attention_head_dim"});
    const std::string head_path = stated ? stated.path : s.keys.path_of("hidden_size");
    if (s.rotary_offset > 0 || (s.may_be_latent && s.keys.has({"qk_rope_head_dim"})))
        return checked_width(s.keys.path_of("qk_rope_head_dim"), head_dim - s.rotary_offset);
    if (whole_head) return checked_width(head_path, head_dim);
    if (const std::optional<int64_t> dim = s.keys.integer({"rotary_dim"}, 2, head_dim))
        return checked_width(s.keys.path_of("rotary_dim"), *dim);
    const std::optional<double> inner = dictionary ? dictionary->real({"partial_rotary_factor"}, 0, 1) : std::nullopt;
    if (inner && around.fraction && *inner != *around.fraction)
        s.result.notes.add(FARSPAN_NOTE_TWICE, dictionary->path_of("partial_rotary_factor"),
                           "is %.15g but outside the dictionary it is %.15g: the dictionary's holds", *inner,
                           *around.fraction);
    const double fraction = inner ? *inner : around.fraction.value_or(1);
    const std::string path = inner          ? dictionary->path_of("partial_rotary_factor")
                             : fraction < 1 ? s.keys.path_of("partial_rotary_factor")
                                            : head_path;
    return checked_width(path, static_cast<int64_t>(static_cast<double>(head_dim) * fraction));
}

void read_sections(config_source& s, reader& keys, farspan_rope_config& config) {
    const std::vector<double> sections = keys.reals({"mrope_section", "xdrope_section"}, 0, most_head_dim, 4);
    const bool mixed = keys.flag({"mrope_interleaved"}).value_or(false);
    if (sections.empty()) return;
    const char* name = keys.has({"mrope_section"}) ? "mrope_section" : "xdrope_section";
    config.axes = mixed ? FARSPAN_AXES_INTERLEAVED : FARSPAN_AXES_SECTIONS;
    for (std::size_t n = 0; n < sections.size(); ++n) {
        if (sections[n] != std::floor(sections[n]))
            throw failure(FARSPAN_ERROR_FORMAT, field_path("%s[%zu]", keys.path_of(name).c_str(), n),
                          "is %.15g: must be a whole number", sections[n]);
        config.axis_sections[n] = static_cast<int32_t>(sections[n]);
    }
    if (std::string_view(s.row->model_type) == "hunyuan_vl")
        s.result.notes.add(FARSPAN_NOTE_RELEASE, keys.path_of(name),
                           "transformers 5 turns the halves of a pair by different axes; text alone is not affected");
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

void apply_type(config_source& s, reader& keys, const std::string& type, const rope_surroundings& around,
                farspan_rope_config& config) {
    for (const auto& row : rope_types) {
        if (type != row.name) continue;
        init_rope_config(&config, row.method);
        config.rotary_dim = read_width(s, &keys, around, row.method == FARSPAN_ROPE_PROPORTIONAL);
        config.base = read_base(s, keys, around.base);
        rope_reading reading{s, keys, config, type, around.fraction};
        if (row.read) row.read(reading);
        read_sections(s, keys, config);
        skip_harmless(keys);
        keys.note_unread(("no key that rope type " + type + " reads").c_str());
        return;
    }
    const char* name = keys.has({"rope_type"}) ? "rope_type" : "type";
    throw failure(FARSPAN_ERROR_METHOD, keys.path_of(name).c_str(), "is \"%s\": must be one of %s",
                  escaped(type, 40).c_str(), known_types().c_str());
}

}  // namespace

rope_draft resolve_rope(config_source& s, std::optional<reader> dictionary, const rope_surroundings& around) {
    rope_draft result;
    farspan_rope_config& config = result.config;
    init_rope_config(&config, FARSPAN_ROPE_BASE);
    result.path = dictionary ? dictionary->path() : s.keys.path_of("rope_theta");
    if (dictionary && around.scaled) {
        const std::string type = read_type(s, *dictionary);
        apply_type(s, *dictionary, type, around, config);
    } else {
        config.base = around.base;
        config.rotary_dim = read_width(s, nullptr, around, false);
    }
    config.layout = s.layout;
    config.rotary_offset = static_cast<int32_t>(s.rotary_offset);
    config.angle = s.result.options.angle;
    return result;
}

}  // namespace farspan::config
