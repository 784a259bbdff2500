/* Histories of a cache: the steps of a case, one after the other. */
#include <string.h>

#include "calls.h"

enum { MOST_SEQUENCES = 8, MOST_SAVED = 2 };

/* Of the case that runs. */
static struct {
    int64_t sequences[MOST_SEQUENCES]; /* in the order in which the steps made them */
    int sequence_count;
    struct {
        unsigned char* data;
        int64_t size;
    } saved[MOST_SAVED];
    int saved_count;
} now;

int64_t sequence_of(struct run* run) { return now.sequences[whole(run->given, "sequence")]; }

void adopt(struct run* run, int64_t sequence) {
    (void)run;
    now.sequences[now.sequence_count++] = sequence;
}

const farspan_cache_batch* batch_of(struct run* run) {
    const cJSON *given = member(run->given, "sequences"), *index;
    int64_t *ids = take(run, (size_t)(cJSON_GetArraySize(given) + 1) * sizeof *ids), *to = ids;
    cJSON_ArrayForEach(index, given)* to++ = now.sequences[(int64_t)real_of(index)];
    farspan_cache_batch* batch = take(run, sizeof *batch);
    farspan_cache_batch_init(batch, sizeof *batch);
    batch->sequence = ids;
    batch->sequence_count = to - ids;
    batch->offsets = int64s(run, "offsets");
    batch->offsets_count = length(run->given, "offsets");
    return batch;
}

static void cache_create(struct run* run) {
    CONFIG(cache_config, config, member(run->given, "config"));
    farspan_cache_destroy(run->cache);
    run->cache = NULL;
    now.sequence_count = 0;
    CALL(cache_create, &config, &run->cache);
}

static void cache_save(struct run* run) {
    const int64_t size = farspan_cache_save_size(run->cache, sequence_of(run));
    unsigned char* data = take(run, (size_t)size);
    CALL(cache_save, run->context, run->cache, sequence_of(run), data, size);
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
    CALL(cache_restore, run->context, run->cache, data, whole_or(run->given, "bytes", now.saved[index].size), &made);
    adopt(run, made);
}

static void run_plan(struct run* run, const farspan_cache_plan* plan, farspan_attention_data* data) {
    if (has(run->given, "workspace")) data->workspace_bytes = farspan_cache_plan_workspace_size(plan);
    if (data->workspace_bytes > 0) data->workspace = take(run, (size_t)data->workspace_bytes);
    CALL(cache_run, run->context, plan, whole(run->given, "layer"), data);
}

static void cache_run(struct run* run) {
    farspan_attention_data data = attention_data(run);
    FRESH(cache_problem, problem);
    problem.query_heads = data.q->shape[1];
    problem.length = whole_or(run->given, "length", 0);
    problem.positions = int64s(run, "positions");
    problem.positions_count = length(run->given, "positions");
    farspan_cache_plan* plan = NULL;
    make_scheme(run);
    if (run->status != FARSPAN_OK) return;
    CALL(cache_plan_create, run->context, run->scheme, run->cache, batch_of(run), &problem, &plan);
    run_plan(run, plan, &data);
    farspan_cache_plan_destroy(plan);
}

static void attention_decode(struct run* run) {
    const farspan_attention_data data = attention_data(run);
    make_scheme(run);
    if (run->status != FARSPAN_OK) return;
    CALL(attention_decode, run->context, run->scheme, run->cache, whole(run->given, "layer"), batch_of(run), &data);
}

const struct call step_calls[] = {
    {"cache_create", cache_create},         {"cache_save", cache_save},
    {"cache_restore", cache_restore},       {"cache_run", cache_run},
    {"attention_decode", attention_decode}, {NULL, NULL},
};

static void make_step(struct run* run) {
    find(text(run->given, "call"))->make(run);
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
}
