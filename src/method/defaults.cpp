#include "method/defaults.hpp"

#include "method/fields.hpp"

namespace farspan {
namespace {

template <class Config>
void init(Config* config) {
    *config = Config{};
    config->struct_size = sizeof(Config);
    fill_defaults(fields_of(*config), config);
}

}  // namespace

void init_rope_config(farspan_rope_config* config, int32_t method) {
    init(config);
    config->method = method;
}

void init_remap_config(farspan_remap_config* config, int32_t method) {
    init(config);
    config->method = method;
}

void init_bias_config(farspan_bias_config* config, int32_t method) {
    init(config);
    config->method = method;
}

void init_mask_config(farspan_mask_config* config) { init(config); }

void init_score_config(farspan_score_config* config) { init(config); }

}  // namespace farspan
