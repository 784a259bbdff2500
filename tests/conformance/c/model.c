/* Cases about models: where a model comes from, and the calls of model.h. */
#include "farspan/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../fields.h"
#include "run.h"

static int64_t entries_of(const cJSON* options, const char* name) {
    return has(options, name) ? cJSON_GetArraySize(member(options, name)) : 0;
}

static farspan_model_options options_of(struct run* run, const cJSON* model) {
    farspan_model_options options;
    farspan_model_options_init(&options, sizeof options);
    if (!has(model, "options")) return options;
    const cJSON* given = member(model, "options");
    set_fields(run, &options, model_option_fields, given);
    options.t5_encoder_count = entries_of(given, "t5_encoder");
    options.t5_decoder_count = entries_of(given, "t5_decoder");
    options.rope_freqs_count = entries_of(given, "rope_freqs");
    options.rope_short_count = entries_of(given, "rope_short");
    options.rope_long_count = entries_of(given, "rope_long");
    return options;
}

/* The values go to the array of the entry's type. */
static void set_values(struct run* run, farspan_metadata* entry, const cJSON* values) {
    const int64_t count = cJSON_GetArraySize(values);
    int64_t* integers = take(run, (size_t)count * sizeof *integers);
    double* reals = take(run, (size_t)count * sizeof *reals);
    farspan_text* texts = take(run, (size_t)count * sizeof *texts);
    const cJSON* value;
    size_t n = 0;
    cJSON_ArrayForEach(value, values) {
        const char* text = cJSON_IsString(value) ? value->valuestring : "";
        integers[n] = whole(value);
        reals[n] = cJSON_IsString(value) ? 0 : real(value);
        texts[n].data = text;
        texts[n++].bytes = (int64_t)strlen(text);
    }
    if (entry->type == FARSPAN_METADATA_INTEGER) {
        entry->integers = integers;
        entry->integers_count = count;
    } else if (entry->type == FARSPAN_METADATA_REAL) {
        entry->reals = reals;
        entry->reals_count = count;
    } else {
        entry->texts = texts;
        entry->texts_count = count;
    }
}

static farspan_status from_metadata(struct run* run, const cJSON* list, const farspan_model_options* options,
                                    farspan_model** model) {
    const int64_t count = cJSON_GetArraySize(list);
    farspan_metadata *entries = take(run, (size_t)count * sizeof *entries), *to = entries;
    const cJSON* entry;
    cJSON_ArrayForEach(entry, list) {
        memset(to, 0, sizeof *to);
        to->key = member(entry, "key")->valuestring;
        to->key_bytes = (int64_t)strlen(to->key);
        to->type = (int32_t)whole_member(entry, "type");
        to->is_array = (int32_t)whole_member(entry, "is_array");
        set_values(run, to++, member(entry, "values"));
    }
    run->stage = "model_from_metadata";
    return farspan_model_from_metadata(NULL, entries, count, options, model, &run->error);
}

static farspan_status from_gguf(struct run* run, const char* hexadecimal, const farspan_model_options* options,
                                farspan_model** model) {
    const size_t bytes = strlen(hexadecimal) / 2;
    unsigned char* file = take(run, bytes);
    for (size_t n = 0; n < bytes; ++n) {
        const char digits[3] = {hexadecimal[2 * n], hexadecimal[2 * n + 1], 0};
        file[n] = (unsigned char)strtoul(digits, NULL, 16);
    }
    run->stage = "model_from_gguf";
    return farspan_model_from_gguf(NULL, file, (int64_t)bytes, options, model, &run->error);
}

static farspan_status read_model(struct run* run, const cJSON* given, farspan_model** model) {
    const farspan_model_options options = options_of(run, given);
    if (has(given, "metadata")) return from_metadata(run, member(given, "metadata"), &options, model);
    if (has(given, "gguf")) return from_gguf(run, member(given, "gguf")->valuestring, &options, model);
    const char* text = member(given, "config")->valuestring;
    run->stage = "model_from_config";
    return farspan_model_from_config(NULL, text, (int64_t)strlen(text), &options, model, &run->error);
}

