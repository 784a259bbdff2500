// The bias part: what all methods share, and the two that have no maths.
#include "method/scheme.hpp"
#include "method/validate.hpp"

namespace farspan {

void lower_bias_none(const farspan_bias_config&, int64_t, bias_part&) {}

void lower_bias_dense(const farspan_bias_config&, int64_t, bias_part& part) { part.kind = bias_part::dense; }

void check_bias(const farspan_bias_config& config) {
    const auto& row = check_method(config, config.method, "bias", "method");
    if (config.heads > 0 && config.head_offset >= config.heads)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "bias.head_offset", "is %d: must be between 0 and heads - 1 = %d",
                      config.head_offset, config.heads - 1);
    row.check(config);
}

bias_part lower_bias(const scheme& scheme, int64_t length) {
    bias_part part;
    part.heads = scheme.bias.heads - scheme.bias.head_offset;
    methods_of(scheme.bias)[scheme.bias.method].lower(scheme.bias, length, part);
    return part;
}

}  // namespace farspan
