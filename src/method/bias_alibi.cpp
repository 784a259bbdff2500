// ALiBi (Press et al. 2022, section 3): -slope[h] * distance. For a power of two of heads the slopes are a geometric sequence
// that ends at 2^-max_bias; otherwise those of the next lower power, then every second one of the next higher power. BLOOM, MPT
// and ggml write this differently and obtain the same slopes in the same order.
#include <algorithm>
#include <bit>
#include <cmath>

#include "method/registry.hpp"

namespace farspan {
namespace {

double slope_of(int32_t head, int32_t heads, double max_bias) {
    const auto lower = static_cast<int32_t>(std::bit_floor(static_cast<uint32_t>(heads)));
    const double steps = head < lower ? head + 1 : head - lower + 0.5;
    return std::exp2(-max_bias * steps / lower);
}

}  // namespace

void lower_bias_alibi(const farspan_bias_config& config, int64_t length, bias_part& part) {
    // ALiBi interpolation (Al-Khateeb et al. 2023): beyond the trained length distances shrink to fit it.
    const bool longer = config.trained_length > 0 && length > config.trained_length;
    const double shrink = longer ? static_cast<double>(config.trained_length) / static_cast<double>(length) : 1;
    for (int32_t head = config.head_offset; head < config.heads; ++head)
        part.slopes.push_back(slope_of(head, config.heads, config.max_bias) * config.scale * shrink);
    part.symmetric = config.bidirectional != 0;
    // A distance limit (LM-Infinite, section 4, on models trained with ALiBi) bends the line, so it becomes a table.
    part.kind = config.distance_limit > 0 ? bias_part::table : bias_part::slope;
    const int64_t limit = config.distance_limit > 0 ? config.distance_limit : unlimited;
    part.fill = [slopes = part.slopes, symmetric = part.symmetric, limit](int64_t distance, int32_t first, int32_t last, double* values) {
        const int64_t counted = std::min(symmetric && distance < 0 ? -distance : distance, limit);
        for (int32_t head = first; head < last; ++head) *values++ = -slopes[head] * static_cast<double>(counted);
    };
    if (part.kind == bias_part::table) part.slopes.clear();
}

}  // namespace farspan
