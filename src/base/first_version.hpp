// Where the first published version of each versioned struct ends. A program that was compiled against it hands over
// that many bytes, so these never change: a field that is added to a struct goes to its end, and its line here stays as
// it is.
#pragma once

#include <cstddef>

#include "farspan/cache.h"
#include "farspan/eval.h"
#include "farspan/farspan.h"
#include "farspan/gradient.h"
#include "farspan/model.h"

namespace farspan {

template <class T>
struct first_version {
    static constexpr std::size_t size = 0;  // not a versioned struct
};

// `last` is the last field of the first version. It ends where the struct ends: were there padding behind it, a new
// field could fall into what an older caller leaves unset.
#define FIRST_VERSION(type, last)                                                      \
    template <>                                                                        \
    struct first_version<type> {                                                       \
        static constexpr std::size_t size = offsetof(type, last) + sizeof(type::last); \
        static_assert(size % alignof(type) == 0, #type " has padding at its end");     \
    };

FIRST_VERSION(farspan_error, message)
FIRST_VERSION(farspan_rope_config, reserved)
FIRST_VERSION(farspan_remap_config, position_scale)
FIRST_VERSION(farspan_bias_config, slopes_count)
FIRST_VERSION(farspan_mask_config, prefix)
FIRST_VERSION(farspan_score_config, sink_logits_count)
FIRST_VERSION(farspan_scheme_parts, score)
FIRST_VERSION(farspan_probe, magnitude)
FIRST_VERSION(farspan_rope_options, xpos_centre)
FIRST_VERSION(farspan_fire_config, b2_count)
FIRST_VERSION(farspan_problem, key_ranges_count)
FIRST_VERSION(farspan_attention_data, workspace_bytes)
FIRST_VERSION(farspan_context_config, cancel)

FIRST_VERSION(farspan_cache_config, memory_limit)
FIRST_VERSION(farspan_sequence_info, shared_blocks)
FIRST_VERSION(farspan_cache_statistics, block_bytes)
FIRST_VERSION(farspan_cache_batch, offsets_count)
FIRST_VERSION(farspan_cache_problem, head_offset)

FIRST_VERSION(farspan_windows_config, segment)
FIRST_VERSION(farspan_window, first_row)
FIRST_VERSION(farspan_loss, open_sum)
FIRST_VERSION(farspan_loss_summary, bits_per_byte)
FIRST_VERSION(farspan_verdict, worst_ratio)
FIRST_VERSION(farspan_bleu_config, smoothing_value)
FIRST_VERSION(farspan_bleu_counts, total)
FIRST_VERSION(farspan_bleu_result, reference_length)
FIRST_VERSION(farspan_chrf_config, beta)
FIRST_VERSION(farspan_chrf_counts, matches)
FIRST_VERSION(farspan_rouge_config, stem)
FIRST_VERSION(farspan_rouge_result, f_measure)
FIRST_VERSION(farspan_bootstrap_config, confidence)
FIRST_VERSION(farspan_interval, mean)
FIRST_VERSION(farspan_key_tokens_config, most_nll)
FIRST_VERSION(farspan_long_perplexity, high)
FIRST_VERSION(farspan_reach, score)
FIRST_VERSION(farspan_passkey_config, highest_key)
FIRST_VERSION(farspan_passkey, depth)
FIRST_VERSION(farspan_ruler_config, example)
FIRST_VERSION(farspan_ruler_info, depth)
FIRST_VERSION(farspan_recall, best)

FIRST_VERSION(farspan_attention_gradient, workspace_bytes)
FIRST_VERSION(farspan_merge_gradient, d_lse_b_count)

FIRST_VERSION(farspan_model_options, rope_long_count)
FIRST_VERSION(farspan_model_info, final_softcap)
FIRST_VERSION(farspan_model_layer, score)
FIRST_VERSION(farspan_model_note, text)

#undef FIRST_VERSION

}  // namespace farspan
