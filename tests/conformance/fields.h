/* The fields of the configurations by name, so that a runner can set them from JSON. */
#ifndef FARSPAN_CONFORMANCE_FIELDS_H
#define FARSPAN_CONFORMANCE_FIELDS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum field_kind {
    FIELD_INT32,
    FIELD_INT64,
    FIELD_DOUBLE,
    FIELD_FOUR_INT32, /* an array inside the struct */
    FIELD_FLOATS,     /* pointers to arrays, each followed by its count */
    FIELD_DOUBLES,
    FIELD_INT64S
};

struct field {
    const char* name; /* NULL behind the last field */
    enum field_kind kind;
    size_t offset; /* in bytes */
};

extern const struct field rope_fields[], remap_fields[], bias_fields[], mask_fields[], score_fields[];
extern const struct field problem_fields[], fire_fields[];
extern const struct field cache_fields[];
extern const struct field windows_fields[], bleu_fields[], chrf_fields[], rouge_fields[];
extern const struct field bootstrap_fields[], passkey_fields[];
extern const struct field model_option_fields[];

/* NULL if there is no such field. */
const struct field* find_field(const struct field* fields, const char* name);

#ifdef __cplusplus
}
#endif

#endif
