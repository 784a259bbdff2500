/* Farspan: position encodings and attention for long contexts.
 *
 *     farspan_rope_config rope; // a model of 2048 trained tokens reads 8192 under YaRN
 *     farspan_rope_config_init(&rope, sizeof rope, FARSPAN_ROPE_YARN);
 *     rope.layout = FARSPAN_LAYOUT_HALF;
 *     rope.rotary_dim = 64;
 *     rope.original_context = 2048;
 *     rope.factor = 4;
 *     farspan_scheme_parts parts; // what is not set: no remap, no bias, a causal mask, a plain score
 *     farspan_scheme_parts_init(&parts, sizeof parts);
 *     parts.rope = &rope;
 *
 *     farspan_tensor q, k, v, out; // q, k and v as the projections left them
 *     farspan_tensor_contiguous(&q, q_data, FARSPAN_F32, 1, query_heads, tokens, 64); // k, v and out likewise
 *     farspan_attention_data data;
 *     farspan_attention_data_init(&data, sizeof data);
 *     data.q = &q; data.k = &k; data.v = &v; data.out = &out;
 *
 *     farspan_error error = FARSPAN_ERROR_INIT;
 *     farspan_scheme* scheme = NULL;
 *     if (farspan_scheme_create(&parts, &scheme, &error) || farspan_attention(NULL, scheme, &data, &error))
 *         fprintf(stderr, "%s\n", error.message); // names the field, its value and the allowed range
 *     farspan_scheme_destroy(scheme);
 *
 * This header is the manual. It is C99, needs nothing but fixed-width integers, and is read from
 * top to bottom in the order of learning:
 *
 *   1  status and errors       what a function answers
 *   2  tensor                  how data is passed
 *   3  the five configurations a method is data: rope, remap, bias, mask, score
 *   4  scheme                  the five together, checked and immutable
 *   5  encode                  positions without attention
 *   6  plan and attention      plan once, run often
 *   7  context                 threads, instruction set, cancellation
 *   8  loading at run time     the functions as a table
 *
 * What a scheme means. For query position p_i, key position p_j and head h the logit is
 *
 *     logit(i,j,h) = cap( s_i * < R(a_b(p_i)) q_i , R(c_b(p_j)) k_j > ) + bias_h(p_i - p_j)
 *
 * if j is visible from i, and -infinity otherwise. R rotates by the rope part, the maps a_b and c_b
 * of branch b come from the remap part, s_i and cap from the score part. The order is fixed: scale,
 * cap, bias, mask, sink, softmax. Distance always means p_i - p_j (positive towards the past).
 *
 * Rules that hold for every function
 *   - Failure is a status other than FARSPAN_OK; nothing has then been written to any output. The
 *     last argument, `error`, may be NULL; otherwise it receives the cause in words.
 *   - An array is directly followed by its count of elements, name and name_count; NULL has count 0. A count that does
 *     not fit is FARSPAN_ERROR_SHAPE, and an output may be longer than what is written.
 *   - Tensors and arrays are borrowed for the call. Handles (scheme, plan, context) copy what they
 *     need at creation, so the arrays of a configuration may be freed afterwards.
 *   - Schemes, plans and contexts are immutable: any number of threads may use one at the same time.
 *     Destroying one while another thread uses it is the caller's error. destroy(NULL) does nothing.
 *   - No function prints, exits, throws, installs a signal handler or keeps a caller's pointer.
 *   - A struct that begins with struct_size may grow at its end. Fill it by its init function, answers too, which is
 *     given your sizeof: then programs and libraries of different versions understand each other. A newer caller's
 *     field is refused if it is set.
 *   - Sizes and positions are int64_t, strides are in elements, intervals are half-open [first, last).
 */
#ifndef FARSPAN_FARSPAN_H
#define FARSPAN_FARSPAN_H

#include <stddef.h>
#include <stdint.h>

#include "farspan/export.h"
#include "farspan/version.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- 1. Status and errors --------------------------------------------------------------------- */

typedef int32_t farspan_status;

enum {
    FARSPAN_OK = 0,
    FARSPAN_ERROR_NULL_ARGUMENT = 1,    /* a required pointer is NULL */
    FARSPAN_ERROR_STRUCT_SIZE = 2,      /* struct_size too small, or a newer caller set a field we do not know */
    FARSPAN_ERROR_DTYPE = 3,            /* unknown or unsuitable element type */
    FARSPAN_ERROR_SHAPE = 4,            /* a size is zero, negative, too large, or does not match its partner */
    FARSPAN_ERROR_STRIDE = 5,           /* strides overflow, or an output overlaps itself */
    FARSPAN_ERROR_HEAD_GROUPS = 6,      /* query_heads is not a multiple of key_heads, or a bias has other heads */
    FARSPAN_ERROR_ROTARY_DIM = 7,       /* odd, not positive, or outside the head */
    FARSPAN_ERROR_PARAMETER_RANGE = 8,  /* a number is outside its range (the message gives it), or NaN */
    FARSPAN_ERROR_METHOD = 9,           /* unknown method or option value */
    FARSPAN_ERROR_COMBINATION = 10,     /* parts that cannot be used together */
    FARSPAN_ERROR_POSITIONS = 11,       /* negative, too large, or key positions that decrease */
    FARSPAN_ERROR_WORKSPACE_SIZE = 12,  /* the workspace given is smaller than farspan_plan_workspace_size */
    FARSPAN_ERROR_ISA_UNSUPPORTED = 13, /* the instruction set asked for is not on this machine or not built in */
    FARSPAN_ERROR_OUT_OF_MEMORY = 14,
    FARSPAN_ERROR_CANCELLED = 15, /* the context's cancel flag was set; outputs are then unspecified */
    FARSPAN_ERROR_INTERNAL = 16,  /* a defect of the library: please report the message */
    FARSPAN_ERROR_FORMAT = 17     /* a document (JSON, GGUF) that is malformed, or says what it must not */
};

/* The cause of a failure. Caller-owned plain data; set struct_size = sizeof(farspan_error) before the
 * first use (FARSPAN_ERROR_INIT does). Written only on failure. */
typedef struct farspan_error {
    uint32_t struct_size;
    int32_t code;     /* the returned status */
    int32_t argument; /* 1-based index of the offending argument, 0 if none */
    int32_t reserved;
    /* the path of the offending field: "problem.key_positions[7]", "rope.factor"; "" if none, cut if it is longer */
    char field[64];
    char message[256]; /* UTF-8, NUL-terminated: begins with the path, and gives the value and the allowed range */
} farspan_error;

