/* Farspan: judging how a model behaves beyond its trained length.
 *
 * The functions take what any runtime can give: logits, losses, texts, token ids. They run no model. In the order of
 * use:
 *
 *   1  token loss       logits -> negative log-likelihood per token, and its gradient
 *   2  windows          which tokens a model reads and which are scored
 *   3  accumulators     losses -> perplexity, bits per byte, standard error, the curve over the context
 *   4  verdict          losses by length -> does it extrapolate
 *   5  BLEU and chrF    generated text against references
 *   6  ROUGE            the same for summaries and long continuations
 *   7  bootstrap        confidence intervals of all these
 *   8  passkey          is a fact hidden far back found
 *
 * The rules of farspan.h hold here too. Natural logarithms everywhere; a loss is in nats. A function whose time grows
 * with what it is given takes a context and looks at its cancel flag every few milliseconds; sums that it was to add to
 * are then as before. */
#ifndef FARSPAN_EVAL_H
#define FARSPAN_EVAL_H

#include "farspan/farspan.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- 1. Token loss ---------------------------------------------------------------------------- */

/* The negative log-likelihood of each target:
 * `nll[b, h, t] = ln(sum_v exp(logits[b, h, t, v])) - logits[b, h, t, targets[b, h, t]]`.
 *
 *   logits   [batch, heads, tokens, vocabulary], F32, F16 or BF16, any strides
 *            heads is 1 unless a model predicts several tokens
 *   targets  [batch][heads][tokens], each 0 .. vocabulary - 1, or `ignore_index`
 *   nll      [batch][heads][tokens]; 0 where the target is ignored, and the logits are not read there
 *
 * `ignore_index` is any number outside the vocabulary (-100 by custom). A row with NaN or +infinity, or with nothing but
 * -infinity, has no distribution: its nll is NaN. A target with the logit -infinity costs +infinity. Error below 5e-7
 * absolute for vocabularies up to 300,000; for one instruction set the bits do not depend on the number of threads.
 * Never negative. The cancel flag is looked at within a row too.
 *
 * Errors: FARSPAN_ERROR_SHAPE if an array is too short; FARSPAN_ERROR_PARAMETER_RANGE for a target outside the
 * vocabulary or an ignore_index inside it; FARSPAN_ERROR_CANCELLED. */
FARSPAN_API farspan_status farspan_token_nll(const farspan_context* context, const farspan_tensor* logits,
                                             const int64_t* targets, int64_t targets_count, int64_t ignore_index,
                                             double* nll, int64_t nll_count, farspan_error* error);

/* The gradient of sum(weights * nll) by the logits:
 * `grad[b, h, t, v] = weights[b, h, t] * (softmax(logits[b, h, t])[v] - (v == target))`. An ignored row gives 0.
 *
 *   weights  [batch][heads][tokens], finite, or NULL for 1
 *            1 / number of scored tokens makes it the gradient of the mean
 *   grad     the shape of logits, F32, F16 or BF16
 *            the same view as logits (same strides and type) works in place, other overlaps are refused
 *
 * Error below 5e-7 |weight| plus the rounding to grad's type. Arguments otherwise as for farspan_token_nll.
 *
 * Errors: as farspan_token_nll; FARSPAN_ERROR_PARAMETER_RANGE for a weight that is not finite. */
FARSPAN_API farspan_status farspan_token_nll_grad(const farspan_context* context, const farspan_tensor* logits,
                                                  const int64_t* targets, int64_t targets_count, int64_t ignore_index,
                                                  const float* weights, int64_t weights_count,
                                                  const farspan_tensor* grad, farspan_error* error);

/* ---- 2. Windows ------------------------------------------------------------------------------- */

/* How a long text is cut into windows that a model can read, and which tokens each window scores. */
enum {
    FARSPAN_WINDOWS_BLOCKS = 1, /* without overlap: every token scored once (Press et al. 2022, main tables) */
    /* begins at 0, S, 2S ...; the first scores all of itself, later ones what is new; ends when the text does
     * (Hugging Face, YaRN) */
    FARSPAN_WINDOWS_SLIDING = 2,
    /* S new tokens each, after up to length - S earlier ones: the first windows are short (fairseq's context window;
     * Press et al. 2022, sliding tables) */
    FARSPAN_WINDOWS_GROWING = 3,
    /* only the last `segment` tokens, in as few windows as it takes, laid from the end backwards: equal tokens at
     * every length (Su 2023) */
    FARSPAN_WINDOWS_LAST = 4
};

/* Every scored token needs a token before it. */
enum {
    /* the token before a window's first scored one is read as context; the text's first token is not scored */
    FARSPAN_BOS_NONE = 1,
    FARSPAN_BOS_FIRST = 2, /* a BOS stands before the text: only windows that begin with the text read it */
    /* every window reads a BOS in place of the token before it, as models do that are trained so */
    FARSPAN_BOS_EVERY = 3
};

typedef struct farspan_windows_config {
    uint32_t struct_size;
    int32_t kind; /* FARSPAN_WINDOWS_* */
    /* FARSPAN_BOS_*; there is no default: init sets 0, which is refused, because it moves perplexity */
    int32_t bos;
    int32_t reserved;
    int64_t tokens;  /* of the text, without BOS; with FARSPAN_BOS_NONE at least 2; below 2^40 */
    int64_t length;  /* what a model reads at most, BOS included */
    int64_t stride;  /* S, 1 .. length [sliding, growing] */
    int64_t segment; /* tokens scored, 1 .. all that can be [last] */
} farspan_windows_config;
FARSPAN_API void farspan_windows_config_init(farspan_windows_config* config, size_t size, int32_t kind);

