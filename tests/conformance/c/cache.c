/* Histories of a cache: the steps of a case, one after the other. */
#include "farspan/cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../fields.h"
#include "run.h"

enum { MOST_SEQUENCES = 8, MOST_SAVED = 2 };

struct history {
    struct run* run;
    const cJSON* step;
    farspan_cache* cache;
    int64_t sequences[MOST_SEQUENCES]; /* in the order in which the steps made them */
    int sequence_count;
    struct {
        unsigned char* data;
        size_t size;
    } saved[MOST_SAVED];
    int saved_count;
};

static int64_t sequence_of(const struct history* history, const cJSON* index) {
    return history->sequences[whole(index)];
}

static int64_t its_sequence(const struct history* history) {
    return sequence_of(history, member(history->step, "sequence"));
}

static farspan_status adopt(struct history* history, farspan_status status, int64_t sequence) {
    if (status == FARSPAN_OK) history->sequences[history->sequence_count++] = sequence;
    return status;
}

static farspan_cache_batch batch_of(struct history* history) {
    const cJSON *given = member(history->step, "sequences"), *index;
    const int count = cJSON_GetArraySize(given);
    int64_t *ids = take(history->run, (size_t)(count + 1) * sizeof *ids), *to = ids;
    cJSON_ArrayForEach(index, given)* to++ = sequence_of(history, index);
    farspan_cache_batch batch;
    farspan_cache_batch_init(&batch, sizeof batch);
    batch.sequence = ids;
    batch.sequence_count = count;
    batch.offsets = int64s(history->run, history->step, "offsets");
    batch.offsets_count = length_of(history->step, "offsets");
    return batch;
}

static farspan_status create(struct history* history) {
    farspan_cache_config config;
    farspan_cache_config_init(&config, sizeof config);
    set_fields(history->run, &config, cache_fields, member(history->step, "config"));
    farspan_cache_destroy(history->cache);
    history->cache = NULL;
    history->sequence_count = 0;
    return farspan_cache_create(&config, &history->cache, &history->run->error);
}

static farspan_status sequence_create(struct history* history) {
    int64_t made = 0;
    const farspan_status status = farspan_cache_sequence_create(history->cache, &made, &history->run->error);
    return adopt(history, status, made);
}

static farspan_status sequence_destroy(struct history* history) {
    return farspan_cache_sequence_destroy(history->cache, its_sequence(history), &history->run->error);
}

static farspan_status fork_sequence(struct history* history) {
    int64_t made = 0;
    const farspan_status status =
        farspan_cache_fork(history->cache, its_sequence(history), &made, &history->run->error);
    return adopt(history, status, made);
}

static farspan_status evict(struct history* history) {
    const int64_t last = has(history->step, "last") ? whole_member(history->step, "last") : INT64_MAX;
    return farspan_cache_evict(history->cache, its_sequence(history), whole_member(history->step, "first"), last,
                               &history->run->error);
}

static farspan_status keep(struct history* history) {
    return farspan_cache_keep(history->cache, its_sequence(history), whole_member(history->step, "sinks"),
                              whole_member(history->step, "window"), &history->run->error);
}

static farspan_status clear(struct history* history) {
    return farspan_cache_clear(history->cache, &history->run->error);
}

static farspan_status append(struct history* history) {
    const farspan_cache_batch batch = batch_of(history);
    return farspan_cache_append(history->run->context, history->cache, &batch,
                                int64s(history->run, history->step, "positions"), length_of(history->step, "positions"),
                                &history->run->error);
}

static farspan_status write(struct history* history) {
    const farspan_cache_batch batch = batch_of(history);
    const farspan_tensor k = read_tensor(history->run, member(history->step, "k"));
    const farspan_tensor v = read_tensor(history->run, member(history->step, "v"));
    return farspan_cache_write(history->run->context, history->cache, whole_member(history->step, "layer"), &batch, &k,
                               &v, &history->run->error);
}

static farspan_status save(struct history* history) {
    const int64_t sequence = its_sequence(history);
    const int64_t size = farspan_cache_save_size(history->cache, sequence);
    unsigned char* data = take(history->run, (size_t)size);
    const farspan_status status =
        farspan_cache_save(history->run->context, history->cache, sequence, data, size, &history->run->error);
    if (status != FARSPAN_OK) return status;
    history->saved[history->saved_count].data = data;
    history->saved[history->saved_count++].size = (size_t)size;
    return FARSPAN_OK;
}

/* Of what was saved: all, perhaps with an inverted byte, or its beginning. */
static farspan_status restore(struct history* history) {
    const int64_t index = whole_member(history->step, "saved");
    size_t size = history->saved[index].size;
    unsigned char* data = take(history->run, size);
    memcpy(data, history->saved[index].data, size);
    if (has(history->step, "bytes")) size = (size_t)whole_member(history->step, "bytes");
    if (has(history->step, "damage")) data[whole_member(history->step, "damage")] ^= 0xff;
    int64_t made = 0;
    const farspan_status status =
        farspan_cache_restore(history->run->context, history->cache, data, (int64_t)size, &made, &history->run->error);
    return adopt(history, status, made);
}

static farspan_status sequence_info(struct history* history) {
    farspan_sequence_info info;
    farspan_sequence_info_init(&info, sizeof info);
    const farspan_status status =
        farspan_cache_sequence_info(history->cache, its_sequence(history), &info, &history->run->error);
    if (status != FARSPAN_OK) return status;
    const int64_t values[5] = {info.tokens, info.first_position, info.next_position, info.blocks, info.shared_blocks};
    memcpy(new_output(history->run, OUTPUT_INT64, 5), values, sizeof values);
    return FARSPAN_OK;
}

