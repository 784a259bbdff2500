/* The calls of the cases. Each sets the status and the stage. */
#ifndef FARSPAN_CONFORMANCE_CALLS_H
#define FARSPAN_CONFORMANCE_CALLS_H

#include "../shared/run.h"

struct call {
    const char* name; /* NULL behind the last */
    void (*make)(struct run*);
};
extern const struct call regular_calls[]; /* generated from the headers */
extern const struct call eval_calls[], step_calls[];

/* The references of a segment, as texts and as token ids: those of the other kind are missing. */
struct references {
    farspan_text* texts;
    farspan_ids* ids;
    int64_t count;
};
struct references references_of(struct run* run, const cJSON* segment);

/* The sequences of a history, in the order in which its steps made them. */
void adopt(struct run* run, int64_t sequence);
int64_t sequence_of(struct run* run);
const farspan_cache_batch* batch_of(struct run* run);

void cache_history(struct run* run);
void make_model(struct run* run); /* the model of the case, and the scheme of its layer if it names one */
void model_layer_at(struct run* run);
void model_note_at(struct run* run);
const struct call* find(const char* name); /* in all lists; ends the program if there is none */
void make_scheme(struct run* run);

#endif