/* One window. The model reads `rows` inputs: a BOS if `bos` is 1, then the tokens [begin, end - 1). Row r of its logits
 * predicts token end - rows + r; the rows [first_row, rows) are scored: they predict the tokens [first_scored, end). */
typedef struct farspan_window {
    uint32_t struct_size;
    int32_t bos;          /* 1: reads a BOS first */
    int64_t begin;        /* first token */
    int64_t end;          /* one past the last token that is predicted; it is not read */
    int64_t first_scored; /* first token that counts */
    int64_t rows;         /* inputs */
    int64_t first_row;    /* first row of logits that counts */
} farspan_window;
FARSPAN_API void farspan_window_init(farspan_window* window, size_t size);

/* The number of windows, and window `index` of them, in text order. A window is computed from its index: nothing is
 * kept, and any thread may ask for any window.
 *
 * Errors: FARSPAN_ERROR_METHOD without a BOS policy; FARSPAN_ERROR_PARAMETER_RANGE, also for an index that is none;
 * FARSPAN_ERROR_COMBINATION for a field that the schedule does not read. */
FARSPAN_API farspan_status farspan_windows_count(const farspan_windows_config* config, int64_t* count,
                                                 farspan_error* error);
FARSPAN_API farspan_status farspan_windows_get(const farspan_windows_config* config, int64_t index,
                                               farspan_window* window, farspan_error* error);

/* ---- 3. Accumulators -------------------------------------------------------------------------- */

/* Running sums over scored tokens: plain data of fixed size, whatever the length of the text. Here and in sections 5
 * and 7, what a caller passes back in is checked: fields that these functions cannot have written together (a negative
 * count, one above 2^62, more blocks than tokens, more matches than n-grams), and sums that would exceed 2^62, are
 * FARSPAN_ERROR_PARAMETER_RANGE. */
typedef struct farspan_loss {
    uint32_t struct_size;
    int32_t reserved;
    /* the standard error comes from the means of blocks of so many tokens; default 128; set it first */
    int64_t block_tokens;
    int64_t tokens; /* scored so far */
    int64_t bytes;  /* of text behind them, 0 if never given; both are at most 2^62 */
    double sum;     /* nats, without the open block */
    int64_t blocks; /* full blocks; their mean and sum of squared deviations from it follow */
    double block_mean;
    double block_squares;
    int64_t open_tokens; /* of the block that is not full yet */
    double open_sum;
} farspan_loss;
FARSPAN_API void farspan_loss_init(farspan_loss* loss, size_t size);

/* Adds losses in text order; `bytes` is what the scored tokens are in bytes of text (0: unknown). Where `targets`
 * (NULL, or one for each loss) has `ignore_index`, the loss is skipped. Infinities and NaN are not skipped: they reach
 * the result.
 *
 * Errors: FARSPAN_ERROR_SHAPE for negative bytes and missing targets; FARSPAN_ERROR_PARAMETER_RANGE for a block_tokens
 * below 1. */
FARSPAN_API farspan_status farspan_loss_add(const farspan_context* context, farspan_loss* loss, const double* nll,
                                            int64_t nll_count, const int64_t* targets, int64_t targets_count,
                                            int64_t ignore_index, int64_t bytes, farspan_error* error);

/* Adds what `from` has gathered elsewhere (another thread, process or file) with the same block_tokens. The open blocks
 * of both become blocks of their own. `from` is not changed.
 *
 * Errors: FARSPAN_ERROR_COMBINATION for other blocks. */
FARSPAN_API farspan_status farspan_loss_merge(farspan_loss* loss, const farspan_loss* from, farspan_error* error);

/* The curve over the context: losses go into the accumulators of `curve` by the number of tokens that the model had
 * read when it made the prediction. Loss n had context first_context + n (for a window: first_row + 1) and goes into
 * bucket k with edges[k] <= context < edges[k + 1]; outside the edges it is left out. edges: curve_count + 1,
 * ascending.
 *
 * Errors: FARSPAN_ERROR_POSITIONS if the edges do not ascend or a context is negative; FARSPAN_ERROR_SHAPE for fewer
 * than two edges and for missing targets. */
FARSPAN_API farspan_status farspan_loss_add_by_context(const farspan_context* context, farspan_loss* curve,
                                                       int64_t curve_count, const int64_t* edges, int64_t edges_count,
                                                       int64_t first_context, const double* nll, int64_t nll_count,
                                                       const int64_t* targets, int64_t targets_count,
                                                       int64_t ignore_index, farspan_error* error);

/* What the sums say. Every token weighs the same, whatever window it was in. */
typedef struct farspan_loss_summary {
    uint32_t struct_size;
    int32_t reserved;
    int64_t tokens;
    double nll; /* mean, nats per token */
    /* of that mean: deviation of the block means / sqrt(blocks), because neighbouring tokens are not independent;
     * NaN below two blocks */
    double standard_error;
    double perplexity;     /* exp(nll) */
    double bits_per_token; /* nll / ln 2 */
    double bits_per_byte;  /* bits of all tokens / bytes; NaN if bytes is 0 */
} farspan_loss_summary;
FARSPAN_API void farspan_loss_summary_init(farspan_loss_summary* summary, size_t size);

/* The means of what was added; without any token they are NaN.
 *
 * Errors: FARSPAN_ERROR_PARAMETER_RANGE for fields that no losses give. */
FARSPAN_API farspan_status farspan_loss_summarize(const farspan_loss* loss, farspan_loss_summary* summary,
                                                  farspan_error* error);

/* ---- 4. Verdict ------------------------------------------------------------------------------- */

