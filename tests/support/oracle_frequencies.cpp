#include <cmath>
#include <stdexcept>

#include "rope_float32.hpp"
#include "rope_releases.hpp"
#include "scheme_oracle.hpp"

namespace farspan_test {
namespace {

oracle::yarn_parameters yarn_of(const farspan_rope_config& rope) {
    oracle::yarn_parameters y;
    y.base = rope.base;
    y.rotary_dim = rope.rotary_dim;
    y.factor = rope.factor;
    y.original_context = static_cast<double>(rope.original_context);
    y.beta_fast = rope.beta_fast;
    y.beta_slow = rope.beta_slow;
    y.truncate = rope.truncate != 0;
    y.mscale = rope.mscale;
    y.mscale_all_dim = rope.mscale_all_dim;
    y.extrapolation_factor = rope.extrapolation_factor;
    return y;
}

// NTK-by-parts frequencies with either ramp; magnitude 1.
oracle::rope_frequencies by_parts(const farspan_rope_config& rope) {
    oracle::rope_frequencies result = oracle::rope_yarn(yarn_of(rope));
    result.magnitude = 1;
    if (rope.ramp == FARSPAN_RAMP_PAIR_INDEX) return result;
    const auto context = static_cast<double>(rope.original_context);
    const auto ramp = oracle::ntk_by_parts_ramp(rope.base, rope.rotary_dim, context, rope.beta_slow, rope.beta_fast);
    result = oracle::rope_base(rope.base, rope.rotary_dim);
    for (size_t p = 0; p < ramp.size(); ++p) {
        const double share = ramp[p] * rope.extrapolation_factor;
        result.inv_freq[p] *= (1 - share) / rope.factor + share;
    }
    return result;
}

oracle::rope_frequencies yarn(const farspan_rope_config& rope) {
    oracle::rope_frequencies result = by_parts(rope);
    result.magnitude = oracle::rope_yarn(yarn_of(rope)).magnitude;
    if (rope.magnitude == FARSPAN_MAGNITUDE_UNCLAMPED) result.magnitude = 0.1 * std::log(rope.factor) + 1;
    return result;
}

// SWITCH_AT follows Hugging Face 4.46 and 4.47, which also leaves the magnitude at 1 while the short list is in use.
oracle::rope_frequencies longrope(const scheme_spec& spec, int64_t length) {
    const farspan_rope_config& rope = spec.rope;
    const auto context = static_cast<double>(rope.original_context), n = static_cast<double>(length);
    oracle::hf_longrope_choice choice{length > rope.original_context, true};
    if (rope.length_switch == FARSPAN_SWITCH_AT)
        choice = oracle::hf_longrope_resolve(oracle::hf_release::v4_47, n, context, rope.factor * context);
    if (rope.length_switch == FARSPAN_SWITCH_ALWAYS_LONG) choice.long_list = true;
    double magnitude = 1;
    if (choice.magnitude)
        magnitude = rope.magnitude == FARSPAN_MAGNITUDE_YARN ? oracle::yarn_magnitude(rope.factor)
                                                             : oracle::longrope_magnitude(rope.factor, context);
    return oracle::rope_longrope(rope.base, rope.rotary_dim, spec.short_factors, spec.long_factors, context,
                                 choice.long_list ? context + 1 : context, magnitude);
}

// With the roundings of Hugging Face, for the methods of which the oracle knows them.
std::vector<double> float32_frequencies(const farspan_rope_config& rope) {
    std::vector<float> inv_freq;
    switch (rope.method) {
        case FARSPAN_ROPE_BASE:
            inv_freq = oracle::hf_float32_inv_freq(rope.base, rope.rotary_dim);
            break;
        case FARSPAN_ROPE_LINEAR:
            inv_freq = oracle::hf_float32_linear(rope.base, rope.rotary_dim, rope.factor);
            break;
        case FARSPAN_ROPE_YARN:
            inv_freq = oracle::hf_float32_yarn(yarn_of(rope));
            break;
        default:
            throw std::logic_error("no float32 oracle for rope method " + std::to_string(rope.method));
    }
    return {inv_freq.begin(), inv_freq.end()};
}

oracle::rope_frequencies by_method(const scheme_spec& spec, int64_t length) {
    const farspan_rope_config& rope = spec.rope;
    const double base = rope.base, factor = rope.factor, n = static_cast<double>(length);
    const auto context = static_cast<double>(rope.original_context);
    const int R = rope.rotary_dim;
    switch (rope.method) {
        case FARSPAN_ROPE_BASE:
        case FARSPAN_ROPE_XPOS:
            return oracle::rope_base(base, R);
        case FARSPAN_ROPE_LINEAR:
            return oracle::rope_position_interpolation(base, R, factor);
        case FARSPAN_ROPE_DYNAMIC_LINEAR:
            return oracle::rope_dynamic_position_interpolation(base, R, context, n);
        case FARSPAN_ROPE_NTK:
            return oracle::rope_ntk_aware(base, R, factor);
        case FARSPAN_ROPE_NTK_OLD:
            return oracle::rope_ntk_old(base, R, factor);
        case FARSPAN_ROPE_NTK_FIXED:
            return oracle::rope_ntk_fixed(base, R, factor);
        case FARSPAN_ROPE_NTK_MIXED:
            return oracle::rope_ntk_mixed(base, R, factor, rope.mixed_exponent);
        case FARSPAN_ROPE_DYNAMIC_NTK:
            return oracle::rope_dynamic_ntk(base, R, factor, context, n);
        case FARSPAN_ROPE_DYNAMIC_NTK_QWEN:
            return oracle::rope_qwen_dynamic_ntk(base, R, context, n);
        case FARSPAN_ROPE_NTK_BY_PARTS:
            return by_parts(rope);
        case FARSPAN_ROPE_YARN:
            return yarn(rope);
        case FARSPAN_ROPE_DYNAMIC_YARN:
            return oracle::rope_dynamic_yarn(yarn_of(rope), context, n, false);
        case FARSPAN_ROPE_LONGROPE:
            return longrope(spec, length);
        case FARSPAN_ROPE_LLAMA3:
            return oracle::rope_llama3(base, R, factor, context, rope.low_freq_factor, rope.high_freq_factor);
        case FARSPAN_ROPE_PROPORTIONAL:
            return oracle::rope_proportional(base, R, rope.rotated_fraction, factor);
        case FARSPAN_ROPE_PAIR_FACTORS:
            return oracle::rope_base(base, R);
        default:
            throw std::logic_error("no oracle for rope method " + std::to_string(rope.method));
    }
}

}  // namespace

oracle::rope_frequencies oracle_frequencies(const scheme_spec& spec, int64_t length) {
    if (spec.rope.method == FARSPAN_ROPE_NONE) return {};
    oracle::rope_frequencies result = by_method(spec, length);
    const bool in_float = spec.rope.angle == FARSPAN_ANGLE_FLOAT32;
    if (in_float) result.inv_freq = float32_frequencies(spec.rope);
    if (spec.rope.method != FARSPAN_ROPE_LONGROPE)
        for (size_t p = 0; p < spec.short_factors.size(); ++p) {
            double& frequency = result.inv_freq.at(p);
            frequency = in_float ? static_cast<float>(frequency) / static_cast<float>(spec.short_factors[p])
                                 : frequency / spec.short_factors[p];
        }
    if (spec.rope.magnitude == FARSPAN_MAGNITUDE_EXPLICIT) result.magnitude = 1;
    result.magnitude *= spec.rope.attention_factor;
    return result;
}

}  // namespace farspan_test
