// Dual Chunk Attention (An et al. 2024, section 3). Keys repeat their positions every S = chunk - local_window tokens.
// Within its own chunk a query sits at its place; for the previous chunk one chunk further, but no further than
// `chunk`, which keeps the nearest local_window keys at their true distance; for older chunks at the largest position,
// constant. Positions are divided by position_scale after all of this, as vLLM does (one published script divides
// before the clamp).
#include <algorithm>

#include "base/failure.hpp"
#include "method/registry.hpp"

namespace farspan {

void check_dual_chunk(const farspan_remap_config& config) {
    if (config.local_window >= config.chunk)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "remap.local_window",
                      "is %lld: must be between 1 and chunk - 1 = %lld", static_cast<long long>(config.local_window),
                      static_cast<long long>(config.chunk - 1));
}

void lower_remap_dual_chunk(const farspan_remap_config& config, int64_t, remap_part& part) {
    const int64_t span = config.chunk - config.local_window;
    position_map own;
    own.modulus = span;
    own.divisor = config.position_scale;
    position_map previous = own;
    previous.shift = static_cast<double>(span);
    previous.upper = static_cast<double>(config.chunk);
    position_map older = position_map::constant(static_cast<double>(std::min(2 * span - 1, config.chunk)));
    older.divisor = config.position_scale;
    part.branches = {{own, own, {branch_start::chunk, span, 0}},
                     {previous, own, {branch_start::chunk, span, 1}},
                     {older, own, {branch_start::everything}}};
}

}  // namespace farspan