enum {
    FARSPAN_VERDICT_UNTESTED = 0, /* no length up to the trained one, or none beyond it */
    FARSPAN_VERDICT_IMPROVES = 1, /* r < 0.98 */
    FARSPAN_VERDICT_HOLDS = 2,    /* r <= 1.10 */
    FARSPAN_VERDICT_DEGRADES = 3, /* r <= 1.5 */
    FARSPAN_VERDICT_EXPLODES = 4  /* r > 1.5, or not a finite number */
};

typedef struct farspan_verdict {
    uint32_t struct_size;
    int32_t verdict;          /* FARSPAN_VERDICT_* */
    int64_t reference_length; /* the longest length up to the trained one; 0 if untested, and so below */
    int64_t worst_length;     /* the length beyond it with the highest perplexity */
    double worst_ratio;       /* r: perplexity there over perplexity at the reference length */
} farspan_verdict;
FARSPAN_API void farspan_verdict_init(farspan_verdict* verdict, size_t size);

/* Judges mean losses (nats per token, the same tokens at every length) by the rule of farspan_verdict_rule. lengths:
 * ascending; nll: one for each length. A ratio that is not a number is worse than any number.
 *
 * Errors: FARSPAN_ERROR_SHAPE if there are not as many losses as lengths; FARSPAN_ERROR_POSITIONS if the lengths do not
 * ascend; FARSPAN_ERROR_PARAMETER_RANGE for a trained length below 1. */
FARSPAN_API farspan_status farspan_judge(const farspan_context* context, const int64_t* lengths, int64_t lengths_count,
                                         const double* nll, int64_t nll_count, int64_t trained_length,
                                         farspan_verdict* verdict, farspan_error* error);

/* The word for a verdict, "holds"; NULL if it is unknown. */
FARSPAN_API const char* farspan_verdict_name(int32_t verdict);
/* The rule of farspan_judge in words, for reports. */
FARSPAN_API const char* farspan_verdict_rule(void);

/* ---- 5. BLEU and chrF ------------------------------------------------------------------------- */

/* Texts are UTF-8 of a given number of bytes (below 2^31), without a final NUL; bytes that are not UTF-8 count as
 * U+FFFD. White space is what Python's str.split splits at. */
enum {
    FARSPAN_TOKENIZER_NONE = 1, /* split at white space only: the text is tokenised already */
    FARSPAN_TOKENIZER_13A = 2,  /* mteval-v13a, the default of WMT and sacrebleu: punctuation of Western languages */
    FARSPAN_TOKENIZER_CHAR = 3, /* every character a token */
    FARSPAN_TOKENIZER_INTL = 4, /* mteval-v14: punctuation and symbols of all scripts */
    /* a-z and 0-9 after lower case, the rest separates; for farspan_tokenize only */
    FARSPAN_TOKENIZER_ROUGE = 5,
    /* the same, words longer than 3 letters stemmed (Porter 1980, with NLTK's extensions) */
    FARSPAN_TOKENIZER_ROUGE_STEMMED = 6,
    /* Chinese: every Chinese character and sign a token, the rest as 13a (sacrebleu's zh) */
    FARSPAN_TOKENIZER_ZH = 7
};

/* What a score sees of a text: its tokens, joined by single spaces.
 *
 * In C: `needed` receives the bytes with the final NUL; they are written if `buffer_bytes` suffices, and otherwise
 * nothing is (buffer may be NULL then). lowercase: 0 or 1.
 *
 * Errors: FARSPAN_ERROR_METHOD for an unknown tokenizer. */
FARSPAN_API farspan_status farspan_tokenize(const farspan_context* context, int32_t tokenizer, int32_t lowercase,
                                            const char* text, int64_t text_bytes, char* buffer, int64_t buffer_bytes,
                                            int64_t* needed, farspan_error* error);

/* What an order without a match counts (Chen and Cherry 2014). */
enum {
    FARSPAN_SMOOTHING_NONE = 1,  /* 0, and so does the score */
    FARSPAN_SMOOTHING_FLOOR = 2, /* smoothing_value matches, default 0.1 */
    FARSPAN_SMOOTHING_ADD_K = 3, /* smoothing_value more matches and n-grams in every order above 1, default 1 */
    FARSPAN_SMOOTHING_EXP = 4    /* 1/2 match in the first such order, 1/4 in the next ... (NIST) */
};

enum { FARSPAN_BLEU_MAX_ORDER = 8 };

typedef struct farspan_bleu_config {
    uint32_t struct_size;
    int32_t tokenizer; /* default 13a; not read for token ids */
    int32_t smoothing; /* default exp */
    int32_t max_order; /* default 4; 1 .. FARSPAN_BLEU_MAX_ORDER */
    int32_t lowercase; /* default 0 */
    /* default 0; 1: orders for which the hypothesis is too short do not count. For single sentences */
    int32_t effective_order;
    double smoothing_value; /* default NaN: that of the smoothing [floor, add_k] */
} farspan_bleu_config;
FARSPAN_API void farspan_bleu_config_init(farspan_bleu_config* config, size_t size);

/* What BLEU knows of a corpus: plain data of fixed size, to be kept, sent, added up; every count is at most 2^62. Init
 * writes zeros. */
typedef struct farspan_bleu_counts {
    uint32_t struct_size;
    int32_t max_order; /* of the configuration that counted; 0 before the first segment */
    int64_t segments;
    int64_t hypothesis_length; /* in tokens */
    int64_t reference_length;  /* of each segment's reference that is closest in length */
    int64_t correct[8];        /* n-grams of the hypotheses that are in a reference, clipped; [n - 1] */
    int64_t total[8];          /* n-grams of the hypotheses */
} farspan_bleu_counts;
FARSPAN_API void farspan_bleu_counts_init(farspan_bleu_counts* counts, size_t size);

