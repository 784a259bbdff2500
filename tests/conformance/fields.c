#include "fields.h"

#include <string.h>

#include "farspan/cache.h"
#include "farspan/farspan.h"
#include "farspan/model.h"

#define END \
    { NULL, FIELD_INT32, 0 }

#define AT(kind, member) \
    { #member, FIELD_##kind, offsetof(farspan_problem, member) }
const struct field problem_fields[] = {AT(INT32, state),
                                       AT(INT64, batch),
                                       AT(INT64, query_heads),
                                       AT(INT64, key_heads),
                                       AT(INT64, queries),
                                       AT(INT64, keys),
                                       AT(INT64, head_dim),
                                       AT(INT64, value_dim),
                                       AT(INT64, length),
                                       AT(INT64, head_offset),
                                       AT(INT64S, query_positions),
                                       AT(INT64S, key_positions),
                                       AT(INT64, query_position_stride),
                                       AT(INT64, key_position_stride),
                                       AT(INT64S, query_axis_positions),
                                       AT(INT64S, key_axis_positions),
                                       AT(INT64, segments),
                                       AT(INT64S, query_offsets),
                                       AT(INT64S, key_offsets),
                                       AT(INT64S, key_ranges),
                                       END};
#undef AT

#define AT(kind, member) \
    { #member, FIELD_##kind, offsetof(farspan_fire_config, member) }
const struct field fire_fields[] = {
    AT(INT32, hidden), AT(INT32, heads), AT(DOUBLE, c),  AT(DOUBLE, threshold), AT(DOUBLE, epsilon),
    AT(FLOATS, w1),    AT(FLOATS, b1),   AT(FLOATS, w2), AT(FLOATS, b2),        END};
#undef AT

#define AT(kind, member) \
    { #member, FIELD_##kind, offsetof(farspan_cache_config, member) }
const struct field cache_fields[] = {AT(INT32, dtype),
                                     AT(INT64, layers),
                                     AT(INT64, key_heads),
                                     AT(INT64, head_dim),
                                     AT(INT64, value_dim),
                                     AT(INT64, memory_limit),
                                     END};
#undef AT

#define AT(kind, member) \
    { #member, FIELD_##kind, offsetof(farspan_model_options, member) }
const struct field model_option_fields[] = {AT(INT32, release),       AT(INT32, angle),       AT(INT32, extension),
                                            AT(INT64, target_length), AT(INT64, window),      AT(INT64, group),
                                            AT(FLOATS, t5_encoder),   AT(FLOATS, t5_decoder), AT(DOUBLES, rope_freqs),
                                            AT(DOUBLES, rope_short),  AT(DOUBLES, rope_long), END};
#undef AT

const struct field* find_field(const struct field* fields, const char* name) {
    for (; fields->name; ++fields)
        if (strcmp(fields->name, name) == 0) return fields;
    return NULL;
}
