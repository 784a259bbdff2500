/* One conformance case while it runs: its memory, its outputs, and how it ended. */
#ifndef FARSPAN_CONFORMANCE_RUN_H
#define FARSPAN_CONFORMANCE_RUN_H

#include <cjson/cJSON.h>
#include <stdint.h>
#include <string.h>

#include "farspan/cache.h"
#include "farspan/eval.h"
#include "farspan/farspan.h"
#include "farspan/model.h"

#ifdef __cplusplus
extern "C" {
#endif

enum output_kind { OUTPUT_F32, OUTPUT_F16, OUTPUT_BF16, OUTPUT_F64, OUTPUT_INT64, OUTPUT_TEXT };

enum { MOST_OUTPUTS = 16, MOST_NUMBERS = 4096 };

/* Memory that a call may write, and what it held before. */
struct output_memory {
    enum output_kind kind;
    size_t bytes;
    unsigned char *data, *before;
};

struct run {
    const cJSON *one, *given; /* the case, and the object that arguments are read from */
    const farspan_context* context;
    farspan_model* model;
    const farspan_scheme* scheme; /* `made`, or one of the model */
    farspan_scheme* made;
    farspan_plan* plan;
    farspan_cache* cache;
    struct output_memory outputs[MOST_OUTPUTS];
    int output_count;
    int64_t wholes[MOST_NUMBERS]; /* numbers that were answered: outputs at the end */
    double reals[MOST_NUMBERS];
    size_t whole_count, real_count;
    const char* stage; /* the function that is being called */
    farspan_status status;
    farspan_error error;
    struct block* blocks;
};

/* Calls farspan_<name> with the arguments and the error, and leaves the function if it fails. */
#define CALL(name, ...)                                         \
    do {                                                        \
        run->stage = #name;                                     \
        run->status = farspan_##name(__VA_ARGS__, &run->error); \
        if (run->status != FARSPAN_OK) return;                  \
    } while (0)
/* A struct as its init function leaves it. */
#define FRESH(type, variable) \
    farspan_##type variable;  \
    farspan_##type##_init(&variable, sizeof variable)
/* A configuration with the fields of the object `json`. */
#define CONFIG(type, variable, json) \
    FRESH(type, variable);           \
    set_fields(run, &variable, #type, json)
/* The same, of a kind or form. */
#define CONFIG_OF(type, variable, json, kind)                                      \
    farspan_##type variable;                                                       \
    farspan_##type##_init(&variable, sizeof variable, (int32_t)whole(json, kind)); \
    set_fields(run, &variable, #type, json)
/* Arrays and texts of run->given as two arguments; NULL and 0 if they are not there. */
#define INT64S(name) int64s(run, name), length(run->given, name)
#define DOUBLES(name) doubles(run, name), length(run->given, name)
#define FLOATS(name) floats(run, name), length(run->given, name)
#define TEXT(name) text(run->given, name), (int64_t)strlen(text(run->given, name))
#define GIVE(type, variable) give(run, #type, &variable)

/* ---- JSON (memory.c); a member that is missing ends the program, unless a default is given ---- */

const cJSON* member(const cJSON* object, const char* name);
int has(const cJSON* object, const char* name);
double real_of(const cJSON* number); /* also "nan", "inf" and "-inf" */
double real(const cJSON* object, const char* name);
int64_t whole(const cJSON* object, const char* name);
int64_t whole_or(const cJSON* object, const char* name, int64_t otherwise);
const char* text(const cJSON* object, const char* name);
int64_t length(const cJSON* object, const char* name);
const cJSON* at(const cJSON* array, int index);

/* ---- Memory (memory.c) ---- */

void* take(struct run* run, size_t bytes); /* zeroed; freed by end_run */
void end_run(struct run* run);
const int64_t* int64s(struct run* run, const char* name);
const double* doubles(struct run* run, const char* name);
const float* floats(struct run* run, const char* name);
void set_fields(struct run* run, void* config, const char* type, const cJSON* given);
/* A tensor of run->given with its content, NULL if it is not there; one that is written becomes the next output. */
const farspan_tensor* input(struct run* run, const char* name);
const farspan_tensor* output(struct run* run, const char* name);
int64_t elements_of(const cJSON* tensor);
size_t dtype_bytes(int32_t dtype);
/* The next output: zeros, or a list of float32 with the content of a seed. */
void* new_output(struct run* run, enum output_kind kind, int64_t elements);
float* new_lse(struct run* run, const char* name, int is_output);
void new_text(struct run* run, const char* text); /* its bytes, without NUL */
/* Adds to the numbers that were answered: the fields of a struct, or one. */
void give(struct run* run, const char* type, const void* answer);
void give_whole(struct run* run, int64_t value);
void give_real(struct run* run, double value);
/* Makes outputs of them: the whole ones, then the real ones. */
void flush(struct run* run);
/* The scheme of run->given: an object, a text as it stands, or none. */
const char* scheme_text(struct run* run);
/* The tensors of run->given that attention reads and writes. */
farspan_attention_data attention_data(struct run* run);

/* ---- What C and C++ have of their own ---- */

/* Makes the call of run->one; sets the status, the stage and the error. */
void run_case(struct run* run);

#ifdef __cplusplus
}
#endif

#endif
