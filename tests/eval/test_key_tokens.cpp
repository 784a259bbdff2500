// Key tokens, LongPPL and the effective length against their definitions.
#include <criterion/criterion.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "expect_failure.hpp"
#include "farspan/eval.h"
#include "handles.hpp"

using namespace farspan_test;

namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN(),
                 infinity = std::numeric_limits<double>::infinity();

int64_t size_of(const auto& values) { return static_cast<int64_t>(values.size()); }

std::vector<int64_t> keys_of(const std::vector<double>& after_all, const std::vector<double>& after_few,
                             const farspan_key_tokens_config* config = nullptr) {
    std::vector<int64_t> keys(after_all.size(), -1);
    error_slot error;
    require_ok(farspan_key_tokens(nullptr, config, after_all.data(), size_of(after_all), after_few.data(),
                                  size_of(after_few), keys.data(), size_of(keys), &error),
               error, "key tokens");
    return keys;
}

farspan_long_perplexity long_ppl(const std::vector<double>& nll, const std::vector<int64_t>& keys,
                                 int64_t block_tokens = 4) {
    farspan_long_perplexity result;
    farspan_long_perplexity_init(&result, sizeof result);
    error_slot error;
    require_ok(farspan_long_ppl(nullptr, nullptr, block_tokens, nll.data(), size_of(nll), keys.data(), size_of(keys),
                                &result, &error),
               error, "LongPPL");
    return result;
}

farspan_reach reach_of(const std::vector<int64_t>& lengths, const std::vector<double>& scores, double threshold) {
    farspan_reach reach;
    farspan_reach_init(&reach, sizeof reach);
    error_slot error;
    require_ok(farspan_effective_length(nullptr, lengths.data(), size_of(lengths), scores.data(), size_of(scores),
                                        threshold, &reach, &error),
               error, "effective length");
    return reach;
}

void expect_reach(const farspan_reach& got, int64_t length, int64_t first_below) {
    cr_expect(got.length == length && got.first_below == first_below, "got %ld and %ld, expected %ld and %ld",
              got.length, got.first_below, length, first_below);
}

}  // namespace

// Fang et al. 2025, equation 4: LSD > alpha and LCL > -beta, here in losses.
Test(key_tokens, gain_much_and_are_predicted_well) {
    //                                          gains 3, but is badly predicted; gains 2 exactly; loses
    const std::vector<double> after_all = {1.0, 2.5, 1.0, 5.0, 2.0, nan_value, 1.0, 0.5};
    const std::vector<double> after_few = {3.5, 5.5, 3.0, 4.0, 4.5, 9.0, nan_value, infinity};
    const std::vector<int64_t> expected = {1, 0, 0, 0, 0, 0, 0, 1};
    cr_assert(keys_of(after_all, after_few) == expected);
    farspan_key_tokens_config config;
    farspan_key_tokens_config_init(&config, sizeof config);
    cr_assert(config.gain == 2 && config.most_nll == 2);
    config.gain = -2;
    config.most_nll = infinity;
    const std::vector<int64_t> most = {1, 1, 1, 1, 1, 0, 0, 1};
    cr_assert(keys_of(after_all, after_few, &config) == most);
}

Test(key_tokens, count_alone_in_the_accumulators) {
    const std::vector<double> nll = {1, 2, 4, 8};
    const std::vector<int64_t> keys = {0, 1, 0, 1};
    farspan_loss loss;
    farspan_loss_init(&loss, sizeof loss);
    error_slot error;
    require_ok(farspan_loss_add(nullptr, &loss, nll.data(), 4, keys.data(), 4, 0, 0, &error), error, "add");
    farspan_loss_summary summary;
    farspan_loss_summary_init(&summary, sizeof summary);
    require_ok(farspan_loss_summarize(&loss, &summary, &error), error, "summary");
    cr_assert(summary.tokens == 2 && summary.nll == 5);
}

Test(long_ppl, is_the_perplexity_of_key_tokens) {
    const std::vector<double> nll = {1, 100, 2, 100, 100, 100, 100, 100, 3, 100};
    const std::vector<int64_t> keys = {1, 0, 7, 0, 0, 0, 0, 0, -1, 0};  // any number but 0
    const farspan_long_perplexity got = long_ppl(nll, keys);
    cr_assert(got.tokens == 10 && got.key_tokens == 3);
    cr_expect(std::abs(got.share - 0.3) < 1e-15 && std::abs(got.nll - 2) < 1e-15);
    cr_expect(std::abs(got.perplexity - std::exp(2.0)) < 1e-12);
    // Two blocks have key tokens: a resample has one of them twice, or both.
    cr_expect(std::abs(got.low - std::exp(1.5)) < 1e-12, "got %g", got.low);
    cr_expect(std::abs(got.high - std::exp(3.0)) < 1e-12, "got %g", got.high);
}

Test(long_ppl, has_no_value_without_key_tokens) {
    const farspan_long_perplexity got = long_ppl({1, 2, 3}, {0, 0, 0});
    cr_assert(got.tokens == 3 && got.key_tokens == 0 && got.share == 0);
    cr_expect(std::isnan(got.nll) && std::isnan(got.perplexity) && std::isnan(got.low) && std::isnan(got.high));
}

