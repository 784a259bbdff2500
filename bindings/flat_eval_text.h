/* eval.h in the form of flat.h, its sections 5 to 8. Include flat.h before. Results and counts are arrays, as in flat_eval.h.
 *
 * - A segment is one array with the hypothesis and its references one behind the other, and an array of their lengths: that of the
 *   hypothesis first, FLAT_MISSING for a reference that this segment does not have.
 * - A text that comes out needs a buffer; how long it must be is as in C. */
#ifndef FARSPAN_BINDINGS_FLAT_EVAL_TEXT_H
#define FARSPAN_BINDINGS_FLAT_EVAL_TEXT_H

#include "farspan/eval.h"

enum {
    FLAT_MISSING = -1,
    FLAT_BLEU_COUNTS = 20, /* max_order, segments, hypothesis_length, reference_length, correct[8], total[8] */
    FLAT_BLEU_REAL = 10,   /* score, brevity_penalty, precisions[8]; whole: hypothesis_length, reference_length */
    FLAT_CHRF_COUNTS = 50, /* orders, segments, hypothesis[16], reference[16], matches[16] */
    FLAT_ROUGE_REAL = 3,   /* precision, recall, f_measure; whole: reference */
    FLAT_INTERVAL = 4,     /* low, median, high, mean */
    FLAT_PASSKEY_WHOLE = 4 /* key, key_begin, key_end, bytes; real: depth */
};

/* ---- texts ------------------------------------------------------------------------------------- */

static farspan_status flat_tokenize(int32_t tokenizer, int32_t lowercase, const uint8_t* text, size_t text_bytes,
                                    uint8_t* buffer, size_t buffer_bytes, int64_t* whole, size_t whole_count,
                                    farspan_error* error) {
    return farspan_tokenize(NULL, tokenizer, lowercase, (const char*)text, (int64_t)text_bytes, (char*)buffer,
                            (int64_t)buffer_bytes, whole_count > 0 ? whole : NULL, error);
}

/* The parts of a segment as views, in an array to be freed: the hypothesis, then the references. NULL is a failure, told in `error`. A
 * view of texts and one of ids have one form. */
typedef char flat_views_are_alike[sizeof(farspan_text) == sizeof(farspan_ids) ? 1 : -1];
static farspan_text* flat_parts(const void* data, size_t element_bytes, size_t count, const int64_t* lengths,
                                size_t length_count, farspan_error* error) {
    static const int64_t nothing = 0; /* an empty text still has an address */
    __int128 sum = 0;
    for (size_t n = 0; n < length_count; ++n) sum += lengths[n] > 0 ? lengths[n] : 0;
    if (length_count < 1 || sum != (__int128)count) {
        flat_fail(error, FARSPAN_ERROR_SHAPE, 3,
                  "the segment has %zu elements in %zu parts, which its lengths do not give", count, length_count);
        return NULL;
    }
    farspan_text* parts = (farspan_text*)calloc(length_count, sizeof *parts);
    if (!parts) {
        flat_fail(error, FARSPAN_ERROR_OUT_OF_MEMORY, 5, "no memory for %zu references", length_count - 1);
        return NULL;
    }
    const char* next = (const char*)data;
    for (size_t n = 0; n < length_count; ++n) {
        if (lengths[n] < 0) continue;
        parts[n].data = lengths[n] > 0 ? next : (const char*)&nothing;
        parts[n].bytes = lengths[n];
        if (lengths[n] > 0) next += (size_t)lengths[n] * element_bytes;
    }
    return parts;
}

/* ---- BLEU -------------------------------------------------------------------------------------- */

static farspan_bleu_counts flat_read_bleu(const int64_t* whole) {
    farspan_bleu_counts counts;
    farspan_bleu_counts_init(&counts, sizeof counts);
    counts.max_order = (int32_t)whole[0];
    counts.segments = whole[1];
    counts.hypothesis_length = whole[2];
    counts.reference_length = whole[3];
    memcpy(counts.correct, whole + 4, sizeof counts.correct);
    memcpy(counts.total, whole + 12, sizeof counts.total);
    return counts;
}

