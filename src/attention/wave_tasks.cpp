#include "attention/wave_tasks.hpp"

#include <algorithm>

#include "attention/tile_scores.hpp"

namespace farspan {
namespace {

// Heads of a group that have few rows are lines of one block: they read the same keys. Not those of which keys may be
// left out, each by itself. Every thread gets its tasks all the same.
int64_t heads_together(const plan& plan, int64_t blocks) {
    const bool alone = plan.scheme.bias.kind == bias_part::dense || plan.any_falls(0, plan.shape.query_heads);
    int64_t rows = 1;
    for (const query_block& block : plan.blocks) rows = std::max(rows, block.last_row - block.first_row);
    if (alone || rows > edge_rows) return 1;
    const int64_t pieces = plan.threads == 1 ? 1 : (2 * plan.threads + blocks - 1) / std::max<int64_t>(blocks, 1);
    return std::clamp<int64_t>(plan.shape.group() / pieces, 1, kernels::block_rows / rows);
}

}  // namespace

wave_tasks::wave_tasks(const plan& plan, int64_t slots)
    : slots_(slots), blocks_(static_cast<int64_t>(plan.blocks.size())), group_(plan.shape.group()) {
    together_ = heads_together(plan, slots * blocks_);
    pieces_ = (group_ + together_ - 1) / together_;
    largest_first_ = plan.threads > 1 && count() < int64_t{32} * plan.threads;
}

// Under a causal mask the last blocks are the longest. Head after head its keys stay in a cache; but where a thread has
// few tasks, long ones of the last head would keep some threads when the others have done.
wave_task wave_tasks::operator[](int64_t number) const {
    const int64_t heads = slots_ * pieces_;
    const int64_t place = largest_first_ ? number / heads : number % blocks_,
                  head = largest_first_ ? number % heads : number / blocks_;
    const int64_t member = head % pieces_ * together_;
    return {head / pieces_, member, std::min(together_, group_ - member), blocks_ - 1 - place};
}

}  // namespace farspan
