/* Farspan: a model's own configuration, read into the scheme of each layer.
 *
 *     farspan_model* model = NULL;
 *     farspan_error error = FARSPAN_ERROR_INIT;
 *     if (farspan_model_from_config(NULL, text, text_bytes, NULL, &model, &error) != FARSPAN_OK)
 *         ...  // error.message has the JSON path
 *     farspan_model_layer layer;
 *     farspan_model_layer_init(&layer, sizeof layer);
 *     farspan_model_layer_at(model, 0, &layer, &error);
 *     farspan_attention(NULL, layer.scheme, &data, &error);
 *     farspan_model_destroy(model);
 *
 * What is read is what decides positions and attention: sizes, rotary settings and their scaling, windows, biases,
 * scales. A key that is absent takes the default of the model's class, with a note that says so; a null means "none".
 * An unknown model_type or rope type is refused: a guess would give fluent nonsense. What looks wrong but has one
 * reading becomes a warning. A key that changes what a query sees, or how, and that the class does not read, is never
 * ignored in silence: docs/models.md lists them all.
 *
 * The rules of farspan.h hold here too: failure writes nothing, inputs are borrowed for the call, a model is immutable
 * and may be used by any number of threads. Texts, configurations and schemes that a model hands out live as long as
 * the model.
 *
 * Numbers come from files that nobody vouches for. Any bytes are safe: a malformed document is FARSPAN_ERROR_FORMAT
 * (syntax, nesting beyond 64 levels, a key twice in an object that is read, a wrong type, an absent size), a number
 * outside its range FARSPAN_ERROR_PARAMETER_RANGE, an unknown name FARSPAN_ERROR_METHOD, sizes that contradict each
 * other FARSPAN_ERROR_SHAPE or FARSPAN_ERROR_HEAD_GROUPS, what no scheme can say FARSPAN_ERROR_COMBINATION. Messages
 * and notes name the path where the value stands; control characters and what is no UTF-8 are written as \n, \u001b,
 * \xff.
 *
 * Reading takes little memory, whatever the document: what nobody asks for does not become a value. Beyond these limits
 * a document is FARSPAN_ERROR_FORMAT: JSON of 64 MiB, 64 levels, 2^20 keys in one object that is read, 65536 items in
 * the lists that are read; GGUF with 4096 keys of the architecture, 65536 items in their lists together, texts of 16
 * MiB. A call takes at most three times its input and 16 MiB. The readers look at the context's cancel flag every few
 * milliseconds. */
#ifndef FARSPAN_MODEL_H
#define FARSPAN_MODEL_H

#include "farspan/farspan.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct farspan_model farspan_model;

/* ---- 1. Options ------------------------------------------------------------------------------- */

/* Where published releases compute different numbers from the same file. */
enum {
    /* what the authors trained with; Hugging Face transformers 5 where it agrees */
    FARSPAN_RELEASE_REFERENCE = 0,
    /* YaRN: L is max_position_embeddings, no mscale, no truncate, m = 0.1 ln s + 1 also for s < 1. LongRoPE: a
     * top-level original length overrides `factor`. */
    FARSPAN_RELEASE_TRANSFORMERS_4_48 = 1,
    /* 0.5.0. YaRN's ramp always has whole ends, and of GGUF's yarn_ keys only mistral3's ramp is read; dynamic
     * scaling is not applied */
    FARSPAN_RELEASE_LLAMA_CPP = 2
};

/* Ways to run a model beyond its trained length L, up to target_length T = s L. Only layers with rotary positions and
 * full attention are changed. Parameters not given are derived, and a note shows the derivation. */
enum {
    FARSPAN_EXTENSION_NONE = 0,
    FARSPAN_EXTENSION_LINEAR = 1, /* PI, factor s; needs fine-tuning */
    /* base * alpha^(R/(R-2)), the least alpha for which no pair that never completed a turn in training sees an
     * unseen angle: s^((R-2)/(2p)), p the first such pair */
    FARSPAN_EXTENSION_NTK = 2,
    FARSPAN_EXTENSION_DYNAMIC_NTK = 3,  /* the same alpha at length T, growing from 1 at L */
    FARSPAN_EXTENSION_YARN = 4,         /* factor s over L */
    FARSPAN_EXTENSION_SELF_EXTEND = 5,  /* window W (default L/4), the least group G with G (L - W + floor(W/G)) >= T */
    FARSPAN_EXTENSION_REROPE = 6,       /* window w (default L/4); any length */
    FARSPAN_EXTENSION_LEAKY_REROPE = 7, /* window w (default L/4), leak ceil((T-1-w) / (L-1-w)) */
    FARSPAN_EXTENSION_DUAL_CHUNK = 8,   /* chunk 3L/4, local window L/8; any length */
    FARSPAN_EXTENSION_ALIBI_SLOPES = 9  /* ALiBi only: slopes shrink by L/n beyond L */
};