/* clang-format off */
#define FARSPAN_ERROR_INIT { (uint32_t)sizeof(farspan_error), 0, 0, 0, { 0 }, { 0 } }
/* clang-format on */

/* A short constant text for a status ("shape mismatch"); never NULL, also for unknown values. */
FARSPAN_API const char* farspan_status_text(farspan_status status);

/* The version of the library that is loaded: major * 10000 + minor * 100 + patch, as FARSPAN_VERSION. */
FARSPAN_API uint32_t farspan_version(void);
/* The same as text, such as "0.1.0". */
FARSPAN_API const char* farspan_version_text(void);
/* Its ABI version, which is the SONAME's number: equal ABI versions are compatible. */
FARSPAN_API uint32_t farspan_abi_version(void);

/* ---- 2. Tensor -------------------------------------------------------------------------------- */

enum {
    FARSPAN_F32 = 1,
    FARSPAN_F64 = 2,
    FARSPAN_F16 = 3,
    FARSPAN_BF16 = 4,
    FARSPAN_I8 = 5 /* stored keys and values of a cache only (cache.h) */
};

/* A borrowed view, always [batch, head, sequence, feature]. Strides count elements; 0 repeats one
 * element along the axis (inputs only), negative strides are allowed, no alignment is demanded. Nothing
 * outside the addressed elements is read or written. Attention and rope take F32, F16 and BF16. */
typedef struct farspan_tensor {
    void* data;
    int32_t dtype;
    int32_t reserved; /* 0 */
    int64_t shape[4];
    int64_t stride[4];
} farspan_tensor;

/* Fills `tensor` for a dense row-major array data[batch][heads][sequence][features]. */
FARSPAN_API void farspan_tensor_contiguous(farspan_tensor* tensor, void* data, int32_t dtype, int64_t batch,
                                           int64_t heads, int64_t sequence, int64_t features);

/* Whether all that `tensor` addresses lies in a block of `bytes` bytes of which its first element is element number
 * `offset`; tensor->data is not looked at. For callers whose arrays know their length: bindings, spans, slices. */
FARSPAN_API farspan_status farspan_tensor_check(const farspan_tensor* tensor, size_t bytes, int64_t offset,
                                                farspan_error* error);

/* Texts and lists of token ids, where a function takes several: borrowed views. */
typedef struct farspan_text {
    const char* data; /* UTF-8, no NUL needed */
    int64_t bytes;
} farspan_text;

typedef struct farspan_ids {
    const int64_t* data;
    int64_t count;
} farspan_ids;

/* ---- 3. The five configurations --------------------------------------------------------------- */

/* Each begins with struct_size and has an init function that writes every default for a method; change
 * what differs, then give them to farspan_scheme_create. Fields that a method does not use must keep
 * their defaults: a parameter that would be ignored is FARSPAN_ERROR_COMBINATION, not a surprise. In the comments
 * below, [yarn, llama3] lists the methods that read a field. Real numbers are finite and have generous upper bounds
 * (1e12 for factors, 1e6 for scales), which the error message gives. */

/* -- 3.1 rope: how the angle of each rotary pair grows with position.
 * Pair p of rotary_dim/2 turns by position * inv_freq[p]; inv_freq[p] = base^(-2p/rotary_dim) before scaling.
 * Methods change inv_freq, some also a magnitude m that multiplies cos and sin (rotated features only). */
enum {
    FARSPAN_ROPE_NONE = 0,             /* no rotation */
    FARSPAN_ROPE_BASE = 1,             /* RoPE (Su et al. 2021) */
    FARSPAN_ROPE_LINEAR = 2,           /* position interpolation, PI (Chen et al. 2023): inv_freq / factor */
    FARSPAN_ROPE_DYNAMIC_LINEAR = 3,   /* PI with factor = length / original_context once length exceeds it */
    FARSPAN_ROPE_NTK = 4,              /* NTK-aware: base * factor^(R/(R-2)) */
    FARSPAN_ROPE_NTK_OLD = 5,          /* kexue 9675: base * factor^(2/R) per step of the pair index */
    FARSPAN_ROPE_NTK_FIXED = 6,        /* kexue 9706: inv_freq * factor^(-2(p+1)/R) */
    FARSPAN_ROPE_NTK_MIXED = 7,        /* kexue 9706: inv_freq * exp(-a (p+1)^mixed_exponent) */
    FARSPAN_ROPE_DYNAMIC_NTK = 8,      /* base grows with length: (factor n/L - (factor-1))^(R/(R-2)) */
    FARSPAN_ROPE_DYNAMIC_NTK_QWEN = 9, /* Qwen-1: alpha = max(1, 2^ceil(log2(n/L)+1) - 1) */
    FARSPAN_ROPE_NTK_BY_PARTS = 10,    /* YaRN's frequencies without its magnitude (Peng et al. 2023) */
    FARSPAN_ROPE_YARN = 11,            /* NTK-by-parts and magnitude 0.1 ln(factor) + 1 */
    FARSPAN_ROPE_DYNAMIC_YARN = 12,    /* YaRN with factor = length / original_context, plain up to it */
    FARSPAN_ROPE_LONGROPE = 13,        /* per-pair divisors, short or long by length (Ding et al. 2024) */
    FARSPAN_ROPE_LLAMA3 = 14,          /* Llama 3.1: three bands by wavelength */
    FARSPAN_ROPE_PROPORTIONAL = 15,    /* first rotated_fraction of the pairs, exponent over the full width */
    /* xPos / LeX (Sun et al. 2022): decay zeta[p]^(distance/xpos_scale_base); causal */
    FARSPAN_ROPE_XPOS = 16,
    FARSPAN_ROPE_PAIR_FACTORS = 17 /* inv_freq[p] / short_factors[p], as GGUF's freq_factors */
};

/* The pairing of one head of 8 features; pair number written under each feature:
 *   half (NeoX, rotate_half; HF Llama, Qwen, Gemma):  x0 x1 x2 x3 x4 x5 x6 x7   -> 0 1 2 3 0 1 2 3
 *   interleaved (GPT-J, "normal"; Meta Llama, GLM):   x0 x1 x2 x3 x4 x5 x6 x7   -> 0 0 1 1 2 2 3 3
 * (u, v) of a pair becomes (u cos - v sin, v cos + u sin). There is no default: init sets 0, which is
 * refused, because a wrong guess gives fluent nonsense. */
enum { FARSPAN_LAYOUT_HALF = 1, FARSPAN_LAYOUT_INTERLEAVED = 2 };

