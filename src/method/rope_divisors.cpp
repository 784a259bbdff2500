// Divisors of the frequencies, one for each pair, as GGUF files carry them (freq_factors): alone or beside a scaling.
// ggml divides the angle by them before it scales; its ramp goes by the pair, so that is the same.
#include "method/rope.hpp"
#include "method/validate.hpp"

namespace farspan {

// GGUF files mark pairs that do not rotate by a divisor of 1e30 in float32, which is a little more than 1e30.
void check_divisors(const farspan_rope_config& config, const char* path, const double* divisors, int64_t count) {
    constexpr double most = 1e38;
    check_array(path, divisors, count, config.rotary_dim / 2, "a divisor for each pair, rotary_dim / 2", true, most);
}

void lower_rope_pair_factors(const farspan_rope_config& config, int64_t, rope_part& part) {
    set_plain_frequencies(config, config.base, part);
}

void divide_frequencies(const farspan_rope_config& config, rope_part& part) {
    for (std::size_t p = 0; p < part.inv_freq.size(); ++p)
        if (part.float32_angles)
            part.inv_freq[p] = static_cast<float>(part.inv_freq[p]) / static_cast<float>(config.short_factors[p]);
        else
            part.inv_freq[p] /= config.short_factors[p];
}

}  // namespace farspan
