// Workspaces, memory outside the tensors, and bits that depend on nothing but the problem.
#include <criterion/criterion.h>
#include <malloc.h>

#include <cstring>

#include "calls.hpp"
#include "generator.hpp"
#include "sweep.hpp"

using namespace farspan_test;

namespace {

scheme_spec rich_scheme() {
    scheme_spec spec("self extend, t5, cap");
    spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 32).with_remap(FARSPAN_REMAP_SELF_EXTEND, 60);
    spec.with_bias(FARSPAN_BIAS_T5, 4);
    for (int n = 0; n < 32 * 4; ++n) spec.bias_values.push_back(0.01f * static_cast<float>(n % 17));
    spec.score.softcap = 10;
    return spec;
}

attention_problem rich_problem(uint64_t seed) {
    attention_problem problem = make_problem(130, 170, 40, seed);
    problem.batch = 2;
    problem.query_heads = 4;
    problem.key_heads = 2;
    return problem;
}

// A workspace of exactly `size` bytes, `shift` bytes off alignment, against a guard page, filled with garbage.
struct exact_workspace {
    exact_workspace(size_t size, size_t shift)
        : block(size + shift, placement::before_guard, 0xFF), start(block.data() + shift) {}
    memory_block block;
    unsigned char* start;
};

}  // namespace

Test(attention_memory, a_given_workspace_changes_nothing) {
    const attention_problem problem = rich_problem(1);
    const attention_data data(problem);
    scheme_spec spec = rich_scheme();
    const scheme_handle scheme = spec.create();
    for (const int32_t isa : usable_isas()) {
        const farspan_context* context = shared_context(isa, 2);
        const plan_handle plan = make_plan(context, scheme.get(), problem);
        const auto size = static_cast<size_t>(farspan_plan_workspace_size(plan.get()));
        const attention_output own = run_plan(context, plan.get(), problem, data);
        for (const size_t shift : {0, 1, 3, 4, 63}) {
            const exact_workspace space(size, shift);
            cr_expect(same_bits(run_plan(context, plan.get(), problem, data, space.start, size), own),
                      "workspace off by %zu bytes on %s", shift, farspan_isa_name(isa));
        }
        const exact_workspace larger(size + 1000, 0);
        cr_expect(same_bits(run_plan(context, plan.get(), problem, data, larger.start, size + 1000), own),
                  "a larger workspace");
    }
}

Test(attention_memory, a_workspace_one_byte_short_is_refused) {
    const attention_problem problem = rich_problem(2);
    const attention_data data(problem);
    scheme_spec spec = rich_scheme();
    const scheme_handle scheme = spec.create();
    const plan_handle plan = make_plan(nullptr, scheme.get(), problem);
    const auto size = static_cast<size_t>(farspan_plan_workspace_size(plan.get()));
    const exact_workspace space(size, 0);
    for (const size_t given : {size - 1, size_t{0}}) {
        attention_output out(problem);
        error_slot error;
        const farspan_status status =
            attention_run(nullptr, plan.get(), &data.q.view(), &data.k.view(), &data.v.view(), nullptr, &out.out.view(),
                          out.lse.data(), space.start, given, &error);
        cr_expect(status == FARSPAN_ERROR_WORKSPACE_SIZE && error.argument == 3, "status %d, argument %d", status,
                  error.argument);
        cr_expect(std::strstr(error.message, std::to_string(size).c_str()) != nullptr, "must say %zu: %s", size,
                  error.message);
        cr_expect(out.out.untouched(), "wrote to out");
    }
}

