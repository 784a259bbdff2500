/* The calls of the cases. Each sets the status and the stage. */
#ifndef FARSPAN_CONFORMANCE_CALLS_H
#define FARSPAN_CONFORMANCE_CALLS_H

#include "../shared/run.h"

struct call {
    const char* name; /* NULL behind the last */
    void (*make)(struct run*);
};
extern const struct call regular_calls[]; /* generated from the headers */

/* The references of a segment, as texts and as token ids: those of the other kind are missing. */
struct references {
    farspan_text* texts;
    farspan_ids* ids;
    int64_t count;
};
struct references references_of(struct run* run);

/* The sequences that a call names. */
const farspan_cache_batch* batch_of(struct run* run);

/* The tensors that attention reads and writes. */
farspan_attention_data attention_data(struct run* run);

#endif
