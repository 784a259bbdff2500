#include "attention/workspace.hpp"

#include <algorithm>
#include <initializer_list>

#include "attention/carver.hpp"

namespace farspan {
namespace {

using kernels::block_rows;
using kernels::panel_keys;
using kernels::tile_keys;

constexpr int64_t wave_bytes = int64_t{4} << 20;  // packed K and V kept at a time, unless the threads need more heads
constexpr int64_t tasks_per_thread = 16;          // of a wave: it ends when the last of them does
worker_scratch carve(carver& space, const plan& plan) {
    worker_scratch scratch{};
    scratch.staging = space.take(block_rows * std::max(plan.head_ld, plan.value_ld));
    for (float** rows : {&scratch.rotated, &scratch.query}) *rows = space.take(block_rows * plan.head_ld);
    for (int b = 0; b < plan.scheme.branches(); ++b) scratch.branch[b] = space.take(block_rows * plan.head_ld);
    if (!plan.scheme.rope.log2_decay.empty()) scratch.decayed = space.take(block_rows * plan.head_ld);
    scratch.scores = space.take(block_rows * tile_keys);
    if (plan.scheme.branches() > 1) scratch.older = space.take(block_rows * tile_keys);
    if (plan.scheme.bias.kind == bias_part::table || plan.scheme.bias.kind == bias_part::dense)
        scratch.passes.bias = space.take(block_rows * tile_keys);
    scratch.sums.output = space.take(block_rows * plan.value_ld);
    for (float** rows : {&scratch.sums.maximum, &scratch.sums.sum, &scratch.passes.row_position})
        *rows = space.take(block_rows);
    scratch.factor = space.take(std::max<int64_t>(block_rows, plan.head_ld));
    scratch.passes.key_position = space.take(tile_keys);
    return scratch;
}

}  // namespace

workspace_layout::workspace_layout(const plan& plan) {
    const problem& shape = plan.shape;
    runs = (shape.keys + tile_keys - 1) / tile_keys;
    key_floats = plan.copies * runs * tile_keys * shape.head_dim;
    run_floats = tile_keys * round_up(plan.value_ld, plan.kernels->strip);
    value_floats = runs * run_floats;

    const int64_t heads = shape.batch * shape.key_heads;
    const int64_t tasks_per_head = shape.group() * static_cast<int64_t>(plan.blocks.size());
    const int64_t for_threads =
        (tasks_per_thread * plan.threads + tasks_per_head - 1) / std::max<int64_t>(tasks_per_head, 1);
    const int64_t for_memory = wave_bytes / (4 * (key_floats + value_floats));
    wave_heads = std::clamp<int64_t>(std::max(plan.threads == 1 ? 1 : for_threads, for_memory), 1, heads);

    carver worker{nullptr};
    carve(worker, plan);
    worker_floats = worker.used;
    const int64_t floats = wave_heads * (key_floats + value_floats + runs) + plan.threads * worker_floats;
    bytes =
        static_cast<std::size_t>(floats) * sizeof(float) + static_cast<std::size_t>(2 * wave_heads * runs) + cache_line;
}

workspace::workspace(const plan& plan, const workspace_layout& layout, void* memory) : plan_(plan), layout_(layout) {
    start_ = aligned_floats(memory);
    float* workers = start_ + layout.wave_heads * (layout.key_floats + layout.value_floats);
    for (int32_t w = 0; w < plan.threads; ++w) {
        carver space{workers + w * layout.worker_floats};
        workers_.push_back(carve(space, plan));
    }
    key_norms_ = workers + plan.threads * layout.worker_floats;
    flags_ = reinterpret_cast<uint8_t*>(key_norms_ + layout.wave_heads * layout.runs);
}

float* workspace::panel(int64_t slot, int copy, int64_t panel_index) const {
    const int64_t panel_floats = plan_.shape.head_dim * panel_keys;
    const int64_t panels = layout_.runs * (tile_keys / panel_keys);
    return start_ + slot * layout_.key_floats + (copy * panels + panel_index) * panel_floats;
}

float* workspace::values(int64_t slot, int64_t key) const {
    return start_ + layout_.wave_heads * layout_.key_floats + slot * layout_.value_floats +
           key / tile_keys * layout_.run_floats + key % tile_keys * plan_.kernels->strip;
}

float& workspace::key_norm(int64_t slot, int64_t run) const { return key_norms_[slot * layout_.runs + run]; }

uint8_t& workspace::values_not_finite(int64_t slot, int64_t run) const {
    return flags_[2 * (slot * layout_.runs + run)];
}

uint8_t& workspace::values_in_place(int64_t slot, int64_t run) const {
    return flags_[2 * (slot * layout_.runs + run) + 1];
}

}  // namespace farspan
