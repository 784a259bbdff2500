#include "scheme_spec.hpp"

#include <algorithm>
#include <utility>

namespace farspan_test {

scheme_spec::scheme_spec(std::string title) : name(std::move(title)) {
    farspan_rope_config_init(&rope, sizeof rope, FARSPAN_ROPE_NONE);
    farspan_remap_config_init(&remap, sizeof remap, FARSPAN_REMAP_NONE);
    farspan_bias_config_init(&bias, sizeof bias, FARSPAN_BIAS_NONE);
    farspan_mask_config_init(&mask, sizeof mask);
    farspan_score_config_init(&score, sizeof score);
}

scheme_spec& scheme_spec::with_rope(int32_t method, int32_t pair_layout, int32_t rotary_dim) {
    farspan_rope_config_init(&rope, sizeof rope, method);
    rope.layout = pair_layout;
    rope.rotary_dim = rotary_dim;
    return *this;
}

scheme_spec& scheme_spec::with_remap(int32_t method, int64_t window) {
    farspan_remap_config_init(&remap, sizeof remap, method);
    remap.window = window;
    return *this;
}

scheme_spec& scheme_spec::with_bias(int32_t method, int32_t heads) {
    farspan_bias_config_init(&bias, sizeof bias, method);
    bias.heads = heads;
    return *this;
}

void scheme_spec::connect() {
    const auto start = [](auto& values) { return values.empty() ? nullptr : values.data(); };
    rope.short_factors = start(short_factors);
    rope.long_factors = start(long_factors);
    rope.pair_factor_count = static_cast<int32_t>(std::max(short_factors.size(), long_factors.size()));
    bias.values = start(bias_values);
    bias.a = start(bias_a);
    bias.p = start(bias_p);
    score.sinks = start(sinks);
    score.sink_heads = static_cast<int32_t>(sinks.size());
}

farspan_status scheme_spec::create(scheme_handle& scheme, farspan_error* error) {
    connect();
    farspan_scheme* made = nullptr;
    const farspan_status status = farspan_scheme_create(&rope, &remap, &bias, &mask, &score, &made, error);
    scheme.reset(made);
    return status;
}

scheme_handle scheme_spec::create() {
    scheme_handle scheme;
    error_slot error;
    require_ok(create(scheme, &error), error, name);
    return scheme;
}

}  // namespace farspan_test
