// StreamingLLM (Xiao et al. 2023, section 3.2): positions are slots of a cache that holds the first `sinks` tokens, the
// last `recent` tokens and the query itself. Recent keys keep their distance; seen from a sink, the query sits at slot
// sinks + recent once the cache is full.
#include "method/registry.hpp"

namespace farspan {

void lower_remap_streaming(const farspan_remap_config& config, int64_t, remap_part& part) {
    position_map slot;
    slot.upper = static_cast<double>(config.sinks + config.recent);
    part.branches = {{position_map::identity(), position_map::identity(), {branch_start::position, config.sinks}},
                     {slot, position_map::identity(), {branch_start::everything}}};
}

}  // namespace farspan
