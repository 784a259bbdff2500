/* One conformance case while it runs: its memory, its outputs, and how it ended. */
#ifndef FARSPAN_CONFORMANCE_RUN_H
#define FARSPAN_CONFORMANCE_RUN_H

#include <cjson/cJSON.h>
#include <stdint.h>
#include <string.h>

#include "farspan/cache.h"
#include "farspan/eval.h"
#include "farspan/farspan.h"
#include "farspan/gradient.h"
#include "farspan/model.h"

#ifdef __cplusplus
extern "C" {
#endif

enum output_kind { OUTPUT_F32, OUTPUT_F16, OUTPUT_BF16, OUTPUT_F64, OUTPUT_INT64, OUTPUT_TEXT };

extern const char* const kinds[]; /* their names */

enum { MOST_OUTPUTS = 16, MOST_NUMBERS = 4096, MOST_COUNTERS = 8, MOST_SEQUENCES = 8, MOST_SAVED = 2 };

/* Memory that a call may write, and what it held before. */
struct output_memory {
    enum output_kind kind;
    size_t bytes;
    unsigned char *data, *before;
};

struct run {
    const cJSON* given; /* the call, or the object that arguments are read from */
    const farspan_context* context;
    const farspan_scheme* scheme; /* `made`, or one of the model */
    farspan_scheme* made;
    farspan_plan* plan; /* what calls made */
    farspan_model* model;
    farspan_cache* cache;
    farspan_cache_plan* cache_plan;
    int64_t sequences[MOST_SEQUENCES]; /* of the cache, in the order in which calls made them */
    int sequence_count;
    struct {
        unsigned char* data;
        int64_t size;
    } saved[MOST_SAVED];
    int saved_count;
    farspan_loss loss[MOST_COUNTERS];
    farspan_bleu_counts bleu_counts[MOST_COUNTERS];
    farspan_chrf_counts chrf_counts[MOST_COUNTERS];
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
/* Bytes that a case says in hexadecimal. */
#define BYTES(name) bytes(run, name), (int64_t)strlen(text(run->given, name)) / 2
/* The sequence that a call names. */
#define SEQUENCE run->sequences[whole(run->given, "sequence")]
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
const farspan_text* texts(struct run* run, const char* name);
const farspan_ids* ids(struct run* run, const char* name);
const int64_t* int64_list(struct run* run, const cJSON* values);
const void* bytes(struct run* run, const char* name);
void set_fields(struct run* run, void* config, const char* type, const cJSON* given);
/* A tensor of run->given with its content, or of an output before; NULL if it is not there. What is written is the next output. */
const farspan_tensor* input(struct run* run, const char* name);
const farspan_tensor* output(struct run* run, const char* name);
/* The same of memory without a shape, and its size. */
void* memory(struct run* run, const char* name, int is_output);
int64_t elements(struct run* run, const char* name);
void new_text(struct run* run, const char* text); /* its bytes, without NUL */
/* Adds to the numbers that were answered: the fields of a struct, or one. */
void give(struct run* run, const char* type, const void* answer);
void give_whole(struct run* run, int64_t value);
void give_real(struct run* run, double value);
/* Makes outputs of them: the whole ones, then the real ones. */
void flush(struct run* run);

/* ---- What C and C++ have of their own ---- */

void begin_case(struct run* run);
/* Makes the call of run->given; sets the status, the stage and the error. */
void run_call(struct run* run);

#ifdef __cplusplus
}
#endif

#endif
