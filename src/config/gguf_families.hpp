// What a GGUF file leaves to the architecture's code in llama.cpp.
#pragma once

#include <cstdint>
#include <string>

#include "config/families.hpp"

namespace farspan::config {

struct gguf_family {
    const char* architecture;
    int32_t layout = FARSPAN_LAYOUT_HALF;  // of the converted weights
    positions kind = positions::rotary;
    int64_t full_every = 0;  // with a window: every n-th layer is full; 0: all layers have it
    double local_base = 0;   // base of sliding layers if the file does not say; 0: that of the others
    bool full_layers_rotate = true;
    bool softcap = false;  // attn_logit_softcapping is applied
    int32_t axes = FARSPAN_AXES_NONE;
    bool chunked = false;       // Llama 4: chunks of 8192 on rotary layers, temperature on the others
    double log_multiplier = 1;  // yarn_log_multiplier is this times mscale_all_dim
};

const gguf_family* find_gguf_family(const std::string& architecture);

}  // namespace farspan::config
