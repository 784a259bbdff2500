// What a GGUF file leaves to the architecture's code in llama.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/families.hpp"

namespace farspan::config {

struct gguf_family {
    const char* architecture;
    int32_t layout = FARSPAN_LAYOUT_HALF;  // of the converted weights
    positions kind = positions::rotary;
    bool encoder = false;         // tokens see to both sides, as the file says
    int64_t full_every = 0;       // with a window: every n-th layer is full; 0: all layers have it
    bool full_first = false;      // layers 0, n, 2n ... are full; otherwise n-1, 2n-1 ...
    bool pattern_listed = false;  // the file must list which layers have the window
    double local_base = 0;        // base of sliding layers if the file does not say; 0: that of the others
    bool local_scaled = true;     // the file's scaling holds for sliding layers too
    bool full_layers_rotate = true;
    int64_t no_rope_every = 0;  // every n-th layer does not rotate
    bool softcap = false;       // attn_logit_softcapping is applied
    bool rotary_last = false;   // of a head only the last rope.dimension_count features rotate, otherwise the first
    int32_t axes = FARSPAN_AXES_NONE;
    bool axes_optional = false;     // without rope.dimension_sections there is one axis, with them the layout is half
    bool chunked = false;           // Llama 4: chunks of 8192 on rotary layers, temperature on the others
    double log_multiplier = 1;      // yarn_log_multiplier is this times mscale_all_dim
    double scale = 0;               // on <q, k> if the file does not say; 0: 1/sqrt(key_length)
    int64_t window = 0;             // of sliding layers if the file does not say; 0: none
    int64_t attention_every = 0;    // only every n-th layer has softmax attention, full_attention_interval; 0: all
    bool scale_by_size = false;     // 1/key_length instead of its square root
    sinks sink_rule = sinks::none;  // learned sinks are weights
    int64_t layers_of_27b = 0;      // a model with so many layers has the scale 1/sqrt(embedding_length / heads)
};

// What the architecture's code assumes for absent keys.
std::vector<class_default> defaults_of(const gguf_family& row);

struct refused_architecture {
    const char *name, *reason;
};

// Behind those of gguf_families.cpp.
std::span<const gguf_family> more_gguf_rows();

// Why an architecture that is known is not read; nullptr if it is, or unknown.
const char* why_architecture_refused(const std::string& architecture);

std::vector<std::string> known_architectures();

const gguf_family* find_gguf_family(const std::string& architecture);

}  // namespace farspan::config
