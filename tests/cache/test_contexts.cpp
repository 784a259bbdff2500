// What the calls on a cache do with a context, and with counts that do not fit their arrays.
#include <criterion/criterion.h>

#include <cstring>

#include "cache_calls.hpp"
#include "cache_context.hpp"
#include "cache_model.hpp"

using namespace farspan_test;

namespace {

void expect(farspan_status status, const farspan_error& error, farspan_status wanted, const char* message) {
    cr_expect(status == wanted && std::strstr(error.message, message) == error.message,
              "status %d, \"%s\"; wanted %d, \"%s\"", status, error.message, wanted, message);
}

farspan_cache_batch rows_of(const int64_t* id, const int64_t* offsets) {
    farspan_cache_batch batch;
    farspan_cache_batch_init(&batch, sizeof batch);
    batch.sequence = id;
    batch.sequence_count = 1;
    batch.offsets = offsets;
    batch.offsets_count = offsets ? 2 : 0;
    return batch;
}

std::vector<char> saved(const farspan_context* context, const farspan_cache* cache, int64_t id) {
    std::vector<char> bytes(static_cast<std::size_t>(farspan_cache_save_size(cache, id)));
    cr_assert(farspan_cache_save(context, cache, id, bytes.data(), static_cast<int64_t>(bytes.size()), nullptr) ==
              FARSPAN_OK);
    return bytes;
}

struct state {
    farspan_sequence_info info;
    farspan_cache_statistics statistics;

    state(const farspan_cache* cache, int64_t id) {
        farspan_sequence_info_init(&info, sizeof info);
        farspan_cache_statistics_init(&statistics, sizeof statistics);
        cr_assert(farspan_cache_sequence_info(cache, id, &info, nullptr) == FARSPAN_OK);
        cr_assert(farspan_cache_get_statistics(cache, &statistics, nullptr) == FARSPAN_OK);
    }
    bool operator==(const state& other) const {
        return info.tokens == other.info.tokens && info.blocks == other.info.blocks &&
               info.next_position == other.info.next_position && statistics.blocks == other.statistics.blocks &&
               statistics.sequences == other.statistics.sequences;
    }
};

}  // namespace

Test(cache_contexts, a_set_flag_stops_every_call_that_takes_one) {
    cache_model model({}, 1);
    const int64_t id = model.create(), offsets[2] = {0, 200};
    model.append({id}, {100});
    const std::vector<char> bytes = saved(nullptr, model.handle(), id);
    const state before(model.handle(), id);
    const volatile int32_t flag = 1;
    const context_handle stopped = make_context(FARSPAN_ISA_BEST, 2, &flag);
    const farspan_context* context = stopped.get();
    farspan_cache* cache = model.handle();
    error_slot error;
    const char* const words = "the cancel flag was set";
    const farspan_cache_batch batch = rows_of(&id, offsets), one = rows_of(&id, nullptr);
    tensor_data k(FARSPAN_F32, {1, 2, 1, 64}), q(FARSPAN_F32, {1, 4, 1, 64}), out(FARSPAN_F32, {1, 4, 1, 64});
    int64_t made = -1;
    std::vector<char> buffer(bytes.size());
    const auto size = static_cast<int64_t>(bytes.size());
    scheme_spec spec("cancelled");
    const scheme_handle scheme = spec.create();
    farspan_cache_plan* plan = nullptr;
    expect(farspan_cache_append(context, cache, &batch, nullptr, 0, &error), error, FARSPAN_ERROR_CANCELLED, words);
    expect(farspan_cache_write(context, cache, 0, &one, &k.view(), &k.view(), &error), error, FARSPAN_ERROR_CANCELLED,
           words);
    expect(farspan_cache_save(context, cache, id, buffer.data(), size, &error), error, FARSPAN_ERROR_CANCELLED, words);
    expect(farspan_cache_restore(context, cache, bytes.data(), size, &made, &error), error, FARSPAN_ERROR_CANCELLED,
           words);
    expect(farspan_cache_plan_create(context, scheme.get(), cache, &one, cache_problem(4).get(), &plan, &error), error,
           FARSPAN_ERROR_CANCELLED, words);
    expect(farspan_attention_decode(context, scheme.get(), cache, 0, &one, cache_data(&q.view(), &out.view()).get(),
                                    &error),
           error, FARSPAN_ERROR_CANCELLED, words);
    cr_expect(made == -1 && plan == nullptr && out.untouched());
    cr_expect(state(cache, id) == before);
    cr_expect(saved(nullptr, cache, id) == bytes, "nothing was written");
}

