// xPos (Sun et al. 2022, algorithm 1): RoPE whose pairs also decay with distance. The query carries
// zeta[p]^(position/S), the key its inverse, so a logit is multiplied by zeta[p]^(distance/S); any centre cancels.
#include "method/registry.hpp"
#include "method/rope.hpp"

namespace farspan {

void lower_rope_xpos(const farspan_rope_config& config, int64_t, rope_part& part) {
    set_plain_frequencies(config, config.base, part);
    const double dim = config.rotary_dim, gamma = config.xpos_gamma;
    for (std::size_t p = 0; p < part.inv_freq.size(); ++p) {
        const double zeta = (2 * static_cast<double>(p) + gamma * dim) / ((1 + gamma) * dim);
        part.log2_decay.push_back(std::log2(zeta) / config.xpos_scale_base);
    }
}

}  // namespace farspan
