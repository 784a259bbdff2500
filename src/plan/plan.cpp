#include "plan/plan.hpp"

#include <algorithm>
#include <cinttypes>
#include <numbers>

#include "base/aligned.hpp"
#include "base/failure.hpp"
#include "base/host_memory.hpp"
#include "base/parallel.hpp"
#include "plan/fit.hpp"

namespace farspan {
namespace {

// Positions of one tile of keys, and of one block of queries, may spread this far under a decaying rotation: the decay
// over the spread stays well inside the range of float.
constexpr int64_t max_decay_spread = 8192;

// What the tables of a plan take at least.
double table_bytes(const problem& shape) {
    const auto rows = static_cast<double>(shape.rows.size());
    return rows * (static_cast<double>(shape.queries) * (sizeof(row_view) + sizeof(float)) +
                   static_cast<double>(shape.keys) / kernels::tile_keys);
}

// Branches that show keys the same position share one packed copy of K.
void assign_copies(plan& plan, std::vector<position_map>& key_maps) {
    for (int b = 0; b < plan.scheme.branches(); ++b) {
        const position_map& map = plan.scheme.remap.branches[b].key;
        const auto known = std::find(key_maps.begin(), key_maps.end(), map);
        plan.copy_of_branch[b] = static_cast<int>(known - key_maps.begin());
        if (known == key_maps.end()) key_maps.push_back(map);
    }
    plan.copies = static_cast<int>(key_maps.size());
}

std::vector<float> make_query_scale(const plan& plan, const position_row& row) {
    std::vector<float> scale(row.query.size());
    for (std::size_t i = 0; i < scale.size(); ++i) {
        const int64_t position = std::max<int64_t>(row.query[i], 0);  // a query before every key sees nothing anyway
        scale[i] =
            static_cast<float>(plan.scheme.score.query_scale(position, plan.shape.head_dim) * std::numbers::log2e);
    }
    return scale;
}

// Decay is counted within a tile, so that its factors neither overflow nor vanish at any length: keys from the last key
// of their segment and tile, queries from the smallest position of their block.
void make_decay_centres(const plan& plan, const position_row& row, row_tables& tables) {
    const auto check_spread = [](const char* path, int64_t spread) {
        if (spread > max_decay_spread)
            throw failure(FARSPAN_ERROR_POSITIONS, path,
                          "spread over %" PRId64 " positions within one tile: xpos allows %" PRId64, spread,
                          max_decay_spread);
    };
    tables.key_centre.resize(row.key.size());
    for (const segment& s : plan.shape.segments)
        for (int64_t first = s.first_key; first < s.last_key;) {
            const int64_t last = std::min((first / kernels::tile_keys + 1) * kernels::tile_keys, s.last_key);
            check_spread(plan.shape.key_path, row.key[last - 1] - row.key[first]);
            std::fill(tables.key_centre.begin() + first, tables.key_centre.begin() + last, row.key[last - 1]);
            first = last;
        }
    tables.query_centre.resize(row.query.size());
    for (const query_block& block : plan.blocks) {
        const auto [least, most] =
            std::minmax_element(row.query.begin() + block.first_row, row.query.begin() + block.last_row);
        check_spread(plan.shape.query_path, *most - *least);
        std::fill(tables.query_centre.begin() + block.first_row, tables.query_centre.begin() + block.last_row, *least);
    }
}

void make_angles(const plan& plan, const position_row& row, const std::vector<position_map>& key_maps,
                 row_tables& tables, const volatile int32_t* cancel) {
    const rope_part& rope = plan.scheme.rope;
    tables.query_angles.resize(plan.scheme.branches());
    tables.key_angles.resize(plan.copies);
    if (!rope.enabled || plan.shape.rotated) return;
    if (rope.axes > 1) {
        tables.query_angles[0] =
            make_axes_table(*plan.kernels, rope, plan.shape.query_axes, plan.shape.queries, cancel);
        tables.key_angles[0] = make_axes_table(*plan.kernels, rope, plan.shape.key_axes, plan.shape.keys, cancel);
        return;
    }
    std::vector<int64_t> query_decay, key_decay;
    if (!rope.log2_decay.empty()) {
        make_decay_centres(plan, row, tables);
        for (std::size_t i = 0; i < row.query.size(); ++i) query_decay.push_back(row.query[i] - tables.query_centre[i]);
        for (std::size_t j = 0; j < row.key.size(); ++j) key_decay.push_back(tables.key_centre[j] - row.key[j]);
    }
    for (int b = 0; b < plan.scheme.branches(); ++b)
        tables.query_angles[b] =
            make_rotary_table(*plan.kernels, rope, plan.scheme.remap.branches[b].query, row.query, query_decay, cancel);
    const bool alike = rope.log2_decay.empty() && row.query == row.key;  // a map gives both the same angles
    for (int c = 0; c < plan.copies; ++c) {
        int b = 0;
        while (b < plan.scheme.branches() && !(alike && plan.scheme.remap.branches[b].query == key_maps[c])) ++b;
        tables.key_angles[c] = b < plan.scheme.branches()
                                   ? tables.query_angles[b]
                                   : make_rotary_table(*plan.kernels, rope, key_maps[c], row.key, key_decay, cancel);
    }
}

// Marks [first, last) in runs of tile_keys by differences; integrated once at the end.
void find_needed_runs(const plan& plan, entry_tables& entry, const volatile int32_t* cancel) {
    const int64_t runs = (plan.shape.keys + kernels::tile_keys - 1) / kernels::tile_keys;
    std::vector<std::vector<int32_t>> change(plan.copies, std::vector<int32_t>(runs + 1, 0));
    const auto mark = [&](int copy, int64_t first_key, int64_t last_key) {
        if (first_key >= last_key) return;
        ++change[copy][first_key / kernels::tile_keys];
        --change[copy][(last_key - 1) / kernels::tile_keys + 1];
    };
    for (const query_block& block : plan.blocks) {
        stop_if_set(cancel);
        row_view views[kernels::block_rows];
        plan.load_views(entry, block, views);
        const int64_t rows = block.last_row - block.first_row;
        const block_bounds bounds = make_bounds(views, rows);
        for (const interval& span : bounds.span) {
            if (!span.empty()) entry.pairs += static_cast<double>(rows) * static_cast<double>(span.last - span.first);
            for (int b = 0; b < plan.scheme.branches(); ++b) {
                const int64_t first =
                    b == plan.scheme.branches() - 1 ? span.first : std::max(span.first, bounds.older_least[b]);
                const int64_t last = b == 0 ? span.last : std::min(span.last, bounds.older_most[b - 1]);
                mark(plan.copy_of_branch[b], first, last);
            }
        }
    }
    entry.run_needed.assign(plan.copies, std::vector<uint8_t>(runs, 0));
    for (int c = 0; c < plan.copies; ++c) {
        int32_t depth = 0;
        for (int64_t run = 0; run < runs; ++run) {
            depth += change[c][run];
            entry.run_needed[c][run] = depth > 0;
        }
    }
}

// Batch entries with the same positions share their tables, whatever keys each of them hides: one position row is left
// of each kind. (Of those that come after one another; looking at all would be quadratic in the batch.)
void share_rows(plan& plan) {
    constexpr std::ptrdiff_t most_looked_at = 4;
    std::vector<position_row> distinct;
    for (position_row& row : plan.shape.rows) {
        entry_tables& entry = plan.entries.emplace_back();
        entry.valid_keys = {row.first_valid_key, row.last_valid_key};
        const auto newest =
            distinct.end() - std::min<std::ptrdiff_t>(distinct.end() - distinct.begin(), most_looked_at);
        const auto known =
            std::find_if(newest, distinct.end(), [&](const position_row& other) { return other.same_positions(row); });
        entry.row = static_cast<std::size_t>(known - distinct.begin());
        if (known == distinct.end()) distinct.push_back(std::move(row));
    }
    for (position_row& row : distinct) {
        row.first_valid_key = 0;
        row.last_valid_key = plan.shape.keys;
    }
    plan.shape.rows = std::move(distinct);
}

void add_bias(plan& plan, const volatile int32_t* cancel) {
    const problem& shape = plan.shape;
    if (plan.scheme.bias.kind == bias_part::table)
        plan.distance_bias =
            bias_table(plan.scheme.bias, shape.query_heads, distances_of(shape, 2 * kernels::tile_keys), cancel);
    plan.ceiling = ceiling_of(plan.scheme.bias, plan.scheme.rope, plan.distance_bias);
    auto [smallest, largest] = shape.distances();
    if (plan.scheme.mask.causal) smallest = std::max<int64_t>(smallest, 0);
    for (int64_t head = 0; head < shape.query_heads; ++head)
        plan.falls.push_back(smallest <= largest && plan.ceiling.falls(head, smallest, largest));
}

}  // namespace

std::unique_ptr<plan> make_plan(const scheme& scheme, problem shape, const kernels::kernel_table& kernels,
                                int32_t threads, const volatile int32_t* cancel) {
    check_heads(scheme, shape.query_heads, shape.head_offset, shape.heads_path);
    auto result = std::make_unique<plan>();
    result->shape = std::move(shape);
    share_rows(*result);
    require_memory(table_bytes(result->shape), "tables of the plan");
    result->kernels = &kernels;
    result->threads = threads;
    result->scheme = lower(scheme, result->shape.length, result->shape.head_offset);
    result->head_ld = round_up(result->shape.head_dim, kernels::pad);
    result->value_ld = round_up(result->shape.value_dim, kernels::pad);
    const lowered_scheme& parts = result->scheme;
    check_fit(parts, {result->shape.head_dim, false, result->shape.rotated});

    std::vector<position_map> key_maps;
    assign_copies(*result, key_maps);
    result->blocks = make_query_blocks(result->shape);
    add_bias(*result, cancel);
    for (const position_row& row : result->shape.rows) {
        row_tables& tables = result->rows.emplace_back();
        tables.views = make_row_views(result->shape, row, parts.mask, parts.remap, cancel);
        tables.query_scale = make_query_scale(*result, row);
        make_angles(*result, row, key_maps, tables, cancel);
        for (const segment& s : result->shape.segments)
            tables.keys_consecutive.push_back(key_finder(row, s).consecutive());
    }
    for (entry_tables& entry : result->entries) find_needed_runs(*result, entry, cancel);
    return result;
}

void plan::load_views(const entry_tables& entry, const query_block& block, row_view* views) const {
    const row_view* from = &rows[entry.row].views[static_cast<std::size_t>(block.first_row)];
    const auto clip = [&](int64_t key) { return std::clamp(key, entry.valid_keys.first, entry.valid_keys.last); };
    for (int64_t r = 0; r < block.last_row - block.first_row; ++r) {
        views[r] = from[r];
        for (interval& visible : views[r].visible) visible = {clip(visible.first), clip(visible.last)};
    }
}

double plan::work() const {
    double pairs = 0;
    for (const entry_tables& entry : entries) pairs += entry.pairs;
    return pairs / static_cast<double>(entries.size()) * static_cast<double>(shape.batch * shape.query_heads) *
           static_cast<double>(shape.head_dim + shape.value_dim);
}

void count_tiles(const plan& plan, int64_t counts[4]) {
    std::fill(counts, counts + 4, 0);
    const int64_t runs = (plan.shape.keys + kernels::tile_keys - 1) / kernels::tile_keys;
    for (const query_block& block : plan.blocks) {
        row_view views[kernels::block_rows];
        plan.load_views(plan.entries[0], block, views);
        const block_bounds bounds = make_bounds(views, block.last_row - block.first_row);
        int64_t visited = 0;
        visit_tiles(bounds, plan.scheme.branches(), [&](const tile& t) {
            ++visited;
            ++counts[t.edge ? 2 : 1];
            counts[3] += t.nearest != t.oldest;
        });
        counts[0] += runs - visited;
    }
}

}  // namespace farspan
