/* The calls of eval.h on texts, intervals and tasks. A function returns the status of what it called last; run->stage
 * is its name. */
#include <string.h>

#include "../fields.h"
#include "farspan/eval.h"
#include "run.h"

/* The references of a segment, as texts and as token ids: those of the other kind are missing. */
struct references {
    farspan_text* texts;
    farspan_ids* ids;
    int64_t count;
};

static struct references read_references(struct run* run, const cJSON* segment) {
    const cJSON *list = member(segment, "references"), *one;
    struct references result = {NULL, NULL, 0};
    const size_t count = (size_t)cJSON_GetArraySize(list);
    result.texts = take(run, count * sizeof *result.texts);
    result.ids = take(run, count * sizeof *result.ids);
    cJSON_ArrayForEach(one, list) {
        const int64_t n = result.count++;
        if (cJSON_IsString(one)) {
            result.texts[n].data = one->valuestring;
            result.texts[n].bytes = (int64_t)strlen(one->valuestring);
        } else if (cJSON_IsArray(one)) {
            result.ids[n].data = int64_list(run, one);
            result.ids[n].count = cJSON_GetArraySize(one);
        }
    }
    return result;
}

static farspan_status tokenize(struct run* run) {
    const cJSON* given = run->arguments;
    const char* text = member(given, "text")->valuestring;
    const int32_t tokenizer = (int32_t)whole_member(given, "tokenizer"),
                  lowercase = (int32_t)whole_member(given, "lowercase");
    const int64_t bytes = (int64_t)strlen(text);
    int64_t needed = 0;
    farspan_status status =
        farspan_tokenize(run->context, tokenizer, lowercase, text, bytes, NULL, 0, &needed, &run->error);
    if (status != FARSPAN_OK) return status;
    char* tokens = take(run, (size_t)needed);
    status = farspan_tokenize(run->context, tokenizer, lowercase, text, bytes, tokens, needed, &needed, &run->error);
    if (status == FARSPAN_OK) new_text(run, tokens);
    return status;
}

static farspan_bleu_config read_bleu(struct run* run, const char* name) {
    farspan_bleu_config config;
    farspan_bleu_config_init(&config, sizeof config);
    set_fields(run, &config, bleu_fields, member(run->arguments, name));
    return config;
}

static farspan_status add_segment(struct run* run, const farspan_bleu_config* config, const cJSON* segment,
                                  farspan_bleu_counts* counts) {
    const struct references list = read_references(run, segment);
    const cJSON* hypothesis = member(segment, "hypothesis");
    run->stage = cJSON_IsString(hypothesis) ? "bleu_add" : "bleu_add_tokens";
    if (cJSON_IsString(hypothesis))
        return farspan_bleu_add(run->context, config, hypothesis->valuestring, (int64_t)strlen(hypothesis->valuestring),
                                list.texts, list.count, counts, &run->error);
    return farspan_bleu_add_tokens(run->context, config, int64_list(run, hypothesis), cJSON_GetArraySize(hypothesis),
                                   list.ids, list.count, counts, &run->error);
}

/* Segments are counted in one struct, or, to be merged, in two by turns. */
static farspan_status bleu_score(struct run* run, int merge) {
    const farspan_bleu_config config = read_bleu(run, "config");
    farspan_bleu_counts counts[2];
    for (int n = 0; n < 2; ++n) farspan_bleu_counts_init(&counts[n], sizeof counts[n]);
    const cJSON* segment;
    int turn = 0;
    farspan_status status = FARSPAN_OK;
    cJSON_ArrayForEach(segment, member(run->arguments, "segments")) {
        status = add_segment(run, &config, segment, &counts[merge ? turn++ % 2 : 0]);
        if (status != FARSPAN_OK) return status;
    }
    run->stage = "bleu_merge";
    if (merge) status = farspan_bleu_merge(&counts[0], &counts[1], &run->error);
    if (status != FARSPAN_OK) return status;
    farspan_bleu_result r;
    farspan_bleu_result_init(&r, sizeof r);
    run->stage = "bleu_score";
    status = farspan_bleu_score(&config, &counts[0], &r, &run->error);
    if (status != FARSPAN_OK) return status;
    double* to = new_output(run, OUTPUT_F64, 12);
    to[0] = r.score;
    to[1] = r.brevity_penalty;
    memcpy(to + 2, r.precisions, sizeof r.precisions);
    to[10] = (double)r.hypothesis_length;
    to[11] = (double)r.reference_length;
    return FARSPAN_OK;
}

