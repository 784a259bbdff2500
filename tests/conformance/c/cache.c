/* Histories of a cache: the steps of a case, one after the other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"

enum { MOST_SEQUENCES = 8, MOST_SAVED = 2 };

/* Of the case that runs. */
static struct {
    farspan_cache* cache;
    int64_t sequences[MOST_SEQUENCES]; /* in the order in which the steps made them */
    int sequence_count;
    struct {
        unsigned char* data;
        int64_t size;
    } saved[MOST_SAVED];
    int saved_count;
} now;

static int64_t sequence(const struct run* run) { return now.sequences[whole(run->given, "sequence")]; }

static farspan_cache_batch batch_of(struct run* run) {
    const cJSON *given = member(run->given, "sequences"), *index;
    int64_t *ids = take(run, (size_t)(cJSON_GetArraySize(given) + 1) * sizeof *ids), *to = ids;
    cJSON_ArrayForEach(index, given)* to++ = now.sequences[(int64_t)real_of(index)];
    FRESH(cache_batch, batch);
    batch.sequence = ids;
    batch.sequence_count = to - ids;
    batch.offsets = int64s(run, "offsets");
    batch.offsets_count = length(run->given, "offsets");
    return batch;
}

static void cache_create(struct run* run) {
    CONFIG(cache_config, config, member(run->given, "config"));
    farspan_cache_destroy(now.cache);
    now.cache = NULL;
    now.sequence_count = 0;
    CALL(cache_create, &config, &now.cache);
}

static void cache_sequence_create(struct run* run) {
    int64_t made = 0;
    CALL(cache_sequence_create, now.cache, &made);
    now.sequences[now.sequence_count++] = made;
}

static void cache_sequence_destroy(struct run* run) { CALL(cache_sequence_destroy, now.cache, sequence(run)); }

static void cache_fork(struct run* run) {
    int64_t made = 0;
    CALL(cache_fork, now.cache, sequence(run), &made);
    now.sequences[now.sequence_count++] = made;
}

static void cache_evict(struct run* run) {
    CALL(cache_evict, now.cache, sequence(run), whole(run->given, "first"), whole_or(run->given, "last", INT64_MAX));
}

static void cache_keep(struct run* run) {
    CALL(cache_keep, now.cache, sequence(run), whole(run->given, "sinks"), whole(run->given, "window"));
}

static void cache_clear(struct run* run) { CALL(cache_clear, now.cache); }

static void cache_append(struct run* run) {
    const farspan_cache_batch batch = batch_of(run);
    CALL(cache_append, run->context, now.cache, &batch, INT64S("positions"));
}

static void cache_write(struct run* run) {
    const farspan_cache_batch batch = batch_of(run);
    CALL(cache_write, run->context, now.cache, whole(run->given, "layer"), &batch, input(run, "k"), input(run, "v"));
}

static void cache_save(struct run* run) {
    const int64_t size = farspan_cache_save_size(now.cache, sequence(run));
    unsigned char* data = take(run, (size_t)size);
    CALL(cache_save, run->context, now.cache, sequence(run), data, size);
    now.saved[now.saved_count].data = data;
    now.saved[now.saved_count++].size = size;
}

/* Of what was saved: all, perhaps with an inverted byte, or its beginning. */
static void cache_restore(struct run* run) {
    const int64_t index = whole(run->given, "saved");
    unsigned char* data = take(run, (size_t)now.saved[index].size);
    memcpy(data, now.saved[index].data, (size_t)now.saved[index].size);
    if (has(run->given, "damage")) data[whole(run->given, "damage")] ^= 0xff;
    int64_t made = 0;
    CALL(cache_restore, run->context, now.cache, data, whole_or(run->given, "bytes", now.saved[index].size), &made);
    now.sequences[now.sequence_count++] = made;
}

static void cache_sequence_info(struct run* run) {
    FRESH(sequence_info, info);
    CALL(cache_sequence_info, now.cache, sequence(run), &info);
    GIVE(sequence_info, info);
}

static void cache_get_statistics(struct run* run) {
    FRESH(cache_statistics, statistics);
    CALL(cache_get_statistics, now.cache, &statistics);
    GIVE(cache_statistics, statistics);
}

static void run_plan(struct run* run, const farspan_cache_plan* plan, farspan_attention_data* data) {
    if (has(run->given, "workspace")) data->workspace_bytes = farspan_cache_plan_workspace_size(plan);
    if (data->workspace_bytes > 0) data->workspace = take(run, (size_t)data->workspace_bytes);
    CALL(cache_run, run->context, plan, whole(run->given, "layer"), data);
}

static void cache_run(struct run* run) {
    farspan_attention_data data = attention_data(run);
    const farspan_cache_batch batch = batch_of(run);
    FRESH(cache_problem, problem);
    problem.query_heads = data.q->shape[1];
    problem.length = whole_or(run->given, "length", 0);
    problem.positions = int64s(run, "positions");
    problem.positions_count = length(run->given, "positions");
    farspan_cache_plan* plan = NULL;
    make_scheme(run);
    if (run->status != FARSPAN_OK) return;
    CALL(cache_plan_create, run->context, run->scheme, now.cache, &batch, &problem, &plan);
    run_plan(run, plan, &data);
    farspan_cache_plan_destroy(plan);
}

static void attention_decode(struct run* run) {
    const farspan_attention_data data = attention_data(run);
    const farspan_cache_batch batch = batch_of(run);
    make_scheme(run);
    if (run->status != FARSPAN_OK) return;
    CALL(attention_decode, run->context, run->scheme, now.cache, whole(run->given, "layer"), &batch, &data);
}

#define STEP(name) \
    { #name, name }
static const struct call steps[] = {
    STEP(cache_create), STEP(cache_sequence_create), STEP(cache_sequence_destroy),
    STEP(cache_fork),   STEP(cache_evict),           STEP(cache_keep),
    STEP(cache_clear),  STEP(cache_append),          STEP(cache_write),
    STEP(cache_save),   STEP(cache_restore),         STEP(cache_sequence_info),
    STEP(cache_run),    STEP(cache_get_statistics),  STEP(attention_decode),
};

static void make_step(struct run* run) {
    size_t n = 0;
    while (strcmp(steps[n].name, text(run->given, "call")) != 0)
        if (++n == sizeof steps / sizeof *steps) {
            fprintf(stderr, "unknown step: %s\n", text(run->given, "call"));
            exit(2);
        }
    steps[n].make(run);
    if (has(run->given, "status")) { /* must fail, after which the history goes on: with what is an output */
        give_whole(run, run->status);
        give_whole(run, run->error.argument);
        run->status = FARSPAN_OK;
        run->error = (farspan_error)FARSPAN_ERROR_INIT;
    }
    flush(run);
}

void cache_history(struct run* run) {
    const cJSON* step;
    memset(&now, 0, sizeof now);
    cJSON_ArrayForEach(step, member(run->given, "steps")) {
        run->given = step;
        make_step(run);
        if (run->status != FARSPAN_OK) break;
    }
    farspan_cache_destroy(now.cache);
}
