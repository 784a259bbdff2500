/* model.h in a form that a garbage-collected language can call, like flat.h: arrays of the options are arguments with a length,
 * metadata is a list that is built entry by entry, and what a model hands out is copied, so that nothing points into it. The wrappers hold
 * flat.h before this. */
#ifndef FARSPAN_BINDINGS_FLAT_MODEL_H
#define FARSPAN_BINDINGS_FLAT_MODEL_H

#include "farspan/model.h"

/* ---- options ---------------------------------------------------------------------------------- */

/* The options' pointer fields are replaced by the arrays given; an empty array is NULL. */
static farspan_model_options flat_model_options(const farspan_model_options* options, const float* t5_encoder,
                                                size_t t5_encoder_count, const float* t5_decoder,
                                                size_t t5_decoder_count, const double* rope_freqs,
                                                size_t rope_freqs_count, const double* rope_short,
                                                size_t rope_short_count, const double* rope_long,
                                                size_t rope_long_count) {
    farspan_model_options copy;
    farspan_model_options_init(&copy, sizeof copy);
    if (options) copy = *options;
    copy.t5_encoder = t5_encoder_count ? t5_encoder : NULL;
    copy.t5_encoder_count = (int64_t)t5_encoder_count;
    copy.t5_decoder = t5_decoder_count ? t5_decoder : NULL;
    copy.t5_decoder_count = (int64_t)t5_decoder_count;
    copy.rope_freqs = rope_freqs_count ? rope_freqs : NULL;
    copy.rope_freqs_count = (int64_t)rope_freqs_count;
    copy.rope_short = rope_short_count ? rope_short : NULL;
    copy.rope_short_count = (int64_t)rope_short_count;
    copy.rope_long = rope_long_count ? rope_long : NULL;
    copy.rope_long_count = (int64_t)rope_long_count;
    return copy;
}

/* ---- metadata --------------------------------------------------------------------------------- */

/* A list of entries with memory of its own. Made empty, filled in order, given to flat_model_from_metadata, freed. */
typedef struct flat_metadata {
    farspan_metadata* entries;
    int64_t count, room;
} flat_metadata;

static void flat_metadata_free(flat_metadata* list) {
    if (!list) return;
    for (int64_t n = 0; n < list->count; ++n) {
        farspan_metadata* entry = &list->entries[n];
        for (int64_t t = 0; t < entry->texts_count; ++t) free((void*)(uintptr_t)entry->texts[t].data);
        free((void*)(uintptr_t)entry->texts);
        free((void*)(uintptr_t)entry->integers);
        free((void*)(uintptr_t)entry->reals);
        free((void*)(uintptr_t)entry->key);
    }
    free(list->entries);
    free(list);
}

/* A copy of `count` values of `size` bytes, zeros if `values` is NULL; NULL with `error` set if there is no memory. */
static void* flat_copy(const void* values, size_t count, size_t size, farspan_error* error) {
    void* copy = calloc(count + 1, size);
    if (!copy) flat_fail(error, FARSPAN_ERROR_OUT_OF_MEMORY, 0, "not enough memory");
    if (copy && values && count) memcpy(copy, values, count * size);
    return copy;
}

/* A new entry without values; NULL with `error` set on failure. */
static farspan_metadata* flat_metadata_entry(flat_metadata* list, const char* key, size_t key_bytes, int32_t type,
                                             int32_t is_array, farspan_error* error) {
    if (list->count == list->room) {
        const int64_t room = list->room ? 2 * list->room : 16;
        farspan_metadata* grown = (farspan_metadata*)realloc(list->entries, (size_t)room * sizeof *grown);
        if (!grown) {
            flat_fail(error, FARSPAN_ERROR_OUT_OF_MEMORY, 0, "not enough memory");
            return NULL;
        }
        list->entries = grown;
        list->room = room;
    }
    char* name = (char*)flat_copy(key, key_bytes, 1, error);
    if (!name) return NULL;
    farspan_metadata* entry = &list->entries[list->count++];
    memset(entry, 0, sizeof *entry);
    entry->key = name;
    entry->key_bytes = (int64_t)key_bytes;
    entry->type = type;
    entry->is_array = is_array;
    return entry;
}

static farspan_status flat_metadata_integers(flat_metadata* list, const char* key, size_t key_bytes, int32_t is_array,
                                             const int64_t* integers, size_t count, farspan_error* error) {
    farspan_metadata* entry = flat_metadata_entry(list, key, key_bytes, FARSPAN_METADATA_INTEGER, is_array, error);
    if (!entry || !(entry->integers = (int64_t*)flat_copy(integers, count, sizeof *integers, error)))
        return error->code;
    entry->integers_count = (int64_t)count;
    return FARSPAN_OK;
}

