// The rope dictionary (rope_scaling, in transformers 5 rope_parameters) as a rope configuration.
#pragma once

#include <optional>

#include "config/families.hpp"

namespace farspan::config {

// What the dictionary does not say itself.
struct rope_surroundings {
    double base;
    std::optional<double> fraction;  // partial_rotary_factor outside the dictionary
    bool scaled = true;              // false: only base and width are taken
    bool full = true;                // of the layers that see everything
};

// `dictionary` may be nothing. Throws failure with the path of what is wrong.
rope_draft resolve_rope(config_source& source, std::optional<reader> dictionary, const rope_surroundings& around);

// One rope type each: what the dictionary says of it, written to `config`.
struct rope_reading {
    config_source& source;
    reader& keys;  // of the dictionary
    farspan_rope_config& config;
    const std::string& type;
    std::optional<double> fraction;  // partial_rotary_factor outside the dictionary

    note_list& notes() const { return source.result.notes; }
    int32_t release() const { return source.result.options.release; }
    int32_t pairs() const { return config.rotary_dim / 2; }
};
void read_linear(rope_reading& r);
void read_dynamic(rope_reading& r);
void read_ntk(rope_reading& r);
void read_yarn(rope_reading& r);
void read_longrope(rope_reading& r);
void read_llama3(rope_reading& r);
void read_proportional(rope_reading& r);
void read_xdrope(rope_reading& r);

}  // namespace farspan::config
