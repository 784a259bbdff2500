/* The calls that do not follow from the headers alone, and the arguments that several have. */
#include "calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const farspan_cache_batch* batch_of(struct run* run) {
    const int64_t count = length(run->given, "sequences"), *indices = int64s(run, "sequences");
    int64_t* ids = take(run, (size_t)count * sizeof *ids);
    for (int64_t n = 0; n < count; ++n) ids[n] = run->sequences[indices[n]];
    farspan_cache_batch* batch = take(run, sizeof *batch);
    farspan_cache_batch_init(batch, sizeof *batch);
    batch->sequence = ids;
    batch->sequence_count = count;
    batch->offsets = int64s(run, "offsets");
    batch->offsets_count = length(run->given, "offsets");
    return batch;
}

/* What was saved before is there for a new cache too. */
static void cache_save(struct run* run) {
    const int64_t size = farspan_cache_save_size(run->cache, SEQUENCE);
    unsigned char* data = take(run, (size_t)size);
    CALL(cache_save, run->context, run->cache, SEQUENCE, data, size);
    run->saved[run->saved_count].data = data;
    run->saved[run->saved_count++].size = size;
}

/* Of what was saved: all, perhaps with an inverted byte, or its beginning. */
static void cache_restore(struct run* run) {
    const int64_t index = whole(run->given, "saved"), size = run->saved[index].size;
    unsigned char* data = take(run, (size_t)size);
    memcpy(data, run->saved[index].data, (size_t)size);
    if (has(run->given, "damage")) data[whole(run->given, "damage")] ^= 0xff;
    int64_t made = 0;
    CALL(cache_restore, run->context, run->cache, data, whole_or(run->given, "bytes", size), &made);
    run->sequences[run->sequence_count++] = made;
}

static void cache_plan_create(struct run* run) {
    FRESH(cache_problem, problem);
    problem.query_heads = whole(run->given, "query_heads");
    problem.length = whole(run->given, "length");
    problem.positions = int64s(run, "positions");
    problem.positions_count = length(run->given, "positions");
    farspan_cache_plan_destroy(run->cache_plan);
    run->cache_plan = NULL;
    CALL(cache_plan_create, run->context, run->scheme, run->cache, batch_of(run), &problem, &run->cache_plan);
}

static void loss_init(struct run* run) {
    farspan_loss* loss = &run->loss[whole(run->given, "loss")];
    farspan_loss_init(loss, sizeof *loss);
    loss->block_tokens = whole(run->given, "block_tokens");
}

static void verdict_name(struct run* run) {
    new_text(run, farspan_verdict_name((int32_t)whole(run->given, "verdict")));
}

static void model_from_metadata(struct run* run) {
    const cJSON *given = run->given, *list = member(given, "entries"), *entry;
    farspan_metadata *entries = take(run, (size_t)cJSON_GetArraySize(list) * sizeof *entries), *to = entries;
    cJSON_ArrayForEach(entry, list) {
        run->given = entry;
        const int64_t count = length(entry, "values");
        to->key = text(entry, "key");
        to->key_bytes = (int64_t)strlen(to->key);
        to->type = (int32_t)whole(entry, "type");
        to->is_array = (int32_t)whole(entry, "is_array");
        if (to->type == FARSPAN_METADATA_INTEGER) to->integers = int64s(run, "values"), to->integers_count = count;
        if (to->type == FARSPAN_METADATA_REAL) to->reals = doubles(run, "values"), to->reals_count = count;
        if (to->type == FARSPAN_METADATA_TEXT) to->texts = texts(run, "values"), to->texts_count = count;
        ++to;
    }
    run->given = given;
    CONFIG(model_options, options, member(given, "options"));
    CALL(model_from_metadata, run->context, entries, to - entries, &options, &run->model);
}

/* The scheme of a layer is that of the calls behind it. */
static void model_scheme(struct run* run) {
    FRESH(model_layer, layer);
    CALL(model_layer_at, run->model, whole(run->given, "layer"), &layer);
    run->scheme = layer.scheme;
}

/* The layer, and what its scheme is made of. */
static void model_layer_at(struct run* run) {
    FRESH(model_layer, l);
    CALL(model_layer_at, run->model, whole(run->given, "layer"), &l);
    GIVE(model_layer, l);
    if (!l.scheme) return;
    GIVE(rope_config, *l.rope);
    GIVE(remap_config, *l.remap);
    GIVE(bias_config, *l.bias);
    GIVE(mask_config, *l.mask);
    GIVE(score_config, *l.score);
}

/* The notes with a code and a path. */
static void model_note_at(struct run* run) {
    const char* said = "";
    int64_t severity = -1, count = 0;
    FRESH(model_info, info);
    CALL(model_describe, run->model, &info);
    for (int64_t n = 0; n < info.notes; ++n) {
        FRESH(model_note, note);
        CALL(model_note_at, run->model, n, &note);
        if (note.code != whole(run->given, "code") || strcmp(note.path, text(run->given, "path")) != 0) continue;
        if (count++ == 0) said = note.text;
        severity = note.severity;
    }
    give_whole(run, severity);
    give_whole(run, count);
    for (size_t n = 0; said[n]; ++n) give_whole(run, (unsigned char)said[n]);
}

static const struct call calls[] = {
    {"cache_save", cache_save},
    {"cache_restore", cache_restore},
    {"cache_plan_create", cache_plan_create},
    {"loss_init", loss_init},
    {"verdict_name", verdict_name},
    {"model_from_metadata", model_from_metadata},
    {"model_scheme", model_scheme},
    {"model_layer_at", model_layer_at},
    {"model_note_at", model_note_at},
    {NULL, NULL},
};

void run_call(struct run* run) {
    const char* name = text(run->given, "call");
    for (const struct call* one = regular_calls; one->name; ++one)
        if (strcmp(one->name, name) == 0) return one->make(run);
    for (const struct call* one = calls; one->name; ++one)
        if (strcmp(one->name, name) == 0) return one->make(run);
    fprintf(stderr, "unknown call: %s\n", name);
    exit(2);
}

void begin_case(struct run* run) {
    for (int n = 0; n < MOST_COUNTERS; ++n) {
        farspan_bleu_counts_init(&run->bleu_counts[n], sizeof *run->bleu_counts);
        farspan_chrf_counts_init(&run->chrf_counts[n], sizeof *run->chrf_counts);
    }
}
