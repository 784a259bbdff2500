/* The calls of eval.h on losses. A function returns the status of what it called last; run->stage is its name. */
#include <string.h>

#include "../fields.h"
#include "farspan/eval.h"
#include "run.h"

static farspan_status token_nll(struct run* run) {
    const cJSON* given = run->arguments;
    const farspan_tensor logits = read_tensor(run, member(given, "logits"));
    const int64_t rows = logits.shape[0] * logits.shape[1] * logits.shape[2];
    double* nll = new_output(run, OUTPUT_F64, (size_t)rows);
    return farspan_token_nll(run->context, &logits, int64s(run, given, "targets"), length_of(given, "targets"),
                             whole_member(given, "ignore_index"), nll, rows, &run->error);
}

static farspan_status token_nll_grad(struct run* run) {
    const cJSON* given = run->arguments;
    const int in_place = !has(given, "grad");
    const farspan_tensor grad = write_tensor(run, member(given, in_place ? "logits" : "grad"));
    const farspan_tensor logits = in_place ? grad : read_tensor(run, member(given, "logits"));
    const float* weights = has(given, "weights") ? float_list(run, member(given, "weights")) : NULL;
    return farspan_token_nll_grad(run->context, &logits, int64s(run, given, "targets"), length_of(given, "targets"),
                                  whole_member(given, "ignore_index"), weights, length_of(given, "weights"), &grad,
                                  &run->error);
}

static farspan_windows_config read_windows(struct run* run) {
    const cJSON* given = member(run->arguments, "config");
    farspan_windows_config config;
    farspan_windows_config_init(&config, sizeof config, (int32_t)whole_member(given, "kind"));
    set_fields(run, &config, windows_fields, given);
    return config;
}

static farspan_status windows_count(struct run* run) {
    const farspan_windows_config config = read_windows(run);
    return farspan_windows_count(&config, new_output(run, OUTPUT_INT64, 1), &run->error);
}

static farspan_status windows_get(struct run* run) {
    const farspan_windows_config config = read_windows(run);
    const cJSON *indices = member(run->arguments, "indices"), *index;
    int64_t* to = new_output(run, OUTPUT_INT64, 6 * (size_t)cJSON_GetArraySize(indices));
    cJSON_ArrayForEach(index, indices) {
        farspan_window w;
        farspan_window_init(&w, sizeof w);
        const farspan_status status = farspan_windows_get(&config, whole(index), &w, &run->error);
        if (status != FARSPAN_OK) return status;
        const int64_t values[6] = {w.bos, w.begin, w.end, w.first_scored, w.rows, w.first_row};
        memcpy(to, values, sizeof values);
        to += 6;
    }
    return FARSPAN_OK;
}

static farspan_loss empty_loss(const struct run* run, const char* block_tokens) {
    farspan_loss loss;
    farspan_loss_init(&loss, sizeof loss);
    if (has(run->arguments, block_tokens)) loss.block_tokens = whole_member(run->arguments, block_tokens);
    return loss;
}

static farspan_status add_parts(struct run* run, const cJSON* parts, farspan_loss* loss) {
    const cJSON* part;
    run->stage = "loss_add";
    cJSON_ArrayForEach(part, parts) {
        const int64_t* targets = int64s(run, part, "targets");
        const farspan_status status =
            farspan_loss_add(run->context, loss, double_list(run, member(part, "nll")), length_of(part, "nll"), targets,
                             length_of(part, "targets"), targets ? whole_member(part, "ignore_index") : 0,
                             whole_member(part, "bytes"), &run->error);
        if (status != FARSPAN_OK) return status;
    }
    return FARSPAN_OK;
}

