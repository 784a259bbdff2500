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

static void rope_frequencies(struct run* run) {
    const int64_t count = whole(run->given, "count");
    double* inv_freq = new_output(run, OUTPUT_F64, count);
    double magnitude = 0;
    CALL(rope_frequencies, run->scheme, whole(run->given, "length"), inv_freq, count, &magnitude);
    give_real(run, magnitude);
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

static void scheme_to_json(struct run* run) {
    int64_t needed = 0;
    CALL(scheme_to_json, run->scheme, NULL, 0, &needed);
    char* buffer = take(run, (size_t)needed);
    CALL(scheme_to_json, run->scheme, buffer, needed, &needed);
    new_text(run, buffer);
}

static void rope_apply(struct run* run) {
    CONFIG(rope_options, options, member(run->given, "options"));
    const farspan_tensor* out = output(run, has(run->given, "out") ? "out" : "in");
    CALL(rope_apply, run->context, run->scheme, &options, INT64S("positions"),
         has(run->given, "out") ? input(run, "in") : out, out);
}

static void bias_fill(struct run* run) {
    const int64_t count = whole(run->given, "count");
    CALL(bias_fill, run->context, run->scheme, (int32_t)whole(run->given, "head"), whole(run->given, "length"),
         whole(run->given, "first_distance"), new_output(run, OUTPUT_F32, count), count);
}

static void sinusoidal_fill(struct run* run) {
    CALL(sinusoidal_fill, run->context, (int32_t)whole(run->given, "layout"), whole(run->given, "first"),
         real(run->given, "base"), output(run, "out"));
}

static void position_lookup(struct run* run) {
    CALL(position_lookup, run->context, input(run, "table"), INT64S("positions"), output(run, "out"));
}

static void fire_fill(struct run* run) {
    CONFIG(fire_config, config, member(run->given, "config"));
    CALL(fire_fill, run->context, &config, INT64S("query_positions"), INT64S("key_positions"), output(run, "out"));
}

static void attention_run(struct run* run) {
    farspan_attention_data data = attention_data(run);
    if (has(run->given, "workspace")) data.workspace_bytes = (int64_t)farspan_plan_workspace_size(run->plan);
    if (data.workspace_bytes > 0) data.workspace = take(run, (size_t)data.workspace_bytes);
    CALL(attention_run, run->context, run->plan, &data);
}

static void plan_tile_counts(struct run* run) {
    int64_t counts[4];
    CALL(plan_tile_counts, run->plan, counts);
    for (int n = 0; n < 4; ++n) give_whole(run, counts[n]);
}

static void attention(struct run* run) {
    const farspan_attention_data data = attention_data(run);
    CALL(attention, run->context, run->scheme, &data);
}

static void attention_merge(struct run* run) {
    const farspan_tensor* out_a = output(run, "out_a");
    float* lse_a = new_lse(run, "lse_a", 1);
    CALL(attention_merge, run->context, out_a, lse_a, whole(member(run->given, "lse_a"), "elements"),
         input(run, "out_b"), new_lse(run, "lse_b", 0), whole(member(run->given, "lse_b"), "elements"));
}

static const struct call calls[] = {
    {"rope_frequencies", rope_frequencies},
    {"scheme_probe", scheme_probe},
    {"scheme_visible", scheme_visible},
    {"scheme_to_json", scheme_to_json},
    {"rope_apply", rope_apply},
    {"bias_fill", bias_fill},
    {"sinusoidal_fill", sinusoidal_fill},
    {"position_lookup", position_lookup},
    {"fire_fill", fire_fill},
    {"attention_run", attention_run},
    {"plan_tile_counts", plan_tile_counts},
    {"attention", attention},
    {"attention_merge", attention_merge},
    {"model_describe", model_describe},
    {"model_layer_at", model_layer_at},
    {"model_note_at", model_note_at},
    {"cache_history", cache_history},
    {NULL, NULL},
};

static const struct call* find(const struct call* list, const char* name) {
    while (list->name && strcmp(list->name, name) != 0) ++list;
    return list;
}

void run_case(struct run* run) {
    const char* name = text(run->one, "call");
    const struct call* call = find(calls, name)->name ? find(calls, name) : find(eval_calls, name);
    if (!call->name) {
        fprintf(stderr, "unknown call: %s\n", name);
        exit(2);
    }
    run->given = run->one;
    if (has(run->one, "model"))
        make_model(run);
    else
        make_scheme(run);
    run->given = member(run->one, "arguments");
    if (run->status == FARSPAN_OK && has(run->given, "problem")) make_plan(run);
    if (run->status == FARSPAN_OK) call->make(run);
    flush(run);
}
