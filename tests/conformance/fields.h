/* The fields of the public structs by name, so that a runner can set them from JSON and hash them. */
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
    FIELD_INT64S, /* pointers to arrays, each with its count */
    FIELD_FLOATS,
    FIELD_DOUBLES
};

struct field {
    const char* name; /* NULL behind the last field */
    enum field_kind kind;
    int extent;           /* of an array inside the struct; else 1 */
    size_t offset, count; /* in bytes; of an array's count */
};

/* Of "rope_config" and the like; NULL if there is no such struct. */
const struct field* fields_of(const char* name);

#ifdef __cplusplus
}
#endif

#endif
