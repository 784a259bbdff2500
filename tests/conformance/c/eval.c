/* The calls of eval.h. */
#include <string.h>

#include "calls.h"

static void windows_get(struct run* run) {
    CONFIG_OF(windows_config, config, member(run->given, "config"), "kind");
    const cJSON* index;
    cJSON_ArrayForEach(index, member(run->given, "indices")) {
        FRESH(window, window);
        CALL(windows_get, &config, (int64_t)real_of(index), &window);
        GIVE(window, window);
    }
}

static farspan_loss empty_loss(const struct run* run, const char* block_tokens) {
    FRESH(loss, loss);
    loss.block_tokens = whole_or(run->given, block_tokens, whole(run->given, "block_tokens"));
    return loss;
}

static void add_parts(struct run* run, const char* parts, farspan_loss* loss) {
    const cJSON *given = run->given, *part;
    cJSON_ArrayForEach(part, member(given, parts)) {
        run->given = part;
        CALL(loss_add, run->context, loss, DOUBLES("nll"), INT64S("targets"), whole_or(part, "ignore_index", 0),
             whole(part, "bytes"));
    }
    run->given = given;
}

static void summarize(struct run* run, const farspan_loss* losses, int64_t count) {
    for (int64_t n = 0; n < count; ++n) {
        FRESH(loss_summary, summary);
        CALL(loss_summarize, &losses[n], &summary);
        GIVE(loss_summary, summary);
    }
}

static void accumulate(struct run* run) {
    farspan_loss loss = empty_loss(run, "block_tokens"), from = empty_loss(run, "from_block_tokens");
    add_parts(run, "parts", &loss);
    if (run->status == FARSPAN_OK && has(run->given, "from")) {
        add_parts(run, "from", &from);
        if (run->status == FARSPAN_OK) CALL(loss_merge, &loss, &from);
    }
    if (run->status == FARSPAN_OK) summarize(run, &loss, 1);
}

static void loss_add_by_context(struct run* run) {
    const cJSON *given = run->given, *part;
    const int64_t *edges = int64s(run, "edges"), edge_count = length(given, "edges"), buckets = edge_count - 1;
    farspan_loss* curve = take(run, (size_t)edge_count * sizeof *curve);
    for (int64_t k = 0; k < buckets; ++k) curve[k] = empty_loss(run, "block_tokens");
    cJSON_ArrayForEach(part, member(given, "parts")) {
        run->given = part;
        CALL(loss_add_by_context, run->context, curve, buckets, edges, edge_count, whole(part, "first_context"),
             DOUBLES("nll"), INT64S("targets"), whole_or(part, "ignore_index", 0));
    }
    summarize(run, curve, buckets);
}

static void verdict_name(struct run* run) {
    new_text(run, farspan_verdict_name((int32_t)whole(run->given, "verdict")));
}

struct references references_of(struct run* run, const cJSON* segment) {
    const cJSON* one;
    struct references result = {NULL, NULL, 0};
    const size_t count = (size_t)length(segment, "references");
    result.texts = take(run, count * sizeof *result.texts);
    result.ids = take(run, count * sizeof *result.ids);
    cJSON_ArrayForEach(one, member(segment, "references")) {
        const int64_t n = result.count++;
        if (cJSON_IsString(one)) {
            result.texts[n].data = one->valuestring;
            result.texts[n].bytes = (int64_t)strlen(one->valuestring);
        } else if (cJSON_IsArray(one)) {
            int64_t* ids = take(run, (size_t)cJSON_GetArraySize(one) * sizeof *ids);
            for (int k = 0; k < cJSON_GetArraySize(one); ++k) ids[k] = (int64_t)real_of(at(one, k));
            result.ids[n].data = ids;
            result.ids[n].count = cJSON_GetArraySize(one);
        }
    }
    return result;
}

static void add_bleu(struct run* run, const farspan_bleu_config* config, const cJSON* segment,
                     farspan_bleu_counts* counts) {
    const struct references list = references_of(run, segment);
    run->given = segment;
    if (cJSON_IsString(member(segment, "hypothesis")))
        CALL(bleu_add, run->context, config, TEXT("hypothesis"), list.texts, list.count, counts);
    else
        CALL(bleu_add_tokens, run->context, config, INT64S("hypothesis"), list.ids, list.count, counts);
}

