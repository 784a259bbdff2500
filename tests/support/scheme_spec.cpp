#include "scheme_spec.hpp"

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
    (method == FARSPAN_REMAP_STREAMING ? remap.recent : remap.window) = window;
    return *this;
}

scheme_spec& scheme_spec::with_bias(int32_t method, int32_t heads) {
    farspan_bias_config_init(&bias, sizeof bias, method);
    bias.heads = heads;
    return *this;
}

void scheme_spec::connect() {
    const auto point = [](auto& values, auto& array, int64_t& count) {
        array = values.empty() ? nullptr : values.data();
        count = static_cast<int64_t>(values.size());
    };
    point(short_factors, rope.short_factors, rope.short_factors_count);
    point(long_factors, rope.long_factors, rope.long_factors_count);
    point(bias_values, bias.values, bias.values_count);
    point(bias_a, bias.a, bias.a_count);
    point(bias_p, bias.p, bias.p_count);
    point(slopes, bias.slopes, bias.slopes_count);
    point(sinks, score.sink_logits, score.sink_logits_count);
}

farspan_scheme_parts scheme_spec::parts() const {
    farspan_scheme_parts parts;
    farspan_scheme_parts_init(&parts, sizeof parts);
    parts.rope = &rope;
    parts.remap = &remap;
    parts.bias = &bias;
    parts.mask = &mask;
    parts.score = &score;
    return parts;
}

farspan_status scheme_spec::create(scheme_handle& scheme, farspan_error* error) {
    connect();
    farspan_scheme* made = nullptr;
    const farspan_scheme_parts all = parts();
    const farspan_status status = farspan_scheme_create(&all, &made, error);
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
