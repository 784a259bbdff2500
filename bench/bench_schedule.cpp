// How many of 64 workers the work list of a prefill keeps busy, without 64 cores: every task of one head is timed on one
// thread, then the list of all heads is dealt out in order to whoever is free, as parallel_for does. 100 % would be all
// of the time of all workers. What waking them costs, and what they share (caches, memory, clock), is not in it.
#include <algorithm>
#include <chrono>
#include <map>
#include <queue>
#include <vector>

#include "api/handles.hpp"
#include "attention/run.hpp"
#include "attention/wave_tasks.hpp"
#include "attention_case.hpp"
#include "row.hpp"

namespace bench {
namespace {

constexpr int workers = 64;
constexpr int64_t dim = 128;

auto plan_of(int64_t heads, int64_t tokens) {
    attention_case c;
    c.head_dim = dim;
    c.query_heads = c.key_heads = heads;
    c.queries = c.keys = tokens;
    return make_plan(make_context(1).get(), c);
}

// Of one head, in seconds.
struct task_times {
    std::vector<double> packing, blocks;
};

// The least of three: whatever interrupts one task would look like a bad schedule.
template <class Work>
double seconds_of(Work&& work) {
    double least = 1e9;
    for (int repeat = 0; repeat < 3; ++repeat) {
        const auto start = std::chrono::steady_clock::now();
        work();
        least = std::min(least, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    return least;
}

task_times measure(int64_t tokens) {
    const auto handle = plan_of(1, tokens);
    const farspan::plan& plan = *handle->plan;
    const owned_tensor q(FARSPAN_F32, 1, tokens, dim), k(FARSPAN_F32, 1, tokens, dim), v(FARSPAN_F32, 1, tokens, dim),
        out(FARSPAN_F32, 1, tokens, dim);
    farspan::attention_tensors tensors{};
    tensors.q = farspan::strided(q.tensor);
    tensors.k = farspan::strided(k.tensor);
    tensors.v = farspan::strided(v.tensor);
    tensors.out = farspan::strided(out.tensor);
    std::vector<char> memory(handle->layout.bytes);
    const farspan::workspace space(plan, handle->layout, memory.data());
    task_times times;
    for (int64_t run = 0; run < handle->layout.runs; ++run)
        times.packing.push_back(
            seconds_of([&] { farspan::pack_run(plan, tensors, space, space.worker(0), 0, 0, 0, run); }));
    for (const farspan::query_block& block : plan.blocks)
        times.blocks.push_back(seconds_of([&] {
            farspan::run_query_block(plan, tensors, space, space.worker(0), {0, 0, 0}, block, {1, nullptr, false});
        }));
    return times;
}

// When the last of the tasks ends.
template <class Time>
double deal(int64_t tasks, Time&& time) {
    std::priority_queue<double, std::vector<double>, std::greater<>> free_at;
    for (int w = 0; w < workers; ++w) free_at.push(0);
    double end = 0;
    for (int64_t task = 0; task < tasks; ++task) {
        const double done = free_at.top() + time(task);
        free_at.pop();
        free_at.push(done);
        end = std::max(end, done);
    }
    return end;
}

// Waves and order are those of run_attention.
double percent_busy(int64_t heads, int64_t tokens) {
    static std::map<int64_t, task_times> measured;
    if (measured.count(tokens) == 0) measured[tokens] = measure(tokens);
    const task_times& times = measured[tokens];
    const auto runs = static_cast<int64_t>(times.packing.size());
    farspan::plan plan = *plan_of(heads, tokens)->plan;
    plan.threads = workers;  // a context has no more than this machine
    const int64_t wave_heads = farspan::workspace_layout(plan).wave_heads;
    double taken = 0, work = 0;
    for (int64_t wave = 0; wave < heads; wave += wave_heads) {
        const int64_t slots = std::min(wave_heads, heads - wave);
        taken += deal(slots * runs, [&](int64_t task) { return times.packing[static_cast<std::size_t>(task % runs)]; });
        const farspan::wave_tasks tasks(plan, slots);
        taken += deal(tasks.count(),
                      [&](int64_t task) { return times.blocks[static_cast<std::size_t>(tasks[task].block)]; });
    }
    for (const double one : times.packing) work += one;
    for (const double one : times.blocks) work += one;
    return 100 * work * static_cast<double>(heads) / workers / taken;
}

}  // namespace

void add_rows() {
    for (const int64_t tokens : {512, 2048, 8192, 32768, 131072})
        for (const int64_t heads : {1, 8, 32}) {
            const std::string name = "schedule/h" + std::to_string(heads) + "/n" + std::to_string(tokens) + "/w64";
            benchmark::RegisterBenchmark(name.c_str(), [heads, tokens](benchmark::State& state) {
                double value = 0;
                for (auto _ : state) value = percent_busy(heads, tokens);
                state.counters["value"] = value;
                state.counters["limit"] = 100;
                state.SetLabel("%");
            })->Iterations(1);
        }
}

}  // namespace bench
