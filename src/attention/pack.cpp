#include <algorithm>

#include "attention/negligible_tiles.hpp"
#include "attention/rows.hpp"
#include "attention/run.hpp"

namespace farspan {
namespace {

using kernels::panel_keys;
using kernels::tile_keys;

float_rows load_keys(const plan& plan, const attention_tensors& tensors, int64_t batch, int64_t key_head, int64_t first,
                     int64_t count, float* scratch) {
    if (tensors.in_place(tensors.k, plan.head_ld)) return rows_in_place(tensors.k, batch, key_head, first);
    if (tensors.stored)
        tensors.stored->load_keys(key_head, first, count, scratch, plan.head_ld);
    else
        load_rows(plan, tensors.k, batch, key_head, first, count, plan.shape.head_dim, scratch, plan.head_ld);
    return {scratch, plan.head_ld};
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
    const float_rows loaded = load_keys(plan, tensors, batch, key_head, first_key, count, scratch.staging);
    for (int copy = 0; copy < plan.copies; ++copy) {
        if (!needed(copy)) continue;
        float_rows rows = loaded;
        const rotary_table& angles = plan.rows[entry.row].key_angles[copy];
        if (angles.needed) {
            rows = {scratch.rotated, plan.head_ld};
            plan.kernels->load_rows_f32(loaded.first, loaded.ld, 1, count, plan.head_ld, scratch.rotated, plan.head_ld,
                                        plan.head_ld);
            rotate_rows(plan, angles, first_key, count, scratch.rotated);
        }
        if (plan.any_falls(key_head * plan.shape.group(), plan.shape.group())) {
            float& norm = space.key_norm(slot, run);
            norm = std::max(norm, largest_norm(rows.first, rows.ld, count, plan.shape.head_dim));
        }
        plan.kernels->pack_keys(rows.first, rows.ld, count, plan.shape.head_dim,
                                space.panel(slot, copy, first_key / panel_keys));
    }
}

bool are_finite(const plan& plan, const strided& values, int64_t batch, int64_t key_head, int64_t first, int64_t last) {
    const float_rows rows = rows_in_place(values, batch, key_head, first);
    return plan.kernels->all_finite(rows.first, rows.ld, last - first, plan.shape.value_dim) != 0;
}

// Packing does not pay for what few query rows read, which multiply them once.
bool values_stay(const plan& plan, const attention_tensors& tensors) {
    constexpr int64_t few_lines = 6;
    return tensors.in_place(tensors.v, plan.value_ld) && plan.shape.queries * plan.shape.group() <= few_lines;
}

// A value that is not finite is packed as 0; the rows that see it add it themselves.
void pack_values(const plan& plan, const attention_tensors& tensors, const workspace& space,
                 const worker_scratch& scratch, int64_t batch, int64_t key_head, int64_t slot, int64_t first_key,
                 int64_t count) {
    const int64_t ld = plan.value_ld;
    const auto pack = [&](float_rows rows) {
        plan.kernels->pack_values(rows.first, rows.ld, count, ld, space.values(slot, first_key));
    };
    if (tensors.in_place(tensors.v, ld) && are_finite(plan, tensors.v, batch, key_head, first_key, first_key + count))
        return pack(rows_in_place(tensors.v, batch, key_head, first_key));
    load_values(plan, tensors, batch, key_head, first_key, count, scratch.staging);
    if (!make_finite(plan, scratch.staging, count, plan.shape.value_dim, ld))
        space.values_not_finite(slot, first_key / tile_keys) = true;
    pack({scratch.staging, ld});
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
    const bool stay = values_stay(plan, tensors) && are_finite(plan, tensors.v, batch, key_head, first, last);
    space.values_in_place(slot, run) = stay;
    for (int64_t key = first; key < last; key += panel_keys) {
        const int64_t count = std::min(panel_keys, last - key);
        pack_keys(plan, tensors, space, scratch, batch, key_head, slot, key, count);
        if (!stay) pack_values(plan, tensors, space, scratch, batch, key_head, slot, key, count);
    }
}

}  // namespace farspan
