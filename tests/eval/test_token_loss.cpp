// The loss of tokens and its gradient, against the definition in long double.
#include <criterion/criterion.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "farspan/eval.h"
#include "generator.hpp"
#include "handles.hpp"
#include "number_types.hpp"
#include "tensor_data.hpp"

using namespace farspan_test;

namespace {

constexpr int64_t ignored = -100;
constexpr double inf = std::numeric_limits<double>::infinity();

// What eval.h promises.
constexpr double promised_error = 5e-7;

long double log_sum_exp(const std::vector<double>& row) {
    long double most = -inf, sum = 0;
    for (const double x : row) most = std::max<long double>(most, x);
    for (const double x : row) sum += std::exp(x - most);
    return most + std::log(sum);
}

std::vector<double> row_of(const tensor_data& logits, int64_t b, int64_t h, int64_t t) {
    std::vector<double> row;
    for (int64_t v = 0; v < logits.shape()[3]; ++v) row.push_back(logits.get(b, h, t, v));
    return row;
}

std::vector<int64_t> random_targets(generator& random, int64_t rows, int64_t vocabulary) {
    std::vector<int64_t> targets;
    for (int64_t n = 0; n < rows; ++n)
        targets.push_back(random.whole(0, 5) == 0 ? ignored : random.whole(0, vocabulary - 1));
    return targets;
}

void expect_losses(const char* what, const tensor_data& logits, const std::vector<int64_t>& targets,
                   const std::vector<double>& nll) {
    size_t n = 0;
    for (int64_t b = 0; b < logits.shape()[0]; ++b)
        for (int64_t h = 0; h < logits.shape()[1]; ++h)
            for (int64_t t = 0; t < logits.shape()[2]; ++t, ++n) {
                const std::vector<double> row = row_of(logits, b, h, t);
                const long double expected =
                    targets[n] == ignored ? 0 : log_sum_exp(row) - row[static_cast<size_t>(targets[n])];
                cr_expect(std::fabs(nll[n] - expected) <= promised_error, "%s: row %zu is %.9g, expected %.9Lg", what,
                          n, nll[n], expected);
                cr_expect(nll[n] >= 0, "%s: row %zu is negative", what, n);
            }
}

void expect_gradient(const char* what, const tensor_data& logits, const std::vector<int64_t>& targets,
                     const std::vector<float>& weights, const tensor_data& grad) {
    size_t n = 0;
    for (int64_t b = 0; b < logits.shape()[0]; ++b)
        for (int64_t h = 0; h < logits.shape()[1]; ++h)
            for (int64_t t = 0; t < logits.shape()[2]; ++t, ++n) {
                const std::vector<double> row = row_of(logits, b, h, t);
                const long double lse = log_sum_exp(row);
                for (int64_t v = 0; v < logits.shape()[3]; ++v) {
                    const double probability = static_cast<double>(std::exp(row[static_cast<size_t>(v)] - lse));
                    const double expected = targets[n] == ignored ? 0 : weights[n] * (probability - (v == targets[n]));
                    const double bound = promised_error * std::fabs(weights[n]) + half_ulp(grad.view().dtype, expected);
                    cr_assert(std::fabs(grad.get(b, h, t, v) - expected) <= bound,
                              "%s: row %zu, %ld is %.9g, expected %.9g", what, n, v, grad.get(b, h, t, v), expected);
                }
            }
}

// Logits of all the trouble that finite ones can make: close, far apart, one far above the rest, equal, some at
// -infinity.
double troublesome(generator& random, int kind) {
    switch (kind) {
        case 0:
            return random.unit();
        case 1:
            return 30 * random.unit();
        case 2:
            return random.whole(0, 200) == 0 ? 60 : random.unit();
        case 3:
            return 12.5;
        case 4:
            return random.coin() ? -inf : random.unit();
        default:
            return 500 + 8 * random.unit();
    }
}

}  // namespace

