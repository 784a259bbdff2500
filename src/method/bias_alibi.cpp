// ALiBi (Press et al. 2022, section 3): -slope[h] * distance. For a power of two of heads the slopes are a geometric
// sequence that ends at 2^-max_bias; otherwise those of the next lower power, then every second one of the next higher
// power. BLOOM, MPT and ggml write this differently and obtain the same slopes in the same order.
#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "method/validate.hpp"

namespace farspan {
namespace {

double slope_of(int32_t head, int32_t heads, double max_bias) {
    const auto lower = static_cast<int32_t>(std::bit_floor(static_cast<uint32_t>(heads)));
    const double steps = head < lower ? head + 1 : head - lower + 0.5;
    return std::exp2(-max_bias * steps / lower);
}

// The slopes before scale: the caller's, or those of the formula for the first heads.
std::vector<double> slopes_of(const farspan_bias_config& config) {
    if (config.slopes) return {config.slopes, config.slopes + config.slopes_count};
    const int32_t biased = config.alibi_heads > 0 ? config.alibi_heads : config.heads;
    std::vector<double> slopes(static_cast<std::size_t>(config.heads));
    for (int32_t head = 0; head < biased; ++head)
        slopes[static_cast<std::size_t>(head)] = slope_of(head, biased, config.max_bias);
    return slopes;
}

}  // namespace

void check_alibi(const farspan_bias_config& config) {
    constexpr double most_slope = 1e6;
    if (config.alibi_heads > config.heads)
        throw failure(FARSPAN_ERROR_HEAD_GROUPS, "bias.alibi_heads", "is %d: must be at most heads, %d",
                      config.alibi_heads, config.heads);
    check_absent(config.slopes, config.slopes_count, "bias.slopes");
    if (!config.slopes) return;
    check_array("bias.slopes", config.slopes, config.slopes_count, config.heads, "a slope for each head");
    for (int32_t head = 0; head < config.heads; ++head)
        if (std::fabs(config.slopes[head]) > most_slope)
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, field_path("bias.slopes[%d]", head),
                          "is %s: must be between -1e6 and 1e6", number_text(config.slopes[head]).text);
    if (config.alibi_heads != 0)
        throw failure(FARSPAN_ERROR_COMBINATION, "bias.alibi_heads",
                      "is %d beside slopes: must be 0, a head without bias has slope 0", config.alibi_heads);
    if (config.max_bias != 8)
        throw failure(FARSPAN_ERROR_COMBINATION, "bias.max_bias",
                      "is %s beside slopes, which do not use it (default 8)", number_text(config.max_bias).text);
}

void lower_bias_alibi(const farspan_bias_config& config, int64_t length, bias_part& part) {
    // ALiBi interpolation (Al-Khateeb et al. 2023): beyond the trained length distances shrink to fit it.
    const bool longer = config.trained_length > 0 && length > config.trained_length;
    const double shrink = longer ? static_cast<double>(config.trained_length) / static_cast<double>(length) : 1;
    for (const double slope : slopes_of(config)) part.slopes.push_back(slope * config.scale * shrink);
    part.symmetric = config.bidirectional != 0;
    // A distance limit (LM-Infinite, section 4, on models trained with ALiBi) bends the line, so it becomes a table.
    part.kind = config.distance_limit > 0 ? bias_part::table : bias_part::slope;
    const int64_t limit = config.distance_limit > 0 ? config.distance_limit : unlimited;
    part.fill = [slopes = part.slopes, symmetric = part.symmetric, limit](int64_t distance, int32_t first, int32_t last,
                                                                          double* values) {
        const int64_t away = distance >= 0 ? distance : symmetric ? -distance : 0;
        for (int32_t head = first; head < last; ++head)
            *values++ = -slopes[head] * static_cast<double>(std::min(away, limit));
    };
    if (part.kind == bias_part::table) part.slopes.clear();
}

}  // namespace farspan
