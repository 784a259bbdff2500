// Confidence intervals by resampling.
#pragma once

#include <cstdint>
#include <functional>

#include "farspan/eval.h"

namespace farspan {

// splitmix64 (Steele, Lea and Flood 2014): the state is the seed, so that any draw can be repeated.
class random_source {
public:
    explicit random_source(uint64_t seed) : state_(seed) {}
    uint64_t bits();
    int64_t below(int64_t count);  // 0 .. count - 1, each as likely but for 2^-24 at most
    double unit();                 // [0, 1)

private:
    uint64_t state_;
};

struct bootstrap_options {
    int32_t samples;
    uint64_t seed;
    double confidence;
    int32_t threads;
    const volatile int32_t* cancel;  // may be NULL
};

// Throws failure about "config".
void check_bootstrap(const farspan_bootstrap_config& config);

// value(draw): the statistic of one resample; draw() gives the index of the next drawn item, and is called as often as
// there are items. Resamples differ by seed and number alone, so the threads do not matter.
using resampled_value = std::function<double(const std::function<int64_t()>& draw)>;
farspan_interval bootstrap(const bootstrap_options& options, int64_t items, const resampled_value& value);

}  // namespace farspan
