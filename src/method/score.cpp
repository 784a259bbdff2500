// The score part: the constant factors of a logit. What depends on the position or the length is the temperature.
#include <algorithm>
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
    check_absent(config.sink_logits, config.sink_logits_count, "score.sink_logits");
    if (config.sink_logits && config.sink_logits_count < 1)
        throw failure(FARSPAN_ERROR_SHAPE, "score.sink_logits_count",
                      "is 0: must be between 1 and 65536 with sink_logits");
    if (config.sink_logits)
        check_array("score.sink_logits", config.sink_logits, config.sink_logits_count, config.sink_logits_count,
                    "a logit for each head");
    row.check(config);
}

score_part lower_score(const scheme& scheme, int64_t length, int64_t head_offset) {
    const farspan_score_config& config = scheme.score;
    score_part part;
    part.scale = config.scale;
    part.multiplier = config.multiplier;
    part.softcap = config.softcap;
    part.layer_sinks = config.sink_logits_count;
    part.sink_offset = std::min(head_offset, config.sink_logits_count);
    if (config.sink_logits)
        part.sink_logits.assign(config.sink_logits + part.sink_offset, config.sink_logits + config.sink_logits_count);
    methods_of(config)[config.temperature].lower(config, length, part);
    return part;
}

}  // namespace farspan
