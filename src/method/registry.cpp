#include "method/registry.hpp"

#include <cstring>

namespace farspan {

void unchecked(const farspan_rope_config&) {}
void unchecked(const farspan_remap_config&) {}
void unchecked(const farspan_bias_config&) {}
void unchecked(const farspan_score_config&) {}

namespace {

using rope_row = method_row<farspan_rope_config, rope_part>;
using remap_row = method_row<farspan_remap_config, remap_part>;
using bias_row = method_row<farspan_bias_config, bias_part>;
using temperature_row = method_row<farspan_score_config, score_part>;

namespace rope_rows {
using namespace rope_fields;
// What every rotation reads, and what every rotation whose magnitude is one number reads besides.
constexpr field_set pairing = layout | rotary_dim | rotary_offset | angle | base;
constexpr field_set rotation =
    pairing | magnitude | attention_factor | axes | axis_section_0 | axis_section_1 | axis_section_2 | axis_section_3;
constexpr field_set divisors = short_factors | short_factors_count;
constexpr field_set ramp_shape = beta_fast | beta_slow | extrapolation_factor | ramp | truncate;
#define ROPE_METHOD(id, spelling, check, fields) rope_row{#spelling, fields, &check, &lower_rope_##spelling},
constexpr rope_row rows[] = {
#include "method/method_list.def"
};
#undef ROPE_METHOD
}  // namespace rope_rows

namespace remap_rows {
using namespace remap_fields;
#define REMAP_METHOD(id, spelling, check, fields) remap_row{#spelling, fields, &check, &lower_remap_##spelling},
constexpr remap_row rows[] = {
#include "method/method_list.def"
};
#undef REMAP_METHOD
}  // namespace remap_rows

namespace bias_rows {
using namespace bias_fields;
constexpr field_set per_head = heads;
#define BIAS_METHOD(id, spelling, check, fields) bias_row{#spelling, fields, &check, &lower_bias_##spelling},
constexpr bias_row rows[] = {
#include "method/method_list.def"
};
#undef BIAS_METHOD
}  // namespace bias_rows

namespace temperature_rows {
using namespace score_fields;
constexpr field_set any_score = scale | multiplier | softcap | sink_logits | sink_logits_count;
#define TEMPERATURE_METHOD(id, spelling, check, fields) \
    temperature_row{#spelling, fields, &check, &lower_temperature_##spelling},
constexpr temperature_row rows[] = {
#include "method/method_list.def"
};
#undef TEMPERATURE_METHOD
}  // namespace temperature_rows

// A row's place is its enum value.
#define ROPE_METHOD(id, spelling, check, fields) id,
#define REMAP_METHOD ROPE_METHOD
#define BIAS_METHOD ROPE_METHOD
#define TEMPERATURE_METHOD ROPE_METHOD
constexpr int32_t ids[] = {
#include "method/method_list.def"
};
#undef ROPE_METHOD
#undef REMAP_METHOD
#undef BIAS_METHOD
#undef TEMPERATURE_METHOD

constexpr bool ids_in_order() {
    std::size_t n = 0;
    for (const std::size_t count : {std::size(rope_rows::rows), std::size(remap_rows::rows), std::size(bias_rows::rows),
                                    std::size(temperature_rows::rows)})
        for (std::size_t id = 0; id < count; ++id)
            if (ids[n++] != static_cast<int32_t>(id)) return false;
    return n == std::size(ids);
}
static_assert(ids_in_order());

template <class Row>
const char* name_at(std::span<const Row> rows, int32_t method) {
    return method >= 0 && method < static_cast<int32_t>(rows.size()) ? rows[method].name : nullptr;
}

}  // namespace

std::span<const rope_row> methods_of(const farspan_rope_config&) { return rope_rows::rows; }
std::span<const remap_row> methods_of(const farspan_remap_config&) { return remap_rows::rows; }
std::span<const bias_row> methods_of(const farspan_bias_config&) { return bias_rows::rows; }
std::span<const temperature_row> methods_of(const farspan_score_config&) { return temperature_rows::rows; }

const char* method_name(int32_t part, int32_t method) {
    switch (part) {
        case FARSPAN_PART_ROPE:
            return name_at<rope_row>(rope_rows::rows, method);
        case FARSPAN_PART_REMAP:
            return name_at<remap_row>(remap_rows::rows, method);
        case FARSPAN_PART_BIAS:
            return name_at<bias_row>(bias_rows::rows, method);
        case FARSPAN_PART_TEMPERATURE:
            return name_at<temperature_row>(temperature_rows::rows, method);
        default:
            return nullptr;
    }
}

int32_t method_find(int32_t part, const char* name) {
    for (int32_t method = 0; name && method < method_count(part); ++method)
        if (std::strcmp(method_name(part, method), name) == 0) return method;
    return -1;
}

int32_t method_count(int32_t part) {
    switch (part) {
        case FARSPAN_PART_ROPE:
            return static_cast<int32_t>(std::size(rope_rows::rows));
        case FARSPAN_PART_REMAP:
            return static_cast<int32_t>(std::size(remap_rows::rows));
        case FARSPAN_PART_BIAS:
            return static_cast<int32_t>(std::size(bias_rows::rows));
        case FARSPAN_PART_TEMPERATURE:
            return static_cast<int32_t>(std::size(temperature_rows::rows));
        default:
            return 0;
    }
}

}  // namespace farspan
