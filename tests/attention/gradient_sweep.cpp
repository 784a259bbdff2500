#include "gradient_sweep.hpp"

#include <criterion/criterion.h>

#include <cstdio>
#include <optional>
#include <stdexcept>
#include <utility>

#include "generator.hpp"

namespace farspan_test {

gradient_sweep::gradient_sweep(std::string family) : family_(std::move(family)) {}

gradient_sweep::~gradient_sweep() {
    for (const auto& [isa, worst] : worst_)
        std::printf("%-12s %-7s %4d gradients, worst %.2e (%s)\n", family_.c_str(), farspan_isa_name(isa), cases_,
                    worst.most, worst.name.c_str());
    std::fflush(stdout);
}

void gradient_sweep::check(const scheme_spec& spec, const attention_problem& problem,
                           const gradient_problem& gradient) {
    if (offered_++ % case_step() != 0) return;
    ++cases_;
    const attention_data data(problem);
    std::optional<gradient_expected> expected;
    for (const int32_t isa : usable_isas()) {
        try {
            // Where out is rounded, what is expected depends on how the run rounded it.
            if (!expected || problem.out.dtype != FARSPAN_F32) {
                const gradient_data given(problem, gradient,
                                          run_attention(shared_context(isa, 1), spec, problem, data));
                expected = expect_gradient(spec, problem, data, given);
            }
            check_isa(isa, spec, problem, gradient, data, &*expected);
        } catch (const std::exception& failure) {
            cr_expect(false, "%s / %s on %s: %s", family_.c_str(), spec.name.c_str(), farspan_isa_name(isa),
                      failure.what());
        }
    }
}

void gradient_sweep::check_isa(int32_t isa, const scheme_spec& spec, const attention_problem& problem,
                               const gradient_problem& gradient, const attention_data& data,
                               const gradient_expected* expected) {
    const char* name = farspan_isa_name(isa);
    scheme_spec own = spec;
    const scheme_handle scheme = own.create();
    std::optional<gradient_output> first;
    for (const int32_t threads : {1, 2, 5}) {
        const farspan_context* context = shared_context(isa, threads);
        const plan_handle plan = make_plan(context, scheme.get(), problem);
        const gradient_data given(problem, gradient, run_plan(context, plan.get(), problem, data));
        gradient_output got = run_gradient(context, plan.get(), spec, problem, data, gradient, given);
        if (first) {
            cr_expect(same_bits(*first, got), "%s / %s on %s: %d threads give other bits than one (seed %llu)",
                      family_.c_str(), spec.name.c_str(), name, threads, static_cast<unsigned long long>(problem.seed));
            continue;
        }
        first.emplace(std::move(got));
    }
    for (const tensor_data* tensor : {&first->d_q, &first->d_k, &first->d_v})
        cr_expect(tensor->gaps_untouched(), "%s / %s on %s: wrote between the elements of a gradient", family_.c_str(),
                  spec.name.c_str(), name);
    cr_expect((gradient.want_q || first->d_q.untouched()) && (gradient.want_k || first->d_k.untouched()) &&
                  (gradient.want_v || first->d_v.untouched()),
              "%s / %s on %s: wrote what was not asked for", family_.c_str(), spec.name.c_str(), name);
    const gradient_error error = compare(*first, *expected, gradient);
    cr_expect(error.most <= gradient_bound, "%s / %s on %s, seed %llu: off by %.3g: %s", family_.c_str(),
              spec.name.c_str(), name, static_cast<unsigned long long>(problem.seed), error.most, error.worst.c_str());
    worst_error& worst = worst_[isa];
    if (error.most > worst.most) worst = {error.most, spec.name};
}

}  // namespace farspan_test
