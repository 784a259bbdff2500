// Sessions in many threads that share one cache. Under ThreadSanitizer this finds data races (scripts/test-deep.sh).
#include <atomic>
#include <chrono>
#include <cstring>
#include <future>
#include <thread>
#include <vector>

#include "farspan/cpp/cache.hpp"
#include "refusal.hpp"

using namespace farspan;

namespace {

constexpr int64_t heads = 4, key_heads = 2, dim = 32, layers = 2;
constexpr int sessions = 8;

std::vector<float> numbers(int64_t rows, uint32_t seed) {
    std::vector<float> data(static_cast<std::size_t>(rows * dim));
    for (float& number : data) {
        seed = seed * 1664525 + 1013904223;
        number = static_cast<float>(seed >> 8) / 8388608.0f - 1;
    }
    return data;
}

cache_config config() {
    cache_config result;
    result.layers = layers;
    result.key_heads = key_heads;
    result.head_dim = dim;
    return result;
}

scheme plain_rope() {
    rope_config rope(FARSPAN_ROPE_BASE);
    rope.layout = FARSPAN_LAYOUT_HALF;
    rope.rotary_dim = dim;
    return scheme(rope);
}

// Appends tokens to a sequence; what they attend to, of all layers, is added to `all`.
void grow(cache& to, const scheme& rules, int64_t sequence, int64_t rows, uint32_t seed, std::vector<float>& all) {
    const cache_batch batch = cache_batch::of(sequence, rows);
    to.append(batch);
    const cache_plan plan(rules, to, batch, heads);
    for (int64_t layer = 0; layer < layers; ++layer) {
        const std::vector<float> q = numbers(heads * rows, ++seed), k = numbers(key_heads * rows, ++seed);
        std::vector<float> out(q.size());
        to.write(layer, batch, {k, {1, key_heads, rows, dim}}, {k, {1, key_heads, rows, dim}});
        plan.run(layer, {q, {1, heads, rows, dim}}, {out, {1, heads, rows, dim}});
        all.insert(all.end(), out.begin(), out.end());
    }
}

// What a session reads: it forks from a prompt, decodes, forks again, forgets, saves and restores.
std::vector<float> session(cache& in, const scheme& rules, int64_t prompt, uint32_t number) {
    std::vector<float> all;
    for (uint32_t round = 0; round < 3; ++round) {
        const uint32_t seed = 1000 * number + 100 * round;
        const int64_t child = in.fork(prompt);
        grow(in, rules, child, 1, seed, all);
        in.evict(child, 20, 30);
        grow(in, rules, child, 5, seed + 10, all);
        const int64_t restored = in.restore(in.save(child));
        in.sequence_destroy(child);
        in.keep(restored, 4, 40);
        grow(in, rules, restored, 70, seed + 20, all);
        in.sequence_destroy(restored);
        grow(in, rules, prompt, 1, seed + 30, all);
        all.push_back(static_cast<float>(in.sequence_info(prompt).tokens));
        (void)in.statistics();
    }
    in.sequence_destroy(prompt);
    return all;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

}  // namespace

Test(cpp_cache_threads, sessions_beside_each_other_read_what_they_read_alone) {
    cache all(config());
    const scheme rules = plain_rope();
    const int64_t prompt = all.sequence_create();
    std::vector<float> ignored;
    grow(all, rules, prompt, 100, 1, ignored);
    std::vector<std::vector<float>> alone(sessions), together(sessions);
    for (std::size_t n = 0; n < sessions; ++n)
        alone[n] = session(all, rules, all.fork(prompt), static_cast<uint32_t>(n));
    for (int round = 0; round < 3; ++round) {
        std::vector<int64_t> forks;
        std::vector<std::future<void>> threads;
        for (int n = 0; n < sessions; ++n) forks.push_back(all.fork(prompt));
        std::atomic<int> waiting{sessions};
        for (std::size_t n = 0; n < sessions; ++n)
            threads.push_back(std::async(std::launch::async, [&, n] {
                for (--waiting; waiting > 0;) std::this_thread::yield();
                together[n] = session(all, rules, forks[n], static_cast<uint32_t>(n));
            }));
        for (std::future<void>& thread : threads) thread.get();  // throws what the session threw
        for (std::size_t n = 0; n < sessions; ++n)
            cr_expect(same_bits(together[n], alone[n]), "session %d reads other numbers", static_cast<int>(n));
    }
    cr_expect(all.statistics().sequences == 1);
}

// A run that would take a minute does not keep another session waiting, and its plan is not refused for what that does.
Test(cpp_cache_threads, one_session_goes_on_while_another_runs) {
    cache_config wide = config();
    wide.layers = 1;
    cache all(wide);
    const scheme rules = plain_rope();
    const int64_t rows = 1 << 15, longest = all.sequence_create(), shortest = all.sequence_create();
    const cache_batch batch = cache_batch::of(longest, rows);
    all.append(batch);
    std::vector<float> q(static_cast<std::size_t>(64 * rows * dim)), out(q.size()), ignored;
    const shape4 shape{1, 64, rows, dim};
    const cache_plan plan(rules, all, batch, 64);
    std::atomic<int32_t> flag{0};
    context_config alone;
    alone.threads = 1;
    alone.cancel = reinterpret_cast<const volatile int32_t*>(&flag);
    const context one_thread(alone);
    std::atomic<bool> finished{false};
    int32_t status = FARSPAN_OK;
    std::thread runner([&] {
        try {
            plan.run(0, {q, shape}, {out, shape}, {}, &one_thread);
        } catch (const error& cause) {
            status = cause.status();
        }
        finished = true;
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    for (int n = 0; n < 100; ++n) all.append(cache_batch(shortest));
    all.sequence_destroy(all.fork(shortest));
    cr_expect(!finished, "the short session waited for the long run");
    flag = 1;
    runner.join();
    cr_expect(status == FARSPAN_ERROR_CANCELLED);
    cr_expect(all.sequence_info(shortest).tokens == 100);
}
