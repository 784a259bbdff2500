#include <algorithm>
#include <cstring>

#include "attention/negligible_tiles.hpp"
#include "attention/rows.hpp"
#include "attention/run.hpp"

namespace farspan {
namespace {

using kernels::panel_keys;
using kernels::tile_keys;

void load_keys(const plan& plan, const attention_tensors& tensors, int64_t batch, int64_t key_head, int64_t first,
               int64_t count, float* rows) {
    if (tensors.stored)
        tensors.stored->load_keys(key_head, first, count, rows, plan.head_ld);
    else
        load_rows(plan, tensors.k, batch, key_head, first, count, plan.shape.head_dim, rows, plan.head_ld);
}

void pack_keys(const plan& plan, const attention_tensors& tensors, const workspace& space,
               const worker_scratch& scratch, int64_t batch, int64_t key_head, int64_t slot, int64_t first_key,
               int64_t count) {
    const entry_tables& entry = plan.entry(batch);
    const int64_t run = first_key / tile_keys;
    const auto needed = [&](int copy) { return entry.run_needed[copy][run] != 0; };
    bool any = false;
    for (int copy = 0; copy < plan.copies; ++copy) any |= needed(copy);
    if (!any) return;
    load_keys(plan, tensors, batch, key_head, first_key, count, scratch.staging);
    for (int copy = 0; copy < plan.copies; ++copy) {
        if (!needed(copy)) continue;
        const float* rows = scratch.staging;
        const rotary_table& angles = plan.rows[entry.row].key_angles[copy];
        if (angles.needed) {
            std::memcpy(scratch.rotated, scratch.staging,
                        static_cast<std::size_t>(count * plan.head_ld) * sizeof(float));
            rotate_rows(plan, angles, first_key, count, scratch.rotated);
            rows = scratch.rotated;
        }
        if (plan.any_falls(key_head * plan.shape.group(), plan.shape.group())) {
            float& norm = space.key_norm(slot, run);
            norm = std::max(norm, largest_norm(rows, plan.head_ld, count, plan.shape.head_dim));
        }
        plan.kernels->pack_keys(rows, plan.head_ld, count, plan.shape.head_dim,
                                space.panel(slot, copy, first_key / panel_keys));
    }
}

// A value that is not finite is packed as 0; the rows that see it add it themselves.
void pack_values(const plan& plan, const attention_tensors& tensors, const workspace& space,
                 const worker_scratch& scratch, int64_t batch, int64_t key_head, int64_t slot, int64_t first_key,
                 int64_t count) {
    float* rows = scratch.staging;
    const int64_t ld = plan.value_ld;
    load_values(plan, tensors, batch, key_head, first_key, count, rows);
    if (!make_finite(plan, rows, count, plan.shape.value_dim, ld))
        space.values_not_finite(slot, first_key / tile_keys) = true;
    plan.kernels->pack_values(rows, ld, count, ld, space.values(slot, first_key));
}

}  // namespace

void load_values(const plan& plan, const attention_tensors& tensors, int64_t batch, int64_t key_head, int64_t first,
                 int64_t count, float* rows) {
    if (tensors.stored)
        tensors.stored->load_values(key_head, first, count, rows, plan.value_ld);
    else
        load_rows(plan, tensors.v, batch, key_head, first, count, plan.shape.value_dim, rows, plan.value_ld);
}

void pack_run(const plan& plan, const attention_tensors& tensors, const workspace& space, const worker_scratch& scratch,
              int64_t batch, int64_t key_head, int64_t slot, int64_t run) {
    const int64_t first = run * tile_keys, last = std::min(first + tile_keys, plan.shape.keys);
    space.key_norm(slot, run) = 0;
    space.values_not_finite(slot, run) = false;
    for (int64_t key = first; key < last; key += panel_keys) {
        const int64_t count = std::min(panel_keys, last - key);
        pack_keys(plan, tensors, space, scratch, batch, key_head, slot, key, count);
        pack_values(plan, tensors, space, scratch, batch, key_head, slot, key, count);
    }
}

}  // namespace farspan
