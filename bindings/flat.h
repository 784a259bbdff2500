/* What the flat form of the headers needs that tools/describe/flat.py cannot know. Included by the SWIG wrappers only, before
 * flat_generated.h. No defaults and no arithmetic of a method.
 *
 * dims is shape[4], stride[4] and the element of the memory at which the tensor begins, all in elements, then the address of the
 * memory or 0 if that is an argument of its own: FLAT_DIMS numbers. (Java asks for the address of a direct buffer only once, since
 * each time takes as long as a small call.) An absent tensor has neither. */
#ifndef FARSPAN_BINDINGS_FLAT_H
#define FARSPAN_BINDINGS_FLAT_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "farspan/model.h"

enum { FLAT_DIMS = 10 };

/* A struct that is returned is written in small pieces and read in large ones, for which the processor waits: hence inlined. */
#ifdef SWIG
#define FLAT_INLINE static
#else
#define FLAT_INLINE static inline __attribute__((always_inline))
#endif

FLAT_INLINE farspan_tensor flat_tensor(const void* data, int32_t dtype, const int64_t* dims) {
    farspan_tensor tensor;
    memset(&tensor, 0, sizeof tensor);
    tensor.dtype = dtype;
    if (!data && dims) data = (const void*)(intptr_t)dims[9];
    if (!data || !dims) return tensor;
    const int64_t element_bytes = dtype == FARSPAN_F64 ? 8 : dtype == FARSPAN_F32 ? 4 : 2;
    tensor.data = (char*)data + dims[8] * element_bytes;
    memcpy(tensor.shape, dims, sizeof tensor.shape);
    memcpy(tensor.stride, dims + 4, sizeof tensor.stride);
    return tensor;
}

/* Writes the dims of a dense row-major array. */
static void flat_tensor_contiguous(int64_t batch, int64_t heads, int64_t sequence, int64_t features, int64_t* dims) {
    farspan_tensor tensor;
    farspan_tensor_contiguous(&tensor, NULL, FARSPAN_F32, batch, heads, sequence, features);
    memcpy(dims, tensor.shape, sizeof tensor.shape);
    memcpy(dims + 4, tensor.stride, sizeof tensor.stride);
    dims[8] = dims[9] = 0;
}

/* Whether all that the tensor addresses lies in a memory of `bytes` bytes. */
static farspan_status flat_tensor_check(int32_t dtype, const int64_t* dims, size_t bytes, farspan_error* error) {
    farspan_tensor tensor;
    memset(&tensor, 0, sizeof tensor);
    tensor.dtype = dtype;
    memcpy(tensor.shape, dims, sizeof tensor.shape);
    memcpy(tensor.stride, dims + 4, sizeof tensor.stride);
    return farspan_tensor_check(&tensor, bytes, dims[8], error);
}

static void flat_fail(farspan_error* error, farspan_status status, int32_t argument, const char* format,
                      int64_t value) {
    error->code = status;
    error->argument = argument;
    error->field[0] = '\0';
    snprintf(error->message, sizeof error->message, format, (long long)value);
}

/* Views of the parts of `data`, which are one behind the other and have these lengths; below 0: a part that is missing. To be freed; NULL
 * with `error` set if there is no memory. Views of texts and of ids have one form. */
static farspan_text* flat_list(const void* data, size_t element_bytes, int64_t count, const int64_t* lengths,
                               int64_t lengths_count, farspan_error* error) {
    static const int64_t nothing = 0; /* an empty text still has an address */
    farspan_text* parts = (farspan_text*)calloc((size_t)lengths_count + 1, sizeof *parts);
    _Static_assert(sizeof(farspan_text) == sizeof(farspan_ids), "one form");
    if (!parts) flat_fail(error, FARSPAN_ERROR_OUT_OF_MEMORY, 0, "no memory for %lld views", lengths_count);
    const char* next = (const char*)data;
    for (int64_t n = 0; parts && n < lengths_count; ++n) {
        if (lengths[n] < 0 || lengths[n] > count) continue;
        parts[n].data = lengths[n] > 0 ? next : (const char*)&nothing;
        parts[n].bytes = lengths[n];
        next += (size_t)lengths[n] * element_bytes;
        count -= lengths[n];
    }
    return parts;
}

/* A new scheme of the layer's parts, which does not need the model. */
static farspan_scheme* flat_model_layer_scheme(const farspan_model* model, int64_t index, farspan_error* error) {
    farspan_model_layer layer;
    farspan_scheme_parts parts;
    farspan_scheme* scheme = NULL;
    farspan_model_layer_init(&layer, sizeof layer);
    farspan_scheme_parts_init(&parts, sizeof parts);
    if (farspan_model_layer_at(model, index, &layer, error) != FARSPAN_OK) return NULL;
    if (!layer.scheme) {
        flat_fail(error, FARSPAN_ERROR_COMBINATION, 2, "layer %lld has no softmax attention, and therefore no scheme",
                  index);
        return NULL;
    }
    parts.rope = layer.rope;
    parts.remap = layer.remap;
    parts.bias = layer.bias;
    parts.mask = layer.mask;
    parts.score = layer.score;
    farspan_scheme_create(&parts, &scheme, error);
    return scheme;
}

/* farspan_diagnose in the form of other functions that write a text. */
static farspan_status flat_diagnose(char* buffer, int64_t buffer_bytes, int64_t* needed, farspan_error* error) {
    (void)error;
    *needed = farspan_diagnose(buffer, buffer_bytes);
    return FARSPAN_OK;
}

#endif
