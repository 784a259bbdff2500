// The steps of make_scheme, one per part, and what they share. Everything here throws failure whose path begins with
// the part, as "rope.base" does.
#pragma once

#include <cmath>
#include <cstdint>

#include "base/counts.hpp"
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
const auto& check_method(const Config& config, int32_t method, const char* part, const char* field) {
    const auto rows = methods_of(config);
    if (method < 0 || method >= static_cast<int32_t>(rows.size()))
        throw failure(FARSPAN_ERROR_METHOD, field_path("%s.%s", part, field), "is %d: must be between 0 and %d", method,
                      static_cast<int>(rows.size()) - 1);
    const auto& row = rows[method];
    check_fields(part, fields_of(config), &config, row.fields, row.name);
    return row;
}

// A required array of `needed` values, each finite and, where asked, in (0, high]. `path` is "bias.values".
template <class Value>
void check_array(const char* path, const Value* values, int64_t count, int64_t needed, const char* meaning,
                 bool positive = false, double high = 1e30) {
    if (!values)
        throw failure(FARSPAN_ERROR_NULL_ARGUMENT, path, "is NULL: must hold %lld values",
                      static_cast<long long>(needed));
    check_input(values, count, needed, path, meaning);
    for (int64_t n = 0; n < count; ++n) {
        const auto value = static_cast<double>(values[n]);
        const auto at = [&] { return field_path("%s[%lld]", path, static_cast<long long>(n)); };
        if (!std::isfinite(value))
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, at(), "is %g: must be a finite number", value);
        if (positive && !(value > 0 && value <= high))
            throw failure(FARSPAN_ERROR_PARAMETER_RANGE, at(), "is %s: must be above 0 and at most %g",
                          number_text(value).text, high);
    }
}

}  // namespace farspan