enum {
    FARSPAN_ANGLE_EXACT = 0, /* angles in double: as exact at position 10^7 as at 10 */
    /* inv_freq and angle rounded to float32 step by step as Hugging Face does. Its powers are PyTorch's, ours the C
     * library's: of 4,508 frequencies of published models 4,452 have the same bits, the others are 1 or 2 ulp off */
    FARSPAN_ANGLE_FLOAT32 = 1
};

enum {
    FARSPAN_RAMP_PAIR_INDEX = 0, /* linear in the pair index, what every implementation of YaRN computes */
    FARSPAN_RAMP_ROTATIONS = 1   /* linear in the number of rotations, the paper's equations 17 to 20 */
};

enum {
    FARSPAN_MAGNITUDE_DEFAULT = 0,  /* the method's own: YaRN 0.1 ln s + 1, LongRoPE sqrt(1 + ln s / ln L), else 1 */
    FARSPAN_MAGNITUDE_YARN = 1,     /* 0.1 ln s + 1 [longrope] */
    FARSPAN_MAGNITUDE_EXPLICIT = 2, /* attention_factor as given */
    FARSPAN_MAGNITUDE_UNCLAMPED = 3 /* 0.1 ln s + 1 also for s < 1, as ggml [yarn] */
};

enum {
    FARSPAN_SWITCH_AFTER = 0, /* long factors when length > original_context (the paper, current HF) */
    FARSPAN_SWITCH_AT = 1,    /* when length >= original_context, and m is 1 below it (HF 4.46 and 4.47) */
    FARSPAN_SWITCH_ALWAYS_LONG = 2
};

enum {
    FARSPAN_AXES_NONE = 0,        /* one position per token */
    FARSPAN_AXES_SECTIONS = 1,    /* M-RoPE (Qwen2-VL): pairs [0,a) axis 0, [a,a+b) axis 1, [a+b,a+b+c) axis 2 ... */
    FARSPAN_AXES_INTERLEAVED = 2, /* Qwen3-VL: t h w t h w ..., leftover pairs on axis 0 */
    FARSPAN_AXES_INTERLEAVED_GGML = 3 /* the same, leftover pairs on axis 3 */
};

typedef struct farspan_rope_config {
    uint32_t struct_size;
    int32_t method;        /* FARSPAN_ROPE_* */
    int32_t layout;        /* FARSPAN_LAYOUT_*; required unless method is none */
    int32_t rotary_dim;    /* R: rotated features, even, 2 .. head_dim; required */
    int32_t rotary_offset; /* first rotated feature of the head; default 0 */
    int32_t angle;         /* FARSPAN_ANGLE_*; default exact */
    double base;           /* theta > 1; default 10000 */
    /* s > 0; default 1 [linear, ntk*, dynamic_ntk, ntk_by_parts, yarn, longrope, llama3, proportional] */
    double factor;
    int64_t original_context;    /* L, the trained length > 0 [dynamic_*, ntk_by_parts, yarn, longrope, llama3] */
    double beta_fast;            /* default 32 [ntk_by_parts, yarn, dynamic_yarn] */
    double beta_slow;            /* default 1 */
    double extrapolation_factor; /* default 1, 0 .. 1 */
    int32_t ramp;                /* FARSPAN_RAMP_*; default pair index */
    int32_t truncate;            /* 1: floor and ceil of the ramp's ends (default), 0: real ends (gpt-oss) */
    double mscale;               /* both non-zero: m = g(s, mscale) / g(s, mscale_all_dim), g = 0.1 c ln s + 1 [yarn] */
    double mscale_all_dim;       /* default 0 = unset; one without the other is refused (Hugging Face ignores it) */
    int32_t magnitude;           /* FARSPAN_MAGNITUDE_* */
    int32_t length_switch;       /* FARSPAN_SWITCH_* [longrope] */
    /* m itself, with FARSPAN_MAGNITUDE_EXPLICIT; otherwise a factor on m, default 1 [all but none, xpos] */
    double attention_factor;
    double mixed_exponent;   /* default 0.625, 0 .. 1 [ntk_mixed] */
    double low_freq_factor;  /* default 1 [llama3] */
    double high_freq_factor; /* default 4 [llama3] */
    double rotated_fraction; /* default 1, 0 .. 1 [proportional] */
    double xpos_scale_base;  /* default 512 positions [xpos] */
    double xpos_gamma;       /* default 0.4: zeta[p] = (2p + gamma R) / ((1 + gamma) R) [xpos] */
    /* R/2 divisors > 0 of inv_freq [longrope, pair_factors, required; NULL or beside the scaling, as ggml does: linear,
     * dynamic_linear, ntk*, dynamic_ntk*, ntk_by_parts, yarn, dynamic_yarn] */
    const double* short_factors;
    int64_t short_factors_count;
    const double* long_factors; /* R/2 likewise [longrope] */
    int64_t long_factors_count;
    int32_t axes;             /* FARSPAN_AXES_* */
    int32_t axis_sections[4]; /* pairs per axis; their sum is R/2 (interleaved: at most R/2) */
    int32_t reserved;
} farspan_rope_config;

/* -- 3.2 remap: which position the rope part sees. Needs a causal mask without prefix, a single position axis, and not
 * xpos. The near branch keeps the true positions; a far branch begins where the comment says. A remap does not choose
 * the mask: give lm_infinite and streaming the mask named with them. With another one they are accepted, and the pairs
 * that it shows are mapped as the comment says.
 * Dual chunk, with chunk numbers a = p_i / S and b = p_j / S (floor), and r_i = p_i mod S, r_j = p_j mod S: the rope
 * sees
 *     a = b (branch 0)      r_i - r_j
 *     a = b + 1 (branch 1)  min(r_i + S, C) - r_j
 *     a > b + 1 (branch 2)  min(2 S - 1, C) - r_j
 * each divided by position_scale. */
enum {
    FARSPAN_REMAP_NONE = 0,
    FARSPAN_REMAP_REROPE = 1,       /* distance >= window: counts as window (Su 2023) */
    FARSPAN_REMAP_LEAKY_REROPE = 2, /* distance >= window: window + (distance - window) / leak */
    /* distance >= window: i//group - j//group + window - window//group (Jin et al. 2024) */
    FARSPAN_REMAP_SELF_EXTEND = 3,
    FARSPAN_REMAP_DUAL_CHUNK = 4, /* Dual Chunk Attention (An et al. 2024), chunk C, local_window w, S = C - w */
    /* distance >= window: counts as min(limit, length - 1) (Han et al. 2023); with the mask sinks = any, window_left
     * = window - 1 */
    FARSPAN_REMAP_LM_INFINITE = 5,
    /* StreamingLLM (Xiao et al. 2023): positions are the slots of a cache of sinks + recent tokens before the query;
     * with the mask sinks = sinks, window_left = recent */
    FARSPAN_REMAP_STREAMING = 6
};

