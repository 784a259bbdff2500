#include "method/scheme.hpp"

#include "base/versioned.hpp"
#include "method/defaults.hpp"
#include "method/validate.hpp"

namespace farspan {
namespace {

// Reads a config of any version over the defaults in `known`.
template <class Config>
void read_config(const Config* given, const char* part, Config& known) {
    if (!given) return;
    known = read_struct(*given, known, part);
    known.struct_size = sizeof known;
}

void read_configs(const farspan_scheme_parts& parts, scheme& result) {
    init_rope_config(&result.rope, FARSPAN_ROPE_NONE);
    init_remap_config(&result.remap, FARSPAN_REMAP_NONE);
    init_bias_config(&result.bias, FARSPAN_BIAS_NONE);
    init_mask_config(&result.mask);
    init_score_config(&result.score);
    read_config(parts.rope, "rope", result.rope);
    read_config(parts.remap, "remap", result.remap);
    read_config(parts.bias, "bias", result.bias);
    read_config(parts.mask, "mask", result.mask);
    read_config(parts.score, "score", result.score);
}

// Parts that are each valid but do not fit each other.
void check_combinations(const scheme& s) {
    const bool xpos = s.rope.method == FARSPAN_ROPE_XPOS;
    const auto past_only = [&](const char* part, const char* method) {
        if (!s.mask.causal)
            throw failure(FARSPAN_ERROR_COMBINATION, field_path("%s.method", part),
                          "is %s: needs a causal mask, mask.causal is 0", method);
        if (s.mask.prefix != 0)
            throw failure(FARSPAN_ERROR_COMBINATION, field_path("%s.method", part),
                          "is %s: needs mask.prefix 0, it is %lld", method, static_cast<long long>(s.mask.prefix));
    };
    if (xpos) past_only("rope", "xpos");
    if (s.bias.method == FARSPAN_BIAS_ALIBI && !s.bias.bidirectional) past_only("bias", "alibi without bidirectional");
    if (s.remap.method == FARSPAN_REMAP_NONE) return;
    const char* method = method_name(FARSPAN_PART_REMAP, s.remap.method);
    past_only("remap", method);
    if (xpos)
        throw failure(FARSPAN_ERROR_COMBINATION, "remap.method", "is %s: cannot be used with rope.method xpos", method);
    if (s.rope.axes != FARSPAN_AXES_NONE)
        throw failure(FARSPAN_ERROR_COMBINATION, "remap.method", "is %s: cannot be used with rope.axes %d", method,
                      s.rope.axes);
}

template <class Value>
void own(const Value*& borrowed, int64_t count, std::vector<Value>& copy) {
    if (!borrowed) return;
    copy.assign(borrowed, borrowed + count);
    borrowed = copy.data();
}

void own_arrays(scheme& s) {
    own(s.rope.short_factors, s.rope.short_factors_count, s.short_factors);
    own(s.rope.long_factors, s.rope.long_factors_count, s.long_factors);
    own(s.bias.values, s.bias.values_count, s.bias_values);
    own(s.bias.a, s.bias.a_count, s.bias_a);
    own(s.bias.p, s.bias.p_count, s.bias_p);
    own(s.bias.slopes, s.bias.slopes_count, s.slopes);
    own(s.score.sink_logits, s.score.sink_logits_count, s.sink_logits);
}

}  // namespace

std::unique_ptr<scheme> make_scheme(const farspan_scheme_parts& parts) {
    auto result = std::make_unique<scheme>();
    read_configs(parts, *result);
    check_rope(result->rope);
    check_remap(result->remap);
    check_bias(result->bias);
    check_mask(result->mask);
    check_score(result->score);
    check_combinations(*result);
    own_arrays(*result);
    return result;
}

}  // namespace farspan
