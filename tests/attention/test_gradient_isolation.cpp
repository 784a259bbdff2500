// What has no influence on attention has none on its gradient; memory, cancellation and bits.
#include <criterion/criterion.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "gradient_sweep.hpp"

using namespace farspan_test;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN(),
                 infinity = std::numeric_limits<double>::infinity();

scheme_spec rich_scheme() {
    scheme_spec spec("rich");
    spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 32).with_remap(FARSPAN_REMAP_SELF_EXTEND, 40);
    spec.with_bias(FARSPAN_BIAS_T5, 4);
    for (int n = 0; n < 32 * 4; ++n) spec.bias_values.push_back(0.2f * static_cast<float>(n % 5));
    spec.score.softcap = 10;
    spec.sinks = {0.5f, -1.0f, 2.0f, 0.0f};
    return spec;
}

attention_problem rich_problem(uint64_t seed) {
    attention_problem problem = make_problem(130, 170, 32, seed);
    problem.query_heads = 4;
    problem.key_heads = 2;
    problem.batch = 2;
    return problem;
}

// A plan with its data, for one instruction set and number of threads.
struct prepared {
    scheme_spec spec;
    attention_problem problem;
    attention_data data;
    gradient_problem gradient;
    const farspan_context* context;
    scheme_handle scheme;
    plan_handle plan;
    gradient_data given;

    prepared(int32_t isa, int32_t threads, scheme_spec which, const attention_problem& p)
        : spec(std::move(which)),
          problem(p),
          data(p),
          context(shared_context(isa, threads)),
          scheme(spec.create()),
          plan(make_plan(context, scheme.get(), problem)),
          given(problem, gradient, run_plan(context, plan.get(), problem, data)) {}

    void run_forward() { given.forward = run_plan(context, plan.get(), problem, data); }
    gradient_output run() { return run_gradient(context, plan.get(), spec, problem, data, gradient, given); }
};

void set_row(tensor_data& tensor, int64_t b, int64_t h, int64_t row, double value) {
    for (int64_t d = 0; d < tensor.shape()[3]; ++d) tensor.set(b, h, row, d, d % 2 == 0 ? value : -value);
}

bool is_zero(const tensor_data& tensor, int64_t b, int64_t h, int64_t row) {
    for (int64_t d = 0; d < tensor.shape()[3]; ++d)
        if (tensor.get(b, h, row, d) != 0) return false;
    return true;
}

}  // namespace

// Padding in front, by ranges: nothing there changes a bit, and its gradients are 0.
Test(gradient_isolation, padding_may_hold_anything) {
    for (const int32_t isa : usable_isas())
        for (const double what : {not_a_number, infinity, 3e38}) {
            attention_problem problem = rich_problem(31);
            problem.queries = 170;
            problem.key_ranges = {40, 170, 0, 150};
            prepared clean(isa, 1, rich_scheme(), problem), dirty(isa, 2, rich_scheme(), problem);
            for (int64_t j = 0; j < 170; ++j)
                for (int64_t b = 0; b < 2; ++b) {
                    const bool hidden = b == 0 ? j < 40 : j >= 150;
                    for (int64_t h = 0; h < 2 && hidden; ++h) {
                        set_row(dirty.data.k, b, h, j, what);
                        set_row(dirty.data.v, b, h, j, what);
                    }
                    for (int64_t h = 0; h < 4 && b == 0 && j < 40; ++h) {  // these rows see nothing
                        set_row(dirty.data.q, b, h, j, what);
                        set_row(dirty.given.d_out, b, h, j, what);
                    }
                }
            dirty.run_forward();
            const gradient_output a = clean.run(), b = dirty.run();
            cr_expect(same_bits(a, b), "%g in padding changes gradients on %s", what, farspan_isa_name(isa));
            for (int64_t j = 0; j < 40; ++j) {
                cr_expect(is_zero(b.d_q, 0, 0, j), "d_q of a row that sees nothing, %lld", static_cast<long long>(j));
                cr_expect(is_zero(b.d_k, 0, 0, j) && is_zero(b.d_v, 0, 0, j), "d_k, d_v of padding, %lld",
                          static_cast<long long>(j));
            }
        }
}

// Under a causal mask a bad query or d_out spoils its own row and the keys that it sees; a bad key the rows that see
// it.
Test(gradient_isolation, one_bad_row) {
    attention_problem problem = make_problem(200, 200, 32, 32);
    problem.query_heads = 2;
    problem.key_heads = 2;
    scheme_spec spec("causal");
    spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 32);
    const auto first_spoilt = [](const tensor_data& tensor, int64_t h) {
        for (int64_t row = 0; row < tensor.shape()[2]; ++row)
            for (int64_t d = 0; d < tensor.shape()[3]; ++d)
                if (std::isnan(tensor.get(0, h, row, d))) return row;
        return tensor.shape()[2];
    };
    const auto last_spoilt = [](const tensor_data& tensor, int64_t h) {
        for (int64_t row = tensor.shape()[2] - 1; row >= 0; --row)
            for (int64_t d = 0; d < tensor.shape()[3]; ++d)
                if (std::isnan(tensor.get(0, h, row, d))) return row;
        return int64_t{-1};
    };
    for (const int32_t isa : usable_isas()) {
        for (const bool query : {true, false}) {
            prepared run(isa, 1, spec, problem);
            set_row(query ? run.data.q : run.given.d_out, 0, 1, 90, not_a_number);
            run.run_forward();
            const gradient_output got = run.run();
            cr_expect(first_spoilt(got.d_q, 1) == 90 && last_spoilt(got.d_q, 1) == 90, "d_q");
            cr_expect(first_spoilt(got.d_k, 1) == 0 && last_spoilt(got.d_k, 1) == 90, "d_k");
            cr_expect(last_spoilt(got.d_v, 1) == 90, "d_v up to %lld", static_cast<long long>(last_spoilt(got.d_v, 1)));
            for (const tensor_data* tensor : {&got.d_q, &got.d_k, &got.d_v})
                cr_expect(last_spoilt(*tensor, 0) == -1, "the other head on %s", farspan_isa_name(isa));
        }
        prepared run(isa, 1, spec, problem);
        set_row(run.data.k, 0, 1, 90, not_a_number);
        run.run_forward();
        const gradient_output got = run.run();
        cr_expect(first_spoilt(got.d_q, 1) == 90 && last_spoilt(got.d_q, 1) == 199, "d_q");
        cr_expect(last_spoilt(got.d_q, 0) == -1, "the other head");
    }
}

