// The stages of a gradient, over waves of key heads.
#include "attention/gradient.hpp"

#include <algorithm>
#include <functional>

#include "attention/rows.hpp"
#include "base/parallel.hpp"

namespace farspan {
namespace {

using kernels::block_rows;
using kernels::tile_keys;

class gradient_run {
public:
    gradient_run(const plan& plan, const gradient_layout& layout, const gradient_tensors& tensors,
                 const gradient_options& options, void* memory)
        : plan_(plan),
          layout_(layout),
          tensors_(tensors),
          options_(options),
          space_(plan, layout, memory),
          heads_(plan.shape.batch * plan.shape.key_heads),
          blocks_(static_cast<int64_t>(plan.blocks.size())),
          wave_heads_(tensors.bias_is_shared(plan.shape) ? 1 : layout.wave_heads) {}

    void run() {
        if (tensors_.d_bias.data) clear_bias();
        for (wave_ = 0; wave_ < heads_; wave_ += wave_heads_) {
            slots_ = std::min(wave_heads_, heads_ - wave_);
            for_each(layout_.runs, key_row_work(), [&](int64_t slot, int64_t run, int32_t worker) {
                prepare_keys(plan_, tensors_, space_.slot(slot), space_.worker(worker), batch(slot), key_head(slot),
                             run);
            });
            for (int64_t member = 0; member < plan_.shape.group(); ++member) add_member(member);
            if (!tensors_.d_k.data && !tensors_.d_v.data) continue;
            for_each(layout_.runs, key_row_work(), [&](int64_t slot, int64_t run, int32_t worker) {
                finish_keys(plan_, tensors_, space_.slot(slot), space_.worker(worker), batch(slot), key_head(slot),
                            run);
            });
        }
        store_totals();
    }

private:
    // Calls body(slot, task, worker) for every task of every slot of the wave. `work` is that of all tasks of a slot.
    template <class Body>
    void for_each(int64_t tasks, double work, Body&& body) {
        const auto one = [&](int64_t task, int32_t worker) {
            stop_if_set(options_.cancel);
            body(task / tasks, task % tasks, worker);
        };
        // By reference: a copy would be allocated, when outputs may have been written.
        parallel_for(options_.threads, slots_ * tasks, work * static_cast<double>(slots_), std::cref(one));
    }

    int64_t batch(int64_t slot) const { return (wave_ + slot) / plan_.shape.key_heads; }
    int64_t key_head(int64_t slot) const { return (wave_ + slot) % plan_.shape.key_heads; }
    head_task task(int64_t slot, int64_t member) const {
        return {batch(slot), key_head(slot) * plan_.shape.group() + member, slot};
    }

    // All pairs of one query head of every slot.
    void add_member(int64_t member) {
        for (int64_t slot = 0; slot < slots_; ++slot)
            std::fill_n(space_.slot(slot).buckets, layout_.key_parts * plan_.scheme.bias.buckets, 0.0);
        for_each(blocks_, query_row_work(), [&](int64_t slot, int64_t block, int32_t worker) {
            prepare_queries(plan_, tensors_, space_.slot(slot), space_.worker(worker), task(slot, member), block);
        });
        // In turn t, part j of the keys meets part j + t of the queries: no two of a turn have one in common.
        const int64_t turns = std::max(layout_.query_parts, layout_.key_parts);
        const double work =
            2.5 * plan_.work() / static_cast<double>(plan_.shape.batch * plan_.shape.query_heads * turns);
        for (int64_t turn = 0; turn < turns; ++turn)
            for_each(layout_.key_parts, work, [&](int64_t slot, int64_t keys, int32_t worker) {
                const int64_t queries = (keys + turn) % turns;
                if (queries >= layout_.query_parts) return;
                const gradient_part part{
                    queries * layout_.part_blocks, std::min((queries + 1) * layout_.part_blocks, blocks_),
                    keys * layout_.part_runs, std::min((keys + 1) * layout_.part_runs, layout_.runs),
                    space_.slot(slot).buckets + keys * plan_.scheme.bias.buckets};
                add_part(plan_, tensors_, space_.slot(slot), space_.worker(worker), task(slot, member), part,
                         options_.cancel);
            });
        if (tensors_.d_q.data)
            for_each(blocks_, query_row_work(), [&](int64_t slot, int64_t block, int32_t worker) {
                finish_queries(plan_, tensors_, space_.slot(slot), space_.worker(worker), task(slot, member), block);
            });
        for (int64_t slot = 0; slot < slots_; ++slot) add_totals(space_.slot(slot), task(slot, member).query_head);
    }

