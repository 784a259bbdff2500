// What a cache refuses, with which words; memory limits; nothing half done.
#include <criterion/criterion.h>

#include <cstring>

#include "cache_calls.hpp"
#include "cache_context.hpp"
#include "cache_model.hpp"

using namespace farspan_test;

namespace {

farspan_cache_config valid_config() {
    farspan_cache_config config;
    farspan_cache_config_init(&config, sizeof config);
    config.key_heads = 2;
    config.head_dim = 64;
    return config;
}

void expect(farspan_status status, const farspan_error& error, farspan_status wanted, int32_t argument,
            const char* words) {
    cr_expect(status == wanted && error.argument == argument && std::strstr(error.message, words) != nullptr,
              "status %d, argument %d, \"%s\"; wanted %d, %d, \"%s\"", status, error.argument, error.message, wanted,
              argument, words);
}

farspan_cache_batch batch_of(const int64_t* ids, int64_t count, const int64_t* offsets) {
    farspan_cache_batch batch;
    farspan_cache_batch_init(&batch, sizeof batch);
    batch.sequence_count = count;
    batch.sequence = ids;
    batch.offsets = offsets;
    batch.offsets_count = offsets ? count + 1 : 0;
    return batch;
}

farspan_cache_statistics statistics_of(const farspan_cache* cache) {
    farspan_cache_statistics statistics;
    farspan_cache_statistics_init(&statistics, sizeof statistics);
    farspan_cache_get_statistics(cache, &statistics, nullptr);
    return statistics;
}

int64_t blocks_in_use(const farspan_cache* cache) { return statistics_of(cache).blocks; }

}  // namespace

Test(cache_errors, configurations) {
    const auto refuse = [](farspan_status wanted, const char* words, auto change) {
        farspan_cache_config config = valid_config();
        change(config);
        farspan_cache* cache = nullptr;
        error_slot error;
        expect(farspan_cache_create(&config, &cache, &error), error, wanted, 1, words);
        cr_expect(cache == nullptr);
    };
    refuse(FARSPAN_ERROR_DTYPE, "config.dtype is 2", [](auto& c) { c.dtype = FARSPAN_F64; });
    refuse(FARSPAN_ERROR_SHAPE, "config.layers is 0", [](auto& c) { c.layers = 0; });
    refuse(FARSPAN_ERROR_SHAPE, "config.key_heads is 0", [](auto& c) { c.key_heads = 0; });
    refuse(FARSPAN_ERROR_SHAPE, "config.head_dim is 513", [](auto& c) { c.head_dim = 513; });
    refuse(FARSPAN_ERROR_SHAPE, "config.value_dim is -1", [](auto& c) { c.value_dim = -1; });
    refuse(FARSPAN_ERROR_PARAMETER_RANGE, "config.memory_limit is -1", [](auto& c) { c.memory_limit = -1; });
    refuse(FARSPAN_ERROR_STRUCT_SIZE, "struct_size", [](auto& c) { c.struct_size = 3; });
}

Test(cache_errors, null_arguments) {
    farspan_cache_config config = valid_config();
    farspan_cache* cache = nullptr;
    error_slot error;
    expect(farspan_cache_create(nullptr, &cache, &error), error, FARSPAN_ERROR_NULL_ARGUMENT, 1, "config");
    expect(farspan_cache_create(&config, nullptr, &error), error, FARSPAN_ERROR_NULL_ARGUMENT, 2, "cache");
    int64_t id = 0;
    expect(farspan_cache_sequence_create(nullptr, &id, &error), error, FARSPAN_ERROR_NULL_ARGUMENT, 1, "cache");
    expect(farspan_cache_append(nullptr, nullptr, nullptr, nullptr, 0, &error), error, FARSPAN_ERROR_NULL_ARGUMENT, 2,
           "cache");
    cache_model model({}, 1);
    expect(farspan_cache_append(nullptr, model.handle(), nullptr, nullptr, 0, &error), error,
           FARSPAN_ERROR_NULL_ARGUMENT, 3, "batch");
    expect(farspan_cache_fork(model.handle(), model.create(), nullptr, &error), error, FARSPAN_ERROR_NULL_ARGUMENT, 3,
           "child");
    cr_expect(model.handle() && farspan_cache_save_size(nullptr, 1) == 0 &&
              farspan_cache_save_size(model.handle(), 99) == 0);
    cr_expect(farspan_cache_plan_workspace_size(nullptr) == 0);
    farspan_cache_destroy(nullptr);
    farspan_cache_plan_destroy(nullptr);
}