static farspan_status flat_metadata_reals(flat_metadata* list, const char* key, size_t key_bytes, int32_t is_array,
                                          const double* reals, size_t count, farspan_error* error) {
    farspan_metadata* entry = flat_metadata_entry(list, key, key_bytes, FARSPAN_METADATA_REAL, is_array, error);
    if (!entry || !(entry->reals = (double*)flat_copy(reals, count, sizeof *reals, error))) return error->code;
    entry->reals_count = (int64_t)count;
    return FARSPAN_OK;
}

/* An entry of `count` empty texts, which flat_metadata_text sets one by one. */
static farspan_status flat_metadata_texts(flat_metadata* list, const char* key, size_t key_bytes, int32_t is_array,
                                          int64_t count, farspan_error* error) {
    const size_t texts = count > 0 ? (size_t)count : 0;
    farspan_metadata* entry = flat_metadata_entry(list, key, key_bytes, FARSPAN_METADATA_TEXT, is_array, error);
    if (!entry || !(entry->texts = (farspan_text*)flat_copy(NULL, texts, sizeof *entry->texts, error)))
        return error->code;
    entry->texts_count = (int64_t)texts;
    return FARSPAN_OK;
}

/* Sets text `index` of the last entry. */
static farspan_status flat_metadata_text(flat_metadata* list, int64_t index, const char* content, size_t content_bytes,
                                         farspan_error* error) {
    farspan_metadata* entry = list->count ? &list->entries[list->count - 1] : NULL;
    if (!entry || index < 0 || index >= entry->texts_count)
        return flat_fail(error, FARSPAN_ERROR_PARAMETER_RANGE, 2, "there is no text %lld", (long long)index);
    char* copy = (char*)flat_copy(content, content_bytes, 1, error);
    if (!copy) return error->code;
    farspan_text* place = (farspan_text*)(uintptr_t)entry->texts + index;
    free((void*)(uintptr_t)place->data);
    place->data = copy;
    place->bytes = (int64_t)content_bytes;
    return FARSPAN_OK;
}

/* ---- reading ---------------------------------------------------------------------------------- */

static farspan_model* flat_model_from_config(const char* document, size_t document_bytes,
                                             const farspan_model_options* options, const float* t5_encoder,
                                             size_t t5_encoder_count, const float* t5_decoder, size_t t5_decoder_count,
                                             const double* rope_freqs, size_t rope_freqs_count,
                                             const double* rope_short, size_t rope_short_count, const double* rope_long,
                                             size_t rope_long_count, farspan_error* error) {
    farspan_model* model = NULL;
    const farspan_model_options given =
        flat_model_options(options, t5_encoder, t5_encoder_count, t5_decoder, t5_decoder_count, rope_freqs,
                           rope_freqs_count, rope_short, rope_short_count, rope_long, rope_long_count);
    farspan_model_from_config(NULL, document_bytes ? document : "", (int64_t)document_bytes, &given, &model, error);
    return model;
}

static farspan_model* flat_model_from_metadata(const flat_metadata* list, const farspan_model_options* options,
                                               const float* t5_encoder, size_t t5_encoder_count,
                                               const float* t5_decoder, size_t t5_decoder_count,
                                               const double* rope_freqs, size_t rope_freqs_count,
                                               const double* rope_short, size_t rope_short_count,
                                               const double* rope_long, size_t rope_long_count, farspan_error* error) {
    static const farspan_metadata none;
    farspan_model* model = NULL;
    const farspan_model_options given =
        flat_model_options(options, t5_encoder, t5_encoder_count, t5_decoder, t5_decoder_count, rope_freqs,
                           rope_freqs_count, rope_short, rope_short_count, rope_long, rope_long_count);
    farspan_model_from_metadata(NULL, list->entries ? list->entries : &none, list->count, &given, &model, error);
    return model;
}

static farspan_model* flat_model_from_gguf(void* file, size_t file_bytes, const farspan_model_options* options,
                                           const float* t5_encoder, size_t t5_encoder_count, const float* t5_decoder,
                                           size_t t5_decoder_count, const double* rope_freqs, size_t rope_freqs_count,
                                           const double* rope_short, size_t rope_short_count, const double* rope_long,
                                           size_t rope_long_count, farspan_error* error) {
    static const char nothing = 0;
    farspan_model* model = NULL;
    const farspan_model_options given =
        flat_model_options(options, t5_encoder, t5_encoder_count, t5_decoder, t5_decoder_count, rope_freqs,
                           rope_freqs_count, rope_short, rope_short_count, rope_long, rope_long_count);
    farspan_model_from_gguf(NULL, file_bytes ? file : &nothing, (int64_t)file_bytes, &given, &model, error);
    return model;
}

/* ---- answers ---------------------------------------------------------------------------------- */

/* The layer, whose parts must be there. */
static farspan_status flat_model_softmax_layer(const farspan_model* model, int64_t index, farspan_model_layer* layer,
                                               farspan_error* error) {
    farspan_model_layer_init(layer, sizeof *layer);
    const farspan_status status = farspan_model_layer_at(model, index, layer, error);
    if (status != FARSPAN_OK || layer->scheme) return status;
    return flat_fail(error, FARSPAN_ERROR_COMBINATION, 2,
                     "layer %lld has no softmax attention, and therefore no scheme", (long long)index);
}

