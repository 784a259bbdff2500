#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../fields.h"
#include "run.h"

const cJSON* member(const cJSON* object, const char* name) {
    const cJSON* result = cJSON_GetObjectItemCaseSensitive(object, name);
    if (result) return result;
    fprintf(stderr, "a case has no '%s'\n", name);
    exit(2);
}

int has(const cJSON* object, const char* name) { return cJSON_GetObjectItemCaseSensitive(object, name) != NULL; }

double real_of(const cJSON* number) {
    if (!cJSON_IsString(number)) return number->valuedouble;
    if (strcmp(number->valuestring, "nan") == 0) return (double)NAN;
    return number->valuestring[0] == '-' ? -(double)INFINITY : (double)INFINITY;
}

double real(const cJSON* object, const char* name) { return real_of(member(object, name)); }

int64_t whole(const cJSON* object, const char* name) {
    const double number = real(object, name);
    return number >= 0x1p63 ? INT64_MAX : (int64_t)number;
}

int64_t whole_or(const cJSON* object, const char* name, int64_t otherwise) {
    return has(object, name) ? whole(object, name) : otherwise;
}

const char* text(const cJSON* object, const char* name) { return member(object, name)->valuestring; }

int64_t length(const cJSON* object, const char* name) {
    return has(object, name) ? cJSON_GetArraySize(member(object, name)) : 0;
}

const cJSON* at(const cJSON* array, int index) { return cJSON_GetArrayItem(array, index); }

const char* const kinds[] = {"f32", "f16", "bf16", "f64", "i64", "text"};

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
    farspan_cache_plan_destroy(run->cache_plan);
    farspan_plan_destroy(run->plan);
    farspan_cache_destroy(run->cache);
    farspan_scheme_destroy(run->made);
    farspan_model_destroy(run->model);
    while (run->blocks) {
        struct block* next = run->blocks->next;
        free(run->blocks);
        run->blocks = next;
    }
}

static size_t bytes_of(enum field_kind kind) { return kind == FIELD_INT32 || kind == FIELD_FLOATS ? 4 : 8; }

static void store(void* to, enum field_kind kind, const cJSON* value) {
    const double number = real_of(value);
    const float narrow = (float)number;
    const int32_t small = kind == FIELD_INT32 ? (int32_t)number : 0;
    const int64_t large = kind == FIELD_INT64 || kind == FIELD_INT64S ? (int64_t)number : 0;
    memcpy(to,
           kind == FIELD_INT32                             ? (const void*)&small
           : kind == FIELD_FLOATS                          ? (const void*)&narrow
           : kind == FIELD_DOUBLE || kind == FIELD_DOUBLES ? (const void*)&number
                                                           : (const void*)&large,
           bytes_of(kind));
}

static void* list(struct run* run, enum field_kind kind, const cJSON* values) {
    const cJSON* value;
    unsigned char *result = take(run, (size_t)cJSON_GetArraySize(values) * bytes_of(kind)), *to = result;
    cJSON_ArrayForEach(value, values) {
        store(to, kind, value);
        to += bytes_of(kind);
    }
    return result;
}

static const void* list_or_null(struct run* run, enum field_kind kind, const char* name) {
    return has(run->given, name) ? list(run, kind, member(run->given, name)) : NULL;
}

const int64_t* int64s(struct run* run, const char* name) { return list_or_null(run, FIELD_INT64S, name); }
const double* doubles(struct run* run, const char* name) { return list_or_null(run, FIELD_DOUBLES, name); }
const float* floats(struct run* run, const char* name) { return list_or_null(run, FIELD_FLOATS, name); }

const int64_t* int64_list(struct run* run, const cJSON* values) { return list(run, FIELD_INT64S, values); }

/* Texts and lists may be null. */
const farspan_text* texts(struct run* run, const char* name) {
    const cJSON *values = member(run->given, name), *one;
    farspan_text *result = take(run, (size_t)cJSON_GetArraySize(values) * sizeof *result), *to = result;
    cJSON_ArrayForEach(one, values) {
        if (cJSON_IsString(one)) *to = (farspan_text){one->valuestring, (int64_t)strlen(one->valuestring)};
        ++to;
    }
    return result;
}

const farspan_ids* ids(struct run* run, const char* name) {
    const cJSON *values = member(run->given, name), *one;
    farspan_ids *result = take(run, (size_t)cJSON_GetArraySize(values) * sizeof *result), *to = result;
    cJSON_ArrayForEach(one, values) {
        if (cJSON_IsArray(one)) *to = (farspan_ids){int64_list(run, one), cJSON_GetArraySize(one)};
        ++to;
    }
    return result;
}

const void* bytes(struct run* run, const char* name) {
    const char* digits = text(run->given, name);
    unsigned char* result = take(run, strlen(digits) / 2);
    for (size_t n = 0; digits[2 * n]; ++n) {
        const char two[3] = {digits[2 * n], digits[2 * n + 1], 0};
        result[n] = (unsigned char)strtoul(two, NULL, 16);
    }
    return result;
}

void set_fields(struct run* run, void* config, const char* type, const cJSON* given) {
    const cJSON* value;
    cJSON_ArrayForEach(value, given) {
        const struct field* field = fields_of(type);
        while (field->name && strcmp(field->name, value->string) != 0) ++field;
        if (!field->name) {
            fprintf(stderr, "%s has no %s\n", type, value->string);
            exit(2);
        }
        unsigned char* to = (unsigned char*)config + field->offset;
        if (field->count) {
            const void* array = list(run, field->kind, value);
            const int64_t count = cJSON_GetArraySize(value);
            memcpy(to, &array, sizeof array);
            memcpy((unsigned char*)config + field->count, &count, sizeof count);
        } else {
            store(to, field->kind, value);
        }
    }
}

