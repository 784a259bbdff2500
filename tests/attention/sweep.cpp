#include "sweep.hpp"

#include <criterion/criterion.h>

#include <cstdio>
#include <stdexcept>
#include <utility>

#include "generator.hpp"

namespace farspan_test {

const farspan_context* shared_context(int32_t isa, int32_t threads) {
    static std::map<std::pair<int32_t, int32_t>, context_handle> contexts;
    context_handle& context = contexts[{isa, threads}];
    if (!context) context = make_context(isa, threads);
    return context.get();
}

attention_problem make_problem(int64_t queries, int64_t keys, int64_t head_dim, uint64_t seed) {
    attention_problem problem;
    problem.queries = queries;
    problem.keys = keys;
    problem.head_dim = head_dim;
    problem.seed = seed;
    return problem;
}

sweep::sweep(std::string family) : family_(std::move(family)) {}

sweep::~sweep() {
    for (const auto& [isa, worst] : worst_)
        std::printf("%-12s %-7s %4d cases, worst out %.2e (%s), lse %.2e (%s)\n", family_.c_str(),
                    farspan_isa_name(isa), cases_, worst.out, worst.out_case.c_str(), worst.lse,
                    worst.lse_case.c_str());
    std::fflush(stdout);
}

void sweep::check(const scheme_spec& spec, const attention_problem& problem, row_choice rows) {
    if (offered_++ % case_step() != 0) return;
    ++cases_;
    const attention_data data(problem);
    const attention_expected expected = expect_attention(spec, problem, data, rows);
    for (const int32_t isa : usable_isas()) {
        try {
            check_isa(isa, spec, problem, data, expected);
        } catch (const std::exception& failure) {
            cr_expect(false, "%s / %s on %s: %s", family_.c_str(), spec.name.c_str(), farspan_isa_name(isa),
                      failure.what());
        }
    }
}

void sweep::check_isa(int32_t isa, const scheme_spec& spec, const attention_problem& problem,
                      const attention_data& data, const attention_expected& expected) {
    const char* name = farspan_isa_name(isa);
    const attention_output one = run_attention(shared_context(isa, 1), spec, problem, data);
    const attention_error error = compare(one, expected, problem);
    cr_expect(error.out <= out_bound && error.lse <= lse_bound, "%s / %s on %s: out off by %.3g, lse by %.3g; %s",
              family_.c_str(), spec.name.c_str(), name, error.out, error.lse, error.worst.c_str());
    cr_expect(one.out.gaps_untouched(), "%s / %s on %s: wrote between the elements of out", family_.c_str(),
              spec.name.c_str(), name);
    const attention_output two = run_attention(shared_context(isa, 2), spec, problem, data);
    cr_expect(same_bits(one, two), "%s / %s on %s: two threads give other bits than one (seed %llu)", family_.c_str(),
              spec.name.c_str(), name, static_cast<unsigned long long>(problem.seed));
    worst_errors& worst = worst_[isa];
    if (error.out > worst.out) {
        worst.out = error.out;
        worst.out_case = spec.name;
    }
    if (error.lse > worst.lse) {
        worst.lse = error.lse;
        worst.lse_case = spec.name;
    }
}

}  // namespace farspan_test