/* Counts one segment, usually a sentence or a line, against its references, at least one. Segments are independent:
 * count them in any order, in any thread, into any counts.
 *
 * In C: a reference whose data is NULL is one that this segment does not have.
 *
 * Errors: FARSPAN_ERROR_METHOD, FARSPAN_ERROR_PARAMETER_RANGE and FARSPAN_ERROR_COMBINATION for the configuration, the
 * last also for counts of another max_order; FARSPAN_ERROR_SHAPE without references, FARSPAN_ERROR_NULL_ARGUMENT if all
 * are missing. */
FARSPAN_API farspan_status farspan_bleu_add(const farspan_context* context, const farspan_bleu_config* config,
                                            const char* hypothesis, int64_t hypothesis_bytes,
                                            const farspan_text* references, int64_t references_count,
                                            farspan_bleu_counts* counts, farspan_error* error);

/* As farspan_bleu_add, on token ids of any meaning; the tokenizer and lowercase are not read. Fewer than 2^31 ids each.
 *
 * Errors: as farspan_bleu_add. */
FARSPAN_API farspan_status farspan_bleu_add_tokens(const farspan_context* context, const farspan_bleu_config* config,
                                                   const int64_t* hypothesis, int64_t hypothesis_count,
                                                   const farspan_ids* references, int64_t references_count,
                                                   farspan_bleu_counts* counts, farspan_error* error);

/* Adds what was counted elsewhere with the same max_order.
 *
 * Errors: FARSPAN_ERROR_COMBINATION for another max_order. */
FARSPAN_API farspan_status farspan_bleu_merge(farspan_bleu_counts* counts, const farspan_bleu_counts* from,
                                              farspan_error* error);

typedef struct farspan_bleu_result {
    uint32_t struct_size;
    int32_t reserved;
    double score;           /* 0 .. 100 (above 100 by rounding only) */
    double brevity_penalty; /* 1, or exp(1 - reference / hypothesis) for hypotheses that are too short */
    double precisions[8];   /* percent, smoothed; [n - 1] */
    int64_t hypothesis_length;
    int64_t reference_length;
} farspan_bleu_result;
FARSPAN_API void farspan_bleu_result_init(farspan_bleu_result* result, size_t size);

/* The score of a corpus, or of one sentence if only that was counted. Equal to sacrebleu's within rounding.
 *
 * Errors: as farspan_bleu_add for the configuration. */
FARSPAN_API farspan_status farspan_bleu_score(const farspan_bleu_config* config, const farspan_bleu_counts* counts,
                                              farspan_bleu_result* result, farspan_error* error);

/* What must be stated with a score so that others can repeat it, in sacrebleu's form:
 * "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:farspan-0.1.0". references: how many, or 0 if that varies.
 *
 * In C: the buffer is as in farspan_tokenize.
 *
 * Errors: as farspan_bleu_add for the configuration; FARSPAN_ERROR_SHAPE for a negative number. */
FARSPAN_API farspan_status farspan_bleu_signature(const farspan_bleu_config* config, int32_t references, char* buffer,
                                                  int64_t buffer_bytes, int64_t* needed, farspan_error* error);

enum { FARSPAN_CHRF_MAX_ORDERS = 16 };

typedef struct farspan_chrf_config {
    uint32_t struct_size;
    int32_t char_order; /* default 6; n-grams of characters */
    int32_t word_order; /* default 0; 2: chrF++. Both together at most FARSPAN_CHRF_MAX_ORDERS */
    int32_t lowercase;  /* default 0 */
    int32_t whitespace; /* default 0; 1: white space counts as characters */
    /* default 0: orders that either text is too short for are left out; 1: they count as 0 (eps_smoothing) */
    int32_t every_order;
    double beta; /* default 2: how much more recall weighs than precision */
} farspan_chrf_config;
FARSPAN_API void farspan_chrf_config_init(farspan_chrf_config* config, size_t size);

typedef struct farspan_chrf_counts {
    uint32_t struct_size;
    int32_t orders; /* char_order + word_order that counted; 0 before the first segment */
    int64_t segments;
    int64_t hypothesis[16]; /* n-grams, orders of characters first */
    int64_t reference[16];
    int64_t matches[16];
} farspan_chrf_counts;
FARSPAN_API void farspan_chrf_counts_init(farspan_chrf_counts* counts, size_t size);

/* As farspan_bleu_add; of several references the one that gives this segment the best score is counted.
 *
 * Errors: FARSPAN_ERROR_PARAMETER_RANGE and FARSPAN_ERROR_METHOD for the configuration; FARSPAN_ERROR_COMBINATION for
 * counts of other orders; FARSPAN_ERROR_SHAPE without references, FARSPAN_ERROR_NULL_ARGUMENT if all are missing. */
FARSPAN_API farspan_status farspan_chrf_add(const farspan_context* context, const farspan_chrf_config* config,
                                            const char* hypothesis, int64_t hypothesis_bytes,
                                            const farspan_text* references, int64_t references_count,
                                            farspan_chrf_counts* counts, farspan_error* error);

/* Adds what was counted elsewhere with the same orders.
 *
 * Errors: FARSPAN_ERROR_COMBINATION for other orders. */
FARSPAN_API farspan_status farspan_chrf_merge(farspan_chrf_counts* counts, const farspan_chrf_counts* from,
                                              farspan_error* error);

/* The score, 0 .. 100, equal to sacrebleu's within rounding.
 *
 * Errors: as farspan_chrf_add for the configuration. */
FARSPAN_API farspan_status farspan_chrf_score(const farspan_chrf_config* config, const farspan_chrf_counts* counts,
                                              double* score, farspan_error* error);

