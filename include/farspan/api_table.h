/* The library as one table of functions, for hosts that load it at run time:
 *
 *     void* library = dlopen("libfarspan.so.1", RTLD_NOW | RTLD_LOCAL);
 *     const farspan_api* (*get_api)(uint32_t) = dlsym(library, "farspan_get_api");
 *     const farspan_api* farspan = get_api ? get_api(FARSPAN_ABI_VERSION) : NULL;
 *     if (!farspan || farspan->struct_size < sizeof(farspan_api)) ...; // older than this header
 *     farspan->attention(NULL, scheme, &q, &k, &v, &out, &error);
 *
 * An entry has the type and the contract of the function of the same name in farspan.h, cache.h, eval.h or model.h. */
#ifndef FARSPAN_API_TABLE_H
#define FARSPAN_API_TABLE_H

#include "farspan/cache.h"
#include "farspan/eval.h"
#include "farspan/farspan.h"
#include "farspan/model.h"

/* In this order for ever: new functions go to the end. */
#define FARSPAN_API_LIST(ENTRY)                                                                                            \
    ENTRY(status_text) ENTRY(version) ENTRY(version_text) ENTRY(abi_version)                                              \
    ENTRY(tensor_contiguous) ENTRY(tensor_check)                                                                          \
    ENTRY(rope_config_init) ENTRY(remap_config_init) ENTRY(bias_config_init) ENTRY(mask_config_init)                      \
    ENTRY(score_config_init) ENTRY(method_name) ENTRY(method_find) ENTRY(method_count)                                    \
    ENTRY(scheme_create) ENTRY(scheme_destroy) ENTRY(scheme_axes) ENTRY(scheme_probe) ENTRY(scheme_visible)               \
    ENTRY(rope_frequencies) ENTRY(rope_options_init) ENTRY(rope_apply) ENTRY(bias_fill) ENTRY(sinusoidal_fill)            \
    ENTRY(position_lookup) ENTRY(fire_config_init) ENTRY(fire_fill)                                                       \
    ENTRY(problem_init) ENTRY(plan_create) ENTRY(plan_destroy) ENTRY(plan_workspace_size) ENTRY(plan_tile_counts)         \
    ENTRY(attention_run) ENTRY(attention) ENTRY(attention_merge)                                                          \
    ENTRY(context_config_init) ENTRY(context_create) ENTRY(context_destroy) ENTRY(context_threads) ENTRY(context_isa)     \
    ENTRY(isa_supported) ENTRY(isa_name) ENTRY(diagnose) ENTRY(shutdown)                                                  \
    ENTRY(cache_config_init) ENTRY(cache_create) ENTRY(cache_destroy) ENTRY(cache_sequence_create)                         \
    ENTRY(cache_sequence_destroy) ENTRY(cache_fork) ENTRY(cache_evict) ENTRY(cache_keep) ENTRY(cache_clear)                \
    ENTRY(cache_sequence_info) ENTRY(cache_get_statistics) ENTRY(cache_batch_init) ENTRY(cache_append)                     \
    ENTRY(cache_write) ENTRY(cache_plan_create) ENTRY(cache_plan_destroy) ENTRY(cache_plan_workspace_size)                 \
    ENTRY(cache_run) ENTRY(attention_decode) ENTRY(cache_save_size) ENTRY(cache_save) ENTRY(cache_restore)                  \
    ENTRY(token_nll) ENTRY(token_nll_grad) ENTRY(windows_config_init) ENTRY(windows_count) ENTRY(windows_get)              \
    ENTRY(loss_init) ENTRY(loss_add) ENTRY(loss_merge) ENTRY(loss_add_by_context) ENTRY(loss_summarize) ENTRY(judge)       \
    ENTRY(verdict_name) ENTRY(verdict_rule) ENTRY(tokenize) ENTRY(bleu_config_init) ENTRY(bleu_counts_init)                \
    ENTRY(bleu_add) ENTRY(bleu_add_tokens) ENTRY(bleu_merge) ENTRY(bleu_score) ENTRY(bleu_signature)                       \
    ENTRY(chrf_config_init) ENTRY(chrf_counts_init) ENTRY(chrf_add) ENTRY(chrf_merge) ENTRY(chrf_score)                    \
    ENTRY(rouge_config_init) ENTRY(rouge) ENTRY(rouge_tokens) ENTRY(bootstrap_config_init) ENTRY(bootstrap_mean)           \
    ENTRY(bleu_bootstrap) ENTRY(passkey_config_init) ENTRY(passkey_make) ENTRY(passkey_check) ENTRY(needle_place)         \
    ENTRY(model_options_init) ENTRY(model_from_config) ENTRY(model_from_metadata) ENTRY(model_from_gguf)                  \
    ENTRY(model_destroy) ENTRY(model_describe) ENTRY(model_layer_at) ENTRY(model_note_at)

#ifdef __cplusplus
#define FARSPAN_API_ENTRY(name) decltype(&farspan_##name) name;
#else
#define FARSPAN_API_ENTRY(name) __typeof__(&farspan_##name) name;
#endif

struct farspan_api {
    uint32_t struct_size; /* of the library that is loaded: entries beyond it are not there */
    uint32_t abi;
    FARSPAN_API_LIST(FARSPAN_API_ENTRY)
};

#undef FARSPAN_API_ENTRY

#endif