typedef struct farspan_remap_config {
    uint32_t struct_size;
    int32_t method; /* FARSPAN_REMAP_* */
    int64_t window; /* > 0: the near distances are 0 .. window - 1 [rerope, leaky_rerope, self_extend, lm_infinite] */
    int64_t group;  /* G >= 1; default 8 [self_extend] */
    double leak;    /* k >= 1; default 16 [leaky_rerope] */
    int64_t chunk;  /* C [dual_chunk] */
    int64_t local_window; /* w, 0 < w < C [dual_chunk] */
    int64_t limit;        /* default 0 = window [lm_infinite] */
    int64_t sinks;        /* S0 >= 0 [streaming] */
    int64_t recent;       /* R > 0: tokens that are kept before the query [streaming] */
    /* 1: the query's shift is window/group as a real number, as some releases do [self_extend] */
    int32_t real_shift;
    int32_t reserved;
    double position_scale; /* default 1: positions divided after the map (PI inside DCA) [dual_chunk] */
} farspan_remap_config;

/* -- 3.3 bias: added to the logit as a function of distance and head.
 * Keys ahead of the query, which only a mask without causal or with a prefix shows, count as at distance 0 in every
 * method: so do the releases of kerple, sandwich and of t5's decoders. With bidirectional, alibi counts |d| and t5 has
 * buckets for them. ALiBi without bidirectional is refused under such a mask: some read its formula there as a reward,
 * others do not. */
enum {
    FARSPAN_BIAS_NONE = 0,
    FARSPAN_BIAS_ALIBI = 1,        /* -slope[h] * distance (Press et al. 2022) */
    FARSPAN_BIAS_T5 = 2,           /* values[bucket][h] (Raffel et al. 2020) */
    FARSPAN_BIAS_KERPLE_LOG = 3,   /* -p[h] ln(1 + a[h] d) (Chi et al. 2022) */
    FARSPAN_BIAS_KERPLE_POWER = 4, /* -a[h] d^p[h] */
    FARSPAN_BIAS_SANDWICH = 5,     /* Sandwich (Chi et al. 2023), dim = the paper's d-bar */
    FARSPAN_BIAS_DENSE = 6         /* a tensor given to farspan_attention_run: FIRE, or anything additive */
};

typedef struct farspan_bias_config {
    uint32_t struct_size;
    int32_t method; /* FARSPAN_BIAS_* */
    int32_t heads;  /* all heads of the layer, also of other ranks; required unless none or dense */
    /* default 0 = all; otherwise slopes as for so many heads, for the first ones; the others have 0 [alibi] */
    int32_t alibi_heads;
    int32_t bidirectional;  /* [alibi] -slope |d| in both directions; [t5] half of the buckets per direction */
    int32_t buckets;        /* default 32 [t5] */
    int64_t max_distance;   /* default 128 [t5] */
    int64_t distance_limit; /* 0 = none; otherwise distances count as at most this (LM-Infinite on ALiBi) [alibi] */
    double max_bias;        /* default 8: slopes 2^(-max_bias (h+1)/heads) [alibi] */
    double scale;           /* factor on the bias; default 1. Falcon: 1/sqrt(head_dim) [alibi] */
    int64_t trained_length; /* 0 = off; otherwise slopes shrink by trained_length/length beyond it [alibi] */
    int32_t dim;            /* default 128, even [sandwich] */
    int32_t reserved;
    const float* values; /* [buckets][heads], row-major [t5] */
    int64_t values_count;
    const double* a; /* [heads] > 0 [kerple] */
    int64_t a_count;
    const double* p; /* [heads] > 0 [kerple; power: <= 2] */
    int64_t p_count;
    /* NULL (default): by max_bias and alibi_heads; otherwise [heads], each -1e6 .. 1e6 [alibi] */
    const double* slopes;
    int64_t slopes_count;
} farspan_bias_config;

/* -- 3.4 mask: which keys a query sees, as at most two intervals. Key j is visible iff
 *      p_j < prefix
 *   or (causal: p_j <= p_i) and p_j < sinks
 *   or (causal: p_j <= p_i) and p_i - p_j <= window_left and p_j - p_i <= window_right
 *                           and (chunk = 0 or floor(p_i/chunk) = floor(p_j/chunk))
 * Windows exclude the query itself, as FlashAttention counts: Hugging Face's and Mistral's sliding_window W
 * (keys including self) is window_left = W - 1. */
typedef struct farspan_mask_config {
    uint32_t struct_size;
    int32_t causal;       /* 1 (default) or 0 */
    int64_t window_left;  /* -1 (default): unlimited */
    int64_t window_right; /* -1 (default): unlimited; only without causal */
    int64_t sinks;        /* default 0 */
    int64_t chunk;        /* default 0: off (Llama 4's chunked attention) */
    int64_t prefix;       /* default 0 (prefix-LM) */
} farspan_mask_config;

/* -- 3.5 score: scale of the logit. */
enum {
    FARSPAN_TEMPERATURE_NONE = 0,
    FARSPAN_TEMPERATURE_LOG_N = 1,         /* s_i *= max(1, ln(p_i + 1) / ln L) (Su) */
    FARSPAN_TEMPERATURE_LOG_N_TRAINED = 2, /* s_i *= ln(p_i + 1) / ln L, below 1 too: for models trained so */
    FARSPAN_TEMPERATURE_LOG_N_LONG = 3,    /* as LOG_N, only when length > L (later Qwen-1 revisions) */
    FARSPAN_TEMPERATURE_LLAMA4 = 4,        /* s_i *= 1 + alpha ln(floor((p_i + 1) / L) + 1) */
    FARSPAN_TEMPERATURE_LENGTH = 5,        /* s *= max(1, alpha ln(length / L) + 1)^power (DCA: power 2 in vLLM) */
    FARSPAN_TEMPERATURE_MINISTRAL3 = 6     /* s_i *= 1 + alpha ln(floor(p_i / L) + 1): as llama4, a position later */
};