static farspan_status bleu_of_segments(struct run* run) { return bleu_score(run, 0); }
static farspan_status bleu_of_halves(struct run* run) { return bleu_score(run, 1); }

static farspan_status bleu_signature(struct run* run) {
    const farspan_bleu_config config = read_bleu(run, "config");
    char text[200];
    int64_t needed = 0;
    const farspan_status status = farspan_bleu_signature(&config, (int32_t)whole_member(run->arguments, "references"),
                                                         text, (int64_t)sizeof text, &needed, &run->error);
    if (status == FARSPAN_OK) new_text(run, text);
    return status;
}

static farspan_status chrf_score(struct run* run, int merge) {
    farspan_chrf_config config;
    farspan_chrf_config_init(&config, sizeof config);
    set_fields(run, &config, chrf_fields, member(run->arguments, "config"));
    farspan_chrf_counts counts[2];
    for (int n = 0; n < 2; ++n) farspan_chrf_counts_init(&counts[n], sizeof counts[n]);
    const cJSON* segment;
    int turn = 0;
    farspan_status status = FARSPAN_OK;
    run->stage = "chrf_add";
    cJSON_ArrayForEach(segment, member(run->arguments, "segments")) {
        const struct references list = read_references(run, segment);
        const char* text = member(segment, "hypothesis")->valuestring;
        status = farspan_chrf_add(run->context, &config, text, (int64_t)strlen(text), list.texts, list.count,
                                  &counts[merge ? turn++ % 2 : 0], &run->error);
        if (status != FARSPAN_OK) return status;
    }
    run->stage = "chrf_merge";
    if (merge) status = farspan_chrf_merge(&counts[0], &counts[1], &run->error);
    if (status != FARSPAN_OK) return status;
    run->stage = "chrf_score";
    return farspan_chrf_score(&config, &counts[0], new_output(run, OUTPUT_F64, 1), &run->error);
}

static farspan_status chrf_of_segments(struct run* run) { return chrf_score(run, 0); }
static farspan_status chrf_of_halves(struct run* run) { return chrf_score(run, 1); }

static farspan_status rouge(struct run* run) {
    const cJSON *given = member(run->arguments, "config"), *hypothesis = member(run->arguments, "hypothesis");
    const struct references list = read_references(run, run->arguments);
    farspan_rouge_config config;
    farspan_rouge_config_init(&config, sizeof config, (int32_t)whole_member(given, "kind"));
    set_fields(run, &config, rouge_fields, given);
    farspan_rouge_result r;
    farspan_rouge_result_init(&r, sizeof r);
    farspan_status status;
    if (cJSON_IsString(hypothesis))
        status = farspan_rouge(run->context, &config, hypothesis->valuestring, (int64_t)strlen(hypothesis->valuestring),
                               list.texts, list.count, &r, &run->error);
    else
        status = farspan_rouge_tokens(run->context, &config, int64_list(run, hypothesis),
                                      cJSON_GetArraySize(hypothesis), list.ids, list.count, &r, &run->error);
    if (status != FARSPAN_OK) return status;
    const double values[4] = {r.precision, r.recall, r.f_measure, (double)r.reference};
    memcpy(new_output(run, OUTPUT_F64, 4), values, sizeof values);
    return FARSPAN_OK;
}

static farspan_bootstrap_config read_bootstrap(struct run* run) {
    farspan_bootstrap_config config;
    farspan_bootstrap_config_init(&config, sizeof config);
    set_fields(run, &config, bootstrap_fields, member(run->arguments, "config"));
    return config;
}

static farspan_status new_interval(struct run* run, farspan_status status, const farspan_interval* i) {
    if (status != FARSPAN_OK) return status;
    const double values[4] = {i->low, i->median, i->high, i->mean};
    memcpy(new_output(run, OUTPUT_F64, 4), values, sizeof values);
    return FARSPAN_OK;
}