typedef struct farspan_model_options {
    uint32_t struct_size;
    int32_t release;       /* FARSPAN_RELEASE_* */
    int32_t angle;         /* FARSPAN_ANGLE_* of every scheme; default exact */
    int32_t extension;     /* FARSPAN_EXTENSION_* */
    int64_t target_length; /* T; required with an extension, otherwise 0. At most L: nothing is changed */
    int64_t window;        /* of the extension; 0: derived [self_extend, rerope, leaky_rerope] */
    int64_t group;         /* of the extension; 0: derived [self_extend] */

    /* Weights that are part of the positions and not of the file. NULL: see FARSPAN_NOTE_WEIGHTS. */
    const float* t5_encoder; /* [buckets][heads]: relative_attention_bias.weight of the encoder */
    int64_t t5_encoder_count;
    const float* t5_decoder; /* [buckets][heads], of the decoder */
    int64_t t5_decoder_count;
    const double* rope_freqs; /* [R/2] GGUF's rope_freqs.weight: divisors of inv_freq */
    int64_t rope_freqs_count;
    const double* rope_short; /* [R/2] GGUF's rope_factors_short.weight */
    int64_t rope_short_count;
    const double* rope_long; /* [R/2] GGUF's rope_factors_long.weight */
    int64_t rope_long_count;
} farspan_model_options;
FARSPAN_API void farspan_model_options_init(farspan_model_options* options, size_t size);

/* ---- 2. Reading ------------------------------------------------------------------------------- */

/* Reads the text of a Hugging Face config.json, or of Mistral's or Meta's params.json. Nested text models (text_config,
 * llm_config, thinker_config.text_config ...) are found; what they say wins over the top level. NaN and Infinity, which
 * Python writes, are numbers out of range if somebody reads them.
 *
 * In C: no NUL is needed; `options` may be NULL, here and below. */
FARSPAN_API farspan_status farspan_model_from_config(const farspan_context* context, const char* text,
                                                     int64_t text_bytes, const farspan_model_options* options,
                                                     farspan_model** model, farspan_error* error);

/* One key of GGUF metadata. Integers of every width are int64, booleans 0 or 1, floats double. */
enum { FARSPAN_METADATA_INTEGER = 1, FARSPAN_METADATA_REAL = 2, FARSPAN_METADATA_TEXT = 3 };
typedef struct farspan_metadata {
    const char* key; /* "llama.rope.freq_base" */
    int64_t key_bytes;
    int32_t type;     /* FARSPAN_METADATA_*: which of the arrays below has the values; the others are NULL */
    int32_t is_array; /* 0: one value; 1: as many as the array has */
    const int64_t* integers;
    int64_t integers_count;
    const double* reals;
    int64_t reals_count;
    const farspan_text* texts;
    int64_t texts_count;
} farspan_metadata;

/* Reads GGUF metadata: general.architecture and the keys of that architecture; other keys may be there. The pair layout
 * is that of the converted weights (interleaved for "llama", whose rows the converter permutes). Tensors that belong to
 * the positions come with the options. */
FARSPAN_API farspan_status farspan_model_from_metadata(const farspan_context* context, const farspan_metadata* entries,
                                                       int64_t entries_count, const farspan_model_options* options,
                                                       farspan_model** model, farspan_error* error);

/* Reads the beginning of a GGUF file, version 2 or 3, little-endian: header, metadata and tensor list must be within
 * it. Tensors rope_freqs.weight and rope_factors_{short,long}.weight (F32) are taken from the file if the bytes reach
 * that far; otherwise they are an error unless options give them. Of a split file give the first part. */
FARSPAN_API farspan_status farspan_model_from_gguf(const farspan_context* context, const void* file, int64_t file_bytes,
                                                   const farspan_model_options* options, farspan_model** model,
                                                   farspan_error* error);

FARSPAN_API void farspan_model_destroy(farspan_model* model);

/* ---- 3. Answers ------------------------------------------------------------------------------- */

enum {
    FARSPAN_ABSOLUTE_NONE = 0,
    FARSPAN_ABSOLUTE_LEARNED = 1,   /* a table of weights, see farspan_position_lookup */
    FARSPAN_ABSOLUTE_SINUSOIDAL = 2 /* see farspan_sinusoidal_fill */
};

