/* Farspan's key-value cache. Keys are stored as the projection left them, without their position, and rotated when they
 * are read. Every scheme is therefore right on every cache: dynamic frequencies at the current length, remaps, a switch
 * of scheme in mid-sequence, eviction in the middle.
 *
 *   create a cache -> create a sequence -> append (room for new tokens, all layers)
 *     -> plan_create, later plan_advance -> per layer: write (their keys and values), then farspan_cache_run
 *
 * What moves tokens, append, write, save, restore and attention, takes a context: its threads, its instruction set and
 * its cancel flag, which is looked at every few milliseconds. What only looks at the list of a sequence's blocks, some
 * 20 ns for each of them, takes none: fork, evict, keep, sequence_destroy, sequence_info, save_size.
 *
 * A sequence is a set of tokens, each at a position of its own that it keeps for ever; positions only grow. Tokens live
 * in blocks that cover 64 consecutive positions of all layers. Blocks are shared between forks until one of them
 * writes.
 *
 * Threads: one cache serves any number of threads, and needs no lock of theirs as long as each has sequences of its
 * own. What sequences share, their list and the blocks, is guarded inside; a sequence is not:
 *   append, write, evict, keep, sequence_destroy   the only call on that sequence at the time
 *   fork, sequence_info, save, plan_create, plan_advance, run, decode   beside each other on the same sequence
 *   calls on different sequences   beside each other, also if they are forks and share blocks
 *   sequence_create, restore, get_statistics   beside anything
 *   clear, destroy   the only call on the cache
 * A call with a batch is a call on each of its sequences, and a run one on each sequence of its plan. */
#ifndef FARSPAN_CACHE_H
#define FARSPAN_CACHE_H

#include "farspan/farspan.h"

