// A plan that is advanced is the plan that would be made anew, bit for bit.
#include <criterion/criterion.h>

#include <atomic>
#include <cstring>
#include <thread>

#include "cache_calls.hpp"
#include "cache_context.hpp"
#include "cache_model.hpp"
#include "calls.hpp"
#include "random_scheme.hpp"

using namespace farspan_test;

namespace {

bool same(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

farspan_status advance(farspan_cache_plan* plan, farspan_error* error = nullptr) {
    return farspan_cache_plan_advance(nullptr, plan, error);
}

void expect_refused(farspan_status status, const farspan_error& error, farspan_status wanted, const char* message) {
    cr_expect(status == wanted && std::strstr(error.message, message), "status %d, \"%s\"; wanted %d, \"%s\"", status,
              error.message, wanted, message);
}

// Runs both plans of every instruction set after some change to the cache.
class pairs_of_plans {
public:
    pairs_of_plans(cache_model& model, scheme_spec& spec, std::vector<int64_t> ids, std::vector<int64_t> rows)
        : model_(model), spec_(spec), scheme_(spec.create()), ids_(std::move(ids)), rows_(std::move(rows)) {
        for (const int64_t count : rows_) total_ += count;
        for (const int32_t isa : usable_isas()) advanced_.push_back(model.plan(isa, 2, scheme_.get(), ids_, rows_));
    }

    void expect_same(const char* after) {
        ++steps_;
        for (std::size_t n = 0; n < advanced_.size(); ++n) {
            const int32_t isa = usable_isas()[n];
            error_slot error;
            require_ok(advance(advanced_[n].get(), &error), error, "advance");
            std::vector<float> lse, fresh_lse;
            const std::vector<float> out = model_.run(isa, 2, advanced_[n].get(), total_, 0, steps_, &lse),
                                     fresh = model_.run(isa, 2, scheme_.get(), ids_, rows_, 0, steps_, &fresh_lse);
            cr_expect(same(out, fresh) && same(lse, fresh_lse),
                      "%s on %s, step %d, after %s: other bits than a new plan", spec_.name.c_str(),
                      farspan_isa_name(isa), static_cast<int>(steps_), after);
        }
    }

private:
    cache_model& model_;
    const scheme_spec spec_;
    const scheme_handle scheme_;
    const std::vector<int64_t> ids_, rows_;
    int64_t total_ = 0;
    uint64_t steps_ = 0;
    std::vector<cache_plan_handle> advanced_;
};

}  // namespace

// Two sequences in a batch, over the ends of pages, gaps, evictions and forks.
Test(cache_advance, every_scheme) {
    int checked = 0;
    for (uint64_t seed = 500; checked < 60; ++seed) {
        scheme_spec spec = random_scheme(seed);
        if (spec.bias.method == FARSPAN_BIAS_DENSE) continue;
        if (++checked % case_step() != 0) continue;
        spec.name += ", seed " + std::to_string(seed);
        cache_form form;
        form.dtype = std::vector<int32_t>{FARSPAN_F32, FARSPAN_F16, FARSPAN_I8}[static_cast<std::size_t>(checked % 3)];
        cache_model model(form, seed);
        const std::vector<int64_t> ids = {model.create(), model.create()};
        const std::vector<int64_t> rows = {1,
                                           std::vector<int64_t>{1, 3, 30}[static_cast<std::size_t>(checked / 3 % 3)]};
        model.append(ids, {61, 190});
        pairs_of_plans plans(model, spec, ids, rows);
        for (int step = 0; step < 5; ++step) {
            model.append(ids, rows);
            plans.expect_same("a step");
        }
        model.append(ids, {70, rows[1]}, 40);
        plans.expect_same("a chunk with gaps");
        model.evict(ids[1], 20, 90);
        plans.expect_same("an eviction");
        model.keep(ids[0], 3, 50);
        model.fork(ids[0]);
        model.append(ids, rows);
        plans.expect_same("a fork");
        model.evict(ids[0], 100, INT64_MAX);
        plans.expect_same("a truncation");
    }
}

// Long enough for the tables of a bias to be outgrown more than once, and for the positions to pass 4096.
Test(cache_advance, long_sequences) {
    for (const int32_t method : std::vector<int32_t>{FARSPAN_BIAS_NONE, FARSPAN_BIAS_ALIBI, FARSPAN_BIAS_KERPLE_LOG}) {
        scheme_spec spec("long, bias " + std::to_string(method));
        spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_INTERLEAVED, 32);
        if (method != FARSPAN_BIAS_NONE) spec.with_bias(method, 4);
        if (method == FARSPAN_BIAS_KERPLE_LOG) spec.bias_a = spec.bias_p = {0.5, 1, 4, 1.5};
        cache_form form;
        form.head_dim = form.value_dim = 32;
        cache_model model(form, 5);
        const int64_t id = model.create();
        model.append({id}, {10});
        pairs_of_plans plans(model, spec, {id}, {1});
        for (const int64_t more : {1, 200, 1, 63, 1, 900, 1, 2900, 1, 1, 80}) {
            model.append({id}, {more});
            plans.expect_same("many tokens");
        }
    }
}

