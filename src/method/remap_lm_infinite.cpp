// LM-Infinite (Han et al. 2023, section 4). Keys beyond the window, of which the mask usually leaves only the first
// few, count as if at distance min(limit, length - 1): the limit is not reached while the whole text is shorter.
#include <algorithm>

#include "method/registry.hpp"

namespace farspan {

void lower_remap_lm_infinite(const farspan_remap_config& config, int64_t length, remap_part& part) {
    const int64_t limit = std::min(config.limit > 0 ? config.limit : config.window, length - 1);
    part.branches = {
        {position_map::identity(), position_map::identity(), {branch_start::distance, config.window}},
        {position_map::constant(static_cast<double>(limit)), position_map::constant(0), {branch_start::everything}}};
}

}  // namespace farspan
