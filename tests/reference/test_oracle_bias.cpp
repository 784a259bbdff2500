// Properties of biases, absolute encodings and score factors.
#include "absolute.hpp"
#include "bias.hpp"
#include "score.hpp"
#include "test_support.hpp"

using namespace oracle;
using namespace oracle_test;

namespace {

// The bucket with its logarithm in float, as T5 computes it.
int t5_bucket_float32(int64_t relative, bool bidirectional, int buckets, int max_distance) {
    const int side = bidirectional ? buckets / 2 : buckets, max_exact = side / 2;
    const int offset = bidirectional && relative > 0 ? side : 0;
    const int64_t n = bidirectional ? std::abs(relative) : std::max<int64_t>(-relative, 0);
    if (n < max_exact) return offset + static_cast<int>(n);
    const float ratio = std::log(static_cast<float>(n) / static_cast<float>(max_exact)) /
                        static_cast<float>(std::log(static_cast<double>(max_distance) / max_exact));
    return offset + std::min(side - 1, max_exact + static_cast<int>(ratio * static_cast<float>(side - max_exact)));
}

}  // namespace

Test(alibi, three_ways_to_write_the_slopes) {
    for (int heads = 1; heads <= 130; ++heads) {
        const auto slopes = alibi_slopes(heads);
        cr_expect_eq(slopes.size(), static_cast<size_t>(heads));
        expect_close(alibi_slopes_mpt(heads), slopes, 1e-15, "MPT");
        expect_close(alibi_slopes_ggml(heads), slopes, 1e-13, "ggml");
        for (double slope : slopes) cr_expect(slope > 0.0 && slope < 1.0);
    }
    cr_expect_eq(alibi_slopes(8, 4.0)[7], 1.0 / 16);
    expect_refused([] { alibi_slopes(0); }, "no heads");
}

// R, K and A differ by a constant per row, which softmax does not see.
Test(alibi, forms_are_equal_under_softmax) {
    constexpr int64_t keys = 12;
    const auto logits = random_numbers(keys, 11);
    for (double slope : alibi_slopes(12))
        for (int64_t i = 0; i < keys; ++i) {
            std::vector<double> relative, key_only, right_aligned, symmetric;
            for (int64_t j = 0; j <= i; ++j) {
                const double logit = logits[static_cast<size_t>(j)];
                relative.push_back(logit + alibi_relative(slope, i, j));
                key_only.push_back(logit + alibi_key_only(slope, j));
                right_aligned.push_back(logit + alibi_right_aligned(slope, j, keys));
                symmetric.push_back(logit + alibi_symmetric(slope, i, j));
            }
            const auto expected = softmax(relative).probability;
            expect_close(softmax(key_only).probability, expected, 1e-14, "key-only");
            expect_close(softmax(right_aligned).probability, expected, 1e-14, "right-aligned");
            expect_close(softmax(symmetric).probability, expected, 0.0, "symmetric, causal part");
        }
}

Test(alibi, variants_meet_the_plain_form) {
    const std::vector<int> unpadded(10, 1), padded = {0, 0, 0, 1, 1, 1};
    for (int64_t j = 0; j < 10; ++j) {
        cr_expect_eq(alibi_bloom(0.5, unpadded, j), alibi_key_only(0.5, j));
        cr_expect_eq(alibi_lm_infinite(0.5, 9, j, 100), alibi_relative(0.5, 9, j));
        cr_expect_eq(alibi_interpolated(0.5, 9, j, 10, 10), alibi_relative(0.5, 9, j));
        cr_expect_eq(alibi_interpolated(0.5, 9, j, 10, 20), alibi_relative(0.25, 9, j));
        cr_expect_eq(alibi_falcon(0.5, j, 64), alibi_key_only(0.5, j) / 8.0);
    }
    cr_expect_eq(alibi_bloom(0.5, padded, 5) - alibi_bloom(0.5, padded, 3), 1.0);
}