static farspan_status statistics(struct history* history) {
    farspan_cache_statistics answer;
    farspan_cache_statistics_init(&answer, sizeof answer);
    const farspan_status status = farspan_cache_get_statistics(history->cache, &answer, &history->run->error);
    if (status != FARSPAN_OK) return status;
    const int64_t values[4] = {answer.sequences, answer.blocks, answer.free_blocks, answer.block_bytes};
    memcpy(new_output(history->run, OUTPUT_INT64, 4), values, sizeof values);
    return FARSPAN_OK;
}

/* The tensors, and the output of the log-sum-exps of `q` if that is wanted. */
static farspan_attention_data data_of(struct history* history, const farspan_tensor* q, const farspan_tensor* out) {
    farspan_attention_data data;
    farspan_attention_data_init(&data, sizeof data);
    data.q = q;
    data.out = out;
    if (!has(history->step, "lse")) return data;
    data.lse_count = q->shape[0] * q->shape[1] * q->shape[2];
    data.lse = new_output(history->run, OUTPUT_F32, (size_t)data.lse_count);
    return data;
}

static farspan_status run_plan(struct history* history, const farspan_cache_plan* plan, const farspan_tensor* q,
                               const farspan_tensor* out) {
    struct run* run = history->run;
    farspan_attention_data data = data_of(history, q, out);
    data.workspace_bytes = has(history->step, "workspace") ? farspan_cache_plan_workspace_size(plan) : 0;
    if (data.workspace_bytes > 0) data.workspace = take(run, (size_t)data.workspace_bytes);
    run->stage = "cache_run";
    return farspan_cache_run(run->context, plan, whole_member(history->step, "layer"), &data, &run->error);
}

static farspan_status run_scheme(struct history* history, const farspan_scheme* scheme, const farspan_tensor* q,
                                 const farspan_tensor* out) {
    struct run* run = history->run;
    const farspan_cache_batch batch = batch_of(history);
    farspan_cache_problem problem;
    farspan_cache_problem_init(&problem, sizeof problem);
    problem.query_heads = q->shape[1];
    problem.length = has(history->step, "length") ? whole_member(history->step, "length") : 0;
    problem.positions = int64s(run, history->step, "positions");
    problem.positions_count = length_of(history->step, "positions");
    farspan_cache_plan* plan = NULL;
    run->stage = "cache_plan_create";
    farspan_status status =
        farspan_cache_plan_create(run->context, scheme, history->cache, &batch, &problem, &plan, &run->error);
    if (status == FARSPAN_OK) status = run_plan(history, plan, q, out);
    farspan_cache_plan_destroy(plan);
    return status;
}

static farspan_status decode_scheme(struct history* history, const farspan_scheme* scheme, const farspan_tensor* q,
                                    const farspan_tensor* out) {
    struct run* run = history->run;
    const farspan_cache_batch batch = batch_of(history);
    run->stage = "attention_decode";
    const farspan_attention_data data = data_of(history, q, out);
    return farspan_attention_decode(run->context, scheme, history->cache, whole_member(history->step, "layer"), &batch,
                                    &data, &run->error);
}

static farspan_status attend(struct history* history,
                             farspan_status (*use)(struct history*, const farspan_scheme*, const farspan_tensor*,
                                                   const farspan_tensor*)) {
    const farspan_tensor q = read_tensor(history->run, member(history->step, "q"));
    const farspan_tensor out = write_tensor(history->run, member(history->step, "out"));
    farspan_scheme* scheme = NULL;
    farspan_status status = make_scheme(history->run, history->step, &scheme);
    if (status == FARSPAN_OK) status = use(history, scheme, &q, &out);
    farspan_scheme_destroy(scheme);
    return status;
}

static farspan_status run(struct history* history) { return attend(history, run_scheme); }

static farspan_status decode(struct history* history) { return attend(history, decode_scheme); }

static const struct {
    const char* name;
    farspan_status (*make)(struct history*);
} steps[] = {
    {"cache_create", create},
    {"cache_sequence_create", sequence_create},
    {"cache_sequence_destroy", sequence_destroy},
    {"cache_fork", fork_sequence},
    {"cache_evict", evict},
    {"cache_keep", keep},
    {"cache_clear", clear},
    {"cache_append", append},
    {"cache_write", write},
    {"cache_save", save},
    {"cache_restore", restore},
    {"cache_sequence_info", sequence_info},
    {"cache_get_statistics", statistics},
    {"cache_run", run},
    {"attention_decode", decode},
};

/* A step that must fail, after which the history goes on: what it failed with is an output. */
static farspan_status record(struct run* run, farspan_status status) {
    const int64_t values[2] = {status, run->error.argument};
    memcpy(new_output(run, OUTPUT_INT64, 2), values, sizeof values);
    const farspan_error none = FARSPAN_ERROR_INIT;
    run->error = none;
    return FARSPAN_OK;
}

farspan_status cache_history(struct run* run, const farspan_scheme* scheme) {
    (void)scheme;
    struct history history = {.run = run};
    farspan_status status = FARSPAN_OK;
    cJSON_ArrayForEach(history.step, member(run->arguments, "steps")) {
        const char* name = member(history.step, "call")->valuestring;
        size_t n = 0;
        while (strcmp(steps[n].name, name) != 0)
            if (++n == sizeof steps / sizeof *steps) {
                fprintf(stderr, "unknown step: %s\n", name);
                exit(2);
            }
        run->stage = steps[n].name;
        status = steps[n].make(&history);
        if (has(history.step, "status")) status = record(run, status);
        if (status != FARSPAN_OK) break;
    }
    farspan_cache_destroy(history.cache);
    return status;
}
