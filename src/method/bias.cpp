// The bias part: what all methods share, and the two that have no maths.
#include <algorithm>

#include "base/failure.hpp"
#include "method/scheme.hpp"
#include "method/validate.hpp"

namespace farspan {

void lower_bias_none(const farspan_bias_config&, int64_t, bias_part&) {}

void lower_bias_dense(const farspan_bias_config&, int64_t, bias_part& part) { part.kind = bias_part::dense; }

void check_bias(const farspan_bias_config& config) {
    check_method(config, config.method, "bias", "method").check(config);
}

bias_part lower_bias(const scheme& scheme, int64_t length, int64_t head_offset) {
    bias_part part;
    part.heads = scheme.bias.heads;
    methods_of(scheme.bias)[scheme.bias.method].lower(scheme.bias, length, part);
    if (part.fill && head_offset > 0) part.drop_heads(static_cast<int32_t>(std::min<int64_t>(head_offset, part.heads)));
    return part;
}

// Head 0 is then what was head `count`.
void bias_part::drop_heads(int32_t count) {
    heads -= count;
    table_offset += count;
    if (!slopes.empty()) slopes.erase(slopes.begin(), slopes.begin() + count);
    fill = [all = std::move(fill), count](int64_t distance, int32_t first, int32_t last, double* values) {
        all(distance, first + count, last + count, values);
    };
}

namespace {

void fill_some(const bias_part& bias, int32_t head, int64_t first_distance, float* out, int64_t count) {
    if (bias.kind == bias_part::slope) {
        const double slope = bias.slopes[static_cast<std::size_t>(head)];
        for (int64_t n = 0; n < count; ++n) {
            const int64_t distance = first_distance + n;
            const int64_t away = distance >= 0 ? distance : bias.symmetric ? -distance : 0;
            out[n] = static_cast<float>(-slope * static_cast<double>(away));
        }
    } else {
        for (int64_t n = 0; n < count; ++n) out[n] = static_cast<float>(bias.value(head, first_distance + n));
    }
}

}  // namespace

void fill_bias(const bias_part& bias, int32_t head, int64_t first_distance, float* out, int64_t count,
               const workers& by) {
    constexpr int64_t chunk = 4096, step = 256;  // of a task; between looks at the cancel flag
    constexpr double work_of_value = 200;        // in multiply-adds, roughly: a logarithm or a power
    if (bias.kind != bias_part::slope && bias.kind != bias_part::table)
        throw failure(FARSPAN_ERROR_COMBINATION, "scheme", "has no bias that is a function of distance");
    if (head < 0 || head >= bias.heads)
        throw failure(FARSPAN_ERROR_HEAD_GROUPS, "head", "is %d: must be between 0 and %d", head, bias.heads - 1);
    const double work = bias.kind == bias_part::slope ? 2 : work_of_value;
    parallel_for(by.threads, (count + chunk - 1) / chunk, work * static_cast<double>(count),
                 [&](int64_t part, int32_t) {
                     for (int64_t n = part * chunk; n < std::min(count, (part + 1) * chunk); n += step) {
                         stop_if_set(by.cancel);
                         fill_some(bias, head, first_distance + n, out + n, std::min(step, count - n));
                     }
                 });
}

}  // namespace farspan