static farspan_status bootstrap_mean(struct run* run) {
    const farspan_bootstrap_config config = read_bootstrap(run);
    const cJSON* values = member(run->arguments, "values");
    farspan_interval interval;
    farspan_interval_init(&interval, sizeof interval);
    return new_interval(run,
                        farspan_bootstrap_mean(run->context, &config, double_list(run, values),
                                               cJSON_GetArraySize(values), &interval, &run->error),
                        &interval);
}

static farspan_status bleu_bootstrap(struct run* run) {
    const farspan_bootstrap_config config = read_bootstrap(run);
    const farspan_bleu_config bleu = read_bleu(run, "bleu");
    const cJSON *segments = member(run->arguments, "segments"), *segment;
    farspan_bleu_counts *counts = take(run, (size_t)cJSON_GetArraySize(segments) * sizeof *counts), *to = counts;
    cJSON_ArrayForEach(segment, segments) {
        farspan_bleu_counts_init(to, sizeof *to);
        const farspan_status status = add_segment(run, &bleu, segment, to++);
        if (status != FARSPAN_OK) return status;
    }
    farspan_interval interval;
    farspan_interval_init(&interval, sizeof interval);
    run->stage = "bleu_bootstrap";
    return new_interval(run,
                        farspan_bleu_bootstrap(run->context, &config, &bleu, counts, cJSON_GetArraySize(segments),
                                               &interval, &run->error),
                        &interval);
}

static farspan_status passkey_make(struct run* run) {
    const cJSON* given = member(run->arguments, "config");
    farspan_passkey_config config;
    farspan_passkey_config_init(&config, sizeof config, (int32_t)whole_member(given, "form"));
    set_fields(run, &config, passkey_fields, given);
    char* text = take(run, (size_t)config.length + 1);
    farspan_passkey p;
    farspan_passkey_init(&p, sizeof p);
    int64_t needed = 0;
    const farspan_status status =
        farspan_passkey_make(run->context, &config, text, config.length + 1, &needed, &p, &run->error);
    if (status != FARSPAN_OK) return status;
    const int64_t numbers[4] = {p.key, p.key_begin, p.key_end, p.bytes};
    new_text(run, text);
    memcpy(new_output(run, OUTPUT_INT64, 4), numbers, sizeof numbers);
    memcpy(new_output(run, OUTPUT_F64, 1), &p.depth, sizeof p.depth);
    return FARSPAN_OK;
}

static farspan_status passkey_check(struct run* run) {
    const char* text = member(run->arguments, "generated")->valuestring;
    int32_t correct = 0;
    const farspan_status status = farspan_passkey_check(run->context, text, (int64_t)strlen(text),
                                                        whole_member(run->arguments, "key"), &correct, &run->error);
    if (status == FARSPAN_OK) *(int64_t*)new_output(run, OUTPUT_INT64, 1) = correct;
    return status;
}

static farspan_status needle_place(struct run* run) {
    const cJSON* given = run->arguments;
    const int64_t length = whole_member(given, "length"),
                  boundary = has(given, "boundary") ? whole_member(given, "boundary") : 0;
    int64_t* out = new_output(run, OUTPUT_INT64, (size_t)length);
    return farspan_needle_place(run->context, int64s(run, given, "haystack"), length_of(given, "haystack"),
                                int64s(run, given, "needle"), length_of(given, "needle"),
                                int64s(run, given, "question"), length_of(given, "question"),
                                real(member(given, "depth")), has(given, "boundary") ? &boundary : NULL,
                                has(given, "boundary"), out, length, new_output(run, OUTPUT_INT64, 1), &run->error);
}

const struct plain_call eval_text_calls[] = {
    {"tokenize", tokenize},
    {"bleu_score", bleu_of_segments},
    {"bleu_merge", bleu_of_halves},
    {"bleu_add_tokens", bleu_of_segments},
    {"bleu_signature", bleu_signature},
    {"chrf_score", chrf_of_segments},
    {"chrf_merge", chrf_of_halves},
    {"rouge", rouge},
    {"rouge_tokens", rouge},
    {"bootstrap_mean", bootstrap_mean},
    {"bleu_bootstrap", bleu_bootstrap},
    {"passkey_make", passkey_make},
    {"passkey_check", passkey_check},
    {"needle_place", needle_place},
    {NULL, NULL},
};