// Several blocks and sequences, a fork among them, whose last block is copied.
Test(cache_contexts, threads_change_nothing) {
    cache_form form;
    form.dtype = FARSPAN_I8;
    form.layers = 3;
    form.large_keys = true;
    const std::vector<int64_t> counts = {1000, 700};
    std::vector<char> first[2];
    for (const int32_t threads : {1, 2}) {
        const farspan_context* context = cache_context(FARSPAN_ISA_BEST, threads);
        const cache_handle cache = make_cache(form);
        int64_t ids[2] = {0, 0};
        cr_assert(farspan_cache_sequence_create(cache.get(), &ids[0], nullptr) == FARSPAN_OK);
        const int64_t some[2] = {0, 30};
        const farspan_cache_batch start = rows_of(&ids[0], some);
        cr_assert(farspan_cache_append(context, cache.get(), &start, nullptr, 0, nullptr) == FARSPAN_OK);
        cr_assert(farspan_cache_fork(cache.get(), ids[0], &ids[1], nullptr) == FARSPAN_OK);
        const int64_t offsets[3] = {0, counts[0], counts[0] + counts[1]};
        farspan_cache_batch batch = rows_of(ids, offsets);
        batch.sequence_count = 2;
        batch.offsets_count = 3;
        cr_assert(farspan_cache_append(context, cache.get(), &batch, nullptr, 0, nullptr) == FARSPAN_OK);
        generator random(5);
        tensor_data k(FARSPAN_F32, {1, 2, offsets[2], 64});
        k.fill([&] { return random.unit(); });
        for (int64_t layer = 0; layer < form.layers; ++layer)
            cr_assert(farspan_cache_write(context, cache.get(), layer, &batch, &k.view(), &k.view(), nullptr) ==
                      FARSPAN_OK);
        for (const int s : {0, 1}) {
            std::vector<char> bytes = saved(context, cache.get(), ids[s]);
            int64_t again = 0;
            cr_assert(farspan_cache_restore(context, cache.get(), bytes.data(), static_cast<int64_t>(bytes.size()),
                                            &again, nullptr) == FARSPAN_OK);
            cr_expect(saved(context, cache.get(), again) == bytes);
            if (threads == 1)
                first[s] = std::move(bytes);
            else
                cr_expect(first[s] == bytes, "sequence %d", s);
        }
    }
}

Test(cache_contexts, a_run_is_of_its_plans_instruction_set) {
    const std::vector<int32_t> isas = usable_isas();
    if (isas.size() < 2) return;
    cache_model model({}, 2);
    const int64_t id = model.create();
    model.append({id}, {3});
    const farspan_cache_batch batch = rows_of(&id, nullptr);
    scheme_spec spec("isa");
    const scheme_handle scheme = spec.create();
    tensor_data q(FARSPAN_F32, {1, 4, 1, 64}), out(FARSPAN_F32, {1, 4, 1, 64});
    farspan_cache_plan* plan = nullptr;
    error_slot error;
    require_ok(farspan_cache_plan_create(cache_context(isas[0], 1), scheme.get(), model.handle(), &batch,
                                         cache_problem(4).get(), &plan, &error),
               error, "plan");
    const cache_data data(&q.view(), &out.view());
    expect(farspan_cache_run(cache_context(isas[1], 1), plan, 0, data.get(), &error), error, FARSPAN_ERROR_COMBINATION,
           "context has the instruction set");
    cr_expect(error.argument == 1 && out.untouched());
    cr_expect(farspan_cache_run(cache_context(isas[0], 2), plan, 0, data.get(), &error) == FARSPAN_OK, "%s",
              error.message);
    farspan_cache_plan_destroy(plan);
}

