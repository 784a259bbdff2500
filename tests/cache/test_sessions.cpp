// Several sessions on one cache: what one does to its sequence does not concern the others, in whatever order and on
// whatever thread.
#include <criterion/criterion.h>

#include <atomic>
#include <cstring>
#include <thread>

#include "cache_calls.hpp"
#include "cache_context.hpp"
#include "cache_model.hpp"

using namespace farspan_test;

namespace {

constexpr int64_t heads = 4, key_heads = 2, dim = 32;

cache_form form_of(int32_t dtype) {
    cache_form form;
    form.dtype = dtype;
    form.layers = 2;
    form.key_heads = key_heads;
    form.query_heads = heads;
    form.head_dim = form.value_dim = dim;
    return form;
}

farspan_cache_batch batch_of(const int64_t* id, const int64_t* offsets = nullptr) {
    farspan_cache_batch batch;
    farspan_cache_batch_init(&batch, sizeof batch);
    batch.sequence_count = 1;
    batch.sequence = id;
    batch.offsets = offsets;
    batch.offsets_count = offsets ? 2 : 0;
    return batch;
}

cache_plan_handle plan_of(const farspan_cache* cache, const farspan_scheme* scheme, int64_t id) {
    const farspan_cache_batch batch = batch_of(&id);
    farspan_cache_plan* plan = nullptr;
    error_slot error;
    require_ok(farspan_cache_plan_create(cache_context(FARSPAN_ISA_BEST, 1), scheme, cache, &batch,
                                         cache_problem(heads).get(), &plan, &error),
               error, "plan");
    return cache_plan_handle(plan);
}

// One token of a session: append, then for each layer write, and attention by a plan made before.
std::vector<float> step(farspan_cache* cache, const farspan_context* context, const farspan_scheme* scheme, int64_t id,
                        generator& random) {
    const farspan_cache_batch batch = batch_of(&id);
    error_slot error;
    require_ok(farspan_cache_append(nullptr, cache, &batch, nullptr, 0, &error), error, "append");
    farspan_cache_plan* made = nullptr;
    require_ok(farspan_cache_plan_create(context, scheme, cache, &batch, cache_problem(heads).get(), &made, &error),
               error, "plan");
    const cache_plan_handle plan(made);
    std::vector<float> result;
    for (int64_t layer = 0; layer < 2; ++layer) {
        tensor_data q(FARSPAN_F32, {1, heads, 1, dim}), k(FARSPAN_F32, {1, key_heads, 1, dim}),
            v(FARSPAN_F32, {1, key_heads, 1, dim}), out(FARSPAN_F32, {1, heads, 1, dim});
        for (tensor_data* tensor : {&q, &k, &v}) tensor->fill([&] { return random.real(); });
        require_ok(farspan_cache_write(context, cache, layer, &batch, &k.view(), &v.view(), &error), error, "write");
        require_ok(farspan_cache_run(context, plan.get(), layer, cache_data(&q.view(), &out.view()).get(), &error),
                   error, "run");
        for (int64_t h = 0; h < heads; ++h)
            for (int64_t d = 0; d < dim; ++d) result.push_back(static_cast<float>(out.get(0, h, 0, d)));
    }
    return result;
}

// A session of its own seed: tokens, now and then a fork that goes on by itself, a truncation, an eviction. Its
// outputs.
std::vector<float> session(farspan_cache* cache, const farspan_context* context, const farspan_scheme* scheme,
                           uint64_t seed, int64_t id, int64_t tokens) {
    generator random(seed);
    std::vector<float> outputs;
    const auto add = [&](const std::vector<float>& more) { outputs.insert(outputs.end(), more.begin(), more.end()); };
    error_slot error;
    for (int64_t n = 0; n < tokens; ++n) {
        add(step(cache, context, scheme, id, random));
        if (n % 17 == 5) {
            int64_t child = 0;
            require_ok(farspan_cache_fork(cache, id, &child, &error), error, "fork");
            for (int more = 0; more < 3; ++more) add(step(cache, context, scheme, child, random));
            require_ok(farspan_cache_sequence_destroy(cache, child, &error), error, "destroy");
        }
        if (n % 23 == 11) require_ok(farspan_cache_evict(cache, id, n - 2, INT64_MAX, &error), error, "evict");
        if (n % 50 == 49) require_ok(farspan_cache_keep(cache, id, 4, 20, &error), error, "keep");
    }
    return outputs;
}

scheme_handle rotated() {
    scheme_spec spec("sessions");
    spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, dim);
    return spec.create();
}

}  // namespace