static farspan_status read_layer(struct run* run, const farspan_model* model, int64_t index,
                                 farspan_model_layer* layer) {
    farspan_model_layer_init(layer, sizeof *layer);
    return farspan_model_layer_at(model, index, layer, &run->error);
}

farspan_status make_model(struct run* run, farspan_model** model, const farspan_scheme** scheme) {
    const cJSON* given = member(run->one, "model");
    const farspan_status status = read_model(run, given, model);
    if (status != FARSPAN_OK || !has(given, "layer")) return status;
    farspan_model_layer layer;
    run->stage = "model_layer_at";
    const farspan_status found = read_layer(run, *model, whole_member(given, "layer"), &layer);
    *scheme = layer.scheme;
    return found;
}

farspan_status model_describe(struct run* run, const farspan_model* model) {
    farspan_model_info i;
    memset(&i, 0, sizeof i);
    i.struct_size = sizeof i;
    const farspan_status status = farspan_model_describe(model, &i, &run->error);
    if (status != FARSPAN_OK) return status;
    const int64_t values[16] = {i.absolute,
                                i.layers,
                                i.encoder_layers,
                                i.query_heads,
                                i.key_heads,
                                i.head_dim,
                                i.value_dim,
                                i.hidden,
                                i.vocabulary,
                                i.context,
                                i.trained_context,
                                i.usable_context,
                                i.usable_context_most,
                                i.absolute_rows,
                                i.absolute_offset,
                                i.layer_kinds};
    memcpy(new_output(run, OUTPUT_INT64, 16), values, sizeof values);
    memcpy(new_output(run, OUTPUT_F64, 1), &i.final_softcap, sizeof(double));
    return FARSPAN_OK;
}

farspan_status model_layer_at(struct run* run, const farspan_model* model) {
    int64_t* integers = new_output(run, OUTPUT_INT64, 16);
    double* reals = new_output(run, OUTPUT_F64, 4);
    farspan_model_layer l;
    const farspan_status status = read_layer(run, model, whole_member(run->arguments, "layer"), &l);
    if (status != FARSPAN_OK) return status;
    const int64_t sizes[7] = {l.kind, l.alike, l.query_heads, l.key_heads, l.head_dim, l.value_dim, l.window};
    memcpy(integers, sizes, sizeof sizes);
    reals[0] = l.attention_scale;
    if (!l.scheme) return FARSPAN_OK;
    const int64_t parts[9] = {l.rope->method,        l.rope->layout,  l.rope->rotary_dim,
                              l.rope->rotary_offset, l.remap->method, l.bias->method,
                              l.mask->window_left,   l.mask->chunk,   l.score->temperature};
    memcpy(integers + 7, parts, sizeof parts);
    reals[1] = l.rope->base;
    reals[2] = l.score->softcap;
    reals[3] = l.score->trained_length;
    return FARSPAN_OK;
}

farspan_status model_note_at(struct run* run, const farspan_model* model) {
    const char *path = member(run->arguments, "path")->valuestring, *text = "";
    int64_t severity = -1, count = 0;
    farspan_model_info info;
    farspan_model_info_init(&info, sizeof info);
    farspan_status status = farspan_model_describe(model, &info, &run->error);
    for (int64_t n = 0; n < info.notes && status == FARSPAN_OK; ++n) {
        farspan_model_note note;
        farspan_model_note_init(&note, sizeof note);
        status = farspan_model_note_at(model, n, &note, &run->error);
        if (note.code != whole_member(run->arguments, "code") || strcmp(note.path, path) != 0) continue;
        if (count++ == 0) text = note.text;
        severity = note.severity;
    }
    int64_t* to = new_output(run, OUTPUT_INT64, 2 + strlen(text));
    to[0] = severity;
    to[1] = count;
    for (size_t n = 0; text[n]; ++n) to[2 + n] = (unsigned char)text[n];
    return status;
}
