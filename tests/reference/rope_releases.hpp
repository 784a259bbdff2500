// What Hugging Face transformers does with the same rope_scaling dictionary in different releases
// (methods specification 2.6, 2.7, 12.1 to 12.3). The values differ, so a library has to be told.
#pragma once

#include <optional>

namespace oracle {

enum class hf_release { v4_45, v4_47, v4_48, v4_56, v5 };

struct hf_context_config {
    double max_position;                           // max_position_embeddings
    std::optional<double> factor;                  // rope_scaling["factor"]
    std::optional<double> original_in_dictionary;  // rope_scaling["original_max_position_embeddings"]
    std::optional<double> original_at_top_level;   // the same name, outside the dictionary
};

// The factor and the trained context that the YaRN ramp is computed with.
struct hf_yarn_choice {
    double factor;
    double original_context;
};
hf_yarn_choice hf_yarn_resolve(hf_release release, const hf_context_config& config);

// LongRoPE: is the long list in use at this length, and is the magnitude applied?
struct hf_longrope_choice {
    bool long_list;
    bool magnitude;
};
hf_longrope_choice hf_longrope_resolve(hf_release release, double length, double original_context, double max_position);

}  // namespace oracle
