#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../content.h"
#include "../fields.h"
#include "run.h"

struct block {
    struct block* next;
    double aligned[];
};

void* take(struct run* run, size_t bytes) {
    struct block* made = calloc(1, sizeof *made + bytes);
    if (!made) abort();
    made->next = run->blocks;
    run->blocks = made;
    return made->aligned;
}

void end_run(struct run* run) {
    while (run->blocks) {
        struct block* next = run->blocks->next;
        free(run->blocks);
        run->blocks = next;
    }
}

const int64_t* int64_list(struct run* run, const cJSON* values) {
    const cJSON* value;
    int64_t *result = take(run, (size_t)cJSON_GetArraySize(values) * sizeof *result), *to = result;
    cJSON_ArrayForEach(value, values)* to++ = whole(value);
    return result;
}

const int64_t* int64s(struct run* run, const cJSON* object, const char* name) {
    return has(object, name) ? int64_list(run, member(object, name)) : NULL;
}

int64_t length_of(const cJSON* object, const char* name) {
    return has(object, name) ? cJSON_GetArraySize(member(object, name)) : 0;
}

const double* double_list(struct run* run, const cJSON* values) {
    const cJSON* value;
    double *result = take(run, (size_t)cJSON_GetArraySize(values) * sizeof *result), *to = result;
    cJSON_ArrayForEach(value, values)* to++ = real(value);
    return result;
}

const float* float_list(struct run* run, const cJSON* values) {
    const cJSON* value;
    float *result = take(run, (size_t)cJSON_GetArraySize(values) * sizeof *result), *to = result;
    cJSON_ArrayForEach(value, values)* to++ = (float)real(value);
    return result;
}

static void set_field(struct run* run, unsigned char* at, const struct field* field, const cJSON* parent,
                      const cJSON* value) {
    const int32_t narrow = (int32_t)value->valuedouble;
    const int64_t wide = whole(value);
    const double number = real(value);
    const void* array = NULL;
    switch (field->kind) {
        case FIELD_INT32:
            memcpy(at, &narrow, sizeof narrow);
            return;
        case FIELD_INT64:
            memcpy(at, &wide, sizeof wide);
            return;
        case FIELD_DOUBLE:
            memcpy(at, &number, sizeof number);
            return;
        case FIELD_FOUR_INT32:
            for (int n = 0; n < 4; ++n) {
                const int32_t one = (int32_t)whole(cJSON_GetArrayItem(value, n));
                memcpy(at + (size_t)n * sizeof one, &one, sizeof one);
            }
            return;
        case FIELD_FLOATS:
            array = float_list(run, value);
            break;
        case FIELD_DOUBLES:
            array = double_list(run, value);
            break;
        case FIELD_INT64S:
            array = int64s(run, parent, field->name);
            break;
    }
    memcpy(at, &array, sizeof array);
}

static int is_array(const struct field* field) {
    return field->kind == FIELD_FLOATS || field->kind == FIELD_DOUBLES || field->kind == FIELD_INT64S;
}

void set_fields(struct run* run, void* config, const struct field* fields, const cJSON* given) {
    const cJSON* value;
    cJSON_ArrayForEach(value, given) {
        if (strcmp(value->string, "method") == 0) continue;
        const struct field* field = find_field(fields, value->string);
        if (!field) {
            fprintf(stderr, "unknown field: %s\n", value->string);
            exit(2);
        }
        unsigned char* at = (unsigned char*)config + field->offset;
        set_field(run, at, field, given, value);
        const int64_t count = cJSON_GetArraySize(value);
        if (is_array(field) && fields != model_option_fields) /* those share their counts */
            memcpy(at + sizeof(void*), &count, sizeof count);
    }
}

static int32_t dtype_of(const cJSON* tensor) {
    const char* name = member(tensor, "dtype")->valuestring;
    return strcmp(name, "f16") == 0 ? FARSPAN_F16 : strcmp(name, "bf16") == 0 ? FARSPAN_BF16 : FARSPAN_F32;
}