typedef struct farspan_score_config {
    uint32_t struct_size;
    int32_t temperature; /* FARSPAN_TEMPERATURE_* */
    double scale;        /* 0 (default): 1/sqrt(head_dim); T5: 1 */
    double multiplier;   /* default 1; DeepSeek: mscale^2 */
    /* L > 1 [log_n, log_n_trained, log_n_long], >= 1 [llama4, length, ministral3: their floor] */
    double trained_length;
    double alpha;   /* default 0.1 [llama4, length, ministral3] */
    double power;   /* default 1 [length] */
    double softcap; /* 0 (default): off; else cap * tanh(s / cap) */
    /* NULL, or for each head of the layer a logit that joins the softmax's sum (gpt-oss; softmax1: zeros) */
    const float* sink_logits;
    int64_t sink_logits_count;
} farspan_score_config;

/* Write every default of a method. `size` is the caller's sizeof(*config), so that a library that has learned new
 * fields never writes past an older caller's struct. An unknown method is kept and refused later; a NULL config is
 * ignored. */
FARSPAN_API void farspan_rope_config_init(farspan_rope_config* config, size_t size, int32_t method);
FARSPAN_API void farspan_remap_config_init(farspan_remap_config* config, size_t size, int32_t method);
FARSPAN_API void farspan_bias_config_init(farspan_bias_config* config, size_t size, int32_t method);
FARSPAN_API void farspan_mask_config_init(farspan_mask_config* config, size_t size);
FARSPAN_API void farspan_score_config_init(farspan_score_config* config, size_t size);

enum { FARSPAN_PART_ROPE = 0, FARSPAN_PART_REMAP = 1, FARSPAN_PART_BIAS = 2, FARSPAN_PART_TEMPERATURE = 3 };
/* The spelling of a method, "yarn", "self_extend" or "alibi"; NULL if it is unknown. A part is one of FARSPAN_PART_*. */
FARSPAN_API const char* farspan_method_name(int32_t part, int32_t method);
/* The method that is spelled so; -1 if there is none. */
FARSPAN_API int32_t farspan_method_find(int32_t part, const char* name);
/* How many methods a part has: they are numbered from 0. */
FARSPAN_API int32_t farspan_method_count(int32_t part);

/* ---- 4. Scheme -------------------------------------------------------------------------------- */

typedef struct farspan_context farspan_context;
typedef struct farspan_scheme farspan_scheme;
typedef struct farspan_plan farspan_plan;

/* The configurations of a scheme. Each may be NULL (default): no rotation, no remap, no bias, a causal mask and a plain
 * 1/sqrt(head_dim) score. */
typedef struct farspan_scheme_parts {
    uint32_t struct_size;
    int32_t reserved;
    const farspan_rope_config* rope;
    const farspan_remap_config* remap;
    const farspan_bias_config* bias;
    const farspan_mask_config* mask;
    const farspan_score_config* score;
} farspan_scheme_parts;
FARSPAN_API void farspan_scheme_parts_init(farspan_scheme_parts* parts, size_t size);

/* Checks the configurations and makes a scheme of them, which owns copies of all arrays.
 *
 * In C: `parts` may be NULL: all defaults.
 *
 * Errors: most of them; the message names the field, its value and its range. FARSPAN_ERROR_COMBINATION also for a
 * parameter that the method would ignore. */
FARSPAN_API farspan_status farspan_scheme_create(const farspan_scheme_parts* parts, farspan_scheme** scheme,
                                                 farspan_error* error);
FARSPAN_API void farspan_scheme_destroy(farspan_scheme* scheme);

/* A scheme as text: JSON for configuration files, logs and bug reports.
 *
 *     {"rope": {"method": "yarn", "layout": "half", "rotary_dim": 128, "factor": 4, "original_context": 4096},
 *      "mask": {"window_left": 4095, "sinks": 4}, "score": {"temperature": "log_n", "trained_length": 4096}}
 *
 * The parts are rope, remap, bias, mask and score, their keys the fields of the five configurations. A method, a
 * temperature and every other enum is a word ("self_extend", "half", "float32", "pair_index"), a flag is true or false,
 * an array and axis_sections are lists, and the count of an array has no key. What is absent has the default that init
 * writes.
 *
 * Reads `text`, at most 64 MiB, as farspan_scheme_create does: the same checks, the same messages.
 *
 * Errors: FARSPAN_ERROR_FORMAT for a text that is no JSON, an unknown part or key, a key that is there twice and a
 * value of another type, with their path, "$.rope.basee is not a field of rope"; FARSPAN_ERROR_METHOD for an unknown
 * word; otherwise as farspan_scheme_create. */
FARSPAN_API farspan_status farspan_scheme_from_json(const char* text, int64_t text_bytes, farspan_scheme** scheme,
                                                    farspan_error* error);

/* The text of a scheme, in one line and canonical: what differs from the defaults, parts and fields in the order of
 * the header, every number in the shortest form that reads back as the same bits (whole ones without exponent). Equal
 * schemes have equal texts, also in a later version; "{}" is the scheme of defaults. A scheme of a model is a scheme
 * like any other: its text holds the weights that it has.
 *
 * In C: `needed` receives the bytes with the final NUL; they are written if buffer_bytes suffices, and otherwise
 * nothing is (buffer may be NULL then).
 *
 * Errors: FARSPAN_ERROR_OUT_OF_MEMORY. */
FARSPAN_API farspan_status farspan_scheme_to_json(const farspan_scheme* scheme, char* buffer, int64_t buffer_bytes,
                                                  int64_t* needed, farspan_error* error);

/* Positions per token that the rope part reads: 1, or for M-RoPE the number of axes, which is that of the last section
 * with pairs (sections), 3 (interleaved) or 4 (interleaved_ggml).
 *
 * In C: 0 for NULL. */
FARSPAN_API int32_t farspan_scheme_axes(const farspan_scheme* scheme);

/* Everything that a scheme says about one pair. */
typedef struct farspan_probe {
    uint32_t struct_size;
    int32_t visible; /* 0 or 1 */
    int32_t branch;  /* 0 near, 1 or 2 far */
    int32_t reserved;
    double query_angle_position; /* a_b(p_i) */
    double key_angle_position;   /* c_b(p_j) */
    double relative_position;    /* their difference: what the rotation sees */
    double bias;                 /* 0 for a dense bias */
    double scale;                /* s_i, without 1/sqrt(head_dim) when score.scale is 0 */
    double magnitude;            /* m: rotated logits carry m^2 */
} farspan_probe;
FARSPAN_API void farspan_probe_init(farspan_probe* probe, size_t size);