Test(attention_memory, nothing_outside_the_tensors_is_touched) {
    uint64_t seed = 100;
    generator random(seed);
    const std::vector<int32_t> dtypes = {FARSPAN_F32, FARSPAN_F16, FARSPAN_BF16};
    const std::vector<layout> layouts = {layout::contiguous,   layout::sequence_major, layout::reversed,
                                         layout::padded_rows,  layout::every_second,   layout::feature_reversed,
                                         layout::feature_major};
    for (const placement where : {placement::before_guard, placement::after_guard})
        for (int64_t length = 1; length <= 130; length += static_cast<int64_t>(case_step())) {
            attention_problem problem = make_problem(random.whole(1, length), length, random.whole(1, 70), ++seed);
            problem.value_dim = random.whole(1, 70);
            problem.where = where;
            problem.q = {random.pick(dtypes), random.pick(layouts)};
            problem.k = {random.pick(dtypes), random.pick(layouts)};
            problem.v = {random.pick(dtypes), random.pick(layouts)};
            problem.out = {random.pick(dtypes), random.pick(layouts)};
            problem.bias = {random.pick(dtypes), random.pick(layouts)};
            problem.dense_bias = random.coin();
            scheme_spec spec("guard");
            if (problem.dense_bias) spec.with_bias(FARSPAN_BIAS_DENSE, 0);
            if (problem.head_dim >= 4)
                spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, static_cast<int32_t>(problem.head_dim / 4 * 2));
            spec.mask.causal = random.coin();
            const attention_data data(problem);
            for (const int32_t isa : usable_isas()) {
                const attention_output got = run_attention(shared_context(isa, 1), spec, problem, data);
                cr_assert(got.out.gaps_untouched(), "length %lld on %s", static_cast<long long>(length),
                          farspan_isa_name(isa));
            }
        }
}

Test(attention_memory, lse_and_shared_memory_of_inputs) {
    attention_problem problem = make_problem(33, 33, 32, 5);
    problem.query_heads = problem.key_heads = 2;
    const attention_data data(problem);
    scheme_spec spec("self");
    const scheme_handle scheme = spec.create();
    const plan_handle plan = make_plan(nullptr, scheme.get(), problem);
    attention_output out(problem);
    // lse ends at a guard page; q, k and v are one tensor.
    const memory_block lse(out.lse.size() * sizeof(float), placement::before_guard, 0);
    error_slot error;
    require_ok(attention_run(nullptr, plan.get(), &data.q.view(), &data.q.view(), &data.q.view(), nullptr,
                             &out.out.view(), reinterpret_cast<float*>(lse.data()), nullptr, 0, &error),
               error, "run");
    // No lse wanted: the same outputs.
    attention_output again(problem);
    require_ok(attention_run(nullptr, plan.get(), &data.q.view(), &data.q.view(), &data.q.view(), nullptr,
                             &again.out.view(), nullptr, nullptr, 0, &error),
               error, "run");
    cr_expect(out.out.bytes() == again.out.bytes(), "asking for lse changed outputs");
}

Test(attention_memory, repeated_runs_and_batches_have_the_same_bits) {
    const attention_problem problem = rich_problem(6);
    const attention_data data(problem);
    scheme_spec spec = rich_scheme();
    const scheme_handle scheme = spec.create();
    for (const int32_t isa : usable_isas()) {
        const plan_handle plan = make_plan(shared_context(isa, 2), scheme.get(), problem);
        const attention_output first = run_plan(shared_context(isa, 2), plan.get(), problem, data);
        for (int n = 0; n < 10; ++n)
            cr_assert(same_bits(run_plan(shared_context(isa, n % 2 + 1), plan.get(), problem, data), first),
                      "run %d on %s", n, farspan_isa_name(isa));
        // Each batch entry alone.
        attention_problem alone = problem;
        alone.batch = 1;
        const plan_handle small = make_plan(shared_context(isa, 1), scheme.get(), alone);
        for (int64_t b = 0; b < 2; ++b) {
            farspan_tensor q = data.q.view(), k = data.k.view(), v = data.v.view();
            for (farspan_tensor* tensor : {&q, &k, &v}) {
                tensor->data = static_cast<float*>(tensor->data) + b * tensor->stride[0];
                tensor->shape[0] = 1;
            }
            attention_output one(alone);
            error_slot error;
            require_ok(attention_run(nullptr, small.get(), &q, &k, &v, nullptr, &one.out.view(), one.lse.data(),
                                     nullptr, 0, &error),
                       error, "run");
            const std::vector<unsigned char> bytes = one.out.bytes(), whole = first.out.bytes();
            cr_expect(
                std::memcmp(bytes.data(), whole.data() + static_cast<size_t>(b) * bytes.size(), bytes.size()) == 0,
                "batch entry %lld alone differs on %s", static_cast<long long>(b), farspan_isa_name(isa));
        }
    }
}

