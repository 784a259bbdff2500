/* eval.h in the form of flat.h, its sections 1 to 4; flat_eval_text.h has the others. Include flat.h before. A result or an
 * accumulator is two arrays, its whole numbers and its real ones, in the order of the enum below: so a program may keep or send them
 * as it likes. struct_size and reserved fields are not among them. */
#ifndef FARSPAN_BINDINGS_FLAT_EVAL_H
#define FARSPAN_BINDINGS_FLAT_EVAL_H

#include "farspan/eval.h"

enum {
    FLAT_WINDOW = 6,       /* bos, begin, end, first_scored, rows, first_row */
    FLAT_LOSS_WHOLE = 5,   /* block_tokens, tokens, bytes, blocks, open_tokens */
    FLAT_LOSS_REAL = 4,    /* sum, block_mean, block_squares, open_sum */
    FLAT_SUMMARY = 5,      /* nll, standard_error, perplexity, bits_per_token, bits_per_byte */
    FLAT_VERDICT_WHOLE = 3 /* verdict, reference_length, worst_length; real: worst_ratio */
};

/* ---- token loss -------------------------------------------------------------------------------- */

static farspan_status flat_token_nll(const farspan_context* context, void* logits, int32_t dtype,
                                     const int64_t* logits_dims, const int64_t* targets, size_t target_count,
                                     int64_t ignore_index, double* nll, size_t nll_count, farspan_error* error) {
    const farspan_tensor tensor = flat_tensor(logits, dtype, logits_dims);
    return farspan_token_nll(context, &tensor, targets, (int64_t)target_count, ignore_index, nll, (int64_t)nll_count,
                             error);
}

static farspan_status flat_token_nll_grad(const farspan_context* context, void* logits, int32_t dtype,
                                          const int64_t* logits_dims, const int64_t* targets, size_t target_count,
                                          int64_t ignore_index, const float* weights, size_t weight_count, void* grad,
                                          int32_t grad_dtype, const int64_t* grad_dims, farspan_error* error) {
    const farspan_tensor tensor = flat_tensor(logits, dtype, logits_dims),
                         out = flat_tensor(grad, grad_dtype, grad_dims);
    return farspan_token_nll_grad(context, &tensor, targets, (int64_t)target_count, ignore_index, weights,
                                  (int64_t)weight_count, &out, error);
}

/* ---- windows ----------------------------------------------------------------------------------- */

static farspan_status flat_windows_count(const farspan_windows_config* config, int64_t* whole, size_t whole_count,
                                         farspan_error* error) {
    if (flat_short(error, 2, "count", whole, whole_count, 1)) return FARSPAN_ERROR_SHAPE;
    return farspan_windows_count(config, whole, error);
}

static farspan_status flat_windows_get(const farspan_windows_config* config, int64_t index, int64_t* whole,
                                       size_t whole_count, farspan_error* error) {
    farspan_window window;
    farspan_window_init(&window, sizeof window);
    if (flat_short(error, 3, "window", whole, whole_count, FLAT_WINDOW)) return FARSPAN_ERROR_SHAPE;
    const farspan_status status = farspan_windows_get(config, index, &window, error);
    if (status != FARSPAN_OK) return status;
    const int64_t fields[FLAT_WINDOW] = {window.bos,          window.begin, window.end,
                                         window.first_scored, window.rows,  window.first_row};
    memcpy(whole, fields, sizeof fields);
    return FARSPAN_OK;
}

/* ---- accumulators ------------------------------------------------------------------------------ */

static farspan_loss flat_read_loss(const int64_t* whole, const double* real) {
    farspan_loss loss;
    farspan_loss_init(&loss, sizeof loss);
    loss.block_tokens = whole[0];
    loss.tokens = whole[1];
    loss.bytes = whole[2];
    loss.blocks = whole[3];
    loss.open_tokens = whole[4];
    loss.sum = real[0];
    loss.block_mean = real[1];
    loss.block_squares = real[2];
    loss.open_sum = real[3];
    return loss;
}

static void flat_write_loss(const farspan_loss* loss, int64_t* whole, double* real) {
    const int64_t numbers[FLAT_LOSS_WHOLE] = {loss->block_tokens, loss->tokens, loss->bytes, loss->blocks,
                                              loss->open_tokens};
    const double sums[FLAT_LOSS_REAL] = {loss->sum, loss->block_mean, loss->block_squares, loss->open_sum};
    memcpy(whole, numbers, sizeof numbers);
    memcpy(real, sums, sizeof sums);
}

/* Whether the arrays cannot hold `losses` accumulators. */
static int flat_no_loss(farspan_error* error, int32_t argument, const int64_t* whole, size_t whole_count,
                        const double* real, size_t real_count, __int128 losses) {
    if (!whole || !real) {
        flat_fail(error, FARSPAN_ERROR_NULL_ARGUMENT, argument, "the accumulator is NULL");
        return 1;
    }
    return flat_short(error, argument, "loss", whole, whole_count, losses * FLAT_LOSS_WHOLE) ||
           flat_short(error, argument, "loss", real, real_count, losses * FLAT_LOSS_REAL);
}

static farspan_status flat_loss_init(int64_t* whole, size_t whole_count, double* real, size_t real_count,
                                     farspan_error* error) {
    farspan_loss loss;
    farspan_loss_init(&loss, sizeof loss);
    if (flat_no_loss(error, 1, whole, whole_count, real, real_count, 1)) return FARSPAN_ERROR_SHAPE;
    flat_write_loss(&loss, whole, real);
    return FARSPAN_OK;
}

