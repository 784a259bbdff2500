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

int64_t whole(const cJSON* object, const char* name) { return (int64_t)real(object, name); }

int64_t whole_or(const cJSON* object, const char* name, int64_t otherwise) {
    return has(object, name) ? whole(object, name) : otherwise;
}

const char* text(const cJSON* object, const char* name) { return member(object, name)->valuestring; }

int64_t length(const cJSON* object, const char* name) {
    return has(object, name) ? cJSON_GetArraySize(member(object, name)) : 0;
}

const cJSON* at(const cJSON* array, int index) { return cJSON_GetArrayItem(array, index); }

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

static uint32_t float_bits(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Of a multiple of 1/64 within [-2, 2): a normal number of f16, or zero. */
static uint16_t f16_bits(float value) {
    const uint32_t bits = float_bits(value);
    if (value == 0) return 0;
    return (uint16_t)((bits >> 16 & 0x8000) | ((((bits >> 23 & 0xff) - 112) << 10) & 0x7c00) | (bits >> 13 & 0x3ff));
}

size_t dtype_bytes(int32_t dtype) { return dtype == FARSPAN_F32 ? 4 : 2; }

static void fill_content(void* memory, int32_t dtype, size_t elements, uint64_t seed) {
    for (size_t n = 0; n < elements; ++n) {
        const uint64_t z = mixed(seed, n);
        unsigned char* to = (unsigned char*)memory + n * dtype_bytes(dtype);
        if (dtype == FARSPAN_F32) {
            const float value = ((float)(z >> 40) - 8388608.0f) / 4194304.0f;
            memcpy(to, &value, sizeof value);
        } else {
            const float value = ((float)(z >> 56) - 128.0f) / 64.0f;
            const uint16_t bits = dtype == FARSPAN_F16 ? f16_bits(value) : (uint16_t)(float_bits(value) >> 16);
            memcpy(to, &bits, sizeof bits);
        }
    }
}

static int32_t dtype_of(const cJSON* given) {
    if (!has(given, "dtype")) return FARSPAN_F32;
    const char* name = text(given, "dtype");
    return strcmp(name, "f16") == 0 ? FARSPAN_F16 : strcmp(name, "bf16") == 0 ? FARSPAN_BF16 : FARSPAN_F32;
}

int64_t elements_of(const cJSON* given) {
    if (has(given, "elements")) return whole(given, "elements");
    int64_t product = 1;
    for (int axis = 0; axis < 4; ++axis) product *= (int64_t)real_of(at(member(given, "shape"), axis));
    return product;
}

static size_t size_of(enum output_kind kind) {
    return kind == OUTPUT_TEXT ? 1 : kind == OUTPUT_F32 ? 4 : kind == OUTPUT_F16 || kind == OUTPUT_BF16 ? 2 : 8;
}

void* new_output(struct run* run, enum output_kind kind, int64_t elements) {
    struct output_memory* made = &run->outputs[run->output_count++];
    made->kind = kind;
    made->bytes = (size_t)elements * size_of(kind);
    made->data = take(run, made->bytes);
    made->before = take(run, made->bytes);
    return made->data;
}

/* Memory with its content. */
static void* content(struct run* run, const cJSON* given, int is_output) {
    const int32_t dtype = dtype_of(given);
    const enum output_kind kind = dtype == FARSPAN_F16 ? OUTPUT_F16 : dtype == FARSPAN_BF16 ? OUTPUT_BF16 : OUTPUT_F32;
    const size_t elements = (size_t)elements_of(given);
    void* memory = is_output ? new_output(run, kind, (int64_t)elements) : take(run, elements * dtype_bytes(dtype));
    if (has(given, "seed")) fill_content(memory, dtype, elements, (uint64_t)whole(given, "seed"));
    if (is_output) memcpy(run->outputs[run->output_count - 1].before, memory, elements * dtype_bytes(dtype));
    return memory;
}

static const farspan_tensor* tensor(struct run* run, const char* name, int is_output) {
    const cJSON* given = member(run->given, name);
    unsigned char* memory = content(run, given, is_output);
    int64_t n[4];
    for (int axis = 0; axis < 4; ++axis) n[axis] = (int64_t)real_of(at(member(given, "shape"), axis));
    farspan_tensor* result = take(run, sizeof *result);
    farspan_tensor_contiguous(result, memory, dtype_of(given), n[0], n[1], n[2], n[3]);
    for (int axis = 0; axis < 4 && has(given, "stride"); ++axis)
        result->stride[axis] = (int64_t)real_of(at(member(given, "stride"), axis));
    const int64_t offset = whole_or(given, "offset", 0);
    farspan_error error = FARSPAN_ERROR_INIT;
    if (farspan_tensor_check(result, elements_of(given) * (int64_t)dtype_bytes(result->dtype), offset, &error)) {
        fprintf(stderr, "%s\n", error.message);
        exit(2);
    }
    result->data = memory + (size_t)offset * dtype_bytes(result->dtype);
    return result;
}

const farspan_tensor* input(struct run* run, const char* name) {
    return has(run->given, name) ? tensor(run, name, 0) : NULL;
}

const farspan_tensor* output(struct run* run, const char* name) { return tensor(run, name, 1); }

float* new_lse(struct run* run, const char* name, int is_output) {
    return content(run, member(run->given, name), is_output);
}

farspan_attention_data attention_data(struct run* run) {
    FRESH(attention_data, data);
    data.q = input(run, "q");
    data.k = input(run, "k");
    data.v = input(run, "v");
    data.bias = input(run, "bias");
    data.out = output(run, "out");
    if (!has(run->given, "lse")) return data;
    data.lse_count = data.q->shape[0] * data.q->shape[1] * data.q->shape[2];
    data.lse = new_output(run, OUTPUT_F32, data.lse_count);
    return data;
}

void new_text(struct run* run, const char* given) {
    memcpy(new_output(run, OUTPUT_TEXT, (int64_t)strlen(given)), given, strlen(given));
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
        memcpy(new_output(run, OUTPUT_INT64, (int64_t)run->whole_count), run->wholes,
               run->whole_count * sizeof(int64_t));
    if (run->real_count > 0)
        memcpy(new_output(run, OUTPUT_F64, (int64_t)run->real_count), run->reals, run->real_count * sizeof(double));
    run->whole_count = run->real_count = 0;
}

/* cJSON prints 15 digits of a number; these are all. */
static void print_exactly(cJSON* parent) {
    cJSON *item, *next;
    for (item = parent->child; item; item = next) {
        next = item->next;
        if (!cJSON_IsNumber(item)) {
            print_exactly(item);
            continue;
        }
        char digits[32];
        snprintf(digits, sizeof digits, "%.17g", item->valuedouble);
        cJSON* exact = cJSON_CreateRaw(digits);
        if (item->string)
            cJSON_ReplaceItemInObjectCaseSensitive(parent, item->string, exact);
        else
            cJSON_ReplaceItemViaPointer(parent, item, exact);
    }
}

const char* scheme_text(struct run* run) {
    const cJSON* given = cJSON_GetObjectItemCaseSensitive(run->given, "scheme");
    if (!cJSON_IsObject(given)) return given ? given->valuestring : "{}";
    cJSON* copy = cJSON_Duplicate(given, 1);
    print_exactly(copy);
    char* printed = cJSON_PrintUnformatted(copy);
    char* result = take(run, strlen(printed) + 1);
    strcpy(result, printed);
    cJSON_free(printed);
    cJSON_Delete(copy);
    return result;
}