/* What the scheme does to one pair of positions. `length` is the current length n of the methods that depend on it (0:
 * max(query, key) + 1). The head is one of the layer's.
 *
 * Errors: FARSPAN_ERROR_POSITIONS; FARSPAN_ERROR_HEAD_GROUPS for a head that the layer does not have. */
FARSPAN_API farspan_status farspan_scheme_probe(const farspan_scheme* scheme, int64_t length, int64_t query,
                                                int64_t key, int32_t head, farspan_probe* probe, farspan_error* error);

/* The visible keys of one query among key positions 0 .. keys-1: at most two intervals, written as
 * {first, last, first, last}, the second empty if there is one.
 *
 * Errors: FARSPAN_ERROR_POSITIONS. */
FARSPAN_API farspan_status farspan_scheme_visible(const farspan_scheme* scheme, int64_t query, int64_t keys,
                                                  int64_t intervals[4], farspan_error* error);

/* ---- 5. Encode -------------------------------------------------------------------------------- */

/* Writes inv_freq (radians per position) of all R/2 pairs and gives the magnitude m, both at the current length (0: the
 * trained one, so that dynamic methods are at rest). For xpos, m is 1 (see farspan_scheme_probe).
 *
 * In C: `magnitude` may be NULL.
 *
 * Errors: FARSPAN_ERROR_SHAPE if inv_freq has another length than R/2; FARSPAN_ERROR_COMBINATION without a rope part. */
FARSPAN_API farspan_status farspan_rope_frequencies(const farspan_scheme* scheme, int64_t length, double* inv_freq,
                                                    int64_t inv_freq_count, double* magnitude, farspan_error* error);

enum { FARSPAN_SIDE_QUERY = 0, FARSPAN_SIDE_KEY = 1 };
enum {
    FARSPAN_ROTATE_FORWARD = 0, /* rotate by the position, times the magnitude */
    FARSPAN_ROTATE_INVERSE = 1, /* undo FORWARD; the gradient is in gradient.h */
    FARSPAN_ROTATE_DELTA = 2    /* rotate by a difference of positions, without magnitude: moves cached keys */
};

typedef struct farspan_rope_options {
    uint32_t struct_size;
    int32_t side;        /* FARSPAN_SIDE_*: which of the branch's maps to use; matters with a remap and for xpos */
    int32_t branch;      /* default 0, the true positions */
    int32_t direction;   /* FARSPAN_ROTATE_* */
    int64_t length;      /* current length n for dynamic methods; 0: max(position) + 1 */
    int64_t axis_stride; /* elements between the axes of `positions` for M-RoPE; default 0 = tightly packed */
    double xpos_centre;  /* positions are taken relative to this for the decay [xpos]; default 0 */
} farspan_rope_options;
FARSPAN_API void farspan_rope_options_init(farspan_rope_options* options, size_t size);

/* Rotates `in[b, h, t, :]` by position `positions[t]` into out; features outside the rotary range are copied. in and
 * out have the same shape and may be the same memory (same strides then); types may differ. `positions` holds one entry
 * for each row t (times the number of axes for M-RoPE, axis_stride apart), or is NULL for 0, 1, 2 ... Magnitude of
 * positions below 2^40; only FARSPAN_ROTATE_DELTA takes negative ones. With exact angles the result is within 2 ulp
 * (f32) of the real-number result.
 *
 * Errors: FARSPAN_ERROR_SHAPE, FARSPAN_ERROR_STRIDE, FARSPAN_ERROR_ROTARY_DIM and FARSPAN_ERROR_POSITIONS for what does
 * not fit; FARSPAN_ERROR_COMBINATION for options that the scheme does not have; FARSPAN_ERROR_METHOD,
 * FARSPAN_ERROR_PARAMETER_RANGE; FARSPAN_ERROR_CANCELLED. */
FARSPAN_API farspan_status farspan_rope_apply(const farspan_context* context, const farspan_scheme* scheme,
                                              const farspan_rope_options* options, const int64_t* positions,
                                              int64_t positions_count, const farspan_tensor* in,
                                              const farspan_tensor* out, farspan_error* error);

/* `out[n]` = bias of `head`, one of the layer's, at distance first_distance + n; distances are query position minus key
 * position. `length` is the current length n, of which trained_length alone makes anything; 0: the trained one.
 *
 * Errors: FARSPAN_ERROR_COMBINATION without a bias by distance (a dense one is not); FARSPAN_ERROR_HEAD_GROUPS;
 * FARSPAN_ERROR_PARAMETER_RANGE. */
FARSPAN_API farspan_status farspan_bias_fill(const farspan_context* context, const farspan_scheme* scheme, int32_t head,
                                             int64_t length, int64_t first_distance, float* out, int64_t out_count,
                                             farspan_error* error);

enum {
    FARSPAN_SINUSOIDAL_INTERLEAVED = 1, /* sin, cos, sin, cos ... (Vaswani et al. 2017) */
    FARSPAN_SINUSOIDAL_BLOCKS = 2,      /* all sines, then all cosines; same frequencies (RoFormer, Marian) */
    /* blocks, exponent over dim/2 - 1 (tensor2tensor, fairseq); odd dim: last is 0 */
    FARSPAN_SINUSOIDAL_TENSOR2TENSOR = 3
};
/* `out[0, 0, t, :]` = the encoding of position first + t for all rows t, in the width of out, whose batch and head
 * extents must be 1. F32, F16 or BF16. base: usually 10000.
 *
 * Errors: FARSPAN_ERROR_SHAPE, FARSPAN_ERROR_POSITIONS, FARSPAN_ERROR_PARAMETER_RANGE, FARSPAN_ERROR_METHOD. */
FARSPAN_API farspan_status farspan_sinusoidal_fill(const farspan_context* context, int32_t layout, int64_t first,
                                                   double base, const farspan_tensor* out, farspan_error* error);

/* Learned absolute positions: `out[b, 0, t, :] = table[0, 0, positions[t], :]`. A position outside the table is an
 * error, not a clamp. positions: one for each row of out, or NULL for 0, 1, 2 ...
 *
 * Errors: FARSPAN_ERROR_POSITIONS for a position outside the table; FARSPAN_ERROR_SHAPE, FARSPAN_ERROR_STRIDE. */
FARSPAN_API farspan_status farspan_position_lookup(const farspan_context* context, const farspan_tensor* table,
                                                   const int64_t* positions, int64_t positions_count,
                                                   const farspan_tensor* out, farspan_error* error);

