#include "plan/fit.hpp"

#include <cinttypes>

#include "base/failure.hpp"

namespace farspan {

void check_fit(const lowered_scheme& scheme, const fitting& where) {
    const rope_part& rope = scheme.rope;
    if (rope.enabled && rope.rotary_offset + rope.rotary_dim > where.head_dim)
        throw failure(FARSPAN_ERROR_ROTARY_DIM, "rope.rotary_offset", "%d + rotary_dim %d exceeds %s, %" PRId64,
                      rope.rotary_offset, rope.rotary_dim, where.cached ? "the cache's head_dim" : "problem.head_dim",
                      where.head_dim);
    if (rope.axes > 1 && where.cached)
        throw failure(FARSPAN_ERROR_COMBINATION, "rope.axes", "gives %d positions per token: a cache knows one",
                      rope.axes);
    if (rope.axes > 1 && scheme.branches() > 1)
        throw failure(FARSPAN_ERROR_COMBINATION, "rope.axes",
                      "gives %d positions per token: cannot be used with a remap", rope.axes);
    if (!rope.log2_decay.empty() && !scheme.mask.causal)
        throw failure(FARSPAN_ERROR_COMBINATION, "rope.method", "is a decaying rotation (xpos): needs a causal mask");
    if (where.cached && scheme.bias.kind == bias_part::dense)
        throw failure(FARSPAN_ERROR_COMBINATION, "bias.method", "is dense: it cannot be used with a cache");
    if (where.rotated && (scheme.branches() > 1 || !rope.log2_decay.empty()))
        throw failure(FARSPAN_ERROR_COMBINATION, "problem.state",
                      "is rotated: a remap or xpos needs raw queries and keys");
}

}  // namespace farspan