// Which rows are asked for does not change a row: the last 40 queries alone against all of them.
Test(attention_memory, rows_do_not_depend_on_their_neighbours) {
    for (const int32_t isa : usable_isas()) {
        attention_problem all = make_problem(256, 256, 40, 7);
        scheme_spec spec("rows");
        spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 40);
        const attention_data data(all);
        const attention_output whole = run_attention(shared_context(isa, 1), spec, all, data);
        attention_problem last = all;
        last.queries = 64;  // whole blocks, so that tiles are the same
        const scheme_handle scheme = spec.create();
        const plan_handle plan = make_plan(shared_context(isa, 1), scheme.get(), last);
        farspan_tensor q = data.q.view();
        q.data = static_cast<float*>(q.data) + 192 * q.stride[2];
        q.shape[2] = 64;
        attention_output part(last);
        error_slot error;
        require_ok(attention_run(nullptr, plan.get(), &q, &data.k.view(), &data.v.view(), nullptr, &part.out.view(),
                                 part.lse.data(), nullptr, 0, &error),
                   error, "run");
        for (int64_t h = 0; h < 2; ++h)
            for (int64_t i = 0; i < 64; ++i)
                for (int64_t d = 0; d < 40; ++d)
                    cr_assert(part.out.get(0, h, i, d) == whole.out.get(0, h, i + 192, d), "h %lld, i %lld on %s",
                              static_cast<long long>(h), static_cast<long long>(i), farspan_isa_name(isa));
    }
}

// Heads of a group that have few rows share tiles, values that are f32 may be read where they are: a head alone has the
// same bits, and so has every number of threads. One value is a NaN.
Test(attention_memory, heads_do_not_depend_on_their_neighbours) {
    std::vector<scheme_spec> schemes;
    scheme_spec spec("rope");
    spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 64);
    schemes.push_back(spec);
    schemes.push_back(spec);
    schemes.back().name = "self extend";
    schemes.back().with_remap(FARSPAN_REMAP_SELF_EXTEND, 50);
    schemes.emplace_back("xpos").with_rope(FARSPAN_ROPE_XPOS, FARSPAN_LAYOUT_HALF, 64);
    schemes.emplace_back("sandwich, cap").with_bias(FARSPAN_BIAS_SANDWICH, 24);
    schemes.back().score.softcap = 5;
    schemes.emplace_back("alibi, window").with_bias(FARSPAN_BIAS_ALIBI, 24);
    schemes.back().mask.window_left = 170;
    constexpr int64_t query_heads = 24;
    for (const int64_t key_heads : {24, 6, 1})
        for (const int64_t queries : {1, 3, 5, 16, 17}) {
            attention_problem all = make_problem(queries, 300, 64, static_cast<uint64_t>(queries));
            all.query_heads = query_heads;
            all.key_heads = key_heads;
            attention_data data(all);
            data.v.set(0, 0, 180, 7, NAN);
            attention_problem one = all;
            one.query_heads = one.key_heads = 1;
            for (const int32_t isa : usable_isas())
                for (scheme_spec& rules : schemes) {
                    const attention_output whole = run_attention(shared_context(isa, 1), rules, all, data);
                    cr_assert(same_bits(run_attention(shared_context(isa, 3), rules, all, data), whole),
                              "%s, %lld key heads, %lld queries on %s: other bits of three threads", rules.name.c_str(),
                              static_cast<long long>(key_heads), static_cast<long long>(queries),
                              farspan_isa_name(isa));
                    const scheme_handle scheme = rules.create();
                    for (int64_t h = 0; h < query_heads; h += 5) {
                        one.head_offset = h;
                        farspan_tensor q = data.q.view(), k = data.k.view(), v = data.v.view();
                        for (farspan_tensor* tensor : {&q, &k, &v}) {
                            const int64_t head = tensor == &q ? h : h / (query_heads / key_heads);
                            tensor->data = static_cast<float*>(tensor->data) + head * tensor->stride[1];
                            tensor->shape[1] = 1;
                        }
                        attention_output alone(one);
                        error_slot error;
                        const plan_handle plan = make_plan(shared_context(isa, 1), scheme.get(), one);
                        require_ok(attention_run(nullptr, plan.get(), &q, &k, &v, nullptr, &alone.out.view(),
                                                 alone.lse.data(), nullptr, 0, &error),
                                   error, "run");
                        const std::vector<unsigned char> bytes = alone.out.bytes(), among = whole.out.bytes();
                        cr_assert(std::memcmp(bytes.data(), among.data() + static_cast<size_t>(h) * bytes.size(),
                                              bytes.size()) == 0,
                                  "%s, head %lld, %lld key heads, %lld queries on %s: other bits alone",
                                  rules.name.c_str(), static_cast<long long>(h), static_cast<long long>(key_heads),
                                  static_cast<long long>(queries), farspan_isa_name(isa));
                    }
                }
        }
}

