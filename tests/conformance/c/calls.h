/* The calls of the cases. Each sets the status and the stage. */
#ifndef FARSPAN_CONFORMANCE_CALLS_H
#define FARSPAN_CONFORMANCE_CALLS_H

#include "../shared/run.h"

struct call {
    const char* name; /* NULL behind the last */
    void (*make)(struct run*);
};
extern const struct call eval_calls[];

void cache_history(struct run* run);
void make_model(struct run* run); /* the model of the case, and the scheme of its layer if it names one */
void model_describe(struct run* run);
void model_layer_at(struct run* run);
void model_note_at(struct run* run);
void make_scheme(struct run* run);

#endif