/* FIRE (Li et al. 2024): the bias of head h is `MLP(x)[h]` with
 * x = ln(|c d| + 1) / (ln(|c max(p_i, threshold)| + 1) + epsilon), d = p_i - p_j >= 0 and MLP = w2 relu(w1 x + b1) +
 * b2. */
typedef struct farspan_fire_config {
    uint32_t struct_size;
    int32_t hidden; /* width of the MLP's hidden layer */
    int32_t heads;
    int32_t reserved;
    double c;         /* default 0.1 */
    double threshold; /* |l * L0|; default 512 */
    double epsilon;   /* default 1e-6 */
    const float* w1;  /* [hidden] */
    int64_t w1_count;
    const float* b1; /* [hidden] */
    int64_t b1_count;
    const float* w2; /* [heads][hidden] */
    int64_t w2_count;
    const float* b2; /* [heads] */
    int64_t b2_count;
} farspan_fire_config;
FARSPAN_API void farspan_fire_config_init(farspan_fire_config* config, size_t size);

/* Writes a FIRE bias `out[0, h, i, j]`, to be used as a dense bias; its memory is queries x keys, the caller's choice.
 * Positions: one for each query and each key; NULL: keys 0, 1, 2 ..., queries the last of them.
 *
 * Errors: FARSPAN_ERROR_NULL_ARGUMENT for missing weights; FARSPAN_ERROR_SHAPE, FARSPAN_ERROR_PARAMETER_RANGE,
 * FARSPAN_ERROR_POSITIONS. */
FARSPAN_API farspan_status farspan_fire_fill(const farspan_context* context, const farspan_fire_config* config,
                                             const int64_t* query_positions, int64_t query_positions_count,
                                             const int64_t* key_positions, int64_t key_positions_count,
                                             const farspan_tensor* out, farspan_error* error);

/* ---- 6. Plan and attention -------------------------------------------------------------------- */

enum {
    FARSPAN_STATE_RAW = 0,    /* q and k carry no position: the library rotates them */
    FARSPAN_STATE_ROTATED = 1 /* q and k are already rotated (and carry the magnitude): the rope part is skipped */
};

typedef struct farspan_problem {
    uint32_t struct_size;
    int32_t state;       /* FARSPAN_STATE_*; rotated needs a scheme without remap and not xpos */
    int64_t batch;       /* default 1 */
    int64_t query_heads; /* a multiple of key_heads; head h reads key head h / (query_heads / key_heads) */
    int64_t key_heads;
    int64_t queries;
    int64_t keys;
    int64_t head_dim;  /* 1 .. 512 */
    int64_t value_dim; /* 1 .. 512; 0 (default): head_dim */
    int64_t length;    /* current length n for dynamic methods; 0 (default): largest position that is seen + 1 */
    /* head 0 is this head of the layer, for the bias and the sink logits; default 0 (tensor parallel hosts) */
    int64_t head_offset;

    /* Positions, 0 .. 2^40, one row or one for each batch. NULL: keys 0 .. keys-1, queries the last `queries` of them;
     * with more queries than keys the first ones have negative positions, from which a causal mask shows nothing but a
     * prefix. Key positions must not decrease (within a segment). The batch stride is in elements; 0 shares one row
     * between all batches. */
    const int64_t* query_positions;
    int64_t query_positions_count;
    const int64_t* key_positions;
    int64_t key_positions_count;
    int64_t query_position_stride;
    int64_t key_position_stride;

    /* M-RoPE: [axes][queries] and [axes][keys] rotary positions, shared by all batches; the arrays above then serve
     * mask and bias only. */
    const int64_t* query_axis_positions;
    int64_t query_axis_positions_count;
    const int64_t* key_axis_positions;
    int64_t key_axis_positions_count;

    /* Packed sequences: segment s owns queries [query_offsets[s], query_offsets[s+1]) and keys
     * [key_offsets[s], key_offsets[s+1]) and sees nothing else. Default positions then restart in each segment. */
    int64_t segments;             /* 0 (default): not packed */
    const int64_t* query_offsets; /* [segments + 1], from 0 to queries */
    int64_t query_offsets_count;
    const int64_t* key_offsets; /* [segments + 1], from 0 to keys */
    int64_t key_offsets_count;

    /* Padding: [batch][2] half-open ranges of valid keys; NULL: all. What nobody sees is not checked and has no effect:
     * positions of hidden keys may be anything (Hugging Face's batches have 1 in front of 0, 1, 2 ...). So may the
     * position of a query whose own key is hidden, where queries are aligned with the last keys; if it is no position
     * (-1), the query sees nothing. */
    const int64_t* key_ranges;
    int64_t key_ranges_count;
} farspan_problem;
FARSPAN_API void farspan_problem_init(farspan_problem* problem, size_t size);

/* Prepares everything that does not depend on the data: rotation tables, bias tables, intervals, tiles. Memory grows
 * linearly with queries + keys.
 *
 * Errors: FARSPAN_ERROR_SHAPE for sizes and short arrays; FARSPAN_ERROR_HEAD_GROUPS, FARSPAN_ERROR_POSITIONS,
 * FARSPAN_ERROR_COMBINATION; FARSPAN_ERROR_NULL_ARGUMENT for missing axis positions or offsets. */
FARSPAN_API farspan_status farspan_plan_create(const farspan_context* context, const farspan_scheme* scheme,
                                               const farspan_problem* problem, farspan_plan** plan,
                                               farspan_error* error);
FARSPAN_API void farspan_plan_destroy(farspan_plan* plan);

/* What attention reads and writes.
 *   q     [batch, query_heads, queries, head_dim]     k [batch, key_heads, keys, head_dim]
 *   v     [batch, key_heads, keys, value_dim]         out [batch, query_heads, queries, value_dim]
 *   bias  NULL, or for a dense bias [batch or 1, query_heads or 1, queries, keys] (-infinity hides a key)
 *   lse   NULL, or float[batch][query_heads][queries]: ln(sum of exp(logit)), sink logits included
 * F32, F16 or BF16, mixed as you like. out must not overlap the inputs. */
typedef struct farspan_attention_data {
    uint32_t struct_size;
    int32_t reserved;
    const farspan_tensor* q;
    const farspan_tensor* k;
    const farspan_tensor* v;
    const farspan_tensor* bias;
    const farspan_tensor* out;
    float* lse;
    int64_t lse_count;
    void* workspace; /* NULL, or scratch for runs that do not allocate */
    int64_t workspace_bytes;
} farspan_attention_data;
FARSPAN_API void farspan_attention_data_init(farspan_attention_data* data, size_t size);

