// Trained and usable lengths. What a factor says about them depends on the rope type; it never changes a frequency.
#include <algorithm>
#include <cmath>

#include "config/model.hpp"

namespace farspan::config {
namespace {

int64_t scaled(int64_t length, double factor) {
    const double result = static_cast<double>(length) * factor;
    return result < static_cast<double>(most_length) ? static_cast<int64_t>(std::llround(result)) : most_length;
}

// The rotation of the layers that see furthest.
const farspan_rope_config* leading_rope(const draft& d) {
    for (const layer_draft& layer : d.layers)
        if (layer.kind == FARSPAN_LAYER_FULL && layer.rope != no_rope)
            return &d.ropes[static_cast<std::size_t>(layer.rope)].config;
    for (const layer_draft& layer : d.layers)
        if (layer.rope != no_rope) return &d.ropes[static_cast<std::size_t>(layer.rope)].config;
    return nullptr;
}

}  // namespace

void fill_lengths(draft& d) {
    farspan_model_info& info = d.info;
    const farspan_rope_config* rope = leading_rope(d);
    info.usable_context = info.usable_context_most = info.context;
    if (d.bias.method != FARSPAN_BIAS_NONE) info.usable_context = info.usable_context_most = 0;
    if (info.trained_context == 0) info.trained_context = info.context;
    if (!rope) return;
    if (rope->original_context > 0) info.trained_context = std::min(info.trained_context, rope->original_context);
    if (info.trained_context == 0) info.trained_context = rope->original_context;
    switch (rope->method) {
        case FARSPAN_ROPE_YARN:
            info.usable_context = std::max(info.context, scaled(rope->original_context, rope->factor));
            info.usable_context_most = info.usable_context;
            break;
        case FARSPAN_ROPE_LINEAR:
            if (d.context_is_scaled) break;
            [[fallthrough]];  // some files state the length before scaling, some after it
        case FARSPAN_ROPE_DYNAMIC_NTK:
            info.usable_context_most = scaled(info.context, std::max(1.0, rope->factor));
            break;
        default:
            break;
    }
}

}  // namespace farspan::config
