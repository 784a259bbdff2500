// A scheme: the five checked configurations and owned copies of their arrays. Lowering turns it into parts; those that depend
// on the current length take it. Positive length only.
#pragma once

#include <memory>
#include <vector>

#include "farspan/farspan.h"
#include "method/parts.hpp"

namespace farspan {

struct scheme {
    farspan_rope_config rope;
    farspan_remap_config remap;
    farspan_bias_config bias;
    farspan_mask_config mask;
    farspan_score_config score;

    // What the pointers above point to.
    std::vector<double> short_factors, long_factors;
    std::vector<float> bias_values;
    std::vector<double> bias_a, bias_p;
    std::vector<float> sinks;

    scheme() = default;
    scheme(const scheme&) = delete;
    scheme& operator=(const scheme&) = delete;
};

// Checks everything and copies. A NULL config stands for its defaults. Throws failure; paths begin with the
// part, as "rope.base" does.
std::unique_ptr<scheme> make_scheme(const farspan_rope_config* rope, const farspan_remap_config* remap,
                                    const farspan_bias_config* bias, const farspan_mask_config* mask,
                                    const farspan_score_config* score);

rope_part lower_rope(const scheme& scheme, int64_t length);
remap_part lower_remap(const scheme& scheme, int64_t length);
bias_part lower_bias(const scheme& scheme, int64_t length);
mask_part lower_mask(const scheme& scheme);
score_part lower_score(const scheme& scheme, int64_t length);

}  // namespace farspan
