// Rows of a gradient before and after the tiles: loaded, scaled and rotated; rotated back and stored.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>

#include "attention/gradient.hpp"
#include "attention/rows.hpp"

namespace farspan {
namespace {

using kernels::block_rows;
using kernels::panel_keys;
using kernels::tile_keys;

constexpr float infinity = std::numeric_limits<float>::infinity();

void clear(float* rows, int64_t count, int64_t ld) {
    std::memset(rows, 0, static_cast<std::size_t>(count * ld) * sizeof(float));
}
void copy(const float* from, float* to, int64_t count, int64_t ld) {
    std::memcpy(to, from, static_cast<std::size_t>(count * ld) * sizeof(float));
}

void pack_keys(const plan& plan, const gradient_tensors& tensors, const gradient_slot& slot,
               const gradient_scratch& scratch, int64_t batch, int64_t key_head, int64_t first, int64_t count) {
    const int64_t dim = plan.shape.head_dim, ld = plan.head_ld, keys = slot.runs * tile_keys;
    load_rows(plan, tensors.k, batch, key_head, first, count, dim, scratch.staging, ld);
    for (int c = 0; c < plan.copies; ++c) {
        float* rows = row_at(slot.key_rows, keys, c, first, ld);
        copy(scratch.staging, rows, count, ld);
        const rotary_table& angles = plan.rows[plan.entry(batch).row].key_angles[static_cast<std::size_t>(c)];
        if (angles.needed) rotate_rows(plan, angles, first, count, rows);
        plan.kernels->pack_keys(rows, ld, count, dim, panel_at(slot.key_panels, slot.runs, c, first, dim));
        // A key that is not finite makes NaN of the weights of rows that see it; the others must not meet it.
        make_finite(plan, rows, count, dim, ld);
    }
}

// <d_out, out> of a row, in double.
double dot(const float* x, const float* y, int64_t dim) {
    double sum = 0;
    for (int64_t d = 0; d < dim; ++d) sum += static_cast<double>(x[d]) * static_cast<double>(y[d]);
    return sum;
}

bool is_blind(const row_view& view) { return view.visible[0].empty() && view.visible[1].empty(); }

void prepare_lines(const plan& plan, const gradient_tensors& tensors, const gradient_slot& slot,
                   const gradient_scratch& scratch, const head_task& task, int64_t number) {
    const problem& shape = plan.shape;
    const query_block& block = plan.blocks[static_cast<std::size_t>(number)];
    const int64_t first = block.first_row, rows = block.last_row - first;
    const int64_t line = (task.batch * shape.query_heads + task.query_head) * shape.queries + first;
    const float* lse = tensors.lse + line;
    row_view views[block_rows];
    plan.load_views(plan.entry(task.batch), block, views);
    load_rows(plan, tensors.out, task.batch, task.query_head, first, rows, shape.value_dim, scratch.staging,
              plan.value_ld);
    slot.sink[number] = 0;
    for (int64_t r = 0; r < rows; ++r) {
        const int64_t at = (first + r) * plan.value_ld;
        // What a row that sees nothing says about its output, which is 0 for ever, is not looked at.
        double delta =
            is_blind(views[r]) ? 0 : dot(slot.d_out + at, scratch.staging + r * plan.value_ld, shape.value_dim);
        if (tensors.d_lse) delta -= static_cast<double>(tensors.d_lse[line + r]);
        slot.delta[first + r] = static_cast<float>(delta);
        slot.lse[first + r] =
            lse[r] == -infinity ? infinity : static_cast<float>(static_cast<double>(lse[r]) * std::numbers::log2e);
        if (!plan.scheme.score.sink_logits.empty()) {
            const double sink =
                static_cast<double>(plan.scheme.score.sink_logits[static_cast<std::size_t>(task.query_head)]);
            slot.sink[number] -= std::exp(sink - static_cast<double>(lse[r])) * delta;
        }
    }
}

// Adds what the copies or branches 1, 2 ... hold to number 0, all of them rotated back.
void join(const plan& plan, const std::vector<rotary_table>& angles, int count, float* sums, int64_t rows_in_all,
          int64_t first, int64_t rows) {
    const int64_t ld = plan.head_ld;
    float* to = row_at(sums, rows_in_all, 0, first, ld);
    for (int n = 0; n < count; ++n) {
        float* part = row_at(sums, rows_in_all, n, first, ld);
        const rotary_table& table = angles[static_cast<std::size_t>(n)];
        if (table.needed) rotate_rows_back(plan, table, first, rows, part);
        for (int64_t d = 0; n > 0 && d < rows * ld; ++d) to[d] += part[d];
    }
}

void store_rows(const plan& plan, const strided& tensor, int64_t batch, int64_t head, int64_t first, int64_t rows,
                int64_t dim, const float* from, int64_t ld, const float* factor) {
    storer(*plan.kernels, tensor.dtype)(from, ld, rows, dim, factor, tensor.at(batch, head, first, 0), tensor.stride[2],
                                        tensor.stride[3]);
}

}  // namespace

void prepare_keys(const plan& plan, const gradient_tensors& tensors, const gradient_slot& slot,
                  const gradient_scratch& scratch, int64_t batch, int64_t key_head, int64_t run) {
    const int64_t begin = run * tile_keys, end = std::min(begin + tile_keys, plan.shape.keys),
                  dim = plan.shape.value_dim;
    for (int64_t first = begin; first < end; first += panel_keys) {
        const int64_t count = std::min(panel_keys, end - first);
        pack_keys(plan, tensors, slot, scratch, batch, key_head, first, count);
        load_rows(plan, tensors.v, batch, key_head, first, count, dim, scratch.staging, plan.value_ld);
        plan.kernels->pack_keys(scratch.staging, plan.value_ld, count, dim,
                                panel_at(slot.value_panels, slot.runs, 0, first, dim));
    }
    for (int c = 0; c < plan.copies; ++c)
        clear(row_at(slot.d_keys, slot.runs * tile_keys, c, begin, plan.head_ld), end - begin, plan.head_ld);
    clear(slot.d_values + begin * plan.value_ld, end - begin, plan.value_ld);
}

void prepare_queries(const plan& plan, const gradient_tensors& tensors, const gradient_slot& slot,
                     const gradient_scratch& scratch, const head_task& task, int64_t number) {
    const problem& shape = plan.shape;
    const query_block& block = plan.blocks[static_cast<std::size_t>(number)];
    const int64_t first = block.first_row, rows = block.last_row - first, ld = plan.head_ld;
    const row_tables& tables = plan.rows[plan.entry(task.batch).row];
    const kernels::kernel_table& kernels = *plan.kernels;

    load_rows(plan, tensors.q, task.batch, task.query_head, first, rows, shape.head_dim, scratch.staging, ld);
    kernels.scale_rows(scratch.staging, ld, rows, ld, &tables.query_scale[static_cast<std::size_t>(first)]);
    slot.queries_not_finite[number] = !kernels.all_finite(scratch.staging, ld, rows, shape.head_dim);
    for (int b = 0; b < plan.scheme.branches(); ++b) {
        float* queries = row_at(slot.queries, shape.queries, b, first, ld);
        copy(scratch.staging, queries, rows, ld);
        const rotary_table& angles = tables.query_angles[static_cast<std::size_t>(b)];
        if (angles.needed) rotate_rows(plan, angles, first, rows, queries);
        clear(row_at(slot.d_queries, shape.queries, b, first, ld), rows, ld);
    }
    float* d_out = slot.d_out + first * plan.value_ld;
    load_rows(plan, tensors.d_out, task.batch, task.query_head, first, rows, shape.value_dim, d_out, plan.value_ld);
    slot.d_out_not_finite[number] = !kernels.all_finite(d_out, plan.value_ld, rows, shape.value_dim);
    prepare_lines(plan, tensors, slot, scratch, task, number);
}

// Queries were scaled to base 2, so sums over them, and those of their own gradient, are log2(e) too large.
void finish_queries(const plan& plan, const gradient_tensors& tensors, const gradient_slot& slot,
                    const gradient_scratch&, const head_task& task, int64_t number) {
    const query_block& block = plan.blocks[static_cast<std::size_t>(number)];
    const int64_t first = block.first_row, rows = block.last_row - first;
    const row_tables& tables = plan.rows[plan.entry(task.batch).row];
    join(plan, tables.query_angles, plan.scheme.branches(), slot.d_queries, plan.shape.queries, first, rows);
    float factor[block_rows];
    for (int64_t r = 0; r < rows; ++r)
        factor[r] = tables.query_scale[static_cast<std::size_t>(first + r)] * std::numbers::ln2_v<float>;
    store_rows(plan, tensors.d_q, task.batch, task.query_head, first, rows, plan.shape.head_dim,
               row_at(slot.d_queries, plan.shape.queries, 0, first, plan.head_ld), plan.head_ld, factor);
}

void finish_keys(const plan& plan, const gradient_tensors& tensors, const gradient_slot& slot, const gradient_scratch&,
                 int64_t batch, int64_t key_head, int64_t run) {
    const int64_t first = run * tile_keys, rows = std::min(tile_keys, plan.shape.keys - first);
    if (tensors.d_v.data)
        store_rows(plan, tensors.d_v, batch, key_head, first, rows, plan.shape.value_dim,
                   slot.d_values + first * plan.value_ld, plan.value_ld, nullptr);
    if (!tensors.d_k.data) return;
    join(plan, plan.rows[plan.entry(batch).row].key_angles, plan.copies, slot.d_keys, slot.runs * tile_keys, first,
         rows);
    float factor[tile_keys];
    std::fill(factor, factor + rows, std::numbers::ln2_v<float>);
    store_rows(plan, tensors.d_k, batch, key_head, first, rows, plan.shape.head_dim,
               row_at(slot.d_keys, slot.runs * tile_keys, 0, first, plan.head_ld), plan.head_ld, factor);
}

}  // namespace farspan