// Under a window, what a plan takes does not depend on how long its sequence is.
Test(cache_advance, a_window_bounds_the_plan) {
    cache_form form;
    form.head_dim = form.value_dim = 16;
    cache_model model(form, 6);
    scheme_spec spec("window and sinks");
    spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 16);
    spec.mask.window_left = 4095;
    spec.mask.sinks = 4;
    const scheme_handle scheme = spec.create();
    const int64_t id = model.create();
    model.append({id}, {8192});
    const cache_plan_handle plan = model.plan(FARSPAN_ISA_BEST, 1, scheme.get(), {id}, {1});
    const int64_t before = farspan_cache_plan_workspace_size(plan.get());
    model.append({id}, {64 * 200});
    cr_assert(advance(plan.get()) == FARSPAN_OK);
    cr_expect_eq(farspan_cache_plan_workspace_size(plan.get()), before);
    const cache_plan_handle fresh = model.plan(FARSPAN_ISA_BEST, 1, scheme.get(), {id}, {1});
    cr_expect_eq(farspan_cache_plan_workspace_size(fresh.get()), before);
    model.evict(id, 100, 16000);  // what no row sees may as well not be there
    cr_assert(advance(plan.get()) == FARSPAN_OK);
    cr_expect(same(model.run(FARSPAN_ISA_BEST, 1, plan.get(), 1, 0, 4),
                   model.run(FARSPAN_ISA_BEST, 1, scheme.get(), {id}, {1}, 0, 4)));
}

Test(cache_advance, refusals) {
    cache_model model({}, 8);
    const int64_t id = model.create();
    model.append({id}, {5});
    scheme_spec spec("rope");
    spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 64);
    const scheme_handle scheme = spec.create();
    const cache_plan_handle plan = model.plan(FARSPAN_ISA_BEST, 1, scheme.get(), {id}, {2});
    error_slot error;
    expect_refused(farspan_cache_plan_advance(nullptr, nullptr, &error), error, FARSPAN_ERROR_NULL_ARGUMENT, "plan");

    const int64_t position = 3;
    farspan_cache_batch batch;
    farspan_cache_batch_init(&batch, sizeof batch);
    batch.sequence = &id;
    batch.sequence_count = 1;
    farspan_cache_plan* elsewhere = nullptr;
    cr_assert(farspan_cache_plan_create(nullptr, scheme.get(), model.handle(), &batch,
                                        cache_problem(4, &position, 1).get(), &elsewhere, nullptr) == FARSPAN_OK);
    expect_refused(advance(elsewhere, &error), error, FARSPAN_ERROR_COMBINATION, "positions of its own");
    farspan_cache_plan_destroy(elsewhere);

    // Fewer tokens than rows; the plan is then good for nothing but to be advanced.
    model.evict(id, 1, INT64_MAX);
    expect_refused(advance(plan.get(), &error), error, FARSPAN_ERROR_SHAPE, "2 rows: the sequence has 1 tokens");
    std::vector<float> memory(4 * 2 * 64);
    farspan_tensor q, out;
    farspan_tensor_contiguous(&q, memory.data(), FARSPAN_F32, 1, 4, 2, 64);
    std::vector<float> result(memory.size());
    farspan_tensor_contiguous(&out, result.data(), FARSPAN_F32, 1, 4, 2, 64);
    expect_refused(farspan_cache_run(nullptr, plan.get(), 0, cache_data(&q, &out).get(), &error), error,
                   FARSPAN_ERROR_COMBINATION, "could not be advanced");
    model.append({id}, {4});
    cr_expect(advance(plan.get()) == FARSPAN_OK);
    cr_expect(farspan_cache_run(nullptr, plan.get(), 0, cache_data(&q, &out).get(), nullptr) == FARSPAN_OK);

    const volatile int32_t flag = 1;
    const context_handle stopped = make_context(FARSPAN_ISA_BEST, 1, &flag);
    cr_expect(farspan_cache_plan_advance(stopped.get(), plan.get(), &error) == FARSPAN_ERROR_CANCELLED);
    expect_refused(farspan_cache_run(nullptr, plan.get(), 0, cache_data(&q, &out).get(), &error), error,
                   FARSPAN_ERROR_COMBINATION, "could not be advanced");
    cr_expect(advance(plan.get()) == FARSPAN_OK);
    cr_expect(farspan_cache_run(nullptr, plan.get(), 0, cache_data(&q, &out).get(), nullptr) == FARSPAN_OK);

    model.destroy(id);
    expect_refused(advance(plan.get(), &error), error, FARSPAN_ERROR_PARAMETER_RANGE, "has ended");
}

// Against the rules, many threads run and advance one plan: each call is done or refused, and nothing else happens.
Test(cache_advance, beside_runs) {
    cache_model model({}, 9);
    const int64_t id = model.create();
    model.append({id}, {300});
    scheme_spec spec("rope");
    spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 64);
    const scheme_handle scheme = spec.create();
    const cache_plan_handle plan = model.plan(FARSPAN_ISA_BEST, 1, scheme.get(), {id}, {1});
    const std::vector<float> wanted = model.run(FARSPAN_ISA_BEST, 1, plan.get(), 1, 0, 3);
    std::atomic<int> ran{0}, advanced{0}, refused{0}, wrong{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            generator random(3);
            tensor_data q(FARSPAN_F32, {1, 4, 1, 64});
            q.fill([&] { return random.unit(); });
            std::vector<float> result(wanted.size());
            farspan_tensor out;
            farspan_tensor_contiguous(&out, result.data(), FARSPAN_F32, 1, 4, 1, 64);
            for (int n = 0; n < 2000; ++n) {
                const farspan_status status =
                    t == 0 ? advance(plan.get())
                           : farspan_cache_run(nullptr, plan.get(), 0, cache_data(&q.view(), &out).get(), nullptr);
                if (status == FARSPAN_OK)
                    ++(t == 0 ? advanced : ran);
                else
                    ++(status == FARSPAN_ERROR_COMBINATION ? refused : wrong);
                if (t != 0 && status == FARSPAN_OK && !same(result, wanted)) ++wrong;
            }
        });
    for (std::thread& thread : threads) thread.join();
    cr_expect(wrong == 0 && ran > 0 && ran + advanced + refused == 8000, "%d runs, %d advances, %d refused, %d wrong",
              ran.load(), advanced.load(), refused.load(), wrong.load());
}
