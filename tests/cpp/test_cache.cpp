// The cache of C++: use, wrong sizes, moved-from objects, plans that outlive their cache. With queries of zeros,
// attention is the mean of the values.
#include <cmath>
#include <thread>
#include <utility>
#include <vector>

#include "farspan/cpp/cache.hpp"
#include "refusal.hpp"

using namespace farspan;

namespace {

constexpr int64_t dim = 8;
constexpr shape4 two_heads{1, 2, 1, dim};

cache_config config() {
    cache_config result;
    result.dtype = FARSPAN_F32;
    result.key_heads = 1;
    result.head_dim = dim;
    return result;
}

// Appends a token for each value, which all features of its key and value have.
void grow(cache& to, int64_t sequence, const std::vector<float>& values) {
    const auto rows = static_cast<int64_t>(values.size());
    std::vector<float> data;
    for (const float value : values) data.insert(data.end(), dim, value);
    const cache_batch batch = cache_batch::of(sequence, rows);
    const const_tensor tensor(data, {1, 1, rows, dim});
    to.append(batch);
    to.write(0, batch, tensor, tensor);
}

// What the newest token of the sequence sees.
float mean(const cache& of, int64_t sequence) {
    const std::vector<float> q(2 * dim);
    std::vector<float> out(2 * dim, -7);
    attention_decode(scheme(), of, 0, cache_batch(sequence), {q, two_heads}, {out, two_heads});
    return out[2 * dim - 1];
}

bool near(float got, float expected) { return std::fabs(got - expected) <= 1e-6f; }

}  // namespace

Test(cpp_cache, sequences_grow_fork_and_forget) {
    cache all(config());
    const int64_t first = all.sequence_create();
    grow(all, first, {1, 2, 3, 6});
    cr_expect(near(mean(all, first), 3));
    const int64_t child = all.fork(first);
    const farspan_sequence_info shared = all.sequence_info(child);
    cr_expect(shared.tokens == 4 && shared.blocks == 1 && shared.shared_blocks == 1);
    grow(all, child, {8});
    cr_expect(near(mean(all, child), 4) && near(mean(all, first), 3));
    all.evict(child, 1, 3);
    cr_expect(near(mean(all, child), 5));
    all.evict(first, 2);
    grow(all, first, {9});
    cr_expect(near(mean(all, first), 4) && all.sequence_info(first).next_position == 3);
    all.keep(child, 1, 1);
    cr_expect(all.sequence_info(child).tokens == 2);
    cr_expect(all.statistics().sequences == 2 && all.statistics().blocks == 2);
    all.sequence_destroy(first);
    all.clear();
    cr_expect(all.statistics().sequences == 0 && all.statistics().free_blocks == 0);
}

Test(cpp_cache, a_plan_serves_all_layers) {
    cache_config two = config();
    two.layers = 2;
    cache all(two);
    const cache_batch batch({all.sequence_create(), all.sequence_create()}, {0, 1, 3});
    cr_assert(batch.rows() == 3);
    all.append(batch, std::vector<int64_t>{5, 7, 9});
    const cache_plan plan(scheme(), all, batch, 2);
    const shape4 shape{1, 2, 3, dim};
    const std::vector<float> q(2 * 3 * dim);
    std::vector<std::byte> workspace(plan.workspace_size());
    for (const int64_t layer : {0, 1}) {
        const auto base = static_cast<float>(layer);
        std::vector<float> data, out(2 * 3 * dim), lse(6);
        for (const float value : {base, base + 1, base + 2}) data.insert(data.end(), dim, value);
        const const_tensor rows(data, {1, 1, 3, dim});
        all.write(layer, batch, rows, rows);
        plan.run(layer, {q, shape}, {out, shape}, {lse, workspace});
        cr_expect(near(out[0], base) && near(out[dim], base + 1) && near(out[2 * dim], base + 1.5f));
        cr_expect(near(lse[0], 0) && near(lse[2], std::log(2.0f)));
    }
}