Test(token_loss, is_the_definition_for_every_type_layout_and_instruction_set) {
    generator random(601);
    for (const int32_t isa : usable_isas())
        for (const int32_t dtype : {FARSPAN_F32, FARSPAN_F16, FARSPAN_BF16})
            for (const layout how :
                 {layout::contiguous, layout::sequence_major, layout::reversed, layout::feature_reversed,
                  layout::padded_rows, layout::every_second, layout::feature_major}) {
                const int64_t vocabulary = random.pick<int64_t>({1, 2, 15, 17, 64, 257, 1000, 4096, 4097, 9001});
                const int kind = static_cast<int>(random.whole(0, 5));
                tensor_data logits(dtype, {2, 2, 3, vocabulary}, how, placement::before_guard);
                logits.fill([&] { return troublesome(random, kind); });
                for (int64_t n = 0; n < 12; ++n)
                    logits.set(n / 6, n / 3 % 2, n % 3, random.whole(0, vocabulary - 1), 1.0);
                std::vector<int64_t> targets = random_targets(random, 12, vocabulary);
                for (size_t n = 0; n < 12; ++n)  // not a token that cannot be
                    while (targets[n] != ignored && logits.get(n / 6, n / 3 % 2, n % 3, targets[n]) == -inf)
                        targets[n] = random.whole(0, vocabulary - 1);
                const std::string what = std::string(farspan_isa_name(isa)) + " dtype " + std::to_string(dtype) +
                                         " layout " + std::to_string(static_cast<int>(how)) + " vocabulary " +
                                         std::to_string(vocabulary) + " kind " + std::to_string(kind);
                const context_handle context = make_context(isa, 1);
                std::vector<double> nll(12, -1);
                error_slot error;
                require_ok(farspan_token_nll(context.get(), &logits.view(), targets.data(),
                                             static_cast<int64_t>(targets.size()), ignored, nll.data(),
                                             static_cast<int64_t>(nll.size()), &error),
                           error, what);
                expect_losses(what.c_str(), logits, targets, nll);

                std::vector<float> weights;
                for (int n = 0; n < 12; ++n) weights.push_back(static_cast<float>(random.real(-2, 2)));
                const tensor_data grad(random.pick<int32_t>({FARSPAN_F32, FARSPAN_F16, FARSPAN_BF16}),
                                       {2, 2, 3, vocabulary}, how, placement::before_guard);
                require_ok(farspan_token_nll_grad(context.get(), &logits.view(), targets.data(),
                                                  static_cast<int64_t>(targets.size()), ignored, weights.data(),
                                                  static_cast<int64_t>(weights.size()), &grad.view(), &error),
                           error, what);
                expect_gradient(what.c_str(), logits, targets, weights, grad);
                cr_expect(grad.gaps_untouched(), "%s: wrote between the elements", what.c_str());
            }
}

Test(token_loss, holds_for_the_largest_vocabularies) {
    generator random(602);
    for (const int64_t vocabulary : {128256, 300000})
        for (const int32_t isa : usable_isas())
            for (const double spread : {0.0, 0.01, 3.0}) {
                tensor_data logits(FARSPAN_F32, {1, 1, 2, vocabulary});
                logits.fill([&] { return 20 + spread * random.unit(); });
                const std::vector<int64_t> targets = {random.whole(0, vocabulary - 1), vocabulary - 1};
                std::vector<double> nll(2);
                const context_handle context = make_context(isa, 1);
                error_slot error;
                require_ok(farspan_token_nll(context.get(), &logits.view(), targets.data(),
                                             static_cast<int64_t>(targets.size()), ignored, nll.data(),
                                             static_cast<int64_t>(nll.size()), &error),
                           error, "nll");
                expect_losses(farspan_isa_name(isa), logits, targets, nll);
            }
}

Test(token_loss, bits_do_not_depend_on_the_threads) {
    generator random(603);
    const int64_t vocabulary = 5003, tokens = 301;
    tensor_data logits(FARSPAN_F32, {1, 1, tokens, vocabulary});
    logits.fill([&] { return 4 * random.unit(); });
    const std::vector<int64_t> targets = random_targets(random, tokens, vocabulary);
    std::vector<std::vector<double>> losses;
    std::vector<std::vector<unsigned char>> gradients;
    for (const int32_t threads : {1, 2, 3, 16}) {
        const context_handle context = make_context(FARSPAN_ISA_BEST, threads);
        std::vector<double> nll(static_cast<size_t>(tokens));
        const tensor_data grad(FARSPAN_F32, {1, 1, tokens, vocabulary});
        error_slot error;
        require_ok(
            farspan_token_nll(context.get(), &logits.view(), targets.data(), static_cast<int64_t>(targets.size()),
                              ignored, nll.data(), static_cast<int64_t>(nll.size()), &error),
            error, "nll");
        require_ok(
            farspan_token_nll_grad(context.get(), &logits.view(), targets.data(), static_cast<int64_t>(targets.size()),
                                   ignored, nullptr, 0, &grad.view(), &error),
            error, "grad");
        losses.push_back(nll);
        gradients.push_back(grad.bytes());
        cr_expect(std::memcmp(losses[0].data(), nll.data(), nll.size() * sizeof(double)) == 0,
                  "%d threads: other losses", threads);
        cr_expect(gradients[0] == gradients.back(), "%d threads: another gradient", threads);
    }
}

Test(token_loss, gradient_works_in_place) {
    generator random(604);
    for (const int32_t dtype : {FARSPAN_F32, FARSPAN_F16, FARSPAN_BF16}) {
        tensor_data logits(dtype, {1, 1, 5, 4999}, layout::padded_rows),
            grad(dtype, {1, 1, 5, 4999}, layout::padded_rows);
        logits.fill([&] { return 3 * random.unit(); });
        const std::vector<int64_t> targets = {0, 4998, ignored, 4096, 77};
        error_slot error;
        require_ok(farspan_token_nll_grad(nullptr, &logits.view(), targets.data(), static_cast<int64_t>(targets.size()),
                                          ignored, nullptr, 0, &grad.view(), &error),
                   error, "apart");
        require_ok(farspan_token_nll_grad(nullptr, &logits.view(), targets.data(), static_cast<int64_t>(targets.size()),
                                          ignored, nullptr, 0, &logits.view(), &error),
                   error, "in place");
        cr_expect(logits.values() == grad.values(), "dtype %d: in place gives other numbers", dtype);
    }
}

