#include "attention/gradient_space.hpp"

#include <algorithm>
#include <cstring>

namespace farspan {
namespace {

using kernels::block_rows;
using kernels::tile_keys;

constexpr int64_t wave_bytes = int64_t{64} << 20;  // of slots at a time, unless the threads need more heads

// As many tasks as this are to be had at a time, over all heads. What a part may have is bounded: its rows stay in the
// cache while the keys of a run pass by, and the views of its blocks lie in a worker's scratch.
constexpr int64_t wanted_tasks = 64;
constexpr int64_t least_blocks = 4, most_blocks = 16, least_runs = 2, most_runs = 8;

double* take_doubles(carver& space, int64_t count) { return reinterpret_cast<double*>(space.take(2 * count)); }
uint8_t* take_bytes(carver& space, int64_t count) { return reinterpret_cast<uint8_t*>(space.take((count + 3) / 4)); }

gradient_slot carve_slot(carver& space, const plan& plan, const gradient_layout& layout) {
    const problem& shape = plan.shape;
    const int64_t keys = layout.runs * tile_keys, queries = shape.queries,
                  blocks = static_cast<int64_t>(plan.blocks.size());
    gradient_slot slot{};
    slot.key_panels = space.take(plan.copies * keys * shape.head_dim);
    for (float** rows : {&slot.key_rows, &slot.d_keys}) *rows = space.take(plan.copies * keys * plan.head_ld);
    slot.value_panels = space.take(keys * shape.value_dim);
    slot.d_values = space.take(keys * plan.value_ld);
    for (float** rows : {&slot.queries, &slot.d_queries})
        *rows = space.take(plan.scheme.branches() * queries * plan.head_ld);
    slot.d_out = space.take(queries * plan.value_ld);
    for (float** rows : {&slot.delta, &slot.lse}) *rows = space.take(queries);
    slot.sink = take_doubles(space, blocks);
    slot.buckets = take_doubles(space, layout.key_parts * plan.scheme.bias.buckets);
    for (uint8_t** flags : {&slot.queries_not_finite, &slot.d_out_not_finite}) *flags = take_bytes(space, blocks);
    slot.runs = layout.runs;
    return slot;
}

gradient_scratch carve_worker(carver& space, const plan& plan, const gradient_layout& layout) {
    constexpr int64_t tile_floats = block_rows * tile_keys;
    gradient_scratch scratch{};
    scratch.staging = space.take(block_rows * std::max(plan.head_ld, plan.value_ld));
    for (float** tile : {&scratch.scores, &scratch.change, &scratch.zeros}) *tile = space.take(tile_floats);
    if (plan.scheme.branches() > 1)
        for (float** tile : {&scratch.older, &scratch.branch}) *tile = space.take(tile_floats);
    if (plan.scheme.score.softcap > 0) scratch.slope = space.take(tile_floats);
    scratch.query = space.take(block_rows * plan.head_ld);
    scratch.d_out = space.take(block_rows * plan.value_ld);
    if (!plan.scheme.rope.log2_decay.empty()) {
        scratch.keys = space.take(tile_keys * plan.head_ld);
        scratch.decay = space.take(plan.head_ld);
    }
    if (plan.scheme.bias.kind == bias_part::table || plan.scheme.bias.kind == bias_part::dense)
        scratch.passes.bias = space.take(tile_floats);
    scratch.passes.row_position = space.take(block_rows);
    scratch.passes.key_position = space.take(tile_keys);
    const int64_t view_floats = static_cast<int64_t>(sizeof(block_views) / sizeof(float));
    scratch.views = reinterpret_cast<block_views*>(space.take(layout.part_blocks * view_floats));
    return scratch;
}

// Totals of the heads.
void carve_totals(carver& space, const plan& plan, double*& sinks, double*& buckets) {
    sinks = take_doubles(space, plan.shape.query_heads);
    buckets = take_doubles(space, plan.shape.query_heads * plan.scheme.bias.buckets);
}

}  // namespace

static_assert(sizeof(block_views) % sizeof(float) == 0 && alignof(block_views) <= cache_line);

gradient_layout::gradient_layout(const plan& plan) {
    const problem& shape = plan.shape;
    const auto blocks = static_cast<int64_t>(plan.blocks.size());
    const int64_t heads = shape.batch * shape.key_heads;
    runs = (shape.keys + tile_keys - 1) / tile_keys;
    const int64_t parts = (wanted_tasks + heads - 1) / heads;
    part_blocks = std::clamp((blocks + parts - 1) / parts, least_blocks, most_blocks);
    part_runs = std::clamp((runs + parts - 1) / parts, least_runs, most_runs);
    query_parts = (blocks + part_blocks - 1) / part_blocks;
    key_parts = (runs + part_runs - 1) / part_runs;

    carver slot{nullptr}, worker{nullptr}, totals{nullptr};
    carve_slot(slot, plan, *this);
    carve_worker(worker, plan, *this);
    double *sinks, *buckets;
    carve_totals(totals, plan, sinks, buckets);
    slot_floats = slot.used;
    worker_floats = worker.used;

    // Half of a turn's tasks have something to do under a causal mask.
    const int64_t for_threads = (4 * int64_t{plan.threads} + key_parts - 1) / key_parts;
    const int64_t for_memory = wave_bytes / (4 * slot_floats);
    wave_heads = std::clamp<int64_t>(std::max(plan.threads == 1 ? 1 : for_threads, for_memory), 1, heads);
    const int64_t floats = wave_heads * slot_floats + plan.threads * worker_floats + totals.used;
    bytes = static_cast<std::size_t>(floats) * sizeof(float) + cache_line;
}

gradient_space::gradient_space(const plan& plan, const gradient_layout& layout, void* memory) {
    float* start = aligned_floats(memory);
    for (int64_t n = 0; n < layout.wave_heads; ++n, start += layout.slot_floats) {
        carver space{start};
        slots_.push_back(carve_slot(space, plan, layout));
    }
    for (int32_t n = 0; n < plan.threads; ++n, start += layout.worker_floats) {
        carver space{start};
        workers_.push_back(carve_worker(space, plan, layout));
        std::memset(workers_.back().zeros, 0, static_cast<std::size_t>(block_rows * tile_keys) * sizeof(float));
    }
    carver space{start};
    carve_totals(space, plan, sinks_, buckets_);
    std::fill_n(sinks_, plan.shape.query_heads, 0.0);
    std::fill_n(buckets_, plan.shape.query_heads * plan.scheme.bias.buckets, 0.0);
}

}  // namespace farspan
