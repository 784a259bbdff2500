// The list of tasks of a run: each block of each head once, whatever the threads; the longest first where they are few.
#include <criterion/criterion.h>

#include <algorithm>
#include <vector>

#include "attention/wave_tasks.hpp"
#include "attention_case.hpp"
#include "generator.hpp"
#include "random_scheme.hpp"

using namespace farspan_test;

namespace {

std::unique_ptr<farspan::plan> plan_for(scheme_spec& spec, const attention_problem& problem, int32_t threads) {
    spec.connect();
    const auto scheme = farspan::make_scheme(spec.parts());
    return farspan::make_plan(*scheme, farspan::check_problem(problem.view(), 1), farspan::kernels::best_table(),
                              threads);
}

}  // namespace

Test(wave_tasks, every_block_of_every_head_once) {
    for (uint64_t seed = 1; seed <= 200; ++seed) {
        generator random(seed);
        attention_problem problem;
        problem.key_heads = random.whole(1, 3);
        problem.query_heads = problem.key_heads * random.pick<int64_t>({1, 2, 4, 7, 32, 71});
        problem.queries = random.coin() ? random.whole(1, 20) : random.whole(1, 700);
        problem.keys = problem.queries + random.whole(0, 300);
        scheme_spec spec("causal");
        if (random.coin()) spec.with_bias(FARSPAN_BIAS_ALIBI, static_cast<int32_t>(problem.query_heads));
        const auto threads = random.pick<int32_t>({1, 2, 3, 16, 64, 200});
        const auto plan = plan_for(spec, problem, threads);
        const int64_t slots = random.whole(1, problem.key_heads), group = plan->shape.group();
        const auto blocks = static_cast<int64_t>(plan->blocks.size());
        const farspan::wave_tasks tasks(*plan, slots);
        std::vector<int> done(static_cast<std::size_t>(slots * group * blocks));
        int64_t last_block = blocks;
        for (int64_t n = 0; n < tasks.count(); ++n) {
            const farspan::wave_task task = tasks[n];
            const farspan::query_block& block = plan->blocks[static_cast<std::size_t>(task.block)];
            cr_assert(task.heads >= 1 && task.member + task.heads <= group);
            cr_assert(task.heads * (block.last_row - block.first_row) <= farspan::kernels::block_rows);
            for (int64_t h = task.member; h < task.member + task.heads; ++h)
                ++done[static_cast<std::size_t>((task.slot * group + h) * blocks + task.block)];
            if (threads > 1 && tasks.count() < 32 * threads)
                cr_assert(task.block <= last_block, "seed %llu: task %lld is longer than the one before",
                          static_cast<unsigned long long>(seed), static_cast<long long>(n));
            last_block = task.block;
        }
        cr_assert(std::all_of(done.begin(), done.end(), [](int times) { return times == 1; }),
                  "seed %llu: a block of a head is not done once", static_cast<unsigned long long>(seed));
    }
}

// One query of many heads is still work for all threads.
Test(wave_tasks, threads_are_not_left_without_tasks) {
    scheme_spec spec("causal");
    attention_problem problem;
    problem.query_heads = 32;
    problem.key_heads = 1;
    problem.queries = 1;
    problem.keys = 4096;
    for (const int32_t threads : {1, 2, 8, 16}) {
        const farspan::wave_tasks tasks(*plan_for(spec, problem, threads), 1);
        cr_expect(tasks.count() == (threads == 1 ? 1 : 2 * threads), "%d threads: %lld tasks", threads,
                  static_cast<long long>(tasks.count()));
    }
}