/* The generator of the README. */
static uint64_t mixed(uint64_t seed, uint64_t n) {
    uint64_t z = seed * UINT64_C(0x9E3779B97F4A7C15) + n + 1;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static size_t size_of(enum output_kind kind) {
    return kind == OUTPUT_TEXT ? 1 : kind == OUTPUT_F32 ? 4 : kind == OUTPUT_F16 || kind == OUTPUT_BF16 ? 2 : 8;
}

static enum output_kind kind_of(const cJSON* given) {
    int kind = OUTPUT_F32;
    while (strcmp(text(given, "dtype"), kinds[kind]) != 0) ++kind;
    return (enum output_kind)kind;
}

static void fill_content(struct run* run, void* memory, const cJSON* given, size_t elements) {
    const uint64_t seed = (uint64_t)whole(given, "seed");
    const int64_t* halves = has(given, "halves") ? int64_list(run, member(given, "halves")) : NULL;
    for (size_t n = 0; n < elements; ++n) {
        const uint64_t z = mixed(seed, n);
        if (halves)
            ((uint16_t*)memory)[n] = (uint16_t)halves[z >> 56];
        else
            ((float*)memory)[n] = ((float)(z >> 40) - 8388608.0f) / 4194304.0f;
    }
}

static void* new_output(struct run* run, enum output_kind kind, size_t elements) {
    struct output_memory* made = &run->outputs[run->output_count++];
    made->kind = kind;
    made->bytes = elements * size_of(kind);
    made->data = take(run, made->bytes);
    made->before = take(run, made->bytes);
    return made->data;
}

int64_t elements(struct run* run, const char* name) {
    return has(run->given, name) ? whole(member(run->given, name), "elements") : 0;
}

void* memory(struct run* run, const char* name, int is_output) {
    if (!has(run->given, name)) return NULL;
    const cJSON* given = member(run->given, name);
    const enum output_kind kind = kind_of(given);
    if (has(given, "output")) return run->outputs[whole(given, "output")].data;
    const size_t count = (size_t)elements(run, name);
    void* made = is_output ? new_output(run, kind, count) : take(run, count * size_of(kind));
    if (has(given, "seed")) fill_content(run, made, given, count);
    if (is_output) memcpy(run->outputs[run->output_count - 1].before, made, count * size_of(kind));
    return made;
}

static const farspan_tensor* tensor(struct run* run, const char* name, int is_output) {
    static const int32_t dtypes[] = {FARSPAN_F32, FARSPAN_F16, FARSPAN_BF16};
    if (!has(run->given, name)) return NULL;
    const cJSON* given = member(run->given, name);
    const enum output_kind kind = kind_of(given);
    unsigned char* data = memory(run, name, is_output);
    farspan_tensor* result = take(run, sizeof *result);
    farspan_tensor_contiguous(result, data, dtypes[kind], 0, 0, 0, 0);
    for (int axis = 0; axis < 4; ++axis) {
        result->shape[axis] = (int64_t)real_of(at(member(given, "shape"), axis));
        result->stride[axis] = (int64_t)real_of(at(member(given, "stride"), axis));
    }
    const int64_t offset = whole(given, "offset");
    farspan_error error = FARSPAN_ERROR_INIT;
    if (farspan_tensor_check(result, elements(run, name) * (int64_t)size_of(kind), offset, &error)) {
        fprintf(stderr, "%s\n", error.message);
        exit(2);
    }
    result->data = data + (size_t)offset * size_of(kind);
    return result;
}

const farspan_tensor* input(struct run* run, const char* name) { return tensor(run, name, 0); }
const farspan_tensor* output(struct run* run, const char* name) { return tensor(run, name, 1); }

void new_text(struct run* run, const char* given) {
    memcpy(new_output(run, OUTPUT_TEXT, strlen(given)), given, strlen(given));
}

void give_whole(struct run* run, int64_t value) { run->wholes[run->whole_count++] = value; }

void give_real(struct run* run, double value) { run->reals[run->real_count++] = value; }

void give(struct run* run, const char* type, const void* answer) {
    for (const struct field* field = fields_of(type); field->name; ++field)
        for (int n = 0; n < field->extent; ++n) {
            const unsigned char* from =
                (const unsigned char*)answer + field->offset + (size_t)n * bytes_of(field->kind);
            int32_t small = 0;
            int64_t large = 0;
            double number = 0;
            if (field->kind == FIELD_DOUBLE) give_real(run, (memcpy(&number, from, sizeof number), number));
            if (field->kind == FIELD_INT32) give_whole(run, (memcpy(&small, from, sizeof small), small));
            if (field->kind == FIELD_INT64) give_whole(run, (memcpy(&large, from, sizeof large), large));
        }
}

void flush(struct run* run) {
    if (run->whole_count > 0)
        memcpy(new_output(run, OUTPUT_INT64, run->whole_count), run->wholes, run->whole_count * sizeof(int64_t));
    if (run->real_count > 0)
        memcpy(new_output(run, OUTPUT_F64, run->real_count), run->reals, run->real_count * sizeof(double));
    run->whole_count = run->real_count = 0;
}