Test(cache_errors, batches_and_positions) {
    cache_model model({}, 2);
    const int64_t id = model.create();
    model.append({id}, {10});
    error_slot error;
    const int64_t unknown = 77, twice[2] = {id, id}, falling[2] = {0, -1}, late[2] = {1, 2};
    farspan_cache_batch batch = batch_of(&unknown, 1, nullptr);
    expect(farspan_cache_append(nullptr, model.handle(), &batch, nullptr, 0, &error), error,
           FARSPAN_ERROR_PARAMETER_RANGE, 3, "batch.sequence[0] is 77");
    batch = batch_of(twice, 2, nullptr);
    expect(farspan_cache_append(nullptr, model.handle(), &batch, nullptr, 0, &error), error, FARSPAN_ERROR_COMBINATION,
           3, "twice");
    batch = batch_of(&id, 1, falling);
    expect(farspan_cache_append(nullptr, model.handle(), &batch, nullptr, 0, &error), error, FARSPAN_ERROR_SHAPE, 3,
           "batch.offsets");
    batch = batch_of(&id, 1, late);
    expect(farspan_cache_append(nullptr, model.handle(), &batch, nullptr, 0, &error), error, FARSPAN_ERROR_SHAPE, 3,
           "batch.offsets");
    batch = batch_of(&id, 0, nullptr);
    expect(farspan_cache_append(nullptr, model.handle(), &batch, nullptr, 0, &error), error, FARSPAN_ERROR_SHAPE, 3,
           "batch.sequence_count is 0");
    batch = batch_of(&id, 1, nullptr);
    for (const int64_t position : {int64_t{9}, int64_t{-1}, int64_t{1} << 40})
        expect(farspan_cache_append(nullptr, model.handle(), &batch, &position, 1, &error), error,
               FARSPAN_ERROR_POSITIONS, 4, "positions[0]");
    expect(farspan_cache_evict(model.handle(), id, 5, 4, &error), error, FARSPAN_ERROR_PARAMETER_RANGE, 3,
           "first is 5 and last 4");
    expect(farspan_cache_evict(model.handle(), 77, 0, 1, &error), error, FARSPAN_ERROR_PARAMETER_RANGE, 2,
           "sequence is 77");
    expect(farspan_cache_keep(model.handle(), id, -1, 4, &error), error, FARSPAN_ERROR_PARAMETER_RANGE, 3,
           "sinks is -1");
    expect(farspan_cache_keep(model.handle(), id, 1, 0, &error), error, FARSPAN_ERROR_PARAMETER_RANGE, 4,
           "recent is 0");
    farspan_sequence_info info;
    farspan_sequence_info_init(&info, sizeof info);
    cr_expect(farspan_cache_sequence_info(model.handle(), id, &info, nullptr) == FARSPAN_OK && info.tokens == 10,
              "nothing was changed");
}