/* ---- 6. ROUGE --------------------------------------------------------------------------------- */

enum {
    FARSPAN_ROUGE_N = 1,   /* n-grams in common */
    FARSPAN_ROUGE_L = 2,   /* longest common subsequence of the whole texts */
    FARSPAN_ROUGE_LSUM = 3 /* of every reference sentence with all sentences of the hypothesis; a line is a sentence */
};

typedef struct farspan_rouge_config {
    uint32_t struct_size;
    int32_t kind;  /* FARSPAN_ROUGE_* */
    int32_t order; /* 1 .. 9; init sets 1 for [n] */
    int32_t stem;  /* default 0; 1: Porter's stemmer, as published scores mostly use */
} farspan_rouge_config;
FARSPAN_API void farspan_rouge_config_init(farspan_rouge_config* config, size_t size, int32_t kind);

typedef struct farspan_rouge_result {
    uint32_t struct_size;
    int32_t reserved;
    int64_t reference; /* index of the reference that scored best */
    double precision;  /* 0 .. 1 */
    double recall;
    double f_measure;
} farspan_rouge_result;
FARSPAN_API void farspan_rouge_result_init(farspan_rouge_result* result, size_t size);

/* One hypothesis against its references, at least one: the result is that of the reference with the best f_measure. A
 * corpus is the mean over its texts. Only letters a-z and digits count: other scripts need token ids. The work of L and
 * LSUM grows with the pairs of tokens: more than 2^38 of them (two texts of 500,000 tokens; a sentence counts as 16
 * tokens more) are FARSPAN_ERROR_SHAPE. Memory grows with the tokens, and for LSUM with sqrt(l) s / 4 bytes for
 * sentences of l and s tokens, l >= s.
 *
 * Errors: FARSPAN_ERROR_METHOD, FARSPAN_ERROR_PARAMETER_RANGE and FARSPAN_ERROR_COMBINATION for the configuration;
 * FARSPAN_ERROR_SHAPE without references, FARSPAN_ERROR_NULL_ARGUMENT if all are missing. */
FARSPAN_API farspan_status farspan_rouge(const farspan_context* context, const farspan_rouge_config* config,
                                         const char* hypothesis, int64_t hypothesis_bytes,
                                         const farspan_text* references, int64_t references_count,
                                         farspan_rouge_result* result, farspan_error* error);

/* As farspan_rouge, on token ids, for FARSPAN_ROUGE_N and FARSPAN_ROUGE_L: without sentences there is no LSUM, and there
 * are no stems.
 *
 * Errors: as farspan_rouge; FARSPAN_ERROR_COMBINATION for sentences or stems. */
FARSPAN_API farspan_status farspan_rouge_tokens(const farspan_context* context, const farspan_rouge_config* config,
                                                const int64_t* hypothesis, int64_t hypothesis_count,
                                                const farspan_ids* references, int64_t references_count,
                                                farspan_rouge_result* result, farspan_error* error);

/* ---- 7. Bootstrap ----------------------------------------------------------------------------- */

/* Confidence intervals by resampling with replacement (Efron 1979; for BLEU Koehn 2004). Draws come from a generator of
 * the library: the same seed gives the same interval on every machine, for any number of threads. */
typedef struct farspan_bootstrap_config {
    uint32_t struct_size;
    int32_t samples;   /* default 1000; 1 .. 1,000,000 */
    uint64_t seed;     /* default 12345 */
    double confidence; /* default 0.95; between 0 and 1 */
} farspan_bootstrap_config;
FARSPAN_API void farspan_bootstrap_config_init(farspan_bootstrap_config* config, size_t size);

typedef struct farspan_interval {
    uint32_t struct_size;
    int32_t reserved;
    double low; /* quantile (1 - confidence) / 2 of the resampled values, interpolated between neighbours */
    double median;
    double high; /* quantile (1 + confidence) / 2 */
    double mean; /* of the resampled values */
} farspan_interval;
FARSPAN_API void farspan_interval_init(farspan_interval* interval, size_t size);

/* The interval of the mean of values, at least one: losses of blocks, ROUGE of texts, hits of passkeys.
 *
 * In C: NULL for config means the defaults.
 *
 * Errors: FARSPAN_ERROR_PARAMETER_RANGE for the configuration; FARSPAN_ERROR_SHAPE without values;
 * FARSPAN_ERROR_CANCELLED. */
FARSPAN_API farspan_status farspan_bootstrap_mean(const farspan_context* context,
                                                  const farspan_bootstrap_config* config, const double* values,
                                                  int64_t values_count, farspan_interval* interval,
                                                  farspan_error* error);

/* The interval of corpus BLEU: segments are the counts of single segments (or of groups that belong together).
 *
 * Errors: as farspan_bootstrap_mean; FARSPAN_ERROR_COMBINATION for counts of another max_order. */
FARSPAN_API farspan_status farspan_bleu_bootstrap(const farspan_context* context,
                                                  const farspan_bootstrap_config* config,
                                                  const farspan_bleu_config* bleu, const farspan_bleu_counts* segments,
                                                  int64_t segments_count, farspan_interval* interval,
                                                  farspan_error* error);

/* ---- 8. Passkey ------------------------------------------------------------------------------- */

/* A text that hides a number among repeated sentences and asks for it at the end: is what stands far back found? */
enum {
    /* five lines; the garbage is cut by characters (Mohtashami and Jaggi 2023; YaRN, PI, ChunkLlama) */
    FARSPAN_PASSKEY_LANDMARK = 1,
    FARSPAN_PASSKEY_SENTENCES = 2 /* one line of whole sentences (RedPajama; LM-Infinite) */
};