// The difference quotient of the loss in double is the gradient: the two functions belong together.
Test(token_loss, gradient_is_the_derivative_of_the_loss) {
    generator random(605);
    tensor_data logits(FARSPAN_F32, {1, 1, 1, 40}), grad(FARSPAN_F32, {1, 1, 1, 40});
    logits.fill([&] { return random.unit(); });
    const int64_t target = 11;
    error_slot error;
    require_ok(farspan_token_nll_grad(nullptr, &logits.view(), &target, 1, ignored, nullptr, 0, &grad.view(), &error),
               error, "grad");
    const double step = 0x1p-6;
    for (int64_t v = 0; v < 40; ++v) {
        const double x = logits.get(0, 0, 0, v);
        double nll[2];
        for (int side = 0; side < 2; ++side) {
            logits.set(0, 0, 0, v, side == 0 ? x - step : x + step);
            require_ok(farspan_token_nll(nullptr, &logits.view(), &target, 1, ignored, nll + side, 1, &error), error,
                       "nll");
        }
        logits.set(0, 0, 0, v, x);
        // Two losses of error 5e-7 over 2^-5, and the third derivative (below 0.1) times step^2 / 6.
        cr_expect(std::fabs((nll[1] - nll[0]) / (2 * step) - grad.get(0, 0, 0, v)) < 4e-5, "element %ld", v);
    }
}

Test(token_loss, rows_without_a_distribution_give_nan_and_spoil_no_other) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const int32_t isa : usable_isas()) {
        tensor_data logits(FARSPAN_F32, {1, 1, 7, 5000});
        logits.fill([] { return 0.0; });
        for (int64_t v = 0; v < 5000; ++v) logits.set(0, 0, 0, v, -inf);
        logits.set(0, 0, 1, 4999, nan);
        logits.set(0, 0, 2, 17, inf);
        logits.set(0, 0, 3, 3, -inf);
        for (int64_t v = 0; v < 5000; ++v) logits.set(0, 0, 5, v, v == 4500 ? nan : -inf);
        for (int64_t v = 0; v < 5000; ++v) logits.set(0, 0, 6, v, v == 4500 ? -80.0 : -inf);
        const int64_t targets[7] = {0, 0, 0, 3, 3, 0, 4500};
        double nll[7];
        const context_handle context = make_context(isa, 1);
        cr_assert(farspan_token_nll(context.get(), &logits.view(), targets, std::ssize(targets), ignored, nll,
                                    std::ssize(nll), nullptr) == FARSPAN_OK);
        for (const int row : {0, 1, 2, 5})
            cr_expect(std::isnan(nll[row]), "%s: row %d is %g", farspan_isa_name(isa), row, nll[row]);
        cr_expect(nll[3] == inf, "%s: an impossible token costs %g", farspan_isa_name(isa), nll[3]);
        cr_expect(std::fabs(nll[4] - std::log(5000.0)) < promised_error, "%s: %g", farspan_isa_name(isa), nll[4]);
        cr_expect(nll[6] == 0, "%s: the only possible token costs %g", farspan_isa_name(isa), nll[6]);
        const tensor_data grad(FARSPAN_F32, {1, 1, 7, 5000});
        cr_assert(farspan_token_nll_grad(context.get(), &logits.view(), targets, std::ssize(targets), ignored, nullptr,
                                         0, &grad.view(), nullptr) == FARSPAN_OK);
        for (const int row : {0, 1, 2, 5})
            cr_expect(std::isnan(grad.get(0, 0, row, 17)), "%s: row %d", farspan_isa_name(isa), row);
        cr_expect(std::fabs(grad.get(0, 0, 4, 2) - 1.0 / 5000) < promised_error);
    }
}

Test(token_loss, ignored_rows_are_not_read) {
    farspan_tensor nowhere;
    float one = 0;
    farspan_tensor_contiguous(&nowhere, &one, FARSPAN_F32, 1, 1, 1000, 1);
    nowhere.stride[2] = int64_t{1} << 40;  // only row 0 is there
    std::vector<int64_t> targets(1000, ignored);
    targets[0] = 0;
    std::vector<double> nll(1000, -1);
    cr_assert(farspan_token_nll(nullptr, &nowhere, targets.data(), static_cast<int64_t>(targets.size()), ignored,
                                nll.data(), static_cast<int64_t>(nll.size()), nullptr) == FARSPAN_OK);
    for (const double loss : nll) cr_expect(loss == 0);
}