// Workspace and plan grow linearly; nothing is queries x keys.
Test(attention_memory, memory_is_linear_in_the_length) {
    for (const bool remap : {false, true}) {
        scheme_spec spec("linear");
        spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 64).with_bias(FARSPAN_BIAS_SANDWICH, 4);
        if (remap) spec.with_remap(FARSPAN_REMAP_LEAKY_REROPE, 512);
        const scheme_handle scheme = spec.create();
        const farspan_context* context = shared_context(FARSPAN_ISA_BEST, 1);
        double workspace[3] = {}, plan_bytes[3] = {};
        const int64_t lengths[3] = {8192, 16384, 32768};
        for (int n = 0; n < 3; ++n) {
            attention_problem problem = make_problem(lengths[n], lengths[n], 64, 0);
            problem.query_heads = problem.key_heads = 4;
            const struct mallinfo2 before = mallinfo2();
            const plan_handle plan = make_plan(context, scheme.get(), problem);
            const struct mallinfo2 after = mallinfo2();
            plan_bytes[n] = static_cast<double>(after.uordblks + after.hblkhd) -
                            static_cast<double>(before.uordblks + before.hblkhd);
            workspace[n] = static_cast<double>(farspan_plan_workspace_size(plan.get()));
        }
        cr_expect(workspace[2] <= 2.1 * workspace[1] && workspace[1] <= 2.1 * workspace[0],
                  "workspace: %g, %g, %g bytes", workspace[0], workspace[1], workspace[2]);
        cr_expect(plan_bytes[2] <= 2.2 * plan_bytes[1] && plan_bytes[1] <= 2.2 * plan_bytes[0],
                  "plan: %g, %g, %g bytes", plan_bytes[0], plan_bytes[1], plan_bytes[2]);
        // 32768 x 32768 floats would be 4 GiB, as bits 128 MiB. Packed keys and values of 4 heads are 96 MiB with two
        // key maps.
        cr_expect(workspace[2] < 112e6 && plan_bytes[2] < 64e6, "at 32768: workspace %g, plan %g bytes", workspace[2],
                  plan_bytes[2]);
    }
}

// Heads of a long prompt are packed one after the other: 64 rows of each are enough work for the threads.
Test(attention_memory, a_long_prompt_packs_few_heads_at_a_time) {
    scheme_spec spec("causal");
    const scheme_handle scheme = spec.create();
    attention_problem problem;
    problem.queries = problem.keys = 8192;
    problem.query_heads = problem.key_heads = 16;
    problem.head_dim = problem.value_dim = 64;
    for (const int32_t threads : {1, 2, 8}) {
        const farspan_context* context = shared_context(FARSPAN_ISA_BEST, threads);
        const plan_handle plan = make_plan(context, scheme.get(), problem);
        const double head = 2.0 * 4 * 8192 * 64;
        cr_expect(static_cast<double>(farspan_plan_workspace_size(plan.get())) < 1.2 * head + 0.5e6 * threads,
                  "%d threads: %lld bytes", threads, static_cast<long long>(farspan_plan_workspace_size(plan.get())));
    }
}
