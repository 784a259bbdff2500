// ReRoPE and Leaky ReRoPE (Su 2023, kexue.fm 9708). Keys nearer than the window keep their distance. Beyond it, ReRoPE
// counts every distance as the window; Leaky ReRoPE lets it grow by 1/leak per token: window + (distance - window) /
// leak.
#include "method/registry.hpp"

namespace farspan {
namespace {

// The far branch and, nearer than `window`, the true positions.
void split(int64_t window, const position_map& query, const position_map& key, remap_part& part) {
    part.branches = {{position_map::identity(), position_map::identity(), {branch_start::distance, window}},
                     {query, key, {branch_start::everything}}};
}

}  // namespace

void lower_remap_rerope(const farspan_remap_config& config, int64_t, remap_part& part) {
    split(config.window, position_map::constant(static_cast<double>(config.window)), position_map::constant(0), part);
}

void lower_remap_leaky_rerope(const farspan_remap_config& config, int64_t, remap_part& part) {
    const auto window = static_cast<double>(config.window);
    position_map key;
    key.leak = config.leak;
    position_map query = key;
    query.shift = window - window / config.leak;
    split(config.window, query, key, part);
}

}  // namespace farspan
