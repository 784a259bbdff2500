#include "eval/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/failure.hpp"
#include "base/parallel.hpp"
#include "base/steps.hpp"

namespace farspan {
namespace {

// Between the two nearest of the sorted values, as numpy.percentile does by default.
double quantile(const std::vector<double>& sorted, double share) {
    const double place = share * static_cast<double>(sorted.size() - 1);
    const auto before = static_cast<std::size_t>(place);
    const std::size_t after = std::min(before + 1, sorted.size() - 1);
    return sorted[before] + (place - static_cast<double>(before)) * (sorted[after] - sorted[before]);
}

constexpr int64_t draws_between_looks = 1 << 14;

}  // namespace

uint64_t random_source::bits() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

int64_t random_source::below(int64_t count) {
    __extension__ using wide = unsigned __int128;
    return static_cast<int64_t>(static_cast<wide>(bits()) * static_cast<wide>(count) >> 64);
}

double random_source::unit() { return static_cast<double>(bits() >> 11) * 0x1p-53; }

void check_bootstrap(const farspan_bootstrap_config& config) {
    if (config.samples < 1 || config.samples > 1000000)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "config.samples", "is %d: must be 1 .. 1000000", config.samples);
    if (!(config.confidence > 0 && config.confidence < 1))
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "config.confidence", "is %g: must be above 0 and below 1",
                      config.confidence);
}

farspan_interval bootstrap(const bootstrap_options& options, int64_t items, const resampled_value& value) {
    std::vector<double> values(static_cast<std::size_t>(options.samples));
    const double work = 100.0 * static_cast<double>(options.samples) * static_cast<double>(items);
    parallel_for(options.threads, options.samples, work, [&](int64_t sample, int32_t) {
        // Consecutive states of this generator are independent enough; the first draw of each sample's own seed spreads
        // them.
        random_source random(random_source(options.seed + static_cast<uint64_t>(sample) * 0xd1342543de82ef95u).bits());
        int64_t drawn = 0;
        values[static_cast<std::size_t>(sample)] = value([&] {
            if (drawn++ % draws_between_looks == 0) stop_if_set(options.cancel);
            return random.below(items);
        });
    });
    farspan_interval interval{};
    interval.struct_size = sizeof interval;
    interval.mean = std::accumulate(values.begin(), values.end(), 0.0) / options.samples;
    // NaN has no place in an order; one spoils the interval.
    if (std::isnan(interval.mean)) {
        interval.low = interval.median = interval.high = interval.mean;
        return interval;
    }
    sort_in_steps(values.begin(), values.end(), std::less<>(), options.cancel);
    interval.low = quantile(values, (1 - options.confidence) / 2);
    interval.median = quantile(values, 0.5);
    interval.high = quantile(values, (1 + options.confidence) / 2);
    return interval;
}

}  // namespace farspan