typedef struct farspan_passkey_config {
    uint32_t struct_size;
    int32_t form;        /* FARSPAN_PASSKEY_* */
    int64_t length;      /* bytes of the whole text at most; the text is ASCII, so bytes are characters */
    uint64_t seed;       /* default 0: decides the key, and the depth if that is drawn */
    double depth;        /* where the key stands: 0 the start of the garbage, 1 its end; NaN (default): drawn */
    int64_t lowest_key;  /* default 1 */
    int64_t highest_key; /* default 50000 [landmark], 9999999 [sentences]; below 10^18 */
} farspan_passkey_config;
FARSPAN_API void farspan_passkey_config_init(farspan_passkey_config* config, size_t size, int32_t form);

typedef struct farspan_passkey {
    uint32_t struct_size;
    int32_t reserved;
    int64_t key;
    int64_t key_begin; /* the sentences that tell the key: bytes [key_begin, key_end) of the text */
    int64_t key_end;
    int64_t bytes; /* of the text, without NUL */
    double depth;  /* as drawn or given */
} farspan_passkey;
FARSPAN_API void farspan_passkey_init(farspan_passkey* passkey, size_t size);

/* Writes the text. With the same configuration the same text comes out everywhere.
 *
 * In C: the buffer is as in farspan_tokenize.
 *
 * Errors: FARSPAN_ERROR_PARAMETER_RANGE, also if the length has no room for the task; FARSPAN_ERROR_METHOD. */
FARSPAN_API farspan_status farspan_passkey_make(const farspan_context* context, const farspan_passkey_config* config,
                                                char* buffer, int64_t buffer_bytes, int64_t* needed,
                                                farspan_passkey* passkey, farspan_error* error);

/* Whether the first whole number in the text that the model wrote is the key. Give only what it wrote, usually 10
 * tokens.
 *
 * In C: `correct` receives 1 if so, else 0.
 *
 * Errors: FARSPAN_ERROR_PARAMETER_RANGE for a negative key. */
FARSPAN_API farspan_status farspan_passkey_check(const farspan_context* context, const char* generated,
                                                 int64_t generated_bytes, int64_t key, int32_t* correct,
                                                 farspan_error* error);

/* A needle in a haystack of the caller's own, as token ids (or bytes widened to them): out is `haystack[0, p)`, the
 * needle, `haystack[p, rest)` and the question, with the haystack cut (and repeated if it is too short) to fill what the
 * others leave, and p = round(depth * rest). The answer is where the needle begins. With `boundaries`, p moves back to
 * just behind the nearest haystack id that is one of them (the ids of ".", "!" and "?", say), so that the needle does
 * not split a sentence; to 0 if there is none.
 *
 * Errors: FARSPAN_ERROR_SHAPE if needle and question do not fit, or there is room but no haystack;
 * FARSPAN_ERROR_PARAMETER_RANGE for a depth outside 0 to 1. */
FARSPAN_API farspan_status farspan_needle_place(const farspan_context* context, const int64_t* haystack,
                                                int64_t haystack_count, const int64_t* needle, int64_t needle_count,
                                                const int64_t* question, int64_t question_count, double depth,
                                                const int64_t* boundaries, int64_t boundaries_count, int64_t* out,
                                                int64_t out_count, int64_t* position, farspan_error* error);

/* ---- 9. Key tokens ---------------------------------------------------------------------------- */

/* LongPPL (Fang et al. 2025): most tokens need nothing that stands far back, and hide in the mean those that do. A key
 * token is one that a judge predicts well with the long context, and much better than with a short one. */
typedef struct farspan_key_tokens_config {
    uint32_t struct_size;
    int32_t reserved;
    double gain;     /* default 2: short_nll - long_nll must be above it */
    double most_nll; /* default 2: long_nll must be below it */
} farspan_key_tokens_config;
FARSPAN_API void farspan_key_tokens_config_init(farspan_key_tokens_config* config, size_t size);

/* keys[n] = 1 if token n is a key token, else 0; NaN makes none. NULL config: the defaults.
 *   long_nll   losses of the judge after the whole context, in nats
 *   short_nll  of the same tokens after a short one; one for each, and so are `keys`
 * The judge may be the model itself or a better one. As `targets` with ignore_index 0, `keys` make farspan_loss_add
 * count key tokens only, and farspan_loss_add_by_context tell their share by length. */
FARSPAN_API farspan_status farspan_key_tokens(const farspan_context* context, const farspan_key_tokens_config* config,
                                              const double* long_nll, int64_t long_nll_count, const double* short_nll,
                                              int64_t short_nll_count, int64_t* keys, int64_t keys_count,
                                              farspan_error* error);

typedef struct farspan_long_perplexity {
    uint32_t struct_size;
    int32_t reserved;
    int64_t tokens;
    int64_t key_tokens;
    double share;      /* key_tokens / tokens */
    double nll;        /* mean over the key tokens, nats; NaN if there is none, and so below */
    double perplexity; /* exp(nll): LongPPL */
    /* interval of the perplexity: the blocks that have a key token are drawn again */
    double low;
    double high;
} farspan_long_perplexity;
FARSPAN_API void farspan_long_perplexity_init(farspan_long_perplexity* result, size_t size);

/* LongPPL of losses, at least one, whose key tokens are known. NULL config: the defaults. block_tokens: of the
 * blocks of text that are drawn again, at least 1 (farspan_loss has 128). keys: one for each loss, 0 for tokens that do
 * not count. */
FARSPAN_API farspan_status farspan_long_ppl(const farspan_context* context, const farspan_bootstrap_config* config,
                                            int64_t block_tokens, const double* nll, int64_t nll_count,
                                            const int64_t* keys, int64_t keys_count, farspan_long_perplexity* result,
                                            farspan_error* error);

