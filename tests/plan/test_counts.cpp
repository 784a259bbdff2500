// farspan_plan_tile_counts, and which packed keys a plan says it needs.
#include <criterion/criterion.h>

#include "attention_case.hpp"
#include "generator.hpp"
#include "kernels/kernel_table.hpp"
#include "plan/plan.hpp"
#include "random_scheme.hpp"

using namespace farspan_test;

namespace {

std::unique_ptr<farspan::plan> internal_plan(scheme_spec& spec, const attention_problem& problem) {
    spec.connect();
    const auto scheme = farspan::make_scheme(spec.parts());
    return farspan::make_plan(*scheme, farspan::check_problem(problem.view(), 1), farspan::kernels::best_table(), 1);
}

}  // namespace

// Under a causal mask, skipped, inside and edge tiles add up to all tiles of all blocks.
Test(plan_counts, add_up) {
    scheme_spec spec("causal");
    const scheme_handle scheme = spec.create();
    for (const int64_t length : {1, 64, 65, 128, 1000, 4096}) {
        attention_problem problem;
        problem.queries = problem.keys = length;
        const plan_handle plan = make_plan(nullptr, scheme.get(), problem);
        int64_t counts[4];
        cr_assert(farspan_plan_tile_counts(plan.get(), counts, nullptr) == FARSPAN_OK);
        const int64_t blocks = (length + 63) / 64, runs = (length + 127) / 128;
        cr_expect(counts[0] + counts[1] + counts[2] == blocks * runs,
                  "length %lld: %lld + %lld + %lld tiles, must be %lld", static_cast<long long>(length),
                  static_cast<long long>(counts[0]), static_cast<long long>(counts[1]),
                  static_cast<long long>(counts[2]), static_cast<long long>(blocks * runs));
        const int64_t edges = length % 64 == 1 ? blocks - 1 : blocks;  // a last row alone sees everything
        cr_expect(counts[2] == edges && counts[3] == 0, "length %lld: %lld edges, %lld crossed",
                  static_cast<long long>(length), static_cast<long long>(counts[2]), static_cast<long long>(counts[3]));
    }
    scheme_spec remap("rerope");
    remap.with_remap(FARSPAN_REMAP_REROPE, 500);
    attention_problem problem;
    problem.queries = problem.keys = 4096;
    const scheme_handle two = remap.create();
    const plan_handle plan = make_plan(nullptr, two.get(), problem);
    int64_t counts[4];
    cr_assert(farspan_plan_tile_counts(plan.get(), counts, nullptr) == FARSPAN_OK);
    cr_expect(counts[3] > 0 && counts[3] <= 2 * 64, "%lld tiles are crossed by the window's edge",
              static_cast<long long>(counts[3]));
}

// Every run of keys that a block reads for a branch is marked as needed in the branch's copy.
Test(plan_counts, needed_runs_cover_what_is_read) {
    for (uint64_t seed = 1; seed <= 150; ++seed) {
        scheme_spec spec = random_scheme(seed);
        generator random(seed);
        attention_problem problem;
        problem.query_heads = problem.key_heads = random_scheme_heads;
        problem.queries = random.whole(1, 400);
        problem.keys = random.whole(1, 900);
        const auto plan = internal_plan(spec, problem);
        for (const farspan::entry_tables& entry : plan->entries)
            for (const farspan::query_block& block : plan->blocks) {
                const farspan::row_tables& tables = plan->rows[entry.row];
                const auto bounds = farspan::make_bounds(&tables.views[static_cast<size_t>(block.first_row)],
                                                         block.last_row - block.first_row);
                farspan::visit_tiles(bounds, plan->scheme.branches(), [&](const farspan::tile& t) {
                    for (int b = t.nearest; b <= t.oldest; ++b)
                        for (int64_t i = block.first_row; i < block.last_row; ++i) {
                            const farspan::row_view& view = tables.views[static_cast<size_t>(i)];
                            for (int64_t j = t.first_key; j < t.last_key; ++j) {
                                int owner = 0;
                                while (owner < plan->scheme.branches() - 1 &&
                                       j < view.older_from[static_cast<size_t>(owner)])
                                    ++owner;
                                bool visible = false;
                                for (const farspan::interval& keys : view.visible)
                                    visible |= keys.first <= j && j < keys.last;
                                if (!visible || owner != b) continue;
                                const auto copy = static_cast<size_t>(plan->copy_of_branch[b]);
                                cr_assert(
                                    entry.run_needed[copy][static_cast<size_t>(j / farspan::kernels::tile_keys)] != 0,
                                    "seed %llu, %s: i %lld reads key %lld of branch %d, which is not packed",
                                    static_cast<unsigned long long>(seed), spec.name.c_str(), static_cast<long long>(i),
                                    static_cast<long long>(j), b);
                            }
                        }
                });
            }
    }
}

// Padding differs between the entries of a batch, positions do not: their tables are made once.
Test(plan_counts, entries_with_the_same_positions_share_their_tables) {
    constexpr int64_t batch = 16, keys = 300;
    farspan_problem given;
    farspan_problem_init(&given, sizeof given);
    given.batch = batch;
    given.query_heads = given.key_heads = 1;
    given.queries = given.keys = keys;
    given.head_dim = 32;
    std::vector<int64_t> ranges;
    for (int64_t b = 0; b < batch; ++b) ranges.insert(ranges.end(), {b, keys - b});
    given.key_ranges = ranges.data();
    given.key_ranges_count = static_cast<int64_t>(ranges.size());
    scheme_spec spec("padding");
    spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 32);
    spec.connect();
    const auto scheme = farspan::make_scheme(spec.parts());
    const auto plan = farspan::make_plan(*scheme, farspan::check_problem(given, 1), farspan::kernels::best_table(), 1);
    cr_expect(plan->rows.size() == 1 && plan->shape.rows.size() == 1 && plan->entries.size() == batch);
    for (int64_t b = 0; b < batch; ++b) {
        farspan::row_view view;
        plan->load_views(plan->entry(b), {200, 201, 0}, &view);
        cr_expect(view.visible[0].first == b && view.visible[0].last == 201, "entry %d", static_cast<int>(b));
    }
}

// The same map of the same positions is one table.
Test(plan_counts, queries_and_keys_share_their_angles) {
    scheme_spec spec("self extend");
    spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 32).with_remap(FARSPAN_REMAP_SELF_EXTEND, 60);
    attention_problem problem;
    problem.queries = problem.keys = 100;
    problem.head_dim = problem.value_dim = 32;
    const auto all = internal_plan(spec, problem);
    cr_assert(all->scheme.branches() == 2 && all->copies == 2);
    const farspan::row_tables& tables = all->rows.front();
    cr_expect(tables.key_angles[0].needed && tables.key_angles[0].cosine == tables.query_angles[0].cosine, "near keys");
    cr_expect(tables.key_angles[1].cosine != tables.query_angles[1].cosine, "far queries are shifted");
    problem.queries = 99;
    const auto last = internal_plan(spec, problem);
    cr_expect(last->rows.front().key_angles[0].cosine != last->rows.front().query_angles[0].cosine, "other positions");
}
