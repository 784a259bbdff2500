/* The calls of the cases. Each sets the status and the stage. */
#ifndef FARSPAN_CONFORMANCE_CALLS_H
#define FARSPAN_CONFORMANCE_CALLS_H

#include "../shared/run.h"

struct call {
    const char* name; /* NULL behind the last */
    void (*make)(struct run*);
};
extern const struct call regular_calls[]; /* generated from the headers */

/* The sequences that a call names. */
const farspan_cache_batch* batch_of(struct run* run);

#endif