Test(cache_sessions, a_plan_depends_on_its_own_sequences_only) {
    cache_model model(form_of(FARSPAN_BF16), 1);
    const scheme_handle scheme = rotated();
    const int64_t mine = model.create(), other = model.create();
    model.append({mine, other}, {70, 70});
    tensor_data q(FARSPAN_F32, {1, heads, 1, dim}), out(FARSPAN_F32, {1, heads, 1, dim});
    q.fill([] { return 0.25; });
    error_slot error;
    cache_plan_handle plan = plan_of(model.handle(), scheme.get(), mine);
    const auto run = [&] {
        return farspan_cache_run(nullptr, plan.get(), 0, cache_data(&q.view(), &out.view()).get(), &error);
    };
    const auto goes_on = [&](const char* what) { cr_expect(run() == FARSPAN_OK, "after %s: %s", what, error.message); };
    goes_on("nothing");
    model.append({other}, {100});
    goes_on("an append to another");
    model.evict(other, 10, 90);
    goes_on("an eviction from another");
    const int64_t child = model.fork(mine);
    goes_on("a fork of its own");
    model.append({child}, {3});
    goes_on("an append to that fork");
    model.destroy(child);
    model.destroy(other);
    model.create();
    goes_on("the end of the others");

    const auto is_refused = [&](const char* what) {
        cr_expect(run() == FARSPAN_ERROR_COMBINATION && std::strstr(error.message, "sequence 1 has changed"),
                  "after %s: %s", what, error.message);
        plan = model.sequences().count(mine) ? plan_of(model.handle(), scheme.get(), mine) : nullptr;
    };
    model.append({mine}, {1});
    is_refused("an append");
    model.evict(mine, 0, 5);
    is_refused("an eviction");
    model.evict(mine, 60, INT64_MAX);
    is_refused("a truncation");
    model.destroy(mine);
    is_refused("its end");
}

// A plan that is run after its cache was ended or cleared is refused too, and reads nothing of it.
Test(cache_sessions, plans_of_a_cache_that_is_gone) {
    const scheme_handle scheme = rotated();
    tensor_data q(FARSPAN_F32, {1, heads, 1, dim}), out(FARSPAN_F32, {1, heads, 1, dim});
    for (const bool destroy : {false, true}) {
        auto model = std::make_unique<cache_model>(form_of(FARSPAN_F32), 2);
        const int64_t id = model->create();
        model->append({id}, {130});
        const cache_plan_handle plan = plan_of(model->handle(), scheme.get(), id);
        if (destroy)
            model.reset();
        else
            cr_assert(farspan_cache_clear(model->handle(), nullptr) == FARSPAN_OK);
        cr_expect(farspan_cache_run(nullptr, plan.get(), 0, cache_data(&q.view(), &out.view()).get(), nullptr) ==
                  FARSPAN_ERROR_COMBINATION);
    }
}

Test(cache_sessions, many_threads_give_the_bits_of_one) {
    constexpr int sessions = 8;
    const int64_t tokens = case_step() > 1 ? 60 : 200;
    for (const int32_t dtype : std::vector<int32_t>{FARSPAN_BF16, FARSPAN_I8}) {
        const scheme_handle scheme = rotated();
        const context_handle context = make_context(FARSPAN_ISA_BEST, 2);
        cache_handle serial = make_cache(form_of(dtype)), shared = make_cache(form_of(dtype));
        const auto begin = [](farspan_cache* cache) {
            int64_t id = 0;
            farspan_cache_sequence_create(cache, &id, nullptr);
            return id;
        };
        std::vector<std::vector<float>> wanted, got(sessions);
        for (int n = 0; n < sessions; ++n)
            wanted.push_back(session(serial.get(), context.get(), scheme.get(), 100 + static_cast<uint64_t>(n),
                                     begin(serial.get()), tokens));

        // All begin as forks of one sequence without tokens, and of one another's blocks.
        std::vector<std::thread> threads;
        std::atomic<int> failed{0};
        for (int n = 0; n < sessions; ++n)
            threads.emplace_back([&, n] {
                try {
                    got[static_cast<std::size_t>(n)] =
                        session(shared.get(), context.get(), scheme.get(), 100 + static_cast<uint64_t>(n),
                                begin(shared.get()), tokens);
                } catch (const std::exception& e) {
                    ++failed;
                    cr_log_error("%s", e.what());
                }
            });
        for (std::thread& thread : threads) thread.join();
        cr_expect(failed == 0 && got == wanted, "dtype %d, %d failed", dtype, failed.load());
    }
}

// Forks share blocks: several threads write to their own copy of the same last block at the same time.
Test(cache_sessions, forks_of_one_sequence_on_several_threads) {
    constexpr int sessions = 8;
    const scheme_handle scheme = rotated();
    const context_handle context = make_context(FARSPAN_ISA_BEST, 1);
    cache_model model(form_of(FARSPAN_F32), 3);
    const int64_t root = model.create();
    model.append({root}, {100});
    const auto go_on = [&](int64_t id, uint64_t seed) {
        std::vector<float> outputs;
        generator random(seed);
        for (int n = 0; n < 40; ++n) {
            const std::vector<float> more = step(model.handle(), context.get(), scheme.get(), id, random);
            outputs.insert(outputs.end(), more.begin(), more.end());
        }
        return outputs;
    };
    const auto fork_of_root = [&] {
        int64_t child = 0;
        farspan_cache_fork(model.handle(), root, &child, nullptr);
        return child;
    };
    std::vector<std::vector<float>> wanted, got(sessions);
    for (uint64_t n = 0; n < sessions; ++n) wanted.push_back(go_on(fork_of_root(), n));
    std::vector<int64_t> forks;
    for (int n = 0; n < sessions; ++n) forks.push_back(fork_of_root());
    std::vector<std::thread> threads;
    for (std::size_t n = 0; n < sessions; ++n) threads.emplace_back([&, n] { got[n] = go_on(forks[n], n); });
    for (std::thread& thread : threads) thread.join();
    cr_expect(got == wanted);
}
