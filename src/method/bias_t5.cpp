// T5's relative bias (Raffel et al. 2020, section 2.1): a learned value per bucket of distances. Small distances have a
// bucket each, larger ones share logarithmic buckets up to max_distance. Without bidirectional, keys ahead of the query
// fall into bucket 0; with it they have the upper half of the buckets.
#include <algorithm>
#include <cmath>
#include <vector>

#include "method/validate.hpp"

namespace farspan {
namespace {

struct bucketing {
    int32_t per_side;
    int64_t max_distance;
    bool bidirectional;

    int32_t operator()(int64_t distance) const {
        const int32_t side = bidirectional && distance < 0 ? per_side : 0;
        const int64_t away = bidirectional && distance < 0 ? -distance : std::max<int64_t>(distance, 0);
        return side + of_magnitude(away);
    }

    // The share is formed in float because models were trained with bucket edges that were. Double gives the same edges
    // for all published bucket counts.
    int32_t of_magnitude(int64_t away) const {
        const int32_t exact = per_side / 2;
        if (away < exact) return static_cast<int32_t>(away);
        if (away >= max_distance) return per_side - 1;
        const auto span = static_cast<float>(std::log(static_cast<double>(max_distance) / exact));
        const float share = std::log(static_cast<float>(away) / static_cast<float>(exact)) / span;
        return std::min(per_side - 1, exact + static_cast<int32_t>(share * static_cast<float>(per_side - exact)));
    }
};

int32_t per_side(const farspan_bias_config& config) {
    return config.bidirectional ? config.buckets / 2 : config.buckets;
}

}  // namespace

void check_t5(const farspan_bias_config& config) {
    if (config.bidirectional && (config.buckets % 2 != 0 || config.buckets < 4))
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "bias.buckets",
                      "is %d: must be even and at least 4 if bidirectional", config.buckets);
    if (config.max_distance <= per_side(config) / 2)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "bias.max_distance",
                      "is %lld: must be above %d, the distances with a bucket each",
                      static_cast<long long>(config.max_distance), per_side(config) / 2);
    check_array("bias.values", config.values, config.values_count, int64_t{config.buckets} * config.heads,
                "buckets * heads");
}

void lower_bias_t5(const farspan_bias_config& config, int64_t, bias_part& part) {
    part.kind = bias_part::table;
    const int64_t heads = part.heads;
    std::vector<double> learned(config.values, config.values + config.values_count);  // [buckets][heads]
    const bucketing bucket_of{per_side(config), config.max_distance, config.bidirectional != 0};
    part.bucket = bucket_of;
    part.buckets = config.buckets;
    part.table_heads = config.heads;
    part.settled = config.max_distance;
    part.fill = [learned = std::move(learned), heads, bucket_of](int64_t distance, int32_t first, int32_t last,
                                                                 double* values) {
        const double* bucket = learned.data() + bucket_of(distance) * heads;
        std::copy(bucket + first, bucket + last, values);
    };
}

}  // namespace farspan
