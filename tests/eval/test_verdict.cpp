// The verdict and its rule.
#include <criterion/criterion.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "farspan/eval.h"
#include "handles.hpp"

using namespace farspan_test;

namespace {

farspan_verdict judged(const std::vector<std::pair<int64_t, double>>& perplexities, int64_t trained = 256) {
    std::vector<int64_t> lengths;
    std::vector<double> nll;
    for (const auto& [length, perplexity] : perplexities) {
        lengths.push_back(length);
        nll.push_back(std::log(perplexity));
    }
    farspan_verdict verdict;
    farspan_verdict_init(&verdict, sizeof verdict);
    error_slot error;
    require_ok(farspan_judge(nullptr, lengths.data(), static_cast<int64_t>(lengths.size()), nll.data(),
                             static_cast<int64_t>(lengths.size()), trained, &verdict, &error),
               error, "judge");
    return verdict;
}

void expect_verdict(const farspan_verdict& got, int32_t verdict, int64_t worst_length) {
    cr_expect(got.verdict == verdict, "got %s, expected %s", farspan_verdict_name(got.verdict),
              farspan_verdict_name(verdict));
    cr_expect(got.worst_length == worst_length, "got %ld, expected %ld", got.worst_length, worst_length);
}

}  // namespace

Test(verdict, is_that_of_the_worst_length) {
    expect_verdict(judged({{128, 9}, {256, 4}, {512, 3.9}, {1024, 3.8}}), FARSPAN_VERDICT_IMPROVES, 512);
    expect_verdict(judged({{256, 4}, {512, 3.8}, {1024, 4.3}}), FARSPAN_VERDICT_HOLDS, 1024);
    expect_verdict(judged({{256, 4}, {512, 5}, {1024, 4.1}}), FARSPAN_VERDICT_DEGRADES, 512);
    expect_verdict(judged({{256, 4}, {512, 4}, {1024, 6.1}}), FARSPAN_VERDICT_EXPLODES, 1024);
}

// Each bound from both sides, as far from it as rounding reaches.
Test(verdict, bounds_are_those_of_the_rule) {
    const double near = 1e-12;
    const struct {
        double bound;
        int32_t below, above;
    } bounds[] = {{0.98, FARSPAN_VERDICT_IMPROVES, FARSPAN_VERDICT_HOLDS},
                  {1.10, FARSPAN_VERDICT_HOLDS, FARSPAN_VERDICT_DEGRADES},
                  {1.5, FARSPAN_VERDICT_DEGRADES, FARSPAN_VERDICT_EXPLODES}};
    for (const auto& b : bounds) {
        expect_verdict(judged({{256, 10}, {512, 10 * (b.bound - near)}}), b.below, 512);
        expect_verdict(judged({{256, 10}, {512, 10 * (b.bound + near)}}), b.above, 512);
        char text[16];
        std::snprintf(text, sizeof text, "%g", b.bound);
        cr_expect(std::strstr(farspan_verdict_rule(), text) != nullptr, "the rule does not say %s", text);
    }
}

Test(verdict, needs_lengths_on_both_sides) {
    expect_verdict(judged({{128, 9}, {256, 4}}), FARSPAN_VERDICT_UNTESTED, 0);
    expect_verdict(judged({{512, 9}, {1024, 4}}), FARSPAN_VERDICT_UNTESTED, 0);
    expect_verdict(judged({}), FARSPAN_VERDICT_UNTESTED, 0);
    cr_expect(judged({{512, 9}}).reference_length == 0 && judged({{512, 9}}).worst_ratio == 0);
    cr_expect(judged({{128, 5}, {512, 5}}).reference_length == 128);
    cr_expect(std::fabs(judged({{128, 5}, {200, 4}, {512, 5}}).worst_ratio - 1.25) < 1e-15);
}

Test(verdict, what_is_not_finite_explodes) {
    expect_verdict(judged({{256, 4}, {512, HUGE_VAL}, {1024, 4}}), FARSPAN_VERDICT_EXPLODES, 512);
    expect_verdict(judged({{256, 4}, {512, 4}, {1024, std::nan("")}, {2048, 9}}), FARSPAN_VERDICT_EXPLODES, 1024);
    expect_verdict(judged({{256, std::nan("")}, {512, 4}}), FARSPAN_VERDICT_EXPLODES, 512);
}

Test(verdict, names) {
    cr_expect(std::string("untested") == farspan_verdict_name(FARSPAN_VERDICT_UNTESTED));
    cr_expect(std::string("explodes") == farspan_verdict_name(FARSPAN_VERDICT_EXPLODES));
    cr_expect(farspan_verdict_name(-1) == nullptr && farspan_verdict_name(FARSPAN_VERDICT_EXPLODES + 1) == nullptr);
}
