// A scheme: the five checked configurations and owned copies of their arrays. Lowering turns it into parts; those that
// depend on the current length take it. Positive length only.
#pragma once

#include <memory>
#include <vector>

#include "base/parallel.hpp"
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
    std::vector<double> bias_a, bias_p, slopes;
    std::vector<float> sink_logits;

    scheme() = default;
    scheme(const scheme&) = delete;
    scheme& operator=(const scheme&) = delete;
};

// Checks everything and copies. A part that is NULL stands for its defaults; `parts` is of this version. Throws
// failure; paths begin with the part, as "rope.base" does.
std::unique_ptr<scheme> make_scheme(const farspan_scheme_parts& parts);

rope_part lower_rope(const scheme& scheme, int64_t length);
remap_part lower_remap(const scheme& scheme, int64_t length);
// Heads count from `head_offset` on, which is at most their number.
bias_part lower_bias(const scheme& scheme, int64_t length, int64_t head_offset = 0);
// out[n] = the bias of a head at first_distance + n.
void fill_bias(const bias_part& bias, int32_t head, int64_t first_distance, float* out, int64_t count,
               const workers& by);
mask_part lower_mask(const scheme& scheme);
score_part lower_score(const scheme& scheme, int64_t length, int64_t head_offset = 0);

// A scheme at one current length: all that plans and attention know of it.
struct lowered_scheme {
    rope_part rope;
    remap_part remap;
    bias_part bias;
    mask_part mask;
    score_part score;

    int branches() const { return static_cast<int>(remap.branches.size()); }
};
lowered_scheme lower(const scheme& scheme, int64_t length, int64_t head_offset);
// False: it is the same at every length.
bool depends_on_length(const scheme& scheme);
bool depends_on_length(const farspan_rope_config& rope);

}  // namespace farspan