// 400 blocks: the interval is that of the normal distribution of the ratio, within a tenth.
Test(long_ppl, interval_is_as_wide_as_the_error_of_the_ratio) {
    std::mt19937_64 random(7);
    std::normal_distribution<double> noise(1.5, 0.4);
    std::bernoulli_distribution is_key(0.3);
    std::vector<double> nll(400 * 16);
    std::vector<int64_t> keys(nll.size());
    for (std::size_t n = 0; n < nll.size(); ++n) {
        nll[n] = noise(random);
        keys[n] = is_key(random);
    }
    const farspan_long_perplexity got = long_ppl(nll, keys, 16);
    const double expected = 2 * 1.96 * 0.4 / std::sqrt(static_cast<double>(got.key_tokens));
    const double width = std::log(got.high) - std::log(got.low);
    cr_expect(std::abs(width / expected - 1) < 0.15, "width %g, expected %g", width, expected);
    cr_expect(got.low < got.perplexity && got.perplexity < got.high);
}

Test(effective_length, ends_before_the_first_score_that_is_not_above) {
    const std::vector<int64_t> lengths = {4096, 8192, 16384, 32768};
    expect_reach(reach_of(lengths, {0.95, 0.9, 0.86, 0.87}, 0.856), 32768, 0);
    expect_reach(reach_of(lengths, {0.95, 0.9, 0.7, 0.99}, 0.856), 8192, 16384);  // it must stay above
    expect_reach(reach_of(lengths, {0.95, 0.856, 0.9, 0.9}, 0.856), 4096, 8192);
    expect_reach(reach_of(lengths, {nan_value, 1, 1, 1}, 0.856), 0, 4096);
    const farspan_reach none = reach_of({}, {}, 0.5);
    expect_reach(none, 0, 0);
    cr_assert(std::isnan(none.score) && reach_of(lengths, {0.95, 0.9, 0.7, 0.9}, 0.8).score == 0.9);
}

Test(key_tokens, what_does_not_fit_is_refused) {
    const double nll[2] = {1, 2};
    int64_t keys[2] = {5, 5};
    farspan_key_tokens_config config;
    farspan_key_tokens_config_init(&config, sizeof config);
    config.gain = nan_value;
    expect_failure(
        "too few losses after a short context", FARSPAN_ERROR_SHAPE, 6, {"short_nll_count", "must be 2"},
        [&](farspan_error* error) { return farspan_key_tokens(nullptr, nullptr, nll, 2, nll, 1, keys, 2, error); });
    expect_failure("too few keys", FARSPAN_ERROR_SHAPE, 8, {"keys_count", "at least 2"}, [&](farspan_error* error) {
        return farspan_key_tokens(nullptr, nullptr, nll, 2, nll, 2, keys, 1, error);
    });
    expect_failure("no losses", FARSPAN_ERROR_NULL_ARGUMENT, 3, {"long_nll"}, [&](farspan_error* error) {
        return farspan_key_tokens(nullptr, nullptr, nullptr, 2, nll, 2, keys, 2, error);
    });
    expect_failure(
        "a gain that is no number", FARSPAN_ERROR_PARAMETER_RANGE, 2, {"config.gain", "nan"},
        [&](farspan_error* error) { return farspan_key_tokens(nullptr, &config, nll, 2, nll, 2, keys, 2, error); });
    cr_expect(keys[0] == 5 && keys[1] == 5);
}

Test(long_ppl, what_does_not_fit_is_refused) {
    const double nll[2] = {1, 2};
    const int64_t keys[2] = {1, 1};
    farspan_long_perplexity result;
    farspan_long_perplexity_init(&result, sizeof result);
    expect_failure(
        "blocks of no tokens", FARSPAN_ERROR_PARAMETER_RANGE, 3, {"block_tokens", "is 0"},
        [&](farspan_error* error) { return farspan_long_ppl(nullptr, nullptr, 0, nll, 2, keys, 2, &result, error); });
    expect_failure("nothing", FARSPAN_ERROR_SHAPE, 5, {"nll_count", "is 0"}, [&](farspan_error* error) {
        return farspan_long_ppl(nullptr, nullptr, 1, nll, 0, keys, 0, &result, error);
    });
    expect_failure("too few keys", FARSPAN_ERROR_SHAPE, 7, {"keys_count", "must be 2"}, [&](farspan_error* error) {
        return farspan_long_ppl(nullptr, nullptr, 1, nll, 2, keys, 1, &result, error);
    });
}

Test(effective_length, what_does_not_fit_is_refused) {
    const double scores[2] = {1, 1};
    const int64_t lengths[2] = {8, 8};
    farspan_reach reach;
    farspan_reach_init(&reach, sizeof reach);
    expect_failure("lengths that do not ascend", FARSPAN_ERROR_POSITIONS, 2, {"lengths[1]", "must ascend"},
                   [&](farspan_error* error) {
                       return farspan_effective_length(nullptr, lengths, 2, scores, 2, 0, &reach, error);
                   });
    expect_failure("a threshold that is no number", FARSPAN_ERROR_PARAMETER_RANGE, 6, {"threshold", "nan"},
                   [&](farspan_error* error) {
                       return farspan_effective_length(nullptr, lengths, 1, scores, 1, nan_value, &reach, error);
                   });
}
