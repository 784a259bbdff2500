// The run: keys and values of a wave of key heads are packed once, then every block of query rows of every head of
// their groups reads them. Each task writes its own rows, so the bits do not depend on the number of threads.
#include <algorithm>

#include "attention/run.hpp"
#include "attention/wave_tasks.hpp"
#include "base/parallel.hpp"

namespace farspan {

void run_attention(const plan& plan, const workspace_layout& layout, const attention_tensors& tensors,
                   const run_options& options, void* memory) {
    const problem& shape = plan.shape;
    const workspace space(plan, layout, memory);
    const int64_t heads = shape.batch * shape.key_heads;
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
        const wave_tasks tasks(plan, slots);
        parallel_for(options.threads, tasks.count(), work_per_head * static_cast<double>(slots),
                     [&](int64_t number, int32_t worker) {
                         stop_if_set(options.cancel);
                         const wave_task task = tasks[number];
                         const int64_t head = wave + task.slot;
                         const head_task which{head / shape.key_heads,
                                               head % shape.key_heads * shape.group() + task.member, task.slot,
                                               task.heads};
                         run_query_block(plan, tensors, space, space.worker(worker), which,
                                         plan.blocks[static_cast<std::size_t>(task.block)], options);
                     });
    }
}

}  // namespace farspan
