// Every allocation of a gradient fails in turn: the status says so, nothing is written, and the next call succeeds.
#include <criterion/criterion.h>

#include "failing_memory.hpp"
#include "gradient_sweep.hpp"

using namespace farspan_test;

Test(gradient_memory, every_allocation_may_fail) {
    const attention_problem problem = make_problem(70, 150, 32, 41);
    scheme_spec spec("memory");
    spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 32);
    const scheme_handle scheme = spec.create();
    const farspan_context* context = shared_context(FARSPAN_ISA_BEST, 1);
    const plan_handle plan = make_plan(context, scheme.get(), problem);
    const attention_data data(problem);
    const gradient_problem gradient;
    const gradient_data given(problem, gradient, run_plan(context, plan.get(), problem, data));
    gradient_output result(spec, problem, gradient);
    const farspan_attention_gradient view = gradient_view(data, given, gradient, result);
    const int64_t failed = fail_every_allocation(
        [&](farspan_error* error) { return farspan_attention_backward(context, plan.get(), &view, error); },
        [&](int64_t allocation) {
            cr_expect(result.d_q.untouched() && result.d_k.untouched() && result.d_v.untouched(),
                      "allocation %lld: wrote", static_cast<long long>(allocation));
        });
    cr_expect(failed >= 1, "a call without a workspace allocates");
}
