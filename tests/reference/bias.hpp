// Biases added to the logit. Distance is d = i - j (query minus key); heads are counted from 0.
#pragma once

#include <cstdint>
#include <vector>

namespace oracle {

// ALiBi (Press et al. 2022). Heads a power of two: 2^(-bias_max (h+1)/n); otherwise the slopes of the next
// lower power c followed by every second slope of 2c.
std::vector<double> alibi_slopes(int heads, double bias_max = 8.0);
// The same set as MPT and ggml write it; equality of the three is one of the oracle's own checks.
std::vector<double> alibi_slopes_mpt(int heads, double bias_max = 8.0);
std::vector<double> alibi_slopes_ggml(int heads, double bias_max = 8.0);

double alibi_relative(double slope, int64_t i, int64_t j);          // (R) -m (i - j)
double alibi_key_only(double slope, int64_t j);                     // (K) +m j
double alibi_right_aligned(double slope, int64_t j, int64_t keys);  // (A)  m (j - (keys - 1))
double alibi_symmetric(double slope, int64_t i, int64_t j);         // encoders: -m |i - j|
double alibi_falcon(double slope, int64_t j, int head_dim);         // key-only, times 1/sqrt(head_dim)
// BLOOM: key-only over positions (cumsum(attention_mask) - 1) * attention_mask, safe with left padding.
double alibi_bloom(double slope, const std::vector<int>& attention_mask, int64_t j);
// LM-Infinite on ALiBi models: the distance stops growing at `limit`.
double alibi_lm_infinite(double slope, int64_t i, int64_t j, int64_t limit);
// ALiBi interpolation (Al-Khateeb et al. 2023): slope * trained_length / keys once keys > trained_length.
double alibi_interpolated(double slope, int64_t i, int64_t j, int64_t trained_length, int64_t keys);

// T5 (Raffel et al. 2020): bucket of the relative position j - i. The bias is table[bucket][head].
int t5_bucket(int64_t relative, bool bidirectional, int buckets, int max_distance);
double t5_bias(const std::vector<double>& table, int bucket, int head, int heads);

// KERPLE (Chi et al. 2022). a and p are clamped to their ranges; 0 above the diagonal.
double kerple_log(double p, double a, int64_t distance);    // -p ln(1 + a d)
double kerple_power(double p, double a, int64_t distance);  // -a d^p
// The optional weight kernel multiplies the logit before the bias: exp(-a d^p).
double kerple_weight(double p, double a, int64_t distance);

// Sandwich (Chi et al. 2023): (sum_{k=1}^{w/2} cos(d 10000^(-2k/w)) - w/2) / (8 (h+1)/heads), w = width.
double sandwich(int64_t distance, int head, int heads, int width);

// FIRE (Li et al. 2023): x = ln(|c d| + 1) / (ln(|c max(i, |l L0|)| + 1) + eps), then a small MLP.
struct fire_mlp {
    std::vector<double> w1, b1;  // hidden
    std::vector<double> w2;      // heads x hidden
    std::vector<double> b2;      // heads
};
double fire_input(int64_t i, int64_t j, double c, double threshold, double multiplier = 1.0, double eps = 1e-6);
double fire_bias(double input, const fire_mlp& mlp, int head);

}  // namespace oracle