/* Segments are counted in two structs by turns, or all in the first. */
static void bleu_score(struct run* run) {
    CONFIG(bleu_config, config, member(run->given, "config"));
    FRESH(bleu_counts, counts);
    farspan_bleu_counts half = counts;
    const int merges = strcmp(text(run->one, "call"), "bleu_merge") == 0;
    int turn = 0;
    const cJSON* segment;
    cJSON_ArrayForEach(segment, member(run->given, "segments")) {
        add_bleu(run, &config, segment, merges && turn++ % 2 ? &half : &counts);
        if (run->status != FARSPAN_OK) return;
    }
    if (merges) CALL(bleu_merge, &counts, &half);
    FRESH(bleu_result, result);
    CALL(bleu_score, &config, &counts, &result);
    GIVE(bleu_result, result);
}

static void chrf_score(struct run* run) {
    CONFIG(chrf_config, config, member(run->given, "config"));
    FRESH(chrf_counts, counts);
    farspan_chrf_counts half = counts;
    const int merges = strcmp(text(run->one, "call"), "chrf_merge") == 0;
    int turn = 0;
    const cJSON* segment;
    cJSON_ArrayForEach(segment, member(run->given, "segments")) {
        const struct references list = references_of(run, segment);
        run->given = segment;
        CALL(chrf_add, run->context, &config, TEXT("hypothesis"), list.texts, list.count,
             merges && turn++ % 2 ? &half : &counts);
    }
    if (merges) CALL(chrf_merge, &counts, &half);
    double score = 0;
    CALL(chrf_score, &config, &counts, &score);
    give_real(run, score);
}

static void bleu_bootstrap(struct run* run) {
    CONFIG(bootstrap_config, config, member(run->given, "config"));
    CONFIG(bleu_config, bleu, member(run->given, "bleu"));
    const int64_t count = length(run->given, "segments");
    farspan_bleu_counts *counts = take(run, (size_t)count * sizeof *counts), *to = counts;
    const cJSON* segment;
    cJSON_ArrayForEach(segment, member(run->given, "segments")) {
        farspan_bleu_counts_init(to, sizeof *to);
        add_bleu(run, &bleu, segment, to++);
        if (run->status != FARSPAN_OK) return;
    }
    FRESH(interval, interval);
    CALL(bleu_bootstrap, run->context, &config, &bleu, counts, count, &interval);
    GIVE(interval, interval);
}

static void passkey_make(struct run* run) {
    CONFIG_OF(passkey_config, config, member(run->given, "config"), "form");
    char* made = take(run, (size_t)config.length + 1);
    FRESH(passkey, passkey);
    int64_t needed = 0;
    CALL(passkey_make, run->context, &config, made, config.length + 1, &needed, &passkey);
    new_text(run, made);
    for (int n = 0; n < 4; ++n)
        give_whole(run, (const int64_t[]){passkey.key, passkey.key_begin, passkey.key_end, passkey.bytes}[n]);
    give_real(run, passkey.depth);
}

static void needle_place(struct run* run) {
    const int64_t count = whole(run->given, "length"), boundary = whole_or(run->given, "boundary", 0);
    const int has_boundary = has(run->given, "boundary");
    int64_t position = 0;
    CALL(needle_place, run->context, INT64S("haystack"), INT64S("needle"), INT64S("question"),
         real(run->given, "depth"), has_boundary ? &boundary : NULL, has_boundary, new_output(run, OUTPUT_INT64, count),
         count, &position);
    give_whole(run, position);
}

const struct call eval_calls[] = {
    {"windows_get", windows_get},       {"loss_add", accumulate},
    {"loss_merge", accumulate},         {"loss_add_by_context", loss_add_by_context},
    {"verdict_name", verdict_name},     {"bleu_score", bleu_score},
    {"bleu_merge", bleu_score},         {"bleu_add_tokens", bleu_score},
    {"chrf_score", chrf_score},         {"chrf_merge", chrf_score},
    {"bleu_bootstrap", bleu_bootstrap}, {"passkey_make", passkey_make},
    {"needle_place", needle_place},     {NULL, NULL},
};
