#include "fields.h"

#include <string.h>

#include "farspan/cache.h"
#include "farspan/farspan.h"
#include "farspan/model.h"

#define END {NULL, FIELD_INT32, 0}

#define AT(kind, member) {#member, FIELD_##kind, offsetof(farspan_rope_config, member)}
const struct field rope_fields[] = {
    AT(INT32, layout), AT(INT32, rotary_dim), AT(INT32, rotary_offset), AT(INT32, angle), AT(DOUBLE, base),
    AT(DOUBLE, factor), AT(INT64, original_context), AT(DOUBLE, beta_fast), AT(DOUBLE, beta_slow),
    AT(DOUBLE, extrapolation_factor), AT(INT32, ramp), AT(INT32, truncate), AT(DOUBLE, mscale),
    AT(DOUBLE, mscale_all_dim), AT(INT32, magnitude), AT(INT32, length_switch), AT(DOUBLE, attention_factor),
    AT(DOUBLE, mixed_exponent), AT(DOUBLE, low_freq_factor), AT(DOUBLE, high_freq_factor), AT(DOUBLE, rotated_fraction),
    AT(DOUBLE, xpos_scale_base), AT(DOUBLE, xpos_gamma), AT(DOUBLES, short_factors), AT(DOUBLES, long_factors),
    AT(INT32, pair_factor_count), AT(INT32, axes), AT(FOUR_INT32, axis_sections), END};
#undef AT

#define AT(kind, member) {#member, FIELD_##kind, offsetof(farspan_remap_config, member)}
const struct field remap_fields[] = {AT(INT64, window), AT(INT64, group), AT(DOUBLE, leak), AT(INT64, chunk),
                                     AT(INT64, local_window), AT(INT64, limit), AT(INT64, sinks), AT(INT32, real_shift),
                                     AT(DOUBLE, position_scale), END};
#undef AT

#define AT(kind, member) {#member, FIELD_##kind, offsetof(farspan_bias_config, member)}
const struct field bias_fields[] = {
    AT(INT32, heads), AT(INT32, head_offset), AT(INT32, bidirectional), AT(INT32, buckets), AT(INT64, max_distance),
    AT(INT64, distance_limit), AT(DOUBLE, max_bias), AT(DOUBLE, scale), AT(INT64, trained_length), AT(INT32, dim),
    AT(FLOATS, values), AT(DOUBLES, a), AT(DOUBLES, p), END};
#undef AT

#define AT(kind, member) {#member, FIELD_##kind, offsetof(farspan_mask_config, member)}
const struct field mask_fields[] = {AT(INT32, causal), AT(INT64, window_left), AT(INT64, window_right), AT(INT64, sinks),
                                    AT(INT64, chunk), AT(INT64, prefix), END};
#undef AT

#define AT(kind, member) {#member, FIELD_##kind, offsetof(farspan_score_config, member)}
const struct field score_fields[] = {AT(INT32, temperature), AT(DOUBLE, scale), AT(DOUBLE, multiplier),
                                     AT(DOUBLE, trained_length), AT(DOUBLE, alpha), AT(DOUBLE, power), AT(DOUBLE, softcap),
                                     AT(FLOATS, sinks), AT(INT32, sink_heads), AT(INT32, sink_head_offset), END};
#undef AT

#define AT(kind, member) {#member, FIELD_##kind, offsetof(farspan_problem, member)}
const struct field problem_fields[] = {
    AT(INT32, state), AT(INT64, batch), AT(INT64, query_heads), AT(INT64, key_heads), AT(INT64, queries), AT(INT64, keys),
    AT(INT64, head_dim), AT(INT64, value_dim), AT(INT64, length), AT(INT64S, query_positions), AT(INT64S, key_positions),
    AT(INT64, query_position_stride), AT(INT64, key_position_stride), AT(INT64S, query_axis_positions),
    AT(INT64S, key_axis_positions), AT(INT64, segments), AT(INT64S, query_offsets), AT(INT64S, key_offsets),
    AT(INT64S, key_ranges), END};
#undef AT

#define AT(kind, member) {#member, FIELD_##kind, offsetof(farspan_fire_config, member)}
const struct field fire_fields[] = {AT(INT32, hidden), AT(INT32, heads), AT(DOUBLE, c), AT(DOUBLE, threshold),
                                    AT(DOUBLE, epsilon), AT(FLOATS, w1), AT(FLOATS, b1), AT(FLOATS, w2), AT(FLOATS, b2),
                                    END};
#undef AT

#define AT(kind, member) {#member, FIELD_##kind, offsetof(farspan_cache_config, member)}
const struct field cache_fields[] = {AT(INT32, dtype), AT(INT64, layers), AT(INT64, key_heads), AT(INT64, head_dim),
                                     AT(INT64, value_dim), AT(INT64, memory_limit), END};
#undef AT

#define AT(kind, member) {#member, FIELD_##kind, offsetof(farspan_model_options, member)}
const struct field model_option_fields[] = {
    AT(INT32, release), AT(INT32, angle), AT(INT32, extension), AT(INT64, target_length), AT(INT64, window), AT(INT64, group),
    AT(FLOATS, t5_encoder), AT(FLOATS, t5_decoder), AT(DOUBLES, rope_freqs), AT(DOUBLES, rope_short), AT(DOUBLES, rope_long),
    END};
#undef AT

const struct field* find_field(const struct field* fields, const char* name) {
    for (; fields->name; ++fields)
        if (strcmp(fields->name, name) == 0) return fields;
    return NULL;
}
