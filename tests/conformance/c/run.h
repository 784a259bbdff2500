/* One conformance case while it runs: its memory, its outputs, and how it ended. */
#ifndef FARSPAN_CONFORMANCE_RUN_H
#define FARSPAN_CONFORMANCE_RUN_H

#include <cjson/cJSON.h>
#include <stdint.h>

#include "farspan/farspan.h"
#include "farspan/model.h"

enum output_kind { OUTPUT_F32, OUTPUT_F16, OUTPUT_BF16, OUTPUT_F64, OUTPUT_INT64, OUTPUT_TEXT };

enum { MOST_OUTPUTS = 16 };

/* Memory that a call may write, and what it held before. */
struct output {
    enum output_kind kind;
    size_t bytes;
    unsigned char *data, *before;
};

struct run {
    const cJSON *one, *arguments;
    const farspan_context* context;
    struct output outputs[MOST_OUTPUTS];
    int output_count;
    const char* stage; /* the function that is being called */
    farspan_status status;
    farspan_error error;
    struct block* blocks;
};

/* ---- JSON (json.c); a member that is missing ends the program ---- */

const cJSON* member(const cJSON* object, const char* name);
int has(const cJSON* object, const char* name);
int64_t whole(const cJSON* number);
double real(const cJSON* number); /* also "nan", "inf" and "-inf" */
int64_t whole_member(const cJSON* object, const char* name);

/* ---- Memory (memory.c) ---- */

void* take(struct run* run, size_t bytes); /* zeroed; freed by end_run */
void end_run(struct run* run);
/* The arrays of a case; NULL if `name` is not there. */
const int64_t* int64s(struct run* run, const cJSON* object, const char* name);
int64_t length_of(const cJSON* object, const char* name); /* of an array; 0 if it is not there */
const int64_t* int64_list(struct run* run, const cJSON* values);
const double* double_list(struct run* run, const cJSON* values);
const float* float_list(struct run* run, const cJSON* values);
/* Sets the fields of `config`, arrays included. */
struct field;
void set_fields(struct run* run, void* config, const struct field* fields, const cJSON* given);
/* A tensor with its content; one that is written becomes the next output. */
farspan_tensor read_tensor(struct run* run, const cJSON* given);
farspan_tensor write_tensor(struct run* run, const cJSON* given);
/* The next output: zeros, or the content of a seed. */
void* new_output(struct run* run, enum output_kind kind, size_t elements);
void new_text(struct run* run, const char* text); /* its bytes, without NUL */
/* Of a list that may be missing. */
int64_t count_of(const cJSON* object, const char* name);
float* new_lse(struct run* run, const cJSON* given);
float* read_lse(struct run* run, const cJSON* given);

/* ---- Models (model.c) ---- */

/* The model of the case, and the scheme of its layer if it names one. */
farspan_status make_model(struct run* run, farspan_model** model, const farspan_scheme** scheme);
farspan_status model_describe(struct run* run, const farspan_model* model);
farspan_status model_layer_at(struct run* run, const farspan_model* model);
farspan_status model_note_at(struct run* run, const farspan_model* model);

/* ---- The case (calls.c, cache.c and the like, judge.c) ---- */

/* The scheme that `described` gives. */
farspan_status make_scheme(struct run* run, const cJSON* described, farspan_scheme** scheme);
farspan_status cache_history(struct run* run, const farspan_scheme* scheme);

/* Calls without a scheme; NULL behind the last. */
struct plain_call {
    const char* name;
    farspan_status (*make)(struct run*);
};
extern const struct plain_call eval_loss_calls[], eval_text_calls[];

void run_case(struct run* run);
/* Whether the case ended as it should; otherwise says on stderr why not. */
int judge(const struct run* run);

#endif