Test(cpp_cache, saved_sequences_come_back) {
    cache all(config()), other(config());
    const int64_t sequence = all.sequence_create();
    grow(all, sequence, {2, 4, 9});
    std::vector<std::byte> saved = all.save(sequence);
    cr_assert(saved.size() == all.save_size(sequence) && !saved.empty());
    cr_expect(near(mean(other, other.restore(saved)), 5));
    saved[saved.size() / 2] ^= std::byte{1};
    expect_refused("damage", FARSPAN_ERROR_PARAMETER_RANGE, 3, "", [&] { other.restore(saved); });
    expect_refused("nothing", FARSPAN_ERROR_PARAMETER_RANGE, 3, "", [&] { other.restore({}); });
    expect_refused("unknown", FARSPAN_ERROR_PARAMETER_RANGE, 3, "99", [&] { (void)all.save(99); });
    std::vector<std::byte> small(10);
    expect_refused("small", FARSPAN_ERROR_SHAPE, 5, "buffer_bytes is 10", [&] { all.save(sequence, small); });
    cr_expect(other.statistics().sequences == 1);
}

Test(cpp_cache, wrong_use_is_refused) {
    cache_config f64 = config();
    f64.dtype = FARSPAN_F64;
    expect_refused("f64", FARSPAN_ERROR_DTYPE, 1, "config.dtype", [&] { cache refused(f64); });
    cache all(config());
    const int64_t id = all.sequence_create();
    grow(all, id, {1});
    std::vector<float> q(2 * dim), out(2 * dim, -7), lse(1);
    const std::vector<int64_t> position{5};
    const scheme plain;
    expect_refused("offsets", FARSPAN_ERROR_SHAPE, 3, "batch.offsets_count is 1: must be 2",
                   [&] { all.append(cache_batch({id}, {0})); });
    expect_refused("empty", FARSPAN_ERROR_SHAPE, 3, "batch.sequence_count is 0",
                   [&] { all.append(cache_batch(std::vector<int64_t>{})); });
    expect_refused("positions", FARSPAN_ERROR_SHAPE, 5, "positions_count is 1: must be 2",
                   [&] { all.append(cache_batch::of(id, 2), position); });
    expect_refused("too many positions", FARSPAN_ERROR_SHAPE, 5, "positions_count is 3: must be 1", [&] {
        all.append(cache_batch(id), std::vector<int64_t>{5, 6, 7});
    });
    expect_refused("rows below 0", FARSPAN_ERROR_SHAPE, 3, "batch.offsets",
                   [&] { all.append(cache_batch::of(id, -1)); });
    expect_refused("lse", FARSPAN_ERROR_SHAPE, 6, "data.lse_count is 1", [&] {
        attention_decode(plain, all, 0, cache_batch(id), {q, two_heads}, {out, two_heads}, lse);
    });
    expect_refused("plan positions", FARSPAN_ERROR_SHAPE, 5, "problem.positions_count is 1",
                   [&] { cache_plan plan(plain, all, cache_batch::of(id, 2), 2, position); });
    cr_expect(out == std::vector<float>(2 * dim, -7) && all.sequence_info(id).tokens == 1);
}

Test(cpp_cache, moved_from_and_outlived) {
    cache first(config());
    const int64_t id = first.sequence_create();
    grow(first, id, {1, 3});
    cache all(std::move(first));
    expect_refused("moved from", FARSPAN_ERROR_NULL_ARGUMENT, 0, "moved from", [&] { first.sequence_create(); });
    cr_expect(near(mean(all, id), 2));

    // A plan keeps what it points to: it may be destroyed, and even be run, after its cache.
    auto brief = std::make_unique<cache>(config());
    const int64_t other = brief->sequence_create();
    grow(*brief, other, {4, 6});
    const cache_plan plan(scheme(), *brief, cache_batch(other), 2);
    brief.reset();
    const std::vector<float> q(2 * dim);
    std::vector<float> out(2 * dim);
    plan.run(0, {q, two_heads}, {out, two_heads});
    cr_expect(near(out[0], 5));
}

Test(cpp_cache, runs_go_on_in_many_threads) {
    cache all(config());
    const int64_t id = all.sequence_create();
    grow(all, id, {1, 2, 6});
    std::vector<std::thread> threads;
    std::vector<int> good(4);
    for (int& mine : good)
        threads.emplace_back([&all, &mine, id] {
            for (int n = 0; n < 100; ++n) mine += near(mean(all, id), 3);
        });
    for (std::thread& one : threads) one.join();
    cr_expect(good == std::vector<int>(4, 100));
}
