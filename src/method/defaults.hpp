// Configurations with every default written. An unknown method is kept: make_scheme refuses it.
#pragma once

#include "farspan/farspan.h"

namespace farspan {

void init_rope_config(farspan_rope_config* config, int32_t method);
void init_remap_config(farspan_remap_config* config, int32_t method);
void init_bias_config(farspan_bias_config* config, int32_t method);
void init_mask_config(farspan_mask_config* config);
void init_score_config(farspan_score_config* config);

}  // namespace farspan