/* Bytes of scratch that one farspan_attention_run needs. Give a workspace of that size (any alignment) for runs that do
 * not allocate, or none to let the run allocate. A workspace serves one run at a time. */
FARSPAN_API int64_t farspan_plan_workspace_size(const farspan_plan* plan);

/* How the work divides, for one batch and head: tiles skipped, wholly visible, on a mask edge, and (counted in the last
 * two as well) crossed by a branch boundary.
 *
 * Errors: FARSPAN_ERROR_OUT_OF_MEMORY. */
FARSPAN_API farspan_status farspan_plan_tile_counts(const farspan_plan* plan, int64_t counts[4], farspan_error* error);

/* out = softmax(logits) v. Arithmetic and accumulation are f32. A query that sees no key gives 0 and lse = -inf (with a
 * sink logit: 0 and lse = that). A product <q, k> that exceeds float's range makes its row NaN; logits with their bias,
 * and sink logits, beyond 2.36e38 count as that: a mask of finfo.min on every key gives the mean (docs/numerics.md).
 * For one instruction set, the bits do not depend on the number of threads. A context of another instruction set than
 * the plan's is refused; its threads and its flag hold for the run.
 *
 * Errors: FARSPAN_ERROR_SHAPE if a tensor does not fit the plan or lse is too short; FARSPAN_ERROR_STRIDE if out
 * overlaps itself or an input; FARSPAN_ERROR_COMBINATION for a bias that the scheme does not have, and
 * FARSPAN_ERROR_NULL_ARGUMENT for one that it has and was not given; FARSPAN_ERROR_WORKSPACE_SIZE,
 * FARSPAN_ERROR_CANCELLED, FARSPAN_ERROR_OUT_OF_MEMORY. */
FARSPAN_API farspan_status farspan_attention_run(const farspan_context* context, const farspan_plan* plan,
                                                 const farspan_attention_data* data, farspan_error* error);

/* Plan, run and destroy in one call, with the problem read off the tensors and default positions.
 *
 * Errors: as farspan_plan_create and farspan_attention_run. */
FARSPAN_API farspan_status farspan_attention(const farspan_context* context, const farspan_scheme* scheme,
                                             const farspan_attention_data* data, farspan_error* error);

/* Merges a partial result over other keys into (out_a, lse_a): L = ln(e^lse_a + e^lse_b),
 * out_a = e^(lse_a - L) out_a + e^(lse_b - L) out_b, lse_a = L. out_*: the same shape `[batch, heads, queries,
 * value_dim]`, F32, F16 or BF16. lse_*: contiguous `[batch][heads][queries]`; a part of -infinity adds nothing, one of
 * +infinity is the result. Give sink logits to one part only.
 *
 * Errors: FARSPAN_ERROR_SHAPE, FARSPAN_ERROR_STRIDE. */
FARSPAN_API farspan_status farspan_attention_merge(const farspan_context* context, const farspan_tensor* out_a,
                                                   float* lse_a, int64_t lse_a_count, const farspan_tensor* out_b,
                                                   const float* lse_b, int64_t lse_b_count, farspan_error* error);

/* ---- 7. Context ------------------------------------------------------------------------------- */

enum {
    FARSPAN_ISA_BEST = 0, /* the best of this machine, or what the environment variable FARSPAN_ISA names */
    FARSPAN_ISA_SCALAR = 1,
    FARSPAN_ISA_AVX2 = 2,   /* AVX2, FMA, F16C */
    FARSPAN_ISA_AVX512 = 3, /* F, CD, DQ, BW, VL */
    FARSPAN_ISA_NEON = 4
};

typedef struct farspan_context_config {
    uint32_t struct_size;
    int32_t threads; /* 0 (default): min(affinity, cgroup quota, FARSPAN_NUM_THREADS); 1 never touches TBB */
    int32_t isa;     /* FARSPAN_ISA_* */
    /* 1: no key is left out. 0 (default): keys whose bias (any but dense) makes their weight so small that leaving all
     * of them out changes no number of a row's output by more than 2^-24 of the largest value, and its lse by no more
     * than 2^-24, are left out: under alibi, what is computed does not grow with the length then */
    int32_t exhaustive;
    /* NULL, or a flag of the caller's that outlives the context and its plans: non-zero stops a call soon */
    const volatile int32_t* cancel;
} farspan_context_config;
FARSPAN_API void farspan_context_config_init(farspan_context_config* config, size_t size);

/* Every function whose time grows with its input takes a context, and honours all of it: threads, instruction set,
 * exhaustiveness and flag. A NULL context everywhere means the defaults, as found at the first such call. More threads
 * than the machine has are clamped.
 *
 * In C: `config` may be NULL.
 *
 * Errors: FARSPAN_ERROR_ISA_UNSUPPORTED if this machine lacks the instruction set; FARSPAN_ERROR_PARAMETER_RANGE if
 * threads is negative. */
FARSPAN_API farspan_status farspan_context_create(const farspan_context_config* config, farspan_context** context,
                                                  farspan_error* error);
FARSPAN_API void farspan_context_destroy(farspan_context* context);
FARSPAN_API int32_t farspan_context_threads(const farspan_context* context); /* threads that a run really uses */
FARSPAN_API int32_t farspan_context_isa(const farspan_context* context);     /* the instruction set in use */

FARSPAN_API int32_t farspan_isa_supported(int32_t isa); /* whether it is built in and usable on this machine */
FARSPAN_API const char* farspan_isa_name(int32_t isa);  /* its name, "avx2"; NULL if unknown */

/* A JSON object for bug reports: versions, instruction sets found and used, threads, quota. Writes at most
 * `buffer_bytes` bytes with the final NUL and returns the bytes needed; call with 0 to learn them. */
FARSPAN_API int64_t farspan_diagnose(char* buffer, int64_t buffer_bytes);

/* Ends the library's worker threads; later calls start them again. For hosts that unload plugins. Not while a call
 * runs. */
FARSPAN_API void farspan_shutdown(void);

/* ---- 8. Loading at run time ------------------------------------------------------------------- */

/* All functions above in one constant table, declared in farspan/api_table.h. NULL if this library does not have that
 * ABI version (pass FARSPAN_ABI_VERSION). */
typedef struct farspan_api farspan_api;
FARSPAN_API const farspan_api* farspan_get_api(uint32_t abi_version);

#ifdef __cplusplus
}
#endif

#endif /* FARSPAN_FARSPAN_H */