static void flat_write_bleu(const farspan_bleu_counts* counts, int64_t* whole) {
    whole[0] = counts->max_order;
    whole[1] = counts->segments;
    whole[2] = counts->hypothesis_length;
    whole[3] = counts->reference_length;
    memcpy(whole + 4, counts->correct, sizeof counts->correct);
    memcpy(whole + 12, counts->total, sizeof counts->total);
}

/* Whether the array cannot hold counts. */
static int flat_no_counts(farspan_error* error, int32_t argument, const int64_t* whole, size_t whole_count,
                          size_t needed) {
    if (!whole) {
        flat_fail(error, FARSPAN_ERROR_NULL_ARGUMENT, argument, "counts are NULL");
        return 1;
    }
    return flat_short(error, argument, "counts", whole, whole_count, (__int128)needed);
}

static farspan_status flat_bleu_add(const farspan_bleu_config* config, const uint8_t* texts, size_t texts_bytes,
                                    const int64_t* lengths, size_t length_count, int64_t* whole, size_t whole_count,
                                    farspan_error* error) {
    if (flat_no_counts(error, 7, whole, whole_count, FLAT_BLEU_COUNTS)) return FARSPAN_ERROR_SHAPE;
    farspan_text* parts = flat_parts(texts, 1, texts_bytes, lengths, length_count, error);
    if (!parts) return FARSPAN_ERROR_SHAPE;
    farspan_bleu_counts counts = flat_read_bleu(whole);
    const farspan_status status = farspan_bleu_add(NULL, config, parts[0].data, parts[0].bytes, parts + 1,
                                                   (int64_t)length_count - 1, &counts, error);
    if (status == FARSPAN_OK) flat_write_bleu(&counts, whole);
    free(parts);
    return status;
}

static farspan_status flat_bleu_add_tokens(const farspan_bleu_config* config, const int64_t* ids, size_t id_count,
                                           const int64_t* lengths, size_t length_count, int64_t* whole,
                                           size_t whole_count, farspan_error* error) {
    if (flat_no_counts(error, 7, whole, whole_count, FLAT_BLEU_COUNTS)) return FARSPAN_ERROR_SHAPE;
    farspan_text* parts = flat_parts(ids, sizeof *ids, id_count, lengths, length_count, error);
    if (!parts) return FARSPAN_ERROR_SHAPE;
    farspan_bleu_counts counts = flat_read_bleu(whole);
    const farspan_status status = farspan_bleu_add_tokens(NULL, config, (const int64_t*)(const void*)parts[0].data,
                                                          parts[0].bytes, (const farspan_ids*)(const void*)(parts + 1),
                                                          (int64_t)length_count - 1, &counts, error);
    if (status == FARSPAN_OK) flat_write_bleu(&counts, whole);
    free(parts);
    return status;
}

static farspan_status flat_bleu_merge(int64_t* whole, size_t whole_count, const int64_t* from_whole,
                                      size_t from_whole_count, farspan_error* error) {
    if (flat_no_counts(error, 1, whole, whole_count, FLAT_BLEU_COUNTS) ||
        flat_no_counts(error, 2, from_whole, from_whole_count, FLAT_BLEU_COUNTS))
        return FARSPAN_ERROR_SHAPE;
    farspan_bleu_counts counts = flat_read_bleu(whole);
    const farspan_bleu_counts from = flat_read_bleu(from_whole);
    const farspan_status status = farspan_bleu_merge(&counts, &from, error);
    if (status == FARSPAN_OK) flat_write_bleu(&counts, whole);
    return status;
}