typedef struct farspan_model_info {
    uint32_t struct_size;
    int32_t absolute;       /* FARSPAN_ABSOLUTE_*: positions added to the embeddings */
    const char* family;     /* model_type, or general.architecture */
    int64_t layers;         /* encoder and decoder together; the encoder's come first */
    int64_t encoder_layers; /* 0 unless encoder-decoder */
    int64_t query_heads;    /* of the first layer with attention, as the next three: see farspan_model_layer */
    int64_t key_heads;
    int64_t head_dim; /* of q and k; with latent attention (MLA) the rotated and unrotated parts together */
    int64_t value_dim;
    int64_t hidden;          /* width of the model; 0: unknown */
    int64_t vocabulary;      /* 0: unknown */
    int64_t context;         /* the length that the file states; 0: unknown or unlimited */
    int64_t trained_context; /* L: positions that the unscaled rotation was trained on; 0: unknown */
    int64_t usable_context;  /* longest length for which the resolved settings are meant; 0: no limit known */
    /* the same unless the file is ambiguous: linear or dynamic scaling may or may not be in `context` */
    int64_t usable_context_most;
    int64_t absolute_rows;   /* rows of the learned table; 0: none */
    int64_t absolute_offset; /* position p is row p + offset (OPT: 2) */
    int64_t layer_kinds;     /* how many different layers there are */
    int64_t notes;           /* notes and warnings together */
    double final_softcap;    /* cap on the output logits, not on attention (Gemma 2: 30); 0: none */
} farspan_model_info;
FARSPAN_API void farspan_model_info_init(farspan_model_info* info, size_t size);
FARSPAN_API farspan_status farspan_model_describe(const farspan_model* model, farspan_model_info* info,
                                                  farspan_error* error);

enum {
    FARSPAN_LAYER_FULL = 0,
    FARSPAN_LAYER_SLIDING = 1,
    FARSPAN_LAYER_CHUNKED = 2,
    /* no softmax attention (linear attention, convolution, state space): scheme and configurations are NULL */
    FARSPAN_LAYER_OTHER = 3
};

typedef struct farspan_model_layer {
    uint32_t struct_size;
    int32_t kind;  /* FARSPAN_LAYER_* */
    int64_t alike; /* the first layer with the same settings; equal numbers mean the same scheme */
    int64_t query_heads;
    int64_t key_heads;
    int64_t head_dim;
    int64_t value_dim;
    int64_t window; /* keys that a query sees at most, itself included; 0: all before it */
    /* factor on <q, k>: score.scale (or 1/sqrt(head_dim)) times score.multiplier; without temperature and without
     * the rope part's magnitude, which is in cos and sin */
    double attention_scale;
    const farspan_scheme* scheme;
    const farspan_rope_config* rope; /* what the scheme was made of, for changes: sinks, another remap ... */
    const farspan_remap_config* remap;
    const farspan_bias_config* bias;
    const farspan_mask_config* mask;
    const farspan_score_config* score;
} farspan_model_layer;
FARSPAN_API void farspan_model_layer_init(farspan_model_layer* layer, size_t size);

/* Layer `index`, 0 .. layers-1.
 *
 * Errors: FARSPAN_ERROR_PARAMETER_RANGE. */
FARSPAN_API farspan_status farspan_model_layer_at(const farspan_model* model, int64_t index, farspan_model_layer* layer,
                                                  farspan_error* error);

enum { FARSPAN_SEVERITY_NOTE = 0, FARSPAN_SEVERITY_WARNING = 1 };

enum {
    FARSPAN_NOTE_DEFAULT = 1, /* a key is absent, the default of the model's class holds */
    FARSPAN_NOTE_DERIVED = 2, /* a number was calculated: extension, a factor from two lengths */
    FARSPAN_NOTE_RELEASE = 3, /* releases disagree here; see farspan_model_options.release */
    FARSPAN_NOTE_IGNORED = 4, /* a key that this family does not read, as it should be */
    /* warnings from here on: a field of the rope dictionary that its type does not read, or a key of GGUF's
     * attention.* and rope.* that nobody knows */
    FARSPAN_NOTE_UNKNOWN_FIELD = 16,
    FARSPAN_NOTE_LENGTHS = 17, /* factor and lengths do not fit each other, or a length is missing */
    FARSPAN_NOTE_TWICE = 18,   /* the same setting in two places; the text says which one holds */
    FARSPAN_NOTE_WEIGHTS = 19, /* the scheme lacks numbers that are weights: sinks, T5's table */
    /* a window, pattern, scale or rotation that is declared and that the model's class does not apply */
    FARSPAN_NOTE_NO_EFFECT = 20,
    FARSPAN_NOTE_INCOMPLETE = 21 /* the file describes more than a scheme can say */
};

typedef struct farspan_model_note {
    uint32_t struct_size;
    int32_t severity; /* FARSPAN_SEVERITY_* */
    int32_t code;     /* FARSPAN_NOTE_* */
    int32_t reserved;
    const char* path; /* JSON path "$.rope_scaling.factor", or GGUF key; "" if it concerns no single key */
    const char* text; /* a sentence, UTF-8 */
} farspan_model_note;
FARSPAN_API void farspan_model_note_init(farspan_model_note* note, size_t size);

/* Note `index`, 0 .. notes-1.
 *
 * Errors: FARSPAN_ERROR_PARAMETER_RANGE. */
FARSPAN_API farspan_status farspan_model_note_at(const farspan_model* model, int64_t index, farspan_model_note* note,
                                                 farspan_error* error);

#ifdef __cplusplus
}
#endif

#endif /* FARSPAN_MODEL_H */
