// Which keys a query sees, as intervals of key positions. The three terms of the header's rule are intervals too; two
// of them begin at the first position, so their union is one, and the third joins it or stands apart.
#include <algorithm>

#include "method/integer.hpp"
#include "method/scheme.hpp"
#include "method/validate.hpp"

namespace farspan {
namespace {

// Keys within the window and the chunk of the query.
interval local_keys(const mask_part& mask, int64_t query, int64_t causal_end) {
    interval keys{0, causal_end};
    if (mask.window_left != unlimited) keys.first = std::max<int64_t>(0, saturating_add(query, -mask.window_left));
    if (mask.window_right != unlimited)
        keys.last = std::min(keys.last, saturating_add(saturating_add(query, mask.window_right), 1));
    if (mask.chunk > 0) {
        const int64_t begin = saturating_multiply(floor_divide(query, mask.chunk), mask.chunk);
        keys.first = std::max(keys.first, begin);
        keys.last = std::min(keys.last, saturating_add(begin, mask.chunk));
    }
    return keys;
}

}  // namespace

std::array<interval, 2> mask_part::visible(int64_t query) const {
    const int64_t causal_end = causal ? saturating_add(query, 1) : unlimited;
    const interval leading{0, std::max(prefix, std::min(sinks, causal_end))};
    const interval local = local_keys(*this, query, causal_end);
    if (local.empty())
        return leading.empty() ? std::array<interval, 2>{} : std::array{leading, interval{leading.last, leading.last}};
    if (leading.empty()) return {local, interval{local.last, local.last}};
    if (local.first > leading.last) return {leading, local};
    const int64_t last = std::max(leading.last, local.last);
    return {interval{0, last}, interval{last, last}};
}

void check_mask(const farspan_mask_config& config) {
    check_fields("mask", fields_of(config), &config, ~field_set{0}, "mask");
    if (config.causal && config.window_right != -1)
        throw failure(FARSPAN_ERROR_COMBINATION, "mask.window_right", "is %lld: must be -1 in a causal mask",
                      static_cast<long long>(config.window_right));
}

mask_part lower_mask(const scheme& scheme) {
    const farspan_mask_config& config = scheme.mask;
    mask_part part;
    part.causal = config.causal != 0;
    part.window_left = config.window_left < 0 ? unlimited : config.window_left;
    part.window_right = config.window_right < 0 ? unlimited : config.window_right;
    part.sinks = config.sinks;
    part.chunk = config.chunk;
    part.prefix = config.prefix;
    return part;
}

}  // namespace farspan
