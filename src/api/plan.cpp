#include <algorithm>

#include "api/checks.hpp"
#include "api/handles.hpp"

namespace farspan {
namespace {

farspan_problem default_problem() {
    farspan_problem problem{};
    problem.struct_size = sizeof problem;
    problem.batch = 1;
    return problem;
}

}  // namespace
}  // namespace farspan

using namespace farspan;

extern "C" {

void farspan_problem_init(farspan_problem* problem, size_t size) { write_defaults(problem, size, default_problem()); }

farspan_status farspan_plan_create(const farspan_context* context, const farspan_scheme* scheme,
                                   const farspan_problem* problem, farspan_plan** plan, farspan_error* error) {
    return guard(error, [&] {
        const farspan_scheme& given = required(scheme, 2, "scheme");
        const farspan_problem shape = read_struct(required(problem, 3, "problem"), default_problem(), 3, "problem");
        farspan_plan*& result = required(plan, 4, "plan");
        const farspan_context use = settings(context);
        farspan::problem checked = check_problem(shape, given.rope_at_rest.axes, use.cancel);
        std::unique_ptr<const farspan::plan> made =
            make_plan(*given.parts, std::move(checked), *use.kernels, use.threads, use.cancel);
        const workspace_layout layout(*made);
        result = new farspan_plan{std::move(made), layout, use.cancel};
    });
}

void farspan_plan_destroy(farspan_plan* plan) { delete plan; }

size_t farspan_plan_workspace_size(const farspan_plan* plan) { return plan ? plan->layout.bytes : 0; }

farspan_status farspan_plan_tile_counts(const farspan_plan* plan, int64_t counts[4], farspan_error* error) {
    return guard(error, [&] {
        const farspan_plan& given = required(plan, 1, "plan");
        count_tiles(*given.plan, &required(counts, 2, "counts"));
    });
}

}  // extern "C"
