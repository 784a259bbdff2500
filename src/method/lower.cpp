// A scheme at one current length, and whether the length matters at all.
#include "method/scheme.hpp"

namespace farspan {
namespace {

bool temperature_depends(const farspan_score_config& score) {
    return score.temperature == FARSPAN_TEMPERATURE_LOG_N_LONG || score.temperature == FARSPAN_TEMPERATURE_LENGTH;
}

}  // namespace

lowered_scheme lower(const scheme& scheme, int64_t length, int64_t head_offset) {
    return {lower_rope(scheme, length), lower_remap(scheme, length), lower_bias(scheme, length, head_offset),
            lower_mask(scheme), lower_score(scheme, length, head_offset)};
}

bool depends_on_length(const farspan_rope_config& rope) {
    switch (rope.method) {
        case FARSPAN_ROPE_DYNAMIC_LINEAR:
        case FARSPAN_ROPE_DYNAMIC_NTK:
        case FARSPAN_ROPE_DYNAMIC_NTK_QWEN:
        case FARSPAN_ROPE_DYNAMIC_YARN:
            return true;
        case FARSPAN_ROPE_LONGROPE:
            return rope.length_switch != FARSPAN_SWITCH_ALWAYS_LONG;
        default:
            return false;
    }
}

bool depends_on_length(const scheme& scheme) {
    return depends_on_length(scheme.rope) || scheme.remap.method == FARSPAN_REMAP_LM_INFINITE ||
           (scheme.bias.method == FARSPAN_BIAS_ALIBI && scheme.bias.trained_length > 0) ||
           temperature_depends(scheme.score);
}

}  // namespace farspan