Test(cache_errors, writes_and_runs) {
    cache_model model({}, 3);
    const int64_t id = model.create();
    model.append({id}, {10});
    error_slot error;
    const int64_t eleven[2] = {0, 11};
    tensor_data k(FARSPAN_F32, {1, 2, 1, 64}), wide(FARSPAN_F32, {1, 2, 1, 65}), many(FARSPAN_F32, {1, 2, 11, 64}),
        q(FARSPAN_F32, {1, 4, 1, 64}), out(FARSPAN_F32, {1, 4, 1, 64});
    farspan_cache_batch batch = batch_of(&id, 1, nullptr);
    expect(farspan_cache_write(nullptr, model.handle(), 1, &batch, &k.view(), &k.view(), &error), error,
           FARSPAN_ERROR_PARAMETER_RANGE, 3, "layer is 1");
    expect(farspan_cache_write(nullptr, model.handle(), 0, &batch, &wide.view(), &k.view(), &error), error,
           FARSPAN_ERROR_SHAPE, 5, "k.shape[3]");
    expect(farspan_cache_write(nullptr, model.handle(), 0, &batch, &k.view(), &wide.view(), &error), error,
           FARSPAN_ERROR_SHAPE, 6, "v.shape[3]");
    batch = batch_of(&id, 1, eleven);
    expect(farspan_cache_write(nullptr, model.handle(), 0, &batch, &many.view(), &many.view(), &error), error,
           FARSPAN_ERROR_SHAPE, 4, "has 10 tokens");

    batch = batch_of(&id, 1, nullptr);
    scheme_spec spec("errors");
    const scheme_handle scheme = spec.create();
    farspan_cache_plan* plan = nullptr;
    expect(farspan_cache_plan_create(nullptr, nullptr, model.handle(), &batch, cache_problem(4).get(), &plan, &error),
           error, FARSPAN_ERROR_NULL_ARGUMENT, 2, "scheme");
    expect(
        farspan_cache_plan_create(nullptr, scheme.get(), model.handle(), &batch, cache_problem(3).get(), &plan, &error),
        error, FARSPAN_ERROR_HEAD_GROUPS, 5, "problem.query_heads is 3");
    expect(farspan_cache_plan_create(nullptr, scheme.get(), model.handle(), &batch,
                                     cache_problem(4, nullptr, 0, -1).get(), &plan, &error),
           error, FARSPAN_ERROR_PARAMETER_RANGE, 5, "problem.length is -1");
    const int64_t outside = -1;
    expect(farspan_cache_plan_create(nullptr, scheme.get(), model.handle(), &batch, cache_problem(4, &outside, 1).get(),
                                     &plan, &error),
           error, FARSPAN_ERROR_POSITIONS, 5, "problem.positions[0] is -1");
    scheme_spec dense("dense");
    dense.with_bias(FARSPAN_BIAS_DENSE, 0);
    expect(farspan_cache_plan_create(nullptr, dense.create().get(), model.handle(), &batch, cache_problem(4).get(),
                                     &plan, &error),
           error, FARSPAN_ERROR_COMBINATION, 2, "dense");
    scheme_spec rope("wide rope");
    rope.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 128);
    expect(farspan_cache_plan_create(nullptr, rope.create().get(), model.handle(), &batch, cache_problem(4).get(),
                                     &plan, &error),
           error, FARSPAN_ERROR_ROTARY_DIM, 2, "rotary_dim 128");
    cr_assert(plan == nullptr);

    cr_assert(farspan_cache_plan_create(nullptr, scheme.get(), model.handle(), &batch, cache_problem(4).get(), &plan,
                                        &error) == FARSPAN_OK);
    const auto run = [&](int64_t layer, const tensor_data& given, const tensor_data& to, void* workspace, size_t size) {
        return farspan_cache_run(nullptr, plan, layer,
                                 cache_data(&given.view(), &to.view(), nullptr, workspace, size).get(), &error);
    };
    char small[8];
    expect(run(-1, q, out, nullptr, 0), error, FARSPAN_ERROR_PARAMETER_RANGE, 3, "layer is -1");
    expect(run(0, k, out, nullptr, 0), error, FARSPAN_ERROR_SHAPE, 4, "data.q.shape[1]");
    expect(run(0, q, k, nullptr, 0), error, FARSPAN_ERROR_SHAPE, 4, "data.out.shape[1]");
    expect(run(0, q, q, nullptr, 0), error, FARSPAN_ERROR_STRIDE, 4, "overlaps");
    expect(run(0, q, out, small, sizeof small), error, FARSPAN_ERROR_WORKSPACE_SIZE, 4, "data.workspace_bytes is 8");
    cr_expect(out.untouched());
    model.append({id}, {1});
    expect(run(0, q, out, nullptr, 0), error, FARSPAN_ERROR_COMBINATION, 2, "has changed");
    farspan_cache_plan_destroy(plan);
    expect(farspan_attention_decode(nullptr, scheme.get(), model.handle(), 3, &batch,
                                    cache_data(&q.view(), &out.view()).get(), &error),
           error, FARSPAN_ERROR_PARAMETER_RANGE, 4, "layer is 3");
    expect(farspan_attention_decode(nullptr, scheme.get(), model.handle(), 0, &batch,
                                    cache_data(&wide.view(), &out.view()).get(), &error),
           error, FARSPAN_ERROR_SHAPE, 6, "data.q.shape");
}

// Many rows are planned like a prefill; the caller never hears of that plan's problem.
Test(cache_errors, decaying_rotation_over_distant_tokens) {
    cache_model model({}, 5);
    const int64_t id = model.create(), offsets[2] = {0, 40};
    std::vector<int64_t> positions(40);
    for (std::size_t n = 0; n < positions.size(); ++n) positions[n] = static_cast<int64_t>(n) * 1000;
    const farspan_cache_batch batch = batch_of(&id, 1, offsets);
    cr_assert(farspan_cache_append(nullptr, model.handle(), &batch, positions.data(),
                                   static_cast<int64_t>(positions.size()), nullptr) == FARSPAN_OK);
    scheme_spec spec("xpos");
    spec.with_rope(FARSPAN_ROPE_XPOS, FARSPAN_LAYOUT_HALF, 64);
    error_slot error;
    farspan_cache_plan* plan = nullptr;
    expect(farspan_cache_plan_create(nullptr, spec.create().get(), model.handle(), &batch, cache_problem(4).get(),
                                     &plan, &error),
           error, FARSPAN_ERROR_POSITIONS, 5, "problem.positions spread over 39000");
}