#ifdef __cplusplus
extern "C" {
#endif

/* FARSPAN_I8, for the storage of a cache only, is whole numbers times a scale.
 *   key    one scale per token and head. Up to one feature in eight (of each 256) may have 16 bits, all others have 8:
 *          with m the largest magnitude of the smallest seven in eight, if a feature is larger than 3 m, those larger
 *          than 2.25 m have 16 bits. The scale is the largest of the others / 127, or the largest of all / 32512 if
 *          that is more.
 *   value  8 bits, and for 16 of them a scale: the largest / 127, rounded up to bf16
 * NaN becomes 0 and an infinity 3e38.
 *
 * What the types hold, and what they cost: the error of the attention output (relative, root of squares; median of 7
 * draws; 256 keys of 128 normal numbers, and on 6 of the features a constant vector of a given length, as the bias of a
 * projection adds it: that of Qwen2.5-7B has a length of 22 in most layers, of 605 and 921 in two). bytes: per token
 * and head of 128 + 128 features, all told.
 *
 *          bytes   length 0     22    605    921   range
 *   F32    1028           0      0      0      0   any float
 *   F16     516       0.03%  0.03%  0.03%  0.04%   to 65504, larger numbers become infinite; steps of 2^-24 below 2^-14
 *   BF16    516        0.2%   0.2%   0.3%   0.3%   any float, rounded to 8 bits
 *   I8      315        0.7%   0.8%   0.7%   0.8%   keys: up to one feature in eight of any size, to 256 times the
 *                                                  others, which lose digits beyond
 *                                                  values: any, each row to 0.9% of its length
 *
 * Keys of which more than one feature in eight is far larger than the others want another type than I8. */
typedef struct farspan_cache farspan_cache;
typedef struct farspan_cache_plan farspan_cache_plan;

typedef struct farspan_cache_config {
    uint32_t struct_size;
    int32_t dtype;     /* of the stored keys and values: FARSPAN_F32, _F16, _BF16 (default) or _I8 */
    int64_t layers;    /* default 1 */
    int64_t key_heads; /* required */
    int64_t head_dim;  /* 1 .. 512, required */
    int64_t value_dim; /* 1 .. 512; 0 (default): head_dim */
    /* bytes of all blocks, free ones included; 0 (default): what the machine and its control group have */
    int64_t memory_limit;
} farspan_cache_config;
FARSPAN_API void farspan_cache_config_init(farspan_cache_config* config, size_t size);

/* Makes a cache without sequences.
 *
 * Errors: FARSPAN_ERROR_SHAPE and FARSPAN_ERROR_DTYPE for what does not fit; FARSPAN_ERROR_PARAMETER_RANGE for a
 * negative memory limit. */
FARSPAN_API farspan_status farspan_cache_create(const farspan_cache_config* config, farspan_cache** cache,
                                                farspan_error* error);
/* Also ends all sequences. A plan of the cache is refused afterwards. */
FARSPAN_API void farspan_cache_destroy(farspan_cache* cache);

/* ---- Sequences -------------------------------------------------------------------------------- */

/* Begins a sequence without tokens. A sequence is a number that is never used again in its cache.
 *
 * Errors: FARSPAN_ERROR_OUT_OF_MEMORY. */
FARSPAN_API farspan_status farspan_cache_sequence_create(farspan_cache* cache, int64_t* sequence, farspan_error* error);

/* Ends a sequence. Its blocks, as far as no fork uses them, are kept for other sequences; what is called on it
 * afterwards is refused.
 *
 * Errors: FARSPAN_ERROR_PARAMETER_RANGE if it has ended already. */
FARSPAN_API farspan_status farspan_cache_sequence_destroy(farspan_cache* cache, int64_t sequence, farspan_error* error);

/* A second sequence with the same tokens. Costs a few bytes per block; blocks are copied when either one writes to
 * them.
 *
 * Errors: FARSPAN_ERROR_PARAMETER_RANGE if the sequence has ended. */
FARSPAN_API farspan_status farspan_cache_fork(farspan_cache* cache, int64_t sequence, int64_t* child,
                                              farspan_error* error);

/* Forgets the tokens at positions first .. last - 1. Truncation is last = INT64_MAX: later tokens then continue from
 * first. Blocks without tokens return to the cache.
 *
 * Errors: FARSPAN_ERROR_PARAMETER_RANGE if the sequence has ended or the interval is none. */
FARSPAN_API farspan_status farspan_cache_evict(farspan_cache* cache, int64_t sequence, int64_t first, int64_t last,
                                               farspan_error* error);

/* Keeps the tokens at positions below `sinks` >= 0 and those at the last `recent` > 0 positions up to the newest token:
 * what the next token sees before itself under a mask with the same sinks and window_left = recent.
 *
 * Errors: FARSPAN_ERROR_PARAMETER_RANGE. */
FARSPAN_API farspan_status farspan_cache_keep(farspan_cache* cache, int64_t sequence, int64_t sinks, int64_t recent,
                                              farspan_error* error);

/* Ends all sequences and gives the memory back to the system. */
FARSPAN_API farspan_status farspan_cache_clear(farspan_cache* cache, farspan_error* error);

typedef struct farspan_sequence_info {
    uint32_t struct_size;
    int32_t reserved;
    int64_t tokens;
    int64_t first_position; /* of the oldest token; 0 without tokens */
    int64_t next_position;  /* of the next token that is appended without a position */
    int64_t blocks;
    int64_t shared_blocks; /* of these, also in use by a fork */
} farspan_sequence_info;
FARSPAN_API void farspan_sequence_info_init(farspan_sequence_info* info, size_t size);

/* The tokens, positions and blocks of a sequence.
 *
 * Errors: FARSPAN_ERROR_PARAMETER_RANGE if it has ended. */
FARSPAN_API farspan_status farspan_cache_sequence_info(const farspan_cache* cache, int64_t sequence,
                                                       farspan_sequence_info* info, farspan_error* error);

typedef struct farspan_cache_statistics {
    uint32_t struct_size;
    int32_t reserved;
    int64_t sequences;
    int64_t blocks;      /* in use; a shared block counts once */
    int64_t free_blocks; /* kept for later */
    int64_t block_bytes; /* of one block, all layers and heads */
} farspan_cache_statistics;
FARSPAN_API void farspan_cache_statistics_init(farspan_cache_statistics* statistics, size_t size);

/* What the cache holds. */
FARSPAN_API farspan_status farspan_cache_get_statistics(const farspan_cache* cache,
                                                        farspan_cache_statistics* statistics, farspan_error* error);

/* ---- Tokens ----------------------------------------------------------------------------------- */

/* New rows of some sequences: sequence[s] owns the rows offsets[s] .. offsets[s+1]-1 of the tensors, its newest tokens
 * in order. offsets NULL: one row each. A sequence occurs at most once. */
typedef struct farspan_cache_batch {
    uint32_t struct_size;
    int32_t reserved;
    const int64_t* sequence;
    int64_t sequence_count;
    const int64_t* offsets; /* from 0, not decreasing; NULL: 0, 1, 2 ... */
    int64_t offsets_count;  /* sequence_count + 1, or 0 with NULL */
} farspan_cache_batch;
FARSPAN_API void farspan_cache_batch_init(farspan_cache_batch* batch, size_t size);

/* Makes room for the rows of the batch as new tokens, in all layers: for all of them or for none, also when it is
 * cancelled. positions: one for each row, growing within a sequence, above its newest token's, below 2^40; NULL: the
 * next ones. Content is 0 until it is written, whatever was there before.
 *
 * Errors: FARSPAN_ERROR_OUT_OF_MEMORY, before anything is taken, if the memory limit does not allow it or the machine
 * does not have it; FARSPAN_ERROR_PARAMETER_RANGE for a sequence that has ended; FARSPAN_ERROR_SHAPE for offsets and
 * short arrays; FARSPAN_ERROR_POSITIONS. */
FARSPAN_API farspan_status farspan_cache_append(const farspan_context* context, farspan_cache* cache,
                                                const farspan_cache_batch* batch, const int64_t* positions,
                                                int64_t positions_count, farspan_error* error);

/* Stores keys and values of the newest tokens of each sequence in one layer.
 *   k [1, key_heads, rows, head_dim]   not rotated     v [1, key_heads, rows, value_dim]     F32, F16 or BF16
 * Rounded to the cache's type, to nearest even; a value too large for f16 becomes an infinity there. A write that was
 * cancelled has stored some of them: write them again.
 *
 * Errors: FARSPAN_ERROR_PARAMETER_RANGE for the layer or a sequence that has ended; FARSPAN_ERROR_SHAPE. */
FARSPAN_API farspan_status farspan_cache_write(const farspan_context* context, farspan_cache* cache, int64_t layer,
                                               const farspan_cache_batch* batch, const farspan_tensor* k,
                                               const farspan_tensor* v, farspan_error* error);

/* ---- Attention over a cache ------------------------------------------------------------------- */

typedef struct farspan_cache_problem {
    uint32_t struct_size;
    int32_t reserved;
    int64_t query_heads; /* a multiple of the cache's key_heads; head h reads key head h / (query_heads / key_heads) */
    /* current length n of dynamic methods; 0 (default): of each sequence its own, the larger of its next position
     * and its largest query position + 1 */
    int64_t length;
    /* NULL: the rows are the newest tokens of their sequences. Otherwise of each row, 0 .. 2^40 - 1: queries at
     * positions of their own, which need not be in the cache; so parts of one sequence in several caches can be
     * merged by lse */
    const int64_t* positions;
    int64_t positions_count;
    /* head 0 is this head of the layer, for the bias and the sink logits; default 0 (tensor parallel hosts) */
    int64_t head_offset;
} farspan_cache_problem;
FARSPAN_API void farspan_cache_problem_init(farspan_cache_problem* problem, size_t size);

/* Prepares the attention of the rows of the batch to all tokens of their sequences under `scheme`, for all layers. Any
 * scheme but: a dense bias, several position axes.
 * The plan is for the sequences of the batch as they are. When tokens of one of them have been appended or evicted
 * since, or it was destroyed, a run is refused, until farspan_cache_plan_advance; so it is when a token is written
 * after a fork has come to share its block. What happens to other sequences does not matter.
 *
 * Errors: FARSPAN_ERROR_SHAPE for offsets and short arrays; FARSPAN_ERROR_PARAMETER_RANGE for the length or an unknown
 * sequence; FARSPAN_ERROR_HEAD_GROUPS, FARSPAN_ERROR_ROTARY_DIM, FARSPAN_ERROR_POSITIONS; FARSPAN_ERROR_COMBINATION for
 * a scheme with a dense bias or several axes. */
FARSPAN_API farspan_status farspan_cache_plan_create(const farspan_context* context, const farspan_scheme* scheme,
                                                     const farspan_cache* cache, const farspan_cache_batch* batch,
                                                     const farspan_cache_problem* problem, farspan_cache_plan** plan,
                                                     farspan_error* error);
FARSPAN_API void farspan_cache_plan_destroy(farspan_cache_plan* plan);
/* The plan for what its sequences hold by now: what farspan_cache_plan_create would make of the same scheme, batch and
 * problem, with the same bits, but tables that still hold are kept. So a decoding loop makes one plan, and advances it
 * whenever it has appended. A plan holds of a sequence only what its rows see; under a window a step costs the same at
 * any length. The rows are again the newest tokens, so the plan must have been made without positions. The workspace of
 * later runs may be larger. After an error, runs are refused until the plan has been advanced.
 * No run on the plan may be going on: it is refused meanwhile, or this call is. The context's threads do not matter.
 *
 * Errors: FARSPAN_ERROR_PARAMETER_RANGE if a sequence has ended; FARSPAN_ERROR_SHAPE if one has fewer tokens than rows;
 * FARSPAN_ERROR_COMBINATION for a plan with positions of its own, or one that is in use; FARSPAN_ERROR_CANCELLED,
 * FARSPAN_ERROR_OUT_OF_MEMORY. */
FARSPAN_API farspan_status farspan_cache_plan_advance(const farspan_context* context, farspan_cache_plan* plan,
                                                      farspan_error* error);
/* Bytes of scratch that one farspan_cache_run needs. */
FARSPAN_API int64_t farspan_cache_plan_workspace_size(const farspan_cache_plan* plan);

/* out = softmax(logits) v over the cached tokens, as farspan_attention_run; a row that sees none gives 0 and lse =
 * -inf. Of data:
 *   q [1, query_heads, rows, head_dim] not rotated    out [1, query_heads, rows, value_dim]    F32, F16 or BF16
 *   lse NULL, or float[query_heads][rows]             k, v, bias NULL
 * For one instruction set, the bits depend on the sequence's tokens and the scheme, not on the threads, the batch, or
 * the history of forks and evictions. The workspace is as for farspan_attention_run.
 *
 * Errors: FARSPAN_ERROR_COMBINATION if a sequence of the plan has changed since it was made;
 * FARSPAN_ERROR_PARAMETER_RANGE for the layer; FARSPAN_ERROR_SHAPE if a tensor does not fit or lse is too short;
 * FARSPAN_ERROR_STRIDE if out overlaps itself; FARSPAN_ERROR_WORKSPACE_SIZE, FARSPAN_ERROR_CANCELLED,
 * FARSPAN_ERROR_OUT_OF_MEMORY. */
FARSPAN_API farspan_status farspan_cache_run(const farspan_context* context, const farspan_cache_plan* plan,
                                             int64_t layer, const farspan_attention_data* data, farspan_error* error);

/* Plan, run and destroy in one call: the rows are the newest tokens, the heads those of q.
 *
 * In C: data's workspace must be NULL.
 *
 * Errors: as farspan_cache_plan_create and farspan_cache_run. */
FARSPAN_API farspan_status farspan_attention_decode(const farspan_context* context, const farspan_scheme* scheme,
                                                    const farspan_cache* cache, int64_t layer,
                                                    const farspan_cache_batch* batch,
                                                    const farspan_attention_data* data, farspan_error* error);

/* ---- Save and restore ------------------------------------------------------------------------- */

/* Bytes that farspan_cache_save writes for a sequence; 0 if it has ended. */
FARSPAN_API int64_t farspan_cache_save_size(const farspan_cache* cache, int64_t sequence);

/* Writes a sequence, all layers, with a version and a checksum. Little-endian: the form does not depend on the machine.
 *
 * Errors: FARSPAN_ERROR_PARAMETER_RANGE if the sequence has ended; FARSPAN_ERROR_SHAPE if the buffer is shorter than
 * farspan_cache_save_size says. */
FARSPAN_API farspan_status farspan_cache_save(const farspan_context* context, const farspan_cache* cache,
                                              int64_t sequence, void* buffer, int64_t buffer_bytes,
                                              farspan_error* error);

/* A new sequence from what farspan_cache_save wrote. The cache must have the same dtype, layers, heads and sizes. Bytes
 * of version 1 (library 0.1) are read, unless they are of an I8 cache. A call that is refused or cancelled changes
 * nothing.
 *
 * Errors: FARSPAN_ERROR_PARAMETER_RANGE if the bytes are damaged or foreign; FARSPAN_ERROR_SHAPE for a cache of another
 * shape; FARSPAN_ERROR_OUT_OF_MEMORY. */
FARSPAN_API farspan_status farspan_cache_restore(const farspan_context* context, farspan_cache* cache,
                                                 const void* buffer, int64_t buffer_bytes, int64_t* sequence,
                                                 farspan_error* error);

#ifdef __cplusplus
}
#endif

#endif
