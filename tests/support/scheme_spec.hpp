// A scheme as a test writes it down: the five public configurations together with the arrays that they point to.
#pragma once

#include <string>
#include <vector>

#include "farspan/farspan.h"
#include "handles.hpp"

namespace farspan_test {

struct scheme_spec {
    std::string name;
    farspan_rope_config rope;
    farspan_remap_config remap;
    farspan_bias_config bias;
    farspan_mask_config mask;
    farspan_score_config score;

    std::vector<double> short_factors, long_factors;
    std::vector<float> bias_values;
    std::vector<double> bias_a, bias_p, slopes;
    std::vector<float> sinks;

    // No rotation, no remap, no bias, a causal mask, a plain score.
    explicit scheme_spec(std::string title);

    // Write a method's defaults and what every method needs.
    scheme_spec& with_rope(int32_t method, int32_t pair_layout, int32_t rotary_dim);
    scheme_spec& with_remap(int32_t method, int64_t window = 0);
    scheme_spec& with_bias(int32_t method, int32_t heads);

    farspan_scheme_parts parts() const;
    // Points the configurations at this object's arrays; done by create.
    void connect();
    farspan_status create(scheme_handle& scheme, farspan_error* error);
    scheme_handle create();
};

}  // namespace farspan_test