Test(t5, float_and_double_buckets_agree) {
    const int shapes[][2] = {{32, 128}, {32, 256}, {64, 128}, {64, 2048}, {32, 4096}, {320, 800}};
    for (const auto& [buckets, max_distance] : shapes)
        for (bool bidirectional : {false, true}) {
            int last = -1;
            for (int64_t n = 0; n < 2 * max_distance; ++n) {
                const int bucket = t5_bucket(-n, bidirectional, buckets, max_distance);
                cr_expect_eq(bucket, t5_bucket_float32(-n, bidirectional, buckets, max_distance), "%d %d %ld", buckets,
                             max_distance, n);
                cr_expect(bucket >= last && bucket < buckets);
                last = bucket;
                if (bidirectional && n > 0)
                    cr_expect_eq(t5_bucket(n, true, buckets, max_distance), bucket + buckets / 2);
            }
        }
    cr_expect_eq(t5_bias({1, 2, 3, 4, 5, 6}, 2, 1, 2), 6.0);
}

Test(kerple, power_one_is_alibi) {
    for (int64_t d = 0; d < 50; ++d) cr_expect_eq(kerple_power(1.0, 0.25, d), alibi_relative(0.25, d, 0));
    cr_expect_eq(kerple_log(1.0, 1.0, -3), 0.0);
    cr_expect_eq(kerple_weight(1.0, 0.5, 0), 1.0);
}

Test(sandwich, decays_from_zero) {
    for (int head = 0; head < 12; ++head) {
        cr_expect_eq(sandwich(0, head, 12, 128), 0.0);
        for (int64_t d = 1; d < 200; ++d) cr_expect(sandwich(d, head, 12, 128) < 0.0);
    }
    cr_expect(sandwich(1000, 0, 12, 128) < sandwich(10, 0, 12, 128));
}

Test(fire, input_is_a_share) {
    for (int64_t i = 0; i < 1200; i += 7)
        for (int64_t j = 0; j <= i; j += 13) {
            const double x = fire_input(i, j, 0.1, 512);
            cr_expect(x >= 0.0 && x < 1.0);
        }
    cr_expect_eq(fire_bias(0.0, {{1}, {-1}, {2, 3}, {4, 5}}, 1), 5.0);
}

Test(absolute, layouts_hold_the_same_numbers) {
    const auto interleaved = sinusoidal_row(17, 8, sinusoidal_layout::interleaved);
    const auto blocks = sinusoidal_row(17, 8, sinusoidal_layout::blocks);
    for (size_t p = 0; p < 4; ++p) {
        cr_expect_eq(interleaved[2 * p], blocks[p]);
        cr_expect_eq(interleaved[2 * p + 1], blocks[p + 4]);
    }
    for (int features = 1; features < 12; ++features)
        for (auto layout :
             {sinusoidal_layout::interleaved, sinusoidal_layout::blocks, sinusoidal_layout::blocks_shifted}) {
            const auto row = sinusoidal_row(5, features, layout);
            cr_expect_eq(row.size(), static_cast<size_t>(features));
            for (double value : row) cr_expect(std::abs(value) <= 1.0);
        }
    expect_refused([] { learned_row({1, 2}, 2, 1, 2); }, "a position behind the learned table");
    expect_refused([] { sinusoidal_row(1, 0, sinusoidal_layout::blocks); }, "no features");
}

Test(score, factors_start_at_one) {
    for (int64_t i = 0; i < 4096; i += 5) {
        cr_expect_eq(log_n(i, 4096), 1.0);
        cr_expect_eq(log_n_qwen(i, 4096, 5000), 1.0);
        cr_expect_eq(llama4_temperature(i), 1.0);
    }
    cr_expect_eq(log_n_qwen(5000, 4096, 5001), log_n(5000, 4096));
    cr_expect_eq(log_n_qwen(4095, 2048, 2048, true), 1.0);
    cr_expect(log_n_qwen(4095, 2048, 2048, false) > 1.0);
    cr_expect_eq(log_n_longlm_squared(10, 4096), 1.0);
    cr_expect_eq(deepseek_multiplier(1.0, 1.0), 1.0);
    cr_expect(std::abs(softcap(1e9, 50)) <= 50.0);
    cr_expect(std::abs(softcap(1e-3, 50) - 1e-3) < 1e-12);
}