/* A new scheme of the layer's parts, which does not need the model. */
static farspan_scheme* flat_model_layer_scheme(const farspan_model* model, int64_t index, farspan_error* error) {
    farspan_model_layer layer;
    farspan_scheme* scheme = NULL;
    if (flat_model_softmax_layer(model, index, &layer, error) == FARSPAN_OK) {
        farspan_scheme_parts parts;
        farspan_scheme_parts_init(&parts, sizeof parts);
        parts.rope = layer.rope;
        parts.remap = layer.remap;
        parts.bias = layer.bias;
        parts.mask = layer.mask;
        parts.score = layer.score;
        farspan_scheme_create(&parts, &scheme, error);
    }
    return scheme;
}

/* Copies the layer's parts without their arrays, which flat_model_layer_doubles and flat_model_layer_floats give. */
static farspan_status flat_model_layer_parts(const farspan_model* model, int64_t index, farspan_rope_config* rope,
                                             farspan_remap_config* remap, farspan_bias_config* bias,
                                             farspan_mask_config* mask, farspan_score_config* score,
                                             farspan_error* error) {
    farspan_model_layer layer;
    const farspan_status status = flat_model_softmax_layer(model, index, &layer, error);
    if (status != FARSPAN_OK) return status;
    *rope = *layer.rope;
    *remap = *layer.remap;
    *bias = *layer.bias;
    *mask = *layer.mask;
    *score = *layer.score;
    rope->short_factors = rope->long_factors = bias->a = bias->p = bias->slopes = NULL;
    bias->values = score->sink_logits = NULL;
    rope->short_factors_count = rope->long_factors_count = bias->a_count = bias->p_count = bias->slopes_count = 0;
    bias->values_count = score->sink_logits_count = 0;
    return FARSPAN_OK;
}

/* An array of a layer's parts. */
enum {
    FLAT_SHORT_FACTORS = 0, /* doubles */
    FLAT_LONG_FACTORS = 1,
    FLAT_BIAS_A = 2,
    FLAT_BIAS_P = 3,
    FLAT_BIAS_VALUES = 4, /* floats */
    FLAT_SINK_LOGITS = 5,
    FLAT_BIAS_SLOPES = 6 /* doubles */
};

/* Where it is and how many entries it has; NULL and 0 if there is none. */
static const void* flat_model_layer_array(const farspan_model* model, int64_t index, int32_t which, int64_t* count) {
    farspan_model_layer layer;
    *count = 0;
    if (flat_model_softmax_layer(model, index, &layer, NULL) != FARSPAN_OK) return NULL;
    const struct {
        const void* values;
        int64_t count;
    } arrays[] = {{layer.rope->short_factors, layer.rope->short_factors_count},
                  {layer.rope->long_factors, layer.rope->long_factors_count},
                  {layer.bias->a, layer.bias->a_count},
                  {layer.bias->p, layer.bias->p_count},
                  {layer.bias->values, layer.bias->values_count},
                  {layer.score->sink_logits, layer.score->sink_logits_count},
                  {layer.bias->slopes, layer.bias->slopes_count}};
    if (which < FLAT_SHORT_FACTORS || which > FLAT_BIAS_SLOPES || !arrays[which].values) return NULL;
    *count = arrays[which].count;
    return arrays[which].values;
}

/* Entries of an array, 0 if there is none. */
static int64_t flat_model_layer_array_count(const farspan_model* model, int64_t index, int32_t which) {
    int64_t count = 0;
    flat_model_layer_array(model, index, which, &count);
    return count;
}

/* Copies an array of doubles or of floats; `count` is what flat_model_layer_array_count says. */
static farspan_status flat_model_layer_doubles(const farspan_model* model, int64_t index, int32_t which, double* values,
                                               size_t count, farspan_error* error) {
    int64_t there = 0;
    const void* array = which <= FLAT_BIAS_P ? flat_model_layer_array(model, index, which, &there) : NULL;
    if (flat_short(error, 4, "values", values, count, there)) return FARSPAN_ERROR_SHAPE;
    if (there) memcpy(values, array, (size_t)there * sizeof *values);
    return FARSPAN_OK;
}

static farspan_status flat_model_layer_floats(const farspan_model* model, int64_t index, int32_t which, float* values,
                                              size_t count, farspan_error* error) {
    int64_t there = 0;
    const void* array = which >= FLAT_BIAS_VALUES ? flat_model_layer_array(model, index, which, &there) : NULL;
    if (flat_short(error, 4, "values", values, count, there)) return FARSPAN_ERROR_SHAPE;
    if (there) memcpy(values, array, (size_t)there * sizeof *values);
    return FARSPAN_OK;
}

#endif