// All or nothing, over all sequences of the batch.
Test(cache_errors, memory_limit) {
    cache_form form;
    form.memory_limit = 5 * statistics_of(make_cache(form).get()).block_bytes;
    cache_model model(form, 4);
    const std::vector<int64_t> ids = {model.create(), model.create()};
    model.append(ids, {64, 64});
    cr_assert(blocks_in_use(model.handle()) == 2);
    const int64_t offsets[3] = {0, 100, 300};
    const farspan_cache_batch batch = batch_of(ids.data(), 2, offsets);
    error_slot error;
    expect(farspan_cache_append(nullptr, model.handle(), &batch, nullptr, 0, &error), error,
           FARSPAN_ERROR_OUT_OF_MEMORY, 0, "memory limit");
    cr_expect(blocks_in_use(model.handle()) == 2);
    for (const int64_t id : ids) {
        farspan_sequence_info info;
        farspan_sequence_info_init(&info, sizeof info);
        farspan_cache_sequence_info(model.handle(), id, &info, nullptr);
        cr_expect(info.tokens == 64 && info.next_position == 64);
    }
    model.append(ids, {100, 64});  // five blocks: just enough
    scheme_spec spec("limit");
    const cache_model::outcome got = model.attend(FARSPAN_ISA_BEST, 1, spec, ids, {1, 1});
    cr_expect(got.of_bound <= 1);

    // A fork shares all; writing to it needs a block that there is not.
    const int64_t child = model.fork(ids[0]);
    cr_expect(blocks_in_use(model.handle()) == 5);
    const farspan_cache_batch one = batch_of(&child, 1, nullptr);
    expect(farspan_cache_append(nullptr, model.handle(), &one, nullptr, 0, &error), error, FARSPAN_ERROR_OUT_OF_MEMORY,
           0, "memory limit");
    model.evict(ids[1], 0, INT64_MAX);
    cr_expect(farspan_cache_append(nullptr, model.handle(), &one, nullptr, 0, &error) == FARSPAN_OK, "%s",
              error.message);
    cr_expect(farspan_cache_clear(model.handle(), &error) == FARSPAN_OK && blocks_in_use(model.handle()) == 0);
}

// Without a limit of the caller's, what the machine has is the limit: refused before any of it is taken, and at once.
Test(cache_errors, more_than_the_machine_has) {
    cache_form form;
    form.layers = 64;
    form.key_heads = form.query_heads = 8;
    cache_model model(form, 6);
    const int64_t id = model.create(), offsets[2] = {0, int64_t{1} << 31};
    model.append({id}, {1});
    const farspan_cache_batch batch = batch_of(&id, 1, offsets);
    error_slot error;
    expect(farspan_cache_append(nullptr, model.handle(), &batch, nullptr, 0, &error), error,
           FARSPAN_ERROR_OUT_OF_MEMORY, 0, "the machine");
    cr_expect(blocks_in_use(model.handle()) == 1);
    model.append({id}, {1});
}

// Values that are no numbers reach the rows that see them, and only those.
Test(cache_errors, infinities_and_nan) {
    cache_model model({}, 5);
    const int64_t id = model.create();
    model.append({id}, {20});
    const int64_t three[2] = {0, 3};
    const farspan_cache_batch batch = batch_of(&id, 1, three);
    error_slot error;
    require_ok(farspan_cache_append(nullptr, model.handle(), &batch, nullptr, 0, &error), error, "append");
    tensor_data k(FARSPAN_F32, {1, 2, 3, 64}), v(FARSPAN_F32, {1, 2, 3, 64}), q(FARSPAN_F32, {1, 4, 3, 64}),
        out(FARSPAN_F32, {1, 4, 3, 64});
    for (tensor_data* tensor : {&k, &v, &q}) tensor->fill([] { return 0.5; });
    v.set(0, 0, 1, 5, NAN);
    v.set(0, 1, 2, 6, INFINITY);
    require_ok(farspan_cache_write(nullptr, model.handle(), 0, &batch, &k.view(), &v.view(), &error), error, "write");
    scheme_spec spec("not finite");
    require_ok(farspan_attention_decode(nullptr, spec.create().get(), model.handle(), 0, &batch,
                                        cache_data(&q.view(), &out.view()).get(), &error),
               error, "decode");
    for (int64_t h = 0; h < 4; ++h)
        for (int64_t i = 0; i < 3; ++i)
            for (int64_t d = 0; d < 64; ++d) {
                const double got = out.get(0, h, i, d);
                const bool nan = h < 2 && i >= 1 && d == 5, infinite = h >= 2 && i == 2 && d == 6;
                cr_expect(nan        ? std::isnan(got)
                          : infinite ? std::isinf(got)
                                     : std::isfinite(got),
                          "head %d row %d feature %d: %g", static_cast<int>(h), static_cast<int>(i),
                          static_cast<int>(d), got);
            }
}