static size_t elements_of(const cJSON* tensor) {
    if (has(tensor, "elements")) return (size_t)whole_member(tensor, "elements");
    const cJSON* extent;
    size_t result = 1;
    cJSON_ArrayForEach(extent, member(tensor, "shape")) result *= (size_t)whole(extent);
    return result;
}

static void fill(void* memory, int32_t dtype, size_t elements, const cJSON* given) {
    if (has(given, "seed")) fill_content(memory, dtype, elements, (uint64_t)whole_member(given, "seed"));
}

/* The view that `given` describes, of memory that holds it. */
static farspan_tensor view(void* memory, const cJSON* given) {
    const cJSON* shape = member(given, "shape");
    int64_t n[4];
    for (int axis = 0; axis < 4; ++axis) n[axis] = whole(cJSON_GetArrayItem(shape, axis));
    farspan_tensor result;
    farspan_tensor_contiguous(&result, memory, dtype_of(given), n[0], n[1], n[2], n[3]);
    for (int axis = 0; axis < 4 && has(given, "stride"); ++axis)
        result.stride[axis] = whole(cJSON_GetArrayItem(member(given, "stride"), axis));
    const int64_t offset = has(given, "offset") ? whole_member(given, "offset") : 0;
    farspan_error error = FARSPAN_ERROR_INIT;
    if (farspan_tensor_check(&result, elements_of(given) * dtype_bytes(result.dtype), offset, &error)) {
        fprintf(stderr, "%s\n", error.message);
        exit(2);
    }
    result.data = (unsigned char*)memory + (size_t)offset * dtype_bytes(result.dtype);
    return result;
}

farspan_tensor read_tensor(struct run* run, const cJSON* given) {
    const size_t elements = elements_of(given);
    void* memory = take(run, elements * dtype_bytes(dtype_of(given)));
    fill(memory, dtype_of(given), elements, given);
    return view(memory, given);
}

static size_t kind_bytes(enum output_kind kind) {
    return kind == OUTPUT_TEXT ? 1 : kind == OUTPUT_F32 ? 4 : kind == OUTPUT_F16 || kind == OUTPUT_BF16 ? 2 : 8;
}

static void remember(struct output* output) { memcpy(output->before, output->data, output->bytes); }

void* new_output(struct run* run, enum output_kind kind, size_t elements) {
    struct output* made = &run->outputs[run->output_count++];
    made->kind = kind;
    made->bytes = elements * kind_bytes(kind);
    made->data = take(run, made->bytes);
    made->before = take(run, made->bytes);
    return made->data;
}

void new_text(struct run* run, const char* text) {
    memcpy(new_output(run, OUTPUT_TEXT, strlen(text)), text, strlen(text));
}

farspan_tensor write_tensor(struct run* run, const cJSON* given) {
    const int32_t dtype = dtype_of(given);
    const enum output_kind kind = dtype == FARSPAN_F16 ? OUTPUT_F16 : dtype == FARSPAN_BF16 ? OUTPUT_BF16 : OUTPUT_F32;
    void* memory = new_output(run, kind, elements_of(given));
    fill(memory, dtype, elements_of(given), given);
    remember(&run->outputs[run->output_count - 1]);
    return view(memory, given);
}

int64_t count_of(const cJSON* object, const char* name) {
    return has(object, name) ? cJSON_GetArraySize(member(object, name)) : 0;
}

float* new_lse(struct run* run, const cJSON* given) {
    float* memory = new_output(run, OUTPUT_F32, (size_t)whole_member(given, "elements"));
    fill(memory, FARSPAN_F32, (size_t)whole_member(given, "elements"), given);
    remember(&run->outputs[run->output_count - 1]);
    return memory;
}

float* read_lse(struct run* run, const cJSON* given) {
    const size_t elements = (size_t)whole_member(given, "elements");
    float* memory = take(run, elements * sizeof *memory);
    fill(memory, FARSPAN_F32, elements, given);
    return memory;
}
