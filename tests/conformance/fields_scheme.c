/* The fields of the parts of a scheme, for the maker of the cases: the runners pass schemes on as text. */
#include <stddef.h>

#include "farspan/farspan.h"
#include "fields.h"

#define END \
    { NULL, FIELD_INT32, 0 }

#define AT(kind, member) \
    { #member, FIELD_##kind, offsetof(farspan_rope_config, member) }
const struct field rope_fields[] = {AT(INT32, layout),
                                    AT(INT32, rotary_dim),
                                    AT(INT32, rotary_offset),
                                    AT(INT32, angle),
                                    AT(DOUBLE, base),
                                    AT(DOUBLE, factor),
                                    AT(INT64, original_context),
                                    AT(DOUBLE, beta_fast),
                                    AT(DOUBLE, beta_slow),
                                    AT(DOUBLE, extrapolation_factor),
                                    AT(INT32, ramp),
                                    AT(INT32, truncate),
                                    AT(DOUBLE, mscale),
                                    AT(DOUBLE, mscale_all_dim),
                                    AT(INT32, magnitude),
                                    AT(INT32, length_switch),
                                    AT(DOUBLE, attention_factor),
                                    AT(DOUBLE, mixed_exponent),
                                    AT(DOUBLE, low_freq_factor),
                                    AT(DOUBLE, high_freq_factor),
                                    AT(DOUBLE, rotated_fraction),
                                    AT(DOUBLE, xpos_scale_base),
                                    AT(DOUBLE, xpos_gamma),
                                    AT(DOUBLES, short_factors),
                                    AT(DOUBLES, long_factors),
                                    AT(INT32, axes),
                                    AT(FOUR_INT32, axis_sections),
                                    END};
#undef AT

#define AT(kind, member) \
    { #member, FIELD_##kind, offsetof(farspan_remap_config, member) }
const struct field remap_fields[] = {
    AT(INT64, window), AT(INT64, group), AT(DOUBLE, leak),      AT(INT64, chunk),           AT(INT64, local_window),
    AT(INT64, limit),  AT(INT64, sinks), AT(INT32, real_shift), AT(DOUBLE, position_scale), END};
#undef AT

#define AT(kind, member) \
    { #member, FIELD_##kind, offsetof(farspan_bias_config, member) }
const struct field bias_fields[] = {AT(INT32, heads),     AT(INT32, alibi_heads),  AT(INT32, bidirectional),
                                    AT(INT32, buckets),   AT(INT64, max_distance), AT(INT64, distance_limit),
                                    AT(DOUBLE, max_bias), AT(DOUBLE, scale),       AT(INT64, trained_length),
                                    AT(INT32, dim),       AT(FLOATS, values),      AT(DOUBLES, a),
                                    AT(DOUBLES, p),       AT(DOUBLES, slopes),     END};
#undef AT

#define AT(kind, member) \
    { #member, FIELD_##kind, offsetof(farspan_mask_config, member) }
const struct field mask_fields[] = {AT(INT32, causal),
                                    AT(INT64, window_left),
                                    AT(INT64, window_right),
                                    AT(INT64, sinks),
                                    AT(INT64, chunk),
                                    AT(INT64, prefix),
                                    END};
#undef AT

#define AT(kind, member) \
    { #member, FIELD_##kind, offsetof(farspan_score_config, member) }
const struct field score_fields[] = {AT(INT32, temperature),     AT(DOUBLE, scale),       AT(DOUBLE, multiplier),
                                     AT(DOUBLE, trained_length), AT(DOUBLE, alpha),       AT(DOUBLE, power),
                                     AT(DOUBLE, softcap),        AT(FLOATS, sink_logits), END};
#undef AT