/* ---- 10. Effective length --------------------------------------------------------------------- */

typedef struct farspan_reach {
    uint32_t struct_size;
    int32_t reserved;
    int64_t length;      /* the longest length up to which every score is above the threshold; 0: not even the first */
    int64_t first_below; /* the next length, whose score is not; 0: there is none */
    double score;        /* at `length`; NaN if that is 0 */
} farspan_reach;
FARSPAN_API void farspan_reach_init(farspan_reach* reach, size_t size);

/* The effective length (Hsieh et al. 2024, RULER: 85.6 % of answers right) from scores by length. lengths: ascending;
 * scores: one for each, in any unit, more is better; NaN is below everything. With the lower ends of intervals as
 * scores it is the length that is certain. */
FARSPAN_API farspan_status farspan_effective_length(const farspan_context* context, const int64_t* lengths,
                                                    int64_t lengths_count, const double* scores, int64_t scores_count,
                                                    double threshold, farspan_reach* reach, farspan_error* error);

/* ---- 11. RULER -------------------------------------------------------------------------------- */

/* The eleven synthetic tasks of RULER (Hsieh et al. 2024, arXiv 2404.06654): needles in a haystack, assignments to be
 * followed, words to be counted. Prompts are those of the paper's appendix. Words, numbers and the order come from a
 * generator of the library: the same configuration gives the same prompt on every machine and in every language.
 *
 * A task comes as text, or as token ids of the caller's for models without a tokenizer. Not included are the two tasks
 * of question answering, which need datasets. */
enum {
    FARSPAN_RULER_SINGLE_1 = 1,       /* one needle, a number, in repeated sentences */
    FARSPAN_RULER_SINGLE_2 = 2,       /* in an essay */
    FARSPAN_RULER_SINGLE_3 = 3,       /* a UUID in an essay */
    FARSPAN_RULER_MULTIKEY_1 = 4,     /* one needle is asked for, 3 others have other keys */
    FARSPAN_RULER_MULTIKEY_2 = 5,     /* the haystack is nothing but needles */
    FARSPAN_RULER_MULTIKEY_3 = 6,     /* and keys and values are UUIDs */
    FARSPAN_RULER_MULTIVALUE = 7,     /* 4 values of one key */
    FARSPAN_RULER_MULTIQUERY = 8,     /* 4 keys are asked for at once */
    FARSPAN_RULER_TRACKING = 9,       /* which variables have a value, through assignments to each other (VT) */
    FARSPAN_RULER_COMMON_WORDS = 10,  /* the 10 most common words of a list (CWE) */
    FARSPAN_RULER_FREQUENT_WORDS = 11 /* the 3 most frequent words of a text whose words follow Zipf's law (FWE) */
};

/* What needles lie in. */
enum {
    FARSPAN_HAYSTACK_NOISE = 1, /* five sentences about grass, sky and sun, over and over */
    /* the caller's text, over and over; without one, sentences that the library makes of its own words */
    FARSPAN_HAYSTACK_ESSAY = 2,
    FARSPAN_HAYSTACK_NEEDLES = 3 /* needles with other keys, one value each [needles] */
};

/* What keys and values are. */
enum {
    FARSPAN_NEEDLE_WORD = 1,   /* "amber-falcon"; 2 ids */
    FARSPAN_NEEDLE_NUMBER = 2, /* 7 digits; 7 ids */
    FARSPAN_NEEDLE_UUID = 3    /* 32 hexadecimal digits with hyphens; 32 ids */
};

/* The parts of a prompt. The whole is task, document, question and prefix, one behind the other. */
enum {
    FARSPAN_PROMPT_WHOLE = 1,
    FARSPAN_PROMPT_TASK = 2, /* what the model is to do, behind a solved example if there is one; no ids */
    FARSPAN_PROMPT_DOCUMENT = 3,
    FARSPAN_PROMPT_QUESTION = 4,
    FARSPAN_PROMPT_PREFIX = 5, /* how the answer begins, for a model that only continues texts; no ids */
    FARSPAN_PROMPT_ANSWERS = 6 /* what must be found in the answer: as text one a line, as ids one behind the other */
};

/* Init sets what the paper's table of tasks has, and 0 for what a task does not read; another value there is
 * FARSPAN_ERROR_COMBINATION. Needle tasks (1 to 8) are [needles], the others by name. */
typedef struct farspan_ruler_config {
    uint32_t struct_size;
    int32_t task; /* FARSPAN_RULER_* */
    /* of the whole prompt at most: bytes of text, or exactly so many ids; there is no default. As text the document
     * ends before the sentence or word that would not fit */
    int64_t length;
    uint64_t seed; /* default 0 */
    /* where the first answer stands: 0 the start of the document, 1 its end, at the end of the sentence before; NaN
     * (default): drawn [needles] */
    double depth;
    double exponent;    /* a: the word of rank k makes k^-a / zeta(a) of all; default 2; 1.1 .. 8 [frequent_words] */
    int32_t haystack;   /* FARSPAN_HAYSTACK_* [needles, tracking] */
    int32_t keys_are;   /* FARSPAN_NEEDLE_* [needles] */
    int32_t values_are; /* FARSPAN_NEEDLE_* [needles] */
    int32_t keys;       /* that are not of the haystack; with their values at most 2^19 [needles] */
    int32_t values;     /* of each key [needles] */
    int32_t queries;    /* keys that are asked for, 1 .. keys; the answers are their values [needles] */
    int32_t chains;     /* default 1, at most 2^15; the first is asked for [tracking] */
    int32_t hops;       /* default 4; hops + 1 variables have a chain's value; all together at most 2^19 [tracking] */
    int32_t common;     /* words to be found: default 10 [common_words], 3 [frequent_words]; at most 2^15 */
    int32_t frequency;  /* how often each of them stands there; default 30; times common at most 2^24 [common_words] */
    int32_t rare_frequency; /* how often each other word does; default 3; below frequency [common_words] */
    /* default 1: a small solved example stands before the task; 0: none. Ids never have one [tracking, common_words] */
    int32_t example;
} farspan_ruler_config;
FARSPAN_API void farspan_ruler_config_init(farspan_ruler_config* config, size_t size, int32_t task);

