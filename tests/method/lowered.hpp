// The library's side of these tests: from a scheme_spec to the lowered parts, and one valid spec per method to start
// from.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/failure.hpp"
#include "generator.hpp"
#include "method/scheme.hpp"
#include "scheme_spec.hpp"

namespace farspan_test {

using lowered_scheme = std::unique_ptr<const farspan::scheme>;

// Connects the arrays and makes the scheme; throws farspan::failure.
lowered_scheme make_parts(scheme_spec& spec);

inline farspan::rope_part rope_of(scheme_spec& spec, int64_t length = 1) {
    return lower_rope(*make_parts(spec), length);
}
inline farspan::remap_part remap_of(scheme_spec& spec, int64_t length = 1) {
    return lower_remap(*make_parts(spec), length);
}
inline farspan::bias_part bias_of(scheme_spec& spec, int64_t length = 1) {
    return lower_bias(*make_parts(spec), length);
}
inline farspan::mask_part mask_of(scheme_spec& spec) { return lower_mask(*make_parts(spec)); }
inline farspan::score_part score_of(scheme_spec& spec, int64_t length = 1) {
    return lower_score(*make_parts(spec), length);
}

// What the required fields need, and nothing else: rotary_dim 16 and base 10000, original_context 2048, window 16, 6
// heads.
scheme_spec valid_rope(int32_t method);
scheme_spec valid_remap(int32_t method);
scheme_spec valid_bias(int32_t method);
scheme_spec valid_temperature(int32_t method);

// The branch of a pair by the contract of parts.hpp, and the two positions that it shows.
int branch_of(const farspan::remap_part& part, int64_t query, int64_t key);

bool contains(const farspan::mask_part& mask, int64_t query, int64_t key);

// |got - expected| <= relative * |expected|, also for infinities and zeros.
bool close(double got, double expected, double relative);

// How a creation failed; status FARSPAN_OK if it did not.
struct refusal {
    farspan_status status = FARSPAN_OK;
    std::string path;
    std::string part() const { return path.substr(0, path.find('.')); }
    std::string message;
};
refusal refuse(scheme_spec& spec);                // connects first
refusal refuse_configs(const scheme_spec& spec);  // as they stand
refusal refuse_calling(const std::function<void()>& create);

}  // namespace farspan_test
