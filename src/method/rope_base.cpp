// RoPE (Su et al. 2021, section 3.2.2): inv_freq[p] = base^(-2p/R).
#include "method/registry.hpp"
#include "method/rope.hpp"

namespace farspan {

void lower_rope_base(const farspan_rope_config& config, int64_t, rope_part& part) {
    set_plain_frequencies(config, config.base, part);
}

}  // namespace farspan