static farspan_status flat_bleu_score(const farspan_bleu_config* config, const int64_t* from_whole,
                                      size_t from_whole_count, int64_t* whole, size_t whole_count, double* real,
                                      size_t real_count, farspan_error* error) {
    farspan_bleu_result result;
    farspan_bleu_result_init(&result, sizeof result);
    if (flat_no_counts(error, 2, from_whole, from_whole_count, FLAT_BLEU_COUNTS) ||
        flat_short(error, 3, "result", whole, whole_count, 2) ||
        flat_short(error, 3, "result", real, real_count, FLAT_BLEU_REAL))
        return FARSPAN_ERROR_SHAPE;
    const farspan_bleu_counts counts = flat_read_bleu(from_whole);
    const farspan_status status = farspan_bleu_score(config, &counts, &result, error);
    if (status != FARSPAN_OK) return status;
    whole[0] = result.hypothesis_length;
    whole[1] = result.reference_length;
    real[0] = result.score;
    real[1] = result.brevity_penalty;
    memcpy(real + 2, result.precisions, sizeof result.precisions);
    return FARSPAN_OK;
}

static farspan_status flat_bleu_signature(const farspan_bleu_config* config, int32_t references, uint8_t* buffer,
                                          size_t buffer_bytes, int64_t* whole, size_t whole_count,
                                          farspan_error* error) {
    return farspan_bleu_signature(config, references, (char*)buffer, (int64_t)buffer_bytes,
                                  whole_count > 0 ? whole : NULL, error);
}

/* ---- chrF -------------------------------------------------------------------------------------- */

static farspan_chrf_counts flat_read_chrf(const int64_t* whole) {
    farspan_chrf_counts counts;
    farspan_chrf_counts_init(&counts, sizeof counts);
    counts.orders = (int32_t)whole[0];
    counts.segments = whole[1];
    memcpy(counts.hypothesis, whole + 2, sizeof counts.hypothesis);
    memcpy(counts.reference, whole + 18, sizeof counts.reference);
    memcpy(counts.matches, whole + 34, sizeof counts.matches);
    return counts;
}

static void flat_write_chrf(const farspan_chrf_counts* counts, int64_t* whole) {
    whole[0] = counts->orders;
    whole[1] = counts->segments;
    memcpy(whole + 2, counts->hypothesis, sizeof counts->hypothesis);
    memcpy(whole + 18, counts->reference, sizeof counts->reference);
    memcpy(whole + 34, counts->matches, sizeof counts->matches);
}

static farspan_status flat_chrf_add(const farspan_chrf_config* config, const uint8_t* texts, size_t texts_bytes,
                                    const int64_t* lengths, size_t length_count, int64_t* whole, size_t whole_count,
                                    farspan_error* error) {
    if (flat_no_counts(error, 7, whole, whole_count, FLAT_CHRF_COUNTS)) return FARSPAN_ERROR_SHAPE;
    farspan_text* parts = flat_parts(texts, 1, texts_bytes, lengths, length_count, error);
    if (!parts) return FARSPAN_ERROR_SHAPE;
    farspan_chrf_counts counts = flat_read_chrf(whole);
    const farspan_status status = farspan_chrf_add(NULL, config, parts[0].data, parts[0].bytes, parts + 1,
                                                   (int64_t)length_count - 1, &counts, error);
    if (status == FARSPAN_OK) flat_write_chrf(&counts, whole);
    free(parts);
    return status;
}

static farspan_status flat_chrf_merge(int64_t* whole, size_t whole_count, const int64_t* from_whole,
                                      size_t from_whole_count, farspan_error* error) {
    if (flat_no_counts(error, 1, whole, whole_count, FLAT_CHRF_COUNTS) ||
        flat_no_counts(error, 2, from_whole, from_whole_count, FLAT_CHRF_COUNTS))
        return FARSPAN_ERROR_SHAPE;
    farspan_chrf_counts counts = flat_read_chrf(whole);
    const farspan_chrf_counts from = flat_read_chrf(from_whole);
    const farspan_status status = farspan_chrf_merge(&counts, &from, error);
    if (status == FARSPAN_OK) flat_write_chrf(&counts, whole);
    return status;
}

