#include "attention/decode_scratch.hpp"

#include <algorithm>

#include "attention/carver.hpp"

namespace farspan {
namespace {

using kernels::block_rows;
using kernels::panel_keys;

line_sums carve_sums(carver& space, const cache_plan& plan) {
    line_sums result;
    result.output = space.take(block_rows * plan.value_ld);
    for (float** row : {&result.maximum, &result.sum}) *row = space.take(block_rows);
    return result;
}

decode_scratch carve(carver& space, const cache_plan& plan) {
    decode_scratch scratch{};
    scratch.query = space.take(block_rows * plan.head_ld);
    int branches = 0;
    int64_t pairs = 0;
    bool tables = false;
    for (const auto& scheme : plan.schemes) {
        tables |= scheme->parts.bias.kind == bias_part::table;
        if (!scheme->turns) continue;
        branches = std::max(branches, scheme->parts.branches());
        pairs = scheme->turns->pairs();
    }
    for (int b = 0; b < branches; ++b) {
        scratch.turned[b] = space.take(block_rows * plan.head_ld);
        scratch.turns[b] = reinterpret_cast<double*>(space.take(2 * turn_cursor::scratch_doubles(pairs)));
    }
    for (float** table : {&scratch.cosine, &scratch.sine})
        *table = space.take(block_rows * round_up(pairs, kernels::pad));
    scratch.panel = space.take(plan.shape.head_dim * panel_keys);
    scratch.values = space.take(block_tokens * plan.value_ld);
    if (plan.shape.has_scales()) {
        scratch.weights = space.take(few_lines * plan.shape.value_groups() * block_tokens);
        scratch.wide = reinterpret_cast<int8_t*>(
            space.take(plan.shape.head_dim * block_tokens / static_cast<int64_t>(sizeof(float))));
    }
    for (float** scores : {&scratch.scores, &scratch.older}) *scores = space.take(block_rows * panel_keys);
    if (tables) scratch.passes.bias = space.take(block_rows * panel_keys);
    scratch.passes.row_position = space.take(block_rows);
    scratch.passes.key_position = space.take(panel_keys);
    scratch.whole = carve_sums(space, plan);
    return scratch;
}

}  // namespace

cached_layout::cached_layout(const cache_plan& plan) {
    carver worker{nullptr}, result{nullptr};
    carve(worker, plan);
    carve_sums(result, plan);
    worker_floats = worker.used;
    partial_floats = result.used;
    bytes = static_cast<std::size_t>(plan.threads * worker_floats + plan.partials * partial_floats) * sizeof(float) +
            cache_line;
    for (const cached_sequence& sequence : plan.sequences)  // one after the other
        if (sequence.prefill) bytes = std::max(bytes, workspace_layout(*sequence.prefill).bytes);
}

decode_scratch cached_workspace::worker(int32_t index) const {
    carver space{start_ + index * layout_.worker_floats};
    return carve(space, plan_);
}

line_sums cached_workspace::result(int64_t number) const {
    carver space{start_ + plan_.threads * layout_.worker_floats + number * layout_.partial_floats};
    return carve_sums(space, plan_);
}

}  // namespace farspan