    void add_totals(const gradient_slot& slot, int64_t query_head) {
        for (int64_t block = 0; block < blocks_; ++block) space_.sinks()[query_head] += slot.sink[block];
        double* totals = space_.buckets() + query_head * plan_.scheme.bias.buckets;
        for (int64_t part = 0; part < layout_.key_parts; ++part)
            for (int64_t bucket = 0; bucket < plan_.scheme.bias.buckets; ++bucket)
                totals[bucket] += slot.buckets[part * plan_.scheme.bias.buckets + bucket];
    }

    // The gradient of the bias of a pair that no tile visits is 0.
    void clear_bias() {
        const strided& to = tensors_.d_bias;
        const float* zeros = space_.worker(0).zeros;
        const int64_t chunks = (to.shape[2] + block_rows - 1) / block_rows, planes = to.shape[0] * to.shape[1];
        const double work = static_cast<double>(planes * to.shape[2]) * static_cast<double>(to.shape[3]);
        const auto clear = [&](int64_t task, int32_t) {
            stop_if_set(options_.cancel);
            const int64_t b = task / chunks / to.shape[1], h = task / chunks % to.shape[1],
                          first = task % chunks * block_rows;
            const int64_t rows = std::min(block_rows, to.shape[2] - first);
            for (int64_t key = 0; key < to.shape[3]; key += tile_keys)
                storer(*plan_.kernels, to.dtype)(zeros, tile_keys, rows, std::min(tile_keys, to.shape[3] - key),
                                                 nullptr, to.at(b, h, first, key), to.stride[2], to.stride[3]);
        };
        parallel_for(options_.threads, planes * chunks, work, std::cref(clear));
    }

    void store_totals() {
        const int64_t heads = plan_.shape.query_heads;
        const bias_part& bias = plan_.scheme.bias;
        // The problem has heads [offset, offset + heads) of the layer's.
        const auto total = [&](int64_t column, int64_t offset, const double* totals, int64_t step) {
            const int64_t h = column - offset;
            return h >= 0 && h < heads ? static_cast<float>(totals[h * step]) : 0.0f;
        };
        for (int64_t column = 0; tensors_.d_sinks && column < plan_.scheme.score.layer_sinks; ++column)
            tensors_.d_sinks[column] = total(column, plan_.scheme.score.sink_offset, space_.sinks(), 1);
        for (int64_t bucket = 0; tensors_.d_bias_values && bucket < bias.buckets; ++bucket)
            for (int64_t column = 0; column < bias.table_heads; ++column)
                tensors_.d_bias_values[bucket * bias.table_heads + column] =
                    total(column, bias.table_offset, space_.buckets() + bucket, bias.buckets);
    }

    double key_row_work() const {
        return 8.0 * static_cast<double>(plan_.shape.keys * (plan_.shape.head_dim + plan_.shape.value_dim));
    }
    double query_row_work() const {
        return 8.0 * static_cast<double>(plan_.shape.queries * (plan_.shape.head_dim + plan_.shape.value_dim));
    }

    const plan& plan_;
    const gradient_layout& layout_;
    const gradient_tensors& tensors_;
    const gradient_options& options_;
    const gradient_space space_;
    const int64_t heads_, blocks_, wave_heads_;
    int64_t wave_ = 0, slots_ = 0;
};

}  // namespace

void run_gradient(const plan& plan, const gradient_layout& layout, const gradient_tensors& tensors,
                  const gradient_options& options, void* memory) {
    gradient_run(plan, layout, tensors, options, memory).run();
}

}  // namespace farspan