static farspan_status flat_loss_add(int64_t* whole, size_t whole_count, double* real, size_t real_count,
                                    const double* losses, size_t loss_count, const int64_t* targets,
                                    size_t target_count, int64_t ignore_index, int64_t bytes, farspan_error* error) {
    if (flat_no_loss(error, 2, whole, whole_count, real, real_count, 1)) return FARSPAN_ERROR_SHAPE;
    farspan_loss loss = flat_read_loss(whole, real);
    const farspan_status status = farspan_loss_add(NULL, &loss, losses, (int64_t)loss_count, targets,
                                                   (int64_t)target_count, ignore_index, bytes, error);
    if (status == FARSPAN_OK) flat_write_loss(&loss, whole, real);
    return status;
}

static farspan_status flat_loss_merge(int64_t* whole, size_t whole_count, double* real, size_t real_count,
                                      const int64_t* from_whole, size_t from_whole_count, const double* from_real,
                                      size_t from_real_count, farspan_error* error) {
    if (flat_no_loss(error, 1, whole, whole_count, real, real_count, 1) ||
        flat_no_loss(error, 2, from_whole, from_whole_count, from_real, from_real_count, 1))
        return FARSPAN_ERROR_SHAPE;
    farspan_loss loss = flat_read_loss(whole, real);
    const farspan_loss from = flat_read_loss(from_whole, from_real);
    const farspan_status status = farspan_loss_merge(&loss, &from, error);
    if (status == FARSPAN_OK) flat_write_loss(&loss, whole, real);
    return status;
}

/* edge_count - 1 accumulators, one behind the other. */
static farspan_status flat_loss_add_by_context(int64_t* whole, size_t whole_count, double* real, size_t real_count,
                                               const int64_t* edges, size_t edge_count, int64_t first_context,
                                               const double* losses, size_t loss_count, const int64_t* targets,
                                               size_t target_count, int64_t ignore_index, farspan_error* error) {
    const size_t buckets = edge_count > 0 ? edge_count - 1 : 0;
    if (flat_no_loss(error, 2, whole, whole_count, real, real_count, (__int128)buckets)) return FARSPAN_ERROR_SHAPE;
    farspan_loss* curve = (farspan_loss*)calloc(buckets + 1, sizeof *curve);
    if (!curve) return flat_fail(error, FARSPAN_ERROR_OUT_OF_MEMORY, 2, "no memory for %zu buckets", buckets);
    for (size_t k = 0; k < buckets; ++k)
        curve[k] = flat_read_loss(whole + k * FLAT_LOSS_WHOLE, real + k * FLAT_LOSS_REAL);
    const farspan_status status =
        farspan_loss_add_by_context(NULL, curve, (int64_t)buckets, edges, (int64_t)edge_count, first_context, losses,
                                    (int64_t)loss_count, targets, (int64_t)target_count, ignore_index, error);
    for (size_t k = 0; k < buckets && status == FARSPAN_OK; ++k)
        flat_write_loss(&curve[k], whole + k * FLAT_LOSS_WHOLE, real + k * FLAT_LOSS_REAL);
    free(curve);
    return status;
}

static farspan_status flat_loss_summarize(const int64_t* from_whole, size_t from_whole_count, const double* from_real,
                                          size_t from_real_count, double* real, size_t real_count,
                                          farspan_error* error) {
    farspan_loss_summary summary;
    farspan_loss_summary_init(&summary, sizeof summary);
    if (flat_no_loss(error, 1, from_whole, from_whole_count, from_real, from_real_count, 1) ||
        flat_short(error, 2, "summary", real, real_count, FLAT_SUMMARY))
        return FARSPAN_ERROR_SHAPE;
    const farspan_loss loss = flat_read_loss(from_whole, from_real);
    const farspan_status status = farspan_loss_summarize(&loss, &summary, error);
    if (status != FARSPAN_OK) return status;
    const double fields[FLAT_SUMMARY] = {summary.nll, summary.standard_error, summary.perplexity,
                                         summary.bits_per_token, summary.bits_per_byte};
    memcpy(real, fields, sizeof fields);
    return FARSPAN_OK;
}

/* ---- verdict ----------------------------------------------------------------------------------- */

static farspan_status flat_judge(const int64_t* lengths, size_t length_count, const double* losses, size_t loss_count,
                                 int64_t trained_length, int64_t* whole, size_t whole_count, double* real,
                                 size_t real_count, farspan_error* error) {
    farspan_verdict verdict;
    farspan_verdict_init(&verdict, sizeof verdict);
    if (flat_short(error, 7, "verdict", whole, whole_count, FLAT_VERDICT_WHOLE) ||
        flat_short(error, 7, "verdict", real, real_count, 1))
        return FARSPAN_ERROR_SHAPE;
    const farspan_status status = farspan_judge(NULL, lengths, (int64_t)length_count, losses, (int64_t)loss_count,
                                                trained_length, &verdict, error);
    if (status != FARSPAN_OK) return status;
    whole[0] = verdict.verdict;
    whole[1] = verdict.reference_length;
    whole[2] = verdict.worst_length;
    real[0] = verdict.worst_ratio;
    return FARSPAN_OK;
}

#endif