typedef struct farspan_ruler_info {
    uint32_t struct_size;
    int32_t answers;      /* how many */
    int64_t answer_ids;   /* of each, as ids */
    int64_t question_ids; /* the document has length - question_ids */
    int64_t least_bytes;  /* the shortest prompt that has room for the task, as text */
    int64_t least_ids;    /* and as ids */
    double depth;         /* of the first answer, as drawn or given; NaN without [needles] */
} farspan_ruler_info;
FARSPAN_API void farspan_ruler_info_init(farspan_ruler_info* info, size_t size);

/* What a configuration will give; its length is not read.
 *
 * Errors: FARSPAN_ERROR_METHOD for an unknown task or kind; FARSPAN_ERROR_PARAMETER_RANGE, also if the words to be found
 * are not more frequent than others in any text below 2^40; FARSPAN_ERROR_COMBINATION for a field that the task does not
 * read. */
FARSPAN_API farspan_status farspan_ruler_describe(const farspan_context* context, const farspan_ruler_config* config,
                                                  farspan_ruler_info* info, farspan_error* error);

/* Writes a part of the prompt. It is ASCII but for what the haystack has, whose sentences end at ".", "!" and "?" with
 * white space behind; needles stand between them. Memory is taken for needles or assignments, and for the different
 * frequent words, not for the text.
 *
 *   haystack  the essay, UTF-8; may be empty
 *
 * In C: the buffer is as in farspan_tokenize.
 *
 * Errors: as farspan_ruler_describe; FARSPAN_ERROR_PARAMETER_RANGE for a length below least_bytes, or one for which
 * there are not enough words; FARSPAN_ERROR_COMBINATION for a haystack that the task does not read. */
FARSPAN_API farspan_status farspan_ruler_text(const farspan_context* context, const farspan_ruler_config* config,
                                              const char* haystack, int64_t haystack_bytes, int32_t part, char* buffer,
                                              int64_t buffer_bytes, int64_t* needed, farspan_error* error);

/* The same tasks of token ids: words are ids of the vocabulary, all else are four marks.
 *
 *   marks       4 different ids: "is", "end of statement", "what is" and "no word"
 *   vocabulary  different ids, none of them a mark
 *   haystack    the essay: ids without marks, repeated; may be empty: ids are drawn from the vocabulary
 *   ids         as many as the part has: WHOLE has length, DOCUMENT length - question_ids, QUESTION question_ids,
 *               ANSWERS answers * answer_ids of farspan_ruler_info
 *
 * Needles are `key is value end`, assignments `variable is value end` with values of 5 ids and `variable is variable
 * end`, the words of lists one id each; "no word" is what frequent words are mixed with, and fills what is left behind
 * the last statement of a haystack of needles. Questions are `what is, key, is` for each key, `what is, value, is` and
 * `what is`.
 *
 * Errors: as farspan_ruler_text, with least_ids; FARSPAN_ERROR_SHAPE for counts, also of a vocabulary that is too small
 * for the task; FARSPAN_ERROR_PARAMETER_RANGE for ids that are not different, and marks in the haystack. */
FARSPAN_API farspan_status farspan_ruler_ids(const farspan_context* context, const farspan_ruler_config* config,
                                             const int64_t* marks, int64_t marks_count, const int64_t* vocabulary,
                                             int64_t vocabulary_count, const int64_t* haystack, int64_t haystack_count,
                                             int32_t part, int64_t* ids, int64_t ids_count, farspan_error* error);

/* How many of the expected answers were found. */
typedef struct farspan_recall {
    uint32_t struct_size;
    int32_t complete; /* 1 if all were found */
    int64_t expected;
    int64_t found;
    double share; /* found / expected: the paper's score of these tasks, whose mean over many prompts is reported */
    double best;  /* 1 if any was found, else 0: the paper's score where any one answer suffices */
} farspan_recall;
FARSPAN_API void farspan_recall_init(farspan_recall* recall, size_t size);

/* Looks for each answer in what the model wrote, anywhere and as part of longer words too; letters A-Z and a-z are the
 * same.
 *
 *   answers  one a line, as farspan_ruler_text writes them; empty lines do not count
 *
 * Errors: FARSPAN_ERROR_SHAPE without answers. */
FARSPAN_API farspan_status farspan_ruler_score(const farspan_context* context, const char* answers,
                                               int64_t answers_bytes, const char* generated, int64_t generated_bytes,
                                               farspan_recall* recall, farspan_error* error);

/* The same on ids: an answer is answer_ids consecutive ones.
 *
 * Errors: FARSPAN_ERROR_SHAPE if answers are not a multiple of answer_ids, and at least one. */
FARSPAN_API farspan_status farspan_ruler_score_ids(const farspan_context* context, const int64_t* answers,
                                                   int64_t answers_count, int64_t answer_ids, const int64_t* generated,
                                                   int64_t generated_count, farspan_recall* recall,
                                                   farspan_error* error);

#ifdef __cplusplus
}
#endif

#endif /* FARSPAN_EVAL_H */
