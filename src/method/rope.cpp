// The rope part: what all methods have in common, and the checks that no single method owns.
#include "method/rope.hpp"

#include "base/failure.hpp"
#include "method/registry.hpp"
#include "method/scheme.hpp"
#include "method/validate.hpp"

namespace farspan {
namespace {

void check_magnitude(const farspan_rope_config& config, field_set known, const char* method) {
    const bool yarn = config.magnitude == FARSPAN_MAGNITUDE_YARN && !(known & rope_fields::yarn_magnitude_policy);
    const bool unclamped =
        config.magnitude == FARSPAN_MAGNITUDE_UNCLAMPED && !(known & rope_fields::unclamped_magnitude_policy);
    if (yarn || unclamped)
        throw failure(FARSPAN_ERROR_COMBINATION, "rope.magnitude",
                      "is %d (%s) but method %s does not use it: only %s do", config.magnitude,
                      yarn ? "yarn" : "unclamped", method, yarn ? "yarn, dynamic_yarn and longrope" : "yarn");
}

// Of methods with two lists, the length chooses one: theirs are no divisors beside the method.
bool divides(field_set known) { return (known & rope_fields::short_factors) && !(known & rope_fields::long_factors); }

// A guard against parameters that are each in range but together leave any sensible frequency.
void check_frequencies(const farspan_rope_config& config, int64_t length) {
    constexpr double fastest = 1e6;  // radians per position
    const rope_part part = lower_rope(config, length);
    for (std::size_t p = 0; p < part.inv_freq.size(); ++p)
        if (!(part.inv_freq[p] >= 0 && part.inv_freq[p] <= fastest))
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "rope",
                          ": base, factor and divisors give inv_freq[%zu] = %g: must be between 0 and %g", p,
                          part.inv_freq[p], fastest);
    if (!(part.magnitude > 0) || !std::isfinite(part.magnitude))
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "rope.factor", "is %g: gives a magnitude of %g, must be above 0",
                      config.factor, part.magnitude);
}

}  // namespace

void lower_rope_none(const farspan_rope_config&, int64_t, rope_part&) {}

void check_rope(const farspan_rope_config& config) {
    const auto& row = check_method(config, config.method, "rope", "method");
    if (config.method == FARSPAN_ROPE_NONE) return;
    if (config.rotary_offset + config.rotary_dim > 512)
        throw failure(FARSPAN_ERROR_ROTARY_DIM, "rope.rotary_offset", "is %d: with rotary_dim %d it must be at most %d",
                      config.rotary_offset, config.rotary_dim, 512 - config.rotary_dim);
    check_magnitude(config, row.fields, row.name);
    check_axes(config);
    if (divides(row.fields) &&
        (config.method == FARSPAN_ROPE_PAIR_FACTORS || config.short_factors_count != 0 || config.short_factors))
        check_divisors(config, "rope.short_factors", config.short_factors, config.short_factors_count);
    row.check(config);
    check_frequencies(config, 1);
    check_frequencies(config, most_positions + 1);
}

rope_part lower_rope(const farspan_rope_config& config, int64_t length) {
    rope_part part;
    if (config.method == FARSPAN_ROPE_NONE) return part;
    part.enabled = true;
    part.layout = config.layout == FARSPAN_LAYOUT_INTERLEAVED ? pair_layout::interleaved : pair_layout::half;
    part.rotary_dim = config.rotary_dim;
    part.rotary_offset = config.rotary_offset;
    part.float32_angles = config.angle == FARSPAN_ANGLE_FLOAT32;
    part.inv_freq.resize(static_cast<std::size_t>(config.rotary_dim / 2));
    const auto& row = methods_of(config)[config.method];
    row.lower(config, length, part);
    if (divides(row.fields) && config.short_factors) divide_frequencies(config, part);
    const bool explicit_magnitude = config.magnitude == FARSPAN_MAGNITUDE_EXPLICIT;
    part.magnitude = explicit_magnitude ? config.attention_factor : part.magnitude * config.attention_factor;
    set_axes(config, part);
    return part;
}

rope_part lower_rope(const scheme& scheme, int64_t length) { return lower_rope(scheme.rope, length); }

}  // namespace farspan
