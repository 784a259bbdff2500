// The run: keys and values of a wave of key heads are packed once, then every block of query rows of every head of
// their groups reads them. The work list depends on the shape alone and each task writes its own rows, so the bits do
// not depend on the number of threads.
#include <algorithm>

#include "attention/run.hpp"
#include "base/parallel.hpp"

namespace farspan {
namespace {

// Heads of a group that have few rows are lines of one block: they read the same keys. Not those of which keys may be
// left out, each by itself. Every thread gets its tasks all the same.
int64_t heads_of_task(const plan& plan, int64_t slots) {
    const bool alone = plan.scheme.bias.kind == bias_part::dense || plan.any_falls(0, plan.shape.query_heads);
    int64_t rows = 1;
    for (const query_block& block : plan.blocks) rows = std::max(rows, block.last_row - block.first_row);
    if (alone || rows > edge_rows) return 1;
    const int64_t group = plan.shape.group(), tasks = slots * static_cast<int64_t>(plan.blocks.size());
    const int64_t pieces = plan.threads == 1 ? 1 : (2 * plan.threads + tasks - 1) / std::max<int64_t>(tasks, 1);
    return std::clamp<int64_t>(group / pieces, 1, kernels::block_rows / rows);
}

}  // namespace

void run_attention(const plan& plan, const workspace_layout& layout, const attention_tensors& tensors,
                   const run_options& options, void* memory) {
    const problem& shape = plan.shape;
    const workspace space(plan, layout, memory);
    const int64_t heads = shape.batch * shape.key_heads;
    const auto blocks = static_cast<int64_t>(plan.blocks.size());
    const double work_per_head = plan.work() / static_cast<double>(heads);
    const double packing_per_head = 8.0 * static_cast<double>(shape.keys * (shape.head_dim + shape.value_dim));

    for (int64_t wave = 0; wave < heads; wave += layout.wave_heads) {
        const int64_t slots = std::min(layout.wave_heads, heads - wave);
        parallel_for(options.threads, slots * layout.runs, packing_per_head * static_cast<double>(slots),
                     [&](int64_t task, int32_t worker) {
                         stop_if_set(options.cancel);
                         const int64_t slot = task / layout.runs, head = wave + slot;
                         pack_run(plan, tensors, space, space.worker(worker), head / shape.key_heads,
                                  head % shape.key_heads, slot, task % layout.runs);
                     });
        const int64_t together = heads_of_task(plan, slots);
        const int64_t tasks_per_slot = (shape.group() + together - 1) / together * blocks;
        parallel_for(options.threads, slots * tasks_per_slot, work_per_head * static_cast<double>(slots),
                     [&](int64_t task, int32_t worker) {
                         stop_if_set(options.cancel);
                         const int64_t slot = task / tasks_per_slot, head = wave + slot;
                         const int64_t member = task % tasks_per_slot / blocks * together;
                         // under a causal mask: the longest first
                         const query_block& block = plan.blocks[blocks - 1 - task % blocks];
                         const head_task which{head / shape.key_heads, head % shape.key_heads * shape.group() + member,
                                               slot, std::min(together, shape.group() - member)};
                         run_query_block(plan, tensors, space, space.worker(worker), which, block, options);
                     });
    }
}

}  // namespace farspan