static farspan_status flat_chrf_score(const farspan_chrf_config* config, const int64_t* from_whole,
                                      size_t from_whole_count, double* real, size_t real_count, farspan_error* error) {
    if (flat_no_counts(error, 2, from_whole, from_whole_count, FLAT_CHRF_COUNTS) ||
        flat_short(error, 3, "score", real, real_count, 1))
        return FARSPAN_ERROR_SHAPE;
    const farspan_chrf_counts counts = flat_read_chrf(from_whole);
    return farspan_chrf_score(config, &counts, real, error);
}

/* ---- ROUGE ------------------------------------------------------------------------------------- */

/* The result of `status`, into the arrays. */
static farspan_status flat_write_rouge(farspan_status status, const farspan_rouge_result* result, int64_t* whole,
                                       double* real) {
    if (status != FARSPAN_OK) return status;
    whole[0] = result->reference;
    real[0] = result->precision;
    real[1] = result->recall;
    real[2] = result->f_measure;
    return FARSPAN_OK;
}

static farspan_status flat_rouge(const farspan_rouge_config* config, const uint8_t* texts, size_t texts_bytes,
                                 const int64_t* lengths, size_t length_count, int64_t* whole, size_t whole_count,
                                 double* real, size_t real_count, farspan_error* error) {
    farspan_rouge_result result;
    farspan_rouge_result_init(&result, sizeof result);
    if (flat_short(error, 7, "result", whole, whole_count, 1) ||
        flat_short(error, 7, "result", real, real_count, FLAT_ROUGE_REAL))
        return FARSPAN_ERROR_SHAPE;
    farspan_text* parts = flat_parts(texts, 1, texts_bytes, lengths, length_count, error);
    if (!parts) return FARSPAN_ERROR_SHAPE;
    const farspan_status status = farspan_rouge(NULL, config, parts[0].data, parts[0].bytes, parts + 1,
                                                (int64_t)length_count - 1, &result, error);
    free(parts);
    return flat_write_rouge(status, &result, whole, real);
}

static farspan_status flat_rouge_tokens(const farspan_rouge_config* config, const int64_t* ids, size_t id_count,
                                        const int64_t* lengths, size_t length_count, int64_t* whole, size_t whole_count,
                                        double* real, size_t real_count, farspan_error* error) {
    farspan_rouge_result result;
    farspan_rouge_result_init(&result, sizeof result);
    if (flat_short(error, 7, "result", whole, whole_count, 1) ||
        flat_short(error, 7, "result", real, real_count, FLAT_ROUGE_REAL))
        return FARSPAN_ERROR_SHAPE;
    farspan_text* parts = flat_parts(ids, sizeof *ids, id_count, lengths, length_count, error);
    if (!parts) return FARSPAN_ERROR_SHAPE;
    const farspan_status status =
        farspan_rouge_tokens(NULL, config, (const int64_t*)(const void*)parts[0].data, parts[0].bytes,
                             (const farspan_ids*)(const void*)(parts + 1), (int64_t)length_count - 1, &result, error);
    free(parts);
    return flat_write_rouge(status, &result, whole, real);
}

/* ---- bootstrap --------------------------------------------------------------------------------- */

static farspan_status flat_write_interval(farspan_status status, const farspan_interval* interval, double* real) {
    if (status != FARSPAN_OK) return status;
    real[0] = interval->low;
    real[1] = interval->median;
    real[2] = interval->high;
    real[3] = interval->mean;
    return FARSPAN_OK;
}

static farspan_status flat_bootstrap_mean(const farspan_context* context, const farspan_bootstrap_config* config,
                                          const double* values, size_t value_count, double* real, size_t real_count,
                                          farspan_error* error) {
    farspan_interval interval;
    farspan_interval_init(&interval, sizeof interval);
    if (flat_short(error, 5, "interval", real, real_count, FLAT_INTERVAL)) return FARSPAN_ERROR_SHAPE;
    const farspan_status status =
        farspan_bootstrap_mean(context, config, values, (int64_t)value_count, &interval, error);
    return flat_write_interval(status, &interval, real);
}

