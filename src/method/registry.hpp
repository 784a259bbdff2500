// What is known of each method: spelling, fields read, check and lowering. Built from method_list.def.
#pragma once

#include <span>

#include "farspan/farspan.h"
#include "method/fields.hpp"
#include "method/parts.hpp"

namespace farspan {

// The public naming functions: part is FARSPAN_PART_*. Unknown: nullptr, -1, 0.
const char* method_name(int32_t part, int32_t method);
int32_t method_find(int32_t part, const char* name);
int32_t method_count(int32_t part);

// Each fills what differs from a default part. Rope methods find inv_freq sized to the pairs and magnitude 1; they
// leave attention_factor, layout and axes to lower_rope. `length` is the current length, for the methods that depend on
// it.
template <class Config, class Part>
struct method_row {
    const char* name;
    field_set fields;
    void (*check)(const Config&);
    void (*lower)(const Config&, int64_t length, Part&);
};

std::span<const method_row<farspan_rope_config, rope_part>> methods_of(const farspan_rope_config&);
std::span<const method_row<farspan_remap_config, remap_part>> methods_of(const farspan_remap_config&);
std::span<const method_row<farspan_bias_config, bias_part>> methods_of(const farspan_bias_config&);
std::span<const method_row<farspan_score_config, score_part>> methods_of(const farspan_score_config&);

#define ROPE_METHOD(id, spelling, check, fields)   \
    void check(const farspan_rope_config& config); \
    void lower_rope_##spelling(const farspan_rope_config& config, int64_t length, rope_part& part);
#define REMAP_METHOD(id, spelling, check, fields)   \
    void check(const farspan_remap_config& config); \
    void lower_remap_##spelling(const farspan_remap_config& config, int64_t length, remap_part& part);
#define BIAS_METHOD(id, spelling, check, fields)   \
    void check(const farspan_bias_config& config); \
    void lower_bias_##spelling(const farspan_bias_config& config, int64_t length, bias_part& part);
#define TEMPERATURE_METHOD(id, spelling, check, fields) \
    void check(const farspan_score_config& config);     \
    void lower_temperature_##spelling(const farspan_score_config& config, int64_t length, score_part& part);
#include "method/method_list.def"
#undef ROPE_METHOD
#undef REMAP_METHOD
#undef BIAS_METHOD
#undef TEMPERATURE_METHOD

}  // namespace farspan
