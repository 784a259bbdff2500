// The steps of make_scheme, one per part, and what they share. Everything here throws failure with the argument numbers of
// farspan_scheme_create: rope 1, remap 2, bias 3, mask 4, score 5.
#pragma once

#include <cmath>
#include <cstdint>

#include "base/failure.hpp"
#include "method/registry.hpp"

namespace farspan {

void check_rope(const farspan_rope_config& config);
void check_remap(const farspan_remap_config& config);
void check_bias(const farspan_bias_config& config);
void check_mask(const farspan_mask_config& config);
void check_score(const farspan_score_config& config);

rope_part lower_rope(const farspan_rope_config& config, int64_t length);

// The method's registry row, once the method is known and its fields hold.
template <class Config>
const auto& check_method(const Config& config, int32_t method, int32_t argument, const char* part, const char* field) {
    const auto rows = methods_of(config);
    if (method < 0 || method >= static_cast<int32_t>(rows.size()))
        throw failure(FARSPAN_ERROR_METHOD, argument, "%s.%s is %d: must be between 0 and %d", part, field, method,
                      static_cast<int>(rows.size()) - 1);
    const auto& row = rows[method];
    check_fields(part, argument, fields_of(config), &config, row.fields, row.name);
    return row;
}

// Every value of an array must be finite and, where asked, in (0, high]. `name` is "bias.values".
template <class Value>
void check_array(const char* name, int32_t argument, const Value* values, int64_t count, bool positive = false,
                 double high = 1e30) {
    if (!values) throw failure(FARSPAN_ERROR_NULL_ARGUMENT, argument, "%s is NULL: must hold %lld values", name,
                               static_cast<long long>(count));
    for (int64_t n = 0; n < count; ++n) {
        const auto value = static_cast<double>(values[n]);
        if (!std::isfinite(value))
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, argument, "%s[%lld] is %g: must be a finite number", name,
                          static_cast<long long>(n), value);
        if (positive && !(value > 0 && value <= high))
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, argument, "%s[%lld] is %s: must be above 0 and at most %g", name,
                          static_cast<long long>(n), number_text(value).text, high);
    }
}

}  // namespace farspan
