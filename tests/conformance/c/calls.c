/* Each call of the conformance cases that needs no sequences. */
#include "calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void make_scheme(struct run* run) {
    const char* said = scheme_text(run);
    farspan_scheme_destroy(run->made);
    run->made = NULL;
    run->stage = "scheme_from_json";
    run->status = farspan_scheme_from_json(said, (int64_t)strlen(said), &run->made, &run->error);
    run->scheme = run->made;
}

static void make_plan(struct run* run) {
    CONFIG(problem, problem, member(run->given, "problem"));
    CALL(plan_create, run->context, run->scheme, &problem, &run->plan);
}

static void scheme_probe(struct run* run) {
    const cJSON* pair;
    cJSON_ArrayForEach(pair, member(run->given, "pairs")) {
        FRESH(probe, probe);
        CALL(scheme_probe, run->scheme, whole(run->given, "length"), (int64_t)real_of(at(pair, 0)),
             (int64_t)real_of(at(pair, 1)), (int32_t)real_of(at(pair, 2)), &probe);
        GIVE(probe, probe);
    }
}

static void scheme_visible(struct run* run) {
    const cJSON* query;
    cJSON_ArrayForEach(query, member(run->given, "queries")) {
        int64_t ends[4];
        CALL(scheme_visible, run->scheme, (int64_t)real_of(query), whole(run->given, "keys"), ends);
        for (int n = 0; n < 4; ++n) give_whole(run, ends[n]);
    }
}

static void attention_run(struct run* run) {
    farspan_attention_data data = attention_data(run);
    if (has(run->given, "workspace")) data.workspace_bytes = (int64_t)farspan_plan_workspace_size(run->plan);
    if (data.workspace_bytes > 0) data.workspace = take(run, (size_t)data.workspace_bytes);
    CALL(attention_run, run->context, run->plan, &data);
}

static void attention(struct run* run) {
    const farspan_attention_data data = attention_data(run);
    CALL(attention, run->context, run->scheme, &data);
}

static const struct call calls[] = {
    {"scheme_probe", scheme_probe},     {"scheme_visible", scheme_visible},
    {"attention_run", attention_run},   {"attention", attention},
    {"model_layer_at", model_layer_at}, {"model_note_at", model_note_at},
    {"cache_history", cache_history},   {NULL, NULL},
};

const struct call* find(const char* name) {
    const struct call* const lists[] = {calls, step_calls, eval_calls, regular_calls};
    for (size_t n = 0; n < sizeof lists / sizeof *lists; ++n)
        for (const struct call* one = lists[n]; one->name; ++one)
            if (strcmp(one->name, name) == 0) return one;
    fprintf(stderr, "unknown call: %s\n", name);
    exit(2);
}

void run_case(struct run* run) {
    run->given = run->one;
    if (has(run->one, "model"))
        make_model(run);
    else
        make_scheme(run);
    run->given = member(run->one, "arguments");
    if (run->status == FARSPAN_OK && has(run->given, "problem")) make_plan(run);
    if (run->status == FARSPAN_OK) find(text(run->one, "call"))->make(run);
    flush(run);
}
