#include <algorithm>

#include "api/checks.hpp"
#include "api/handles.hpp"

namespace farspan {

farspan_problem default_problem() {
    farspan_problem problem{};
    problem.struct_size = sizeof problem;
    problem.batch = 1;
    return problem;
}

std::unique_ptr<farspan_plan> make_plan(const farspan_context* context, const farspan_scheme& scheme,
                                        const farspan_problem& problem) {
    const farspan_context use = settings(context);
    farspan::problem checked = check_problem(problem, scheme.rope_at_rest.axes, use.cancel);
    std::unique_ptr<const farspan::plan> made =
        make_plan(*scheme.parts, std::move(checked), *use.kernels, use.threads, use.cancel);
    const workspace_layout layout(*made);
    return std::make_unique<farspan_plan>(
        farspan_plan{std::move(made), layout, {use.threads, use.cancel, use.exhaustive}});
}

}  // namespace farspan

using namespace farspan;

extern "C" {

void farspan_problem_init(farspan_problem* problem, size_t size) { write_defaults(problem, size, default_problem()); }

farspan_status farspan_plan_create(const farspan_context* context, const farspan_scheme* scheme,
                                   const farspan_problem* problem, farspan_plan** plan, farspan_error* error) {
    return guard(error, {__func__, "scheme"}, [&] {
        const farspan_scheme& given = required(scheme, "scheme");
        const farspan_problem shape = read_struct(required(problem, "problem"), default_problem(), "problem");
        farspan_plan*& result = required(plan, "plan");
        result = make_plan(context, given, shape).release();
    });
}

void farspan_plan_destroy(farspan_plan* plan) { delete plan; }

int64_t farspan_plan_workspace_size(const farspan_plan* plan) {
    return plan ? static_cast<int64_t>(plan->layout.bytes) : 0;
}

farspan_status farspan_plan_tile_counts(const farspan_plan* plan, int64_t counts[4], farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_plan& given = required(plan, "plan");
        count_tiles(*given.plan, &required(counts, "counts"));
    });
}

}  // extern "C"
