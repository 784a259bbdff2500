// Bootstrap intervals against the exact distribution of all resamples, where that is small enough to know.
#include <criterion/criterion.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "generator.hpp"
#include "text_scores.hpp"

using namespace farspan_test;

namespace {

farspan_bootstrap_config bootstrap_config(int32_t samples, double confidence = 0.95, uint64_t seed = 12345) {
    farspan_bootstrap_config config;
    farspan_bootstrap_config_init(&config, sizeof config);
    cr_assert(config.samples == 1000 && config.confidence == 0.95 && config.seed == 12345,
              "the defaults that the header names");
    config.samples = samples;
    config.confidence = confidence;
    config.seed = seed;
    return config;
}

farspan_interval interval_of(const farspan_bootstrap_config& config, const std::vector<double>& values,
                             const farspan_context* context = nullptr) {
    farspan_interval interval;
    farspan_interval_init(&interval, sizeof interval);
    error_slot error;
    require_ok(
        farspan_bootstrap_mean(context, &config, values.data(), static_cast<int64_t>(values.size()), &interval, &error),
        error, "mean");
    return interval;
}

}  // namespace

// All 27 resamples of three values are equally likely, so every quantile of their means is known.
Test(bootstrap, finds_the_quantiles_of_all_resamples) {
    const std::vector<double> values = {1, 2, 4};
    std::vector<double> means;
    for (const double a : values)
        for (const double b : values)
            for (const double c : values) means.push_back((a + b + c) / 3);
    std::sort(means.begin(), means.end());
    for (const double confidence : {0.95, 0.8, 0.5}) {
        const farspan_interval got = interval_of(bootstrap_config(200000, confidence), values);
        const double share = (1 - confidence) / 2 * 27;
        cr_expect(got.low == means[static_cast<size_t>(share)], "%g: low is %g", confidence, got.low);
        cr_expect(got.high == means[26 - static_cast<size_t>(share)], "%g: high is %g", confidence, got.high);
        cr_expect(got.median == means[13]);
        // Variance of a resample's mean: that of the values, 14/9, over 3; five standard errors.
        cr_expect(std::fabs(got.mean - 7.0 / 3) < 5 * std::sqrt(14.0 / 27 / 200000), "mean %g", got.mean);
    }
}

// The central limit theorem: the interval of many values is mean +- 1.96 standard errors.
Test(bootstrap, is_the_normal_interval_for_many_values) {
    generator random(641);
    std::vector<double> values;
    double sum = 0, squares = 0;
    for (int n = 0; n < 2000; ++n) {
        values.push_back(random.unit() + 5);
        sum += values.back();
        squares += values.back() * values.back();
    }
    const double mean = sum / 2000, error = std::sqrt((squares / 2000 - mean * mean) / 2000);
    const farspan_interval got = interval_of(bootstrap_config(4000), values);
    // A 2.5 % quantile of 4,000 normal draws scatters by 0.042 standard deviations.
    cr_expect(std::fabs((got.low - mean) / error + 1.96) < 0.25 && std::fabs((got.high - mean) / error - 1.96) < 0.25,
              "%g .. %g around %g +- %g", got.low, got.high, mean, error);
}

Test(bootstrap, same_seed_same_bits_for_any_number_of_threads) {
    generator random(642);
    std::vector<double> values;
    for (int n = 0; n < 300; ++n) values.push_back(random.real());
    const farspan_interval once = interval_of(bootstrap_config(1000), values);
    for (const int32_t threads : {1, 2, 16}) {
        const context_handle context = make_context(FARSPAN_ISA_BEST, threads);
        const farspan_interval again = interval_of(bootstrap_config(1000), values, context.get());
        cr_expect(std::memcmp(&once, &again, sizeof once) == 0, "%d threads", threads);
    }
    cr_expect(interval_of(bootstrap_config(1000, 0.95, 1), values).low != once.low, "the seed does nothing");
    cr_expect(interval_of(bootstrap_config(1000), {7.5}).low == 7.5 &&
              interval_of(bootstrap_config(1000), {7.5}).high == 7.5);
    cr_expect(std::isnan(interval_of(bootstrap_config(50), {1, std::nan("")}).low), "NaN must not vanish in an order");
}

// Of two segments the four resamples are A A, A B, B A, B B.
Test(bootstrap, of_bleu_resamples_segments) {
    const farspan_bleu_config config = bleu_config();
    farspan_bleu_counts segments[2] = {bleu_counts(), bleu_counts()}, both = bleu_counts();
    add_bleu(config, "the cat is on the mat today", {"the cat is on the mat now"}, segments[0]);
    add_bleu(config, "a dog sat there in the garden all day", {"the dog sat there in the garden at noon"}, segments[1]);
    for (const farspan_bleu_counts& segment : segments)
        cr_assert(farspan_bleu_merge(&both, &segment, nullptr) == FARSPAN_OK);
    std::vector<double> scores = {bleu_of(config, segments[0]).score, bleu_of(config, both).score,
                                  bleu_of(config, both).score, bleu_of(config, segments[1]).score};
    std::sort(scores.begin(), scores.end());
    cr_assert(scores[0] < scores[1] && scores[2] < scores[3], "the corpus lies between its segments");
    const farspan_bootstrap_config samples = bootstrap_config(4000);
    farspan_interval got;
    farspan_interval_init(&got, sizeof got);
    error_slot error;
    require_ok(farspan_bleu_bootstrap(nullptr, &samples, &config, segments, 2, &got, &error), error, "bleu");
    cr_expect(std::fabs(got.low - scores[0]) < 1e-12 && std::fabs(got.median - scores[1]) < 1e-12 &&
                  std::fabs(got.high - scores[3]) < 1e-12,
              "%g %g %g", got.low, got.median, got.high);
    const double mean = (scores[0] + 2 * scores[1] + scores[3]) / 4;
    cr_expect(std::fabs(got.mean - mean) < 5 * (scores[3] - scores[0]) / 2 / std::sqrt(4000.0), "mean %g, expected %g",
              got.mean, mean);
}
