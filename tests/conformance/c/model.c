/* Cases about models: where a model comes from, and the calls of model.h. */
#include <stdlib.h>
#include <string.h>

#include "calls.h"

static const farspan_text* texts(struct run* run, const cJSON* values) {
    const cJSON* value;
    farspan_text *result = take(run, (size_t)cJSON_GetArraySize(values) * sizeof *result), *to = result;
    cJSON_ArrayForEach(value, values) {
        to->data = value->valuestring;
        to++->bytes = (int64_t)strlen(value->valuestring);
    }
    return result;
}

static void from_metadata(struct run* run, const cJSON* list, const farspan_model_options* options) {
    const int64_t count = cJSON_GetArraySize(list);
    farspan_metadata *entries = take(run, (size_t)count * sizeof *entries), *to = entries;
    const cJSON* entry;
    cJSON_ArrayForEach(entry, list) {
        run->given = entry;
        to->key = text(entry, "key");
        to->key_bytes = (int64_t)strlen(to->key);
        to->type = (int32_t)whole(entry, "type");
        to->is_array = (int32_t)whole(entry, "is_array");
        if (to->type == FARSPAN_METADATA_INTEGER) {
            to->integers = int64s(run, "values");
            to->integers_count = length(entry, "values");
        } else if (to->type == FARSPAN_METADATA_REAL) {
            to->reals = doubles(run, "values");
            to->reals_count = length(entry, "values");
        } else {
            to->texts = texts(run, member(entry, "values"));
            to->texts_count = length(entry, "values");
        }
        ++to;
    }
    CALL(model_from_metadata, NULL, entries, count, options, &run->model);
}

static void from_gguf(struct run* run, const char* hexadecimal, const farspan_model_options* options) {
    const size_t bytes = strlen(hexadecimal) / 2;
    unsigned char* file = take(run, bytes);
    for (size_t n = 0; n < bytes; ++n) {
        const char digits[3] = {hexadecimal[2 * n], hexadecimal[2 * n + 1], 0};
        file[n] = (unsigned char)strtoul(digits, NULL, 16);
    }
    CALL(model_from_gguf, NULL, file, (int64_t)bytes, options, &run->model);
}

static void read_model(struct run* run, const cJSON* given) {
    CONFIG(model_options, options, cJSON_GetObjectItemCaseSensitive(given, "options"));
    run->given = given;
    if (has(given, "metadata"))
        from_metadata(run, member(given, "metadata"), &options);
    else if (has(given, "gguf"))
        from_gguf(run, text(given, "gguf"), &options);
    else
        CALL(model_from_config, NULL, TEXT("config"), &options, &run->model);
}

void make_model(struct run* run) {
    const cJSON* given = member(run->one, "model");
    read_model(run, given);
    if (run->status != FARSPAN_OK || !has(given, "layer")) return;
    FRESH(model_layer, layer);
    CALL(model_layer_at, run->model, whole(given, "layer"), &layer);
    run->scheme = layer.scheme;
}

void model_layer_at(struct run* run) {
    FRESH(model_layer, l);
    CALL(model_layer_at, run->model, whole(run->given, "layer"), &l);
    const int64_t sizes[7] = {l.kind, l.alike, l.query_heads, l.key_heads, l.head_dim, l.value_dim, l.window};
    int64_t parts[9] = {0};
    double reals[3] = {0};
    if (l.scheme) {
        const int64_t chosen[9] = {l.rope->method,        l.rope->layout,  l.rope->rotary_dim,
                                   l.rope->rotary_offset, l.remap->method, l.bias->method,
                                   l.mask->window_left,   l.mask->chunk,   l.score->temperature};
        memcpy(parts, chosen, sizeof parts);
        reals[0] = l.rope->base;
        reals[1] = l.score->softcap;
        reals[2] = l.score->trained_length;
    }
    for (int n = 0; n < 7; ++n) give_whole(run, sizes[n]);
    for (int n = 0; n < 9; ++n) give_whole(run, parts[n]);
    give_real(run, l.attention_scale);
    for (int n = 0; n < 3; ++n) give_real(run, reals[n]);
}

void model_note_at(struct run* run) {
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