Test(cache_contexts, counts) {
    cache_model model({}, 3);
    farspan_cache* cache = model.handle();
    const int64_t id = model.create(), offsets[3] = {0, 2, 3}, positions[3] = {20, 21, 22};
    model.append({id}, {10});
    error_slot error;
    farspan_cache_batch batch = rows_of(&id, offsets);
    const auto append = [&](const int64_t* at, int64_t count) {
        return farspan_cache_append(nullptr, cache, &batch, at, count, &error);
    };
    expect(append(positions, 3), error, FARSPAN_ERROR_SHAPE, "positions_count is 3: must be 2, one for each row");
    expect(append(positions, 1), error, FARSPAN_ERROR_SHAPE, "positions_count is 1: must be 2, one for each row");
    expect(append(nullptr, 2), error, FARSPAN_ERROR_SHAPE, "positions_count is 2: must be 0, positions is NULL");
    batch.offsets_count = 3;
    expect(append(nullptr, 0), error, FARSPAN_ERROR_SHAPE,
           "batch.offsets_count is 3: must be 2, one more than sequences");
    batch.offsets = nullptr;
    expect(append(nullptr, 0), error, FARSPAN_ERROR_SHAPE,
           "batch.offsets_count is 3: must be 0, batch.offsets is NULL");
    batch = rows_of(&id, nullptr);
    cr_expect(error.argument == 3 && std::strcmp(error.field, "batch.offsets_count") == 0);

    scheme_spec spec("counts");
    const scheme_handle scheme = spec.create();
    farspan_cache_plan* plan = nullptr;
    expect(farspan_cache_plan_create(nullptr, scheme.get(), cache, &batch, cache_problem(4, positions, 2).get(), &plan,
                                     &error),
           error, FARSPAN_ERROR_SHAPE, "problem.positions_count is 2: must be 1, one for each row");
    tensor_data q(FARSPAN_F32, {1, 4, 1, 64}), out(FARSPAN_F32, {1, 4, 1, 64});
    float lse[5];
    farspan_attention_data data = *cache_data(&q.view(), &out.view(), lse).get();
    const auto decode = [&] {
        return farspan_attention_decode(nullptr, scheme.get(), cache, 0, &batch, &data, &error);
    };
    data.lse_count = 3;
    expect(decode(), error, FARSPAN_ERROR_SHAPE,
           "data.lse_count is 3: must be at least 4, one for each query head and row");
    data.lse_count = 5;
    cr_expect(decode() == FARSPAN_OK, "an output may be longer: %s", error.message);
    data.lse = nullptr;
    expect(decode(), error, FARSPAN_ERROR_SHAPE, "data.lse_count is 5: must be 0, data.lse is NULL");
    data.lse_count = 0;
    data.k = &q.view();
    expect(decode(), error, FARSPAN_ERROR_COMBINATION, "data.k is given");
    data.k = nullptr;
    data.workspace = lse;
    data.workspace_bytes = sizeof lse;
    expect(decode(), error, FARSPAN_ERROR_COMBINATION, "data.workspace is given");

    const std::vector<char> bytes = saved(nullptr, cache, id);
    std::vector<char> buffer(bytes.size());
    int64_t made = 0;
    expect(farspan_cache_save(nullptr, cache, id, buffer.data(), static_cast<int64_t>(bytes.size()) - 1, &error), error,
           FARSPAN_ERROR_SHAPE, "buffer_bytes is ");
    expect(farspan_cache_save(nullptr, cache, id, buffer.data(), -1, &error), error, FARSPAN_ERROR_SHAPE,
           "buffer_bytes is -1");
    expect(farspan_cache_restore(nullptr, cache, bytes.data(), -1, &made, &error), error, FARSPAN_ERROR_SHAPE,
           "buffer_bytes is -1");
    cr_expect(made == 0);
}
