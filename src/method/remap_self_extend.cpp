// Self-Extend (Jin et al. 2024, eq. 4). Near keys keep their distance; far keys share a position with the other members
// of their group. The query's shift window - window // group joins the two regions at distance `window`; some releases
// divide exactly.
#include "method/registry.hpp"

namespace farspan {

void lower_remap_self_extend(const farspan_remap_config& config, int64_t, remap_part& part) {
    const auto window = static_cast<double>(config.window);
    const double grouped_window = config.real_shift ? window / static_cast<double>(config.group)
                                                    : static_cast<double>(config.window / config.group);
    position_map key;
    key.group = config.group;
    position_map query = key;
    query.shift = window - grouped_window;
    part.branches = {{position_map::identity(), position_map::identity(), {branch_start::distance, config.window}},
                     {query, key, {branch_start::everything}}};
}

}  // namespace farspan