/* Summaries of accumulators as two outputs. */
static farspan_status summarize(struct run* run, const farspan_loss* losses, size_t count) {
    int64_t* tokens = new_output(run, OUTPUT_INT64, count);
    double* means = new_output(run, OUTPUT_F64, 5 * count);
    run->stage = "loss_summarize";
    for (size_t n = 0; n < count; ++n) {
        farspan_loss_summary s;
        farspan_loss_summary_init(&s, sizeof s);
        const farspan_status status = farspan_loss_summarize(&losses[n], &s, &run->error);
        if (status != FARSPAN_OK) return status;
        const double values[5] = {s.nll, s.standard_error, s.perplexity, s.bits_per_token, s.bits_per_byte};
        tokens[n] = s.tokens;
        memcpy(means + 5 * n, values, sizeof values);
    }
    return FARSPAN_OK;
}

static farspan_status loss_add(struct run* run) {
    farspan_loss loss = empty_loss(run, "block_tokens");
    const farspan_status status = add_parts(run, member(run->arguments, "parts"), &loss);
    return status == FARSPAN_OK ? summarize(run, &loss, 1) : status;
}

static farspan_status loss_merge(struct run* run) {
    farspan_loss loss = empty_loss(run, "block_tokens");
    farspan_loss from =
        empty_loss(run, has(run->arguments, "from_block_tokens") ? "from_block_tokens" : "block_tokens");
    farspan_status status = add_parts(run, member(run->arguments, "parts"), &loss);
    if (status == FARSPAN_OK) status = add_parts(run, member(run->arguments, "from"), &from);
    if (status != FARSPAN_OK) return status;
    run->stage = "loss_merge";
    status = farspan_loss_merge(&loss, &from, &run->error);
    return status == FARSPAN_OK ? summarize(run, &loss, 1) : status;
}

static farspan_status loss_add_by_context(struct run* run) {
    const cJSON *given = run->arguments, *part;
    const int64_t buckets = length_of(given, "edges") - 1;
    farspan_loss* curve = take(run, (size_t)(buckets + 1) * sizeof *curve);
    for (int64_t k = 0; k < buckets; ++k) curve[k] = empty_loss(run, "block_tokens");
    const int64_t* edges = int64s(run, given, "edges");
    cJSON_ArrayForEach(part, member(given, "parts")) {
        const int64_t* targets = int64s(run, part, "targets");
        const farspan_status status = farspan_loss_add_by_context(
            run->context, curve, buckets, edges, length_of(given, "edges"), whole_member(part, "first_context"),
            double_list(run, member(part, "nll")), length_of(part, "nll"), targets, length_of(part, "targets"),
            targets ? whole_member(part, "ignore_index") : 0, &run->error);
        if (status != FARSPAN_OK) return status;
    }
    return summarize(run, curve, (size_t)buckets);
}

static farspan_status judge_lengths(struct run* run) {
    const cJSON* given = run->arguments;
    farspan_verdict v;
    farspan_verdict_init(&v, sizeof v);
    const farspan_status status =
        farspan_judge(run->context, int64s(run, given, "lengths"), length_of(given, "lengths"),
                      double_list(run, member(given, "nll")), length_of(given, "nll"),
                      whole_member(given, "trained_length"), &v, &run->error);
    if (status != FARSPAN_OK) return status;
    const int64_t values[3] = {v.verdict, v.reference_length, v.worst_length};
    memcpy(new_output(run, OUTPUT_INT64, 3), values, sizeof values);
    memcpy(new_output(run, OUTPUT_F64, 1), &v.worst_ratio, sizeof v.worst_ratio);
    return FARSPAN_OK;
}

static farspan_status verdict_name(struct run* run) {
    new_text(run, farspan_verdict_name((int32_t)whole_member(run->arguments, "verdict")));
    return FARSPAN_OK;
}

const struct plain_call eval_loss_calls[] = {
    {"token_nll", token_nll},
    {"token_nll_grad", token_nll_grad},
    {"windows_count", windows_count},
    {"windows_get", windows_get},
    {"loss_add", loss_add},
    {"loss_merge", loss_merge},
    {"loss_add_by_context", loss_add_by_context},
    {"judge", judge_lengths},
    {"verdict_name", verdict_name},
    {NULL, NULL},
};
