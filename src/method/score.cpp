// The score part: the constant factors of a logit. What depends on the position or the length is the temperature.
#include <cmath>

#include "method/scheme.hpp"
#include "method/validate.hpp"

namespace farspan {

double score_part::query_scale(int64_t position, int64_t head_dim) const {
    const double constant = scale > 0 ? scale : 1 / std::sqrt(static_cast<double>(head_dim));
    return constant * multiplier * (temperature ? temperature(position) : 1);
}

void check_score(const farspan_score_config& config) {
    const auto& row = check_method(config, config.temperature, "score", "temperature");
    if (config.softcap != 0 && config.softcap < 1e-6)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "score.softcap", "is %g: must be 0 or between 1e-6 and 1e30",
                      config.softcap);
    if (config.sinks || config.sink_heads != 0) {
        if (config.sink_heads < 1)
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "score.sink_heads",
                          "is %d: must be between 1 and 65536 with sinks", config.sink_heads);
        check_array("score.sinks", config.sinks, config.sink_heads);
    }
    const int32_t last = config.sink_heads > 0 ? config.sink_heads - 1 : 0;
    if (config.sink_head_offset > last)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "score.sink_head_offset", "is %d: must be between 0 and %d",
                      config.sink_head_offset, last);
    row.check(config);
}

score_part lower_score(const scheme& scheme, int64_t length) {
    const farspan_score_config& config = scheme.score;
    score_part part;
    part.scale = config.scale;
    part.multiplier = config.multiplier;
    part.softcap = config.softcap;
    if (config.sinks) part.sinks.assign(config.sinks + config.sink_head_offset, config.sinks + config.sink_heads);
    part.sink_heads = config.sink_heads;
    part.sink_offset = config.sink_head_offset;
    methods_of(config)[config.temperature].lower(config, length, part);
    return part;
}

}  // namespace farspan
