// The fields of the configurations as data. Defaults, range checks and the rule that a field which a method does not read keeps
// its default all come from the one list in field_list.def.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>

#include "farspan/farspan.h"

namespace farspan {

enum class field_type : uint8_t { int32, int64, real, pointer };

struct field_range {
    double low, high;
    bool open_low = false;  // low itself is outside
    bool even = false;
    farspan_status status = FARSPAN_ERROR_PARAMETER_RANGE;
    const char* words = nullptr;  // replaces the numbers in the message
};

struct field {
    const char* name;
    field_type type;
    uint32_t offset;
    double initial;
    field_range range;
};

// Upper bound of positions, lengths and windows: sums of a few of them stay far from int64's end, and double holds them exactly.
constexpr int64_t most_positions = int64_t{1} << 40;

namespace ranges {
constexpr double most = static_cast<double>(most_positions);
constexpr field_range between(double low, double high, farspan_status status = FARSPAN_ERROR_PARAMETER_RANGE) {
    return {low, high, false, false, status, nullptr};
}
constexpr field_range above(double low, double high) { return {low, high, true, false, FARSPAN_ERROR_PARAMETER_RANGE, nullptr}; }
constexpr field_range even(double low, double high, farspan_status status = FARSPAN_ERROR_PARAMETER_RANGE) {
    return {low, high, false, true, status, nullptr};
}
constexpr field_range one_of(double low, double high, const char* words) {
    return {low, high, false, false, FARSPAN_ERROR_METHOD, words};
}
constexpr field_range flag() { return {0, 1, false, false, FARSPAN_ERROR_PARAMETER_RANGE, "0 or 1"}; }
constexpr field_range array() { return {0, 1, false, false, FARSPAN_ERROR_NULL_ARGUMENT, nullptr}; }
}  // namespace ranges

template <class Member>
constexpr field_type type_of() {
    if (std::is_pointer_v<Member>) return field_type::pointer;
    if (std::is_same_v<Member, double>) return field_type::real;
    return sizeof(Member) == 4 ? field_type::int32 : field_type::int64;
}

// Sets of fields of one part, for method_list.def: rope_fields::factor | rope_fields::base ...
using field_set = uint64_t;

#define FARSPAN_INDEX(id, member, initial, range) id##_index,
#define FARSPAN_BIT(id, member, initial, range) constexpr field_set id = field_set{1} << id##_index;

namespace rope_fields {
#define ROPE_FIELD FARSPAN_INDEX
enum {
#include "method/field_list.def"
};
#undef ROPE_FIELD
#define ROPE_FIELD FARSPAN_BIT
#include "method/field_list.def"
#undef ROPE_FIELD
// Not fields but values of `magnitude` that only some methods know.
constexpr field_set yarn_magnitude_policy = field_set{1} << 62;       // FARSPAN_MAGNITUDE_YARN
constexpr field_set unclamped_magnitude_policy = field_set{1} << 63;  // FARSPAN_MAGNITUDE_UNCLAMPED
}  // namespace rope_fields

namespace remap_fields {
#define REMAP_FIELD FARSPAN_INDEX
enum {
#include "method/field_list.def"
};
#undef REMAP_FIELD
#define REMAP_FIELD FARSPAN_BIT
#include "method/field_list.def"
#undef REMAP_FIELD
}  // namespace remap_fields

namespace bias_fields {
#define BIAS_FIELD FARSPAN_INDEX
enum {
#include "method/field_list.def"
};
#undef BIAS_FIELD
#define BIAS_FIELD FARSPAN_BIT
#include "method/field_list.def"
#undef BIAS_FIELD
}  // namespace bias_fields

namespace score_fields {
#define SCORE_FIELD FARSPAN_INDEX
enum {
#include "method/field_list.def"
};
#undef SCORE_FIELD
#define SCORE_FIELD FARSPAN_BIT
#include "method/field_list.def"
#undef SCORE_FIELD
}  // namespace score_fields

#undef FARSPAN_INDEX
#undef FARSPAN_BIT

std::span<const field> fields_of(const farspan_rope_config&);
std::span<const field> fields_of(const farspan_remap_config&);
std::span<const field> fields_of(const farspan_bias_config&);
std::span<const field> fields_of(const farspan_mask_config&);
std::span<const field> fields_of(const farspan_score_config&);

// A number as text, shortest form that reads back the same; 2^40 is written so.
struct number_text {
    explicit number_text(double value);
    explicit number_text(int64_t value);
    char text[32];
};

void fill_defaults(std::span<const field> fields, void* config);

// Throws failure for the first field that is NaN or infinite, that is read and outside its range, or that is not read and differs
// from its default. `part` is "rope", `method` a spelling for the message.
void check_fields(const char* part, std::span<const field> fields, const void* config, field_set read,
                  const char* method);

}  // namespace farspan