Test(gradient_isolation, packed_sequences_are_separate) {
    const attention_problem packed = [] {
        attention_problem p = make_problem(150, 150, 32, 33);
        p.query_heads = 4;
        p.key_heads = 2;
        p.query_offsets = p.key_offsets = {0, 70, 150};
        return p;
    }();
    for (const int32_t isa : usable_isas()) {
        prepared whole(isa, 2, rich_scheme(), packed);
        const gradient_output together = whole.run();
        // Changing one sequence changes nothing of the other.
        prepared other(isa, 1, rich_scheme(), packed);
        for (int64_t row = 70; row < 150; ++row) {
            set_row(other.data.q, 0, 0, row, 2);
            set_row(other.data.k, 0, 1, row, 3);
            set_row(other.data.v, 0, 0, row, not_a_number);
        }
        other.run_forward();
        const gradient_output apart = other.run();
        for (const auto& [a, b] : {std::pair{&together.d_q, &apart.d_q}, std::pair{&together.d_k, &apart.d_k},
                                   std::pair{&together.d_v, &apart.d_v}})
            for (int64_t h = 0; h < a->shape()[1]; ++h)
                for (int64_t row = 0; row < 70; ++row)
                    for (int64_t d = 0; d < 32; ++d)
                        cr_assert(a->get(0, h, row, d) == b->get(0, h, row, d), "row %lld on %s",
                                  static_cast<long long>(row), farspan_isa_name(isa));
    }
}

Test(gradient_isolation, a_given_workspace_changes_nothing) {
    for (const int32_t isa : usable_isas()) {
        prepared run(isa, 2, rich_scheme(), rich_problem(34));
        const gradient_output own = run.run();
        const auto size = static_cast<size_t>(farspan_attention_backward_workspace_size(run.plan.get()));
        for (const size_t shift : {0, 1, 3, 4, 63}) {
            const memory_block block(size + shift, placement::before_guard, 0xCD);
            gradient_output got(run.spec, run.problem, run.gradient);
            farspan_attention_gradient view = gradient_view(run.data, run.given, run.gradient, got);
            view.workspace = block.data() + shift;
            view.workspace_bytes = static_cast<int64_t>(size);
            error_slot error;
            require_ok(farspan_attention_backward(run.context, run.plan.get(), &view, &error), error, "backward");
            cr_expect(same_bits(own, got), "workspace off by %zu bytes on %s", shift, farspan_isa_name(isa));
        }
    }
}

Test(gradient_isolation, memory_is_linear) {
    scheme_spec spec("linear");
    spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 64);
    const scheme_handle scheme = spec.create();
    const auto bytes_at = [&](int64_t length) {
        attention_problem problem = make_problem(length, length, 64, 1);
        problem.query_heads = problem.key_heads = 1;
        const plan_handle plan = make_plan(shared_context(FARSPAN_ISA_SCALAR, 1), scheme.get(), problem);
        return static_cast<double>(farspan_attention_backward_workspace_size(plan.get()));
    };
    const double short_bytes = bytes_at(8192), long_bytes = bytes_at(65536);
    std::printf("workspace of a gradient, one head of 64 features: %.1f MB at 8192 tokens, %.1f MB at 65536\n",
                short_bytes / 1e6, long_bytes / 1e6);
    cr_expect(long_bytes < 8.5 * short_bytes, "%.0f and %.0f bytes", short_bytes, long_bytes);
}

Test(gradient_isolation, the_cancel_flag_is_seen) {
    volatile int32_t flag = 1;
    const context_handle context = make_context(FARSPAN_ISA_BEST, 2, &flag);
    prepared run(FARSPAN_ISA_BEST, 2, rich_scheme(), rich_problem(35));
    gradient_output got(run.spec, run.problem, run.gradient);
    const farspan_attention_gradient view = gradient_view(run.data, run.given, run.gradient, got);
    error_slot error;
    cr_expect(farspan_attention_backward(context.get(), run.plan.get(), &view, &error) == FARSPAN_ERROR_CANCELLED);
    flag = 0;
    cr_expect(farspan_attention_backward(context.get(), run.plan.get(), &view, &error) == FARSPAN_OK);
    cr_expect(same_bits(got, run.run()));
}