/* The counts of the segments one behind the other. */
static farspan_status flat_bleu_bootstrap(const farspan_context* context, const farspan_bootstrap_config* config,
                                          const farspan_bleu_config* bleu, const int64_t* from_whole,
                                          size_t from_whole_count, double* real, size_t real_count,
                                          farspan_error* error) {
    const size_t segments = from_whole_count / FLAT_BLEU_COUNTS;
    farspan_interval interval;
    farspan_interval_init(&interval, sizeof interval);
    if (flat_short(error, 6, "interval", real, real_count, FLAT_INTERVAL)) return FARSPAN_ERROR_SHAPE;
    farspan_bleu_counts* counts = (farspan_bleu_counts*)calloc(segments + 1, sizeof *counts);
    if (!counts) return flat_fail(error, FARSPAN_ERROR_OUT_OF_MEMORY, 4, "no memory for %zu segments", segments);
    for (size_t n = 0; n < segments; ++n) counts[n] = flat_read_bleu(from_whole + n * FLAT_BLEU_COUNTS);
    const farspan_status status =
        farspan_bleu_bootstrap(context, config, bleu, counts, (int64_t)segments, &interval, error);
    free(counts);
    return flat_write_interval(status, &interval, real);
}

/* ---- passkey ----------------------------------------------------------------------------------- */

/* The numbers are written when the text is. */
static farspan_status flat_passkey_make(const farspan_passkey_config* config, uint8_t* buffer, size_t buffer_bytes,
                                        int64_t* whole, size_t whole_count, double* real, size_t real_count,
                                        farspan_error* error) {
    farspan_passkey passkey;
    int64_t needed = 0;
    farspan_passkey_init(&passkey, sizeof passkey);
    if (flat_short(error, 6, "passkey", whole, whole_count, FLAT_PASSKEY_WHOLE) ||
        flat_short(error, 6, "passkey", real, real_count, 1))
        return FARSPAN_ERROR_SHAPE;
    const farspan_status status =
        farspan_passkey_make(NULL, config, (char*)buffer, (int64_t)buffer_bytes, &needed, &passkey, error);
    if (status != FARSPAN_OK) return status;
    whole[0] = passkey.key;
    whole[1] = passkey.key_begin;
    whole[2] = passkey.key_end;
    whole[3] = passkey.bytes;
    real[0] = passkey.depth;
    return FARSPAN_OK;
}

static farspan_status flat_passkey_check(const uint8_t* text, size_t text_bytes, int64_t key, int64_t* whole,
                                         size_t whole_count, farspan_error* error) {
    int32_t correct = 0;
    if (flat_short(error, 5, "correct", whole, whole_count, 1)) return FARSPAN_ERROR_SHAPE;
    const farspan_status status =
        farspan_passkey_check(NULL, (const char*)text, (int64_t)text_bytes, key, &correct, error);
    if (status == FARSPAN_OK) whole[0] = correct;
    return status;
}

/* The ids of haystack, needle and question one behind the other, with their three lengths. An empty boundary is none. */
static farspan_status flat_needle_place(const int64_t* ids, size_t id_count, const int64_t* lengths,
                                        size_t length_count, double depth, const int64_t* boundary,
                                        size_t boundary_count, int64_t* out, size_t out_count, int64_t* whole,
                                        size_t whole_count, farspan_error* error) {
    if (flat_short(error, 13, "position", whole, whole_count, 1)) return FARSPAN_ERROR_SHAPE;
    farspan_text* parts = flat_parts(ids, sizeof *ids, id_count, lengths, length_count, error);
    if (!parts) return FARSPAN_ERROR_SHAPE;
    farspan_status status = FARSPAN_ERROR_SHAPE;
    if (length_count == 3)
        status = farspan_needle_place(NULL, (const int64_t*)(const void*)parts[0].data, parts[0].bytes,
                                      (const int64_t*)(const void*)parts[1].data, parts[1].bytes,
                                      (const int64_t*)(const void*)parts[2].data, parts[2].bytes, depth, boundary,
                                      (int64_t)boundary_count, out, (int64_t)out_count, whole, error);
    else
        flat_fail(error, status, 2, "there are %zu lists of ids: haystack, needle and question are 3", length_count);
    free(parts);
    return status;
}

#endif
