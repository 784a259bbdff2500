// The remap part: position maps, branch starts and what all methods share.
#include <algorithm>
#include <limits>

#include "method/integer.hpp"
#include "method/registry.hpp"
#include "method/scheme.hpp"
#include "method/validate.hpp"

namespace farspan {

double position_map::operator()(int64_t position) const {
    const int64_t wrapped = modulus > 0 ? floor_modulo(position, modulus) : position;
    const double value = static_cast<double>(floor_divide(wrapped, group)) / leak + shift;
    return std::min(upper, value) / divisor;
}

int64_t branch_start::operator()(int64_t query) const {
    switch (kind) {
        case distance:
            return saturating_add(saturating_add(query, -value), 1);
        case chunk:
            return saturating_multiply(saturating_add(floor_divide(query, value), -back), value);
        case position:
            return value;
        default:
            return std::numeric_limits<int64_t>::min();
    }
}

void lower_remap_none(const farspan_remap_config&, int64_t, remap_part&) {}

void check_remap(const farspan_remap_config& config) {
    check_method(config, config.method, "remap", "method").check(config);
}

remap_part lower_remap(const scheme& scheme, int64_t length) {
    remap_part part;
    methods_of(scheme.remap)[scheme.remap.method].lower(scheme.remap, length, part);
    return part;
}

}  // namespace farspan
